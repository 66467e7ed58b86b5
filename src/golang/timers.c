// SPDX-License-Identifier: GPL-2.0-only
/* Counts timers: see timers.h. Layouts: src/runtime/runtime2.go and time.go, 1.17 to 1.27. */
#include "golang/timers.h"
#include "golang/pclntab.h"

#include <errno.h>
#include <string.h>

#define MOST_BSS (64u << 20)
#define TIMERS_LOOKED_AT 64
#define STATUS_MAX 4

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

/* A p names its number, and has a state of five. One alone is not told from other data by that: ask its m. */
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
	const struct go_process *process;
	struct lc_go_process *model;
	uint64_t most; /* in a heap so far */
};

/* What most of the last few timers of a heap call. */
static void note_function(const struct counting *counting, uint64_t list, uint64_t length,
			  unsigned step)
{
	const struct go_process *process = counting->process;
	struct lc_go_process *model = counting->model;
	unsigned i, j, most = 0, votes[8] = {};
	const char *names[8] = {};

	for (i = 0; i < length && i < TIMERS_LOOKED_AT; i++) {
		const uint64_t timer = go_word(process, list + (length - 1 - i) * step);
		const char *name = go_timer_function(
			process, go_word(process, timer + process->offsets.timer_f));

		for (j = 0; j < 8 && names[j] && strcmp(names[j], name); j++)
			;
		if (j == 8)
			continue;
		names[j] = name;
		votes[j]++;
		if (votes[j] > votes[most])
			most = j;
	}
	if (names[most])
		strncpy(model->timer_function, names[most], sizeof(model->timer_function) - 1);
}

static void count_heap(void *context, uint64_t list, uint64_t length, unsigned step)
{
	struct counting *counting = context;

	counting->model->timers += length;
	if (length > counting->most) {
		counting->most = length;
		note_function(counting, list, length, step);
	}
}

size_t go_processors(const struct go_process *process, uint64_t elements[GO_PROCESSORS_MAX])
{
	struct slice list;

	if (!process->allp || !go_read(process, process->allp, &list, sizeof(list)) ||
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

void go_count_timers(struct go_process *process, struct lc_go_process *model)
{
	struct counting counting = { process, model, 0 };

	if (!process->allp && (process->allp_tries > 3 || !find(process))) {
		process->allp_tries++;
		return;
	}
	model->timers = 0;
	go_each_timer_heap(process, count_heap, &counting);
	model->timers_known = true;
}
