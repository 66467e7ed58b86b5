// SPDX-License-Identifier: GPL-2.0-only
/* Counts timers: see timers.h. Layouts: src/runtime/runtime2.go and time.go, 1.17 to 1.27. */
#include "runtimes/go/sched/timers.h"
#include "runtimes/go/image/pclntab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MOST_BSS (64u << 20)
#define COUNTED_MOST 8192 /* timers that are looked at; of more, spread over all */
#define LOOKED_UP 256	  /* whose function is looked up */
#define VOTES 8
#define STATUS_MAX 4
#define TRIES 4

struct slice {
	uint64_t list, length, capacity;
};

static bool read_heap(const struct go_process *process, uint64_t p, struct slice *ret)
{
	int32_t at = process->offsets.p_timers_heap >= 0 ? process->offsets.p_timers_heap
							 : process->offsets.p_timers;

	return at >= 0 && go_read(process, p + at, ret, sizeof(*ret)) &&
	       ret->length <= ret->capacity && ret->capacity < 1u << 30;
}

/*
 * A p names its number, and has a state of five. One alone is not told from other data by that: ask
 * its m.
 */
static bool is_processor(const struct go_process *process, uint64_t p, uint32_t number, bool alone)
{
	uint32_t words[2];
	struct slice heap;
	uint64_t m;

	if (!p || (p & 7) || !go_read(process, p, words, sizeof(words)) || words[0] != number ||
	    words[1] > STATUS_MAX || !read_heap(process, p, &heap))
		return false;
	if (!alone)
		return true;
	m = process->offsets.p_m >= 0 ? go_word(process, p + process->offsets.p_m) : 0;
	return m && process->offsets.m_p >= 0 && go_word(process, m + process->offsets.m_p) == p;
}

static bool is_list(const struct go_process *process, const struct slice *slice)
{
	uint64_t elements[GO_PROCESSORS_MAX];
	size_t i;

	if (!slice->list || (slice->list & 7) || !slice->length ||
	    slice->length > GO_PROCESSORS_MAX || slice->length > slice->capacity ||
	    slice->capacity > GO_PROCESSORS_MAX ||
	    !go_read(process, slice->list, elements, slice->length * 8))
		return false;
	for (i = 0; i < slice->length; i++) {
		if (!is_processor(process, elements[i], i, slice->length == 1))
			return false;
	}
	return true;
}

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	struct slice slice = { words[0], words[1], words[2] };

	(void)address;
	return is_list(context, &slice);
}

static bool find(struct go_process *process)
{
	int r = -ENOENT;
	size_t i;

	for (i = 0; i < process->module_count && r == -ENOENT; i++)
		r = go_search(process, process->modules[i].bss, process->modules[i].bss_end,
			      MOST_BSS, fits, process, &process->allp);
	return !r;
}

static bool knows_processors(struct go_process *process)
{
	if (process->allp)
		return true;
	return process->allp_tries++ < TRIES && find(process);
}

const char *go_timer_function(const struct go_process *process, uint64_t f)
{
	uint64_t pc = go_word(process, f);
	const struct go_module *module = go_process_module(process, pc);
	struct go_function function;

	if (!module || !pclntab_function(module->image->table, pc - module->bias, &function))
		return "";
	return pclntab_name(module->image->table, function.name);
}

struct counting {
	struct go_process *process;
	struct lc_go_process *model;
	uint64_t now, lasting, again;
	uint64_t sleeps; /* the function of those that end a sleep */
	const char *names[VOTES];
	unsigned votes[VOTES], looked_up;
};

static void add_length(void *context, uint64_t list, uint64_t length, unsigned step)
{
	(void)list;
	(void)step;
	((struct lc_go_process *)context)->timers += length;
}

/* What most of some of them call. */
static void vote(struct counting *counting, const char *name)
{
	unsigned i;

	for (i = 0; i < VOTES && counting->names[i] && strcmp(counting->names[i], name); i++)
		;
	if (i == VOTES)
		return;
	counting->names[i] = name;
	counting->votes[i]++;
}

/*
 * One that fires once, and soon, is gone then: of such there are ever as many as are made in that
 * time.
 */
static void take(void *context, const struct go_timer *timer)
{
	struct counting *counting = context;
	uint64_t ends = timer->when > (int64_t)counting->now && !timer->period
				? (uint64_t)timer->when - counting->now
				: 0;
	const char *name;

	if (!timer->period && ends <= LC_GO_TIMER_LASTS_NS)
		return;
	/* Who sleeps is counted as a goroutine. */
	if (timer->f == counting->sleeps)
		return;
	if (counting->looked_up < LOOKED_UP) {
		name = go_timer_callback(counting->process, timer);
		if (!strcmp(name, "runtime.goroutineReady")) {
			counting->sleeps = timer->f;
			return;
		}
		counting->looked_up++;
		vote(counting, name);
	}
	counting->lasting++;
	counting->again += timer->period != 0;
	if (ends > counting->model->timers_end_ns)
		counting->model->timers_end_ns = lc_bounded_time(ends);
}

static void count_lasting(struct go_process *process, struct lc_go_process *model, uint64_t now)
{
	struct counting counting = { .process = process, .model = model, .now = now };
	unsigned i, most = 0;
	uint64_t each;

	model->timers_end_ns = 0;
	each = go_each_timer(process, COUNTED_MOST, /* spread= */ true, take, &counting);
	model->timers_lasting = counting.lasting * each;
	if (counting.again * 2 > counting.lasting) /* most of them never end */
		model->timers_end_ns = 0;
	for (i = 1; i < VOTES; i++)
		most = counting.votes[i] > counting.votes[most] ? i : most;
	if (counting.names[most])
		snprintf(model->timer_function, sizeof(model->timer_function), "%s",
			 counting.names[most]);
}

size_t go_processors(struct go_process *process, uint64_t elements[GO_PROCESSORS_MAX])
{
	struct slice list;

	if (!knows_processors(process) || !go_read(process, process->allp, &list, sizeof(list)) ||
	    list.length > GO_PROCESSORS_MAX ||
	    !go_read(process, list.list, elements, list.length * 8))
		return 0;
	return list.length;
}

void go_each_timer_heap(struct go_process *process, go_timer_heap_fn *fn, void *context)
{
	/* Pointers up to 1.22, since then pairs (timer, when). */
	unsigned step = process->offsets.p_timers_heap >= 0 ? 16 : 8;
	uint64_t elements[GO_PROCESSORS_MAX];
	size_t count = go_processors(process, elements), i;
	struct slice heap;

	for (i = 0; i < count; i++) {
		if (read_heap(process, elements[i], &heap))
			fn(context, heap.list, heap.length, step);
	}
}

void go_count_timers(struct go_process *process, struct lc_go_process *model, uint64_t now)
{
	if (!knows_processors(process))
		return;
	model->timers = 0;
	go_each_timer_heap(process, add_length, model);
	count_lasting(process, model, now);
	model->timers_known = true;
}
