// SPDX-License-Identifier: GPL-2.0-only
/* Chooses between the two sources and passes calls on. */
#include "collect/collect.h"
#include "collect/features.h"
#include "collect/source.h"
#include "target/proc.h"
#include "util/now.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned bit;
} without_names[] = {
	{ "bpf", COLLECT_WITHOUT_BPF },
	{ "iterator", COLLECT_WITHOUT_ITERATOR },
	{ "task-storage", COLLECT_WITHOUT_TASK_STORAGE },
	{ "pt-regs", COLLECT_WITHOUT_PT_REGS },
	{ "tp-btf", COLLECT_WITHOUT_TP_BTF },
	{ "syscalls", COLLECT_WITHOUT_SYSCALLS },
	{ "uprobes", COLLECT_WITHOUT_UPROBES },
	{ "functions", COLLECT_WITHOUT_FUNCTIONS },
};

#define WITHOUT_NAMES (sizeof(without_names) / sizeof(without_names[0]))

int collect_parse_without(const char *list, unsigned *ret_bits, struct error *error)
{
	unsigned bits = 0;
	size_t length, i;

	for (; *list; list += length + (list[length] == ',')) {
		length = strcspn(list, ",");
		for (i = 0; i < WITHOUT_NAMES; i++) {
			if (strlen(without_names[i].name) == length &&
			    !strncmp(list, without_names[i].name, length))
				break;
		}
		if (i == WITHOUT_NAMES)
			return error_say(error, -EINVAL,
					 "unknown feature '%.*s' (known: bpf, iterator, "
					 "task-storage, pt-regs, tp-btf, syscalls, uprobes, "
					 "functions)",
					 (int)length, list);
		bits |= without_names[i].bit;
	}
	*ret_bits = bits;
	return 0;
}

void collect_add_limit(struct collect *collect, const char *format, ...)
{
	va_list args;

	if (collect->limit_count == COLLECT_LIMITS)
		return;
	va_start(args, format);
	vsnprintf(collect->limits[collect->limit_count++], sizeof(collect->limits[0]), format,
		  args);
	va_end(args);
}

/* Why /proc is used instead of BPF: the first line a user reads in that mode. */
static void say_why_proc(struct collect *collect, const struct collect_feature *missing)
{
	if (collect->options.without & COLLECT_WITHOUT_BPF)
		collect_add_limit(collect, "reduced mode (/proc only), as asked for");
	else if (collect->options.without & COLLECT_WITHOUT_ITERATOR)
		collect_add_limit(collect, "reduced mode (/proc only): no task iterator");
	else
		collect_add_limit(collect, "reduced mode (/proc only): %s: %s", missing->name,
				  missing->why);
}

/*
 * Unasked only where targets are named: each of their wake-ups pays for being noted, and those of
 * all others next to nothing.
 */
static bool watches_functions(const struct collect_options *options)
{
	return options->events && !(options->without & COLLECT_WITHOUT_FUNCTIONS) &&
	       (options->calls == COLLECT_CALLS_ALWAYS ||
		(options->calls == COLLECT_CALLS_IF_CHEAP && !options->filter.all));
}

static int choose_source(struct collect *collect, struct error *error)
{
	const struct collect_options *options = &collect->options;
	const struct collect_feature *missing = NULL;
	int r;

	if (collect->options.source) {
		collect->source = collect->options.source;
		return collect->source->open(collect, error);
	}
	collect_probe(&collect->features, watches_functions(options));
	if (!(collect->options.without & (COLLECT_WITHOUT_BPF | COLLECT_WITHOUT_ITERATOR)) &&
	    collect_bpf_usable(&collect->features, &missing)) {
		collect->source = &collect_bpf_source;
		r = collect->source->open(collect, error);
		if (r != -EOPNOTSUPP)
			return r;
		collect->source->close(collect);
		collect_add_limit(collect, "reduced mode (/proc only): %s", error->text);
	} else {
		say_why_proc(collect, missing);
	}
	collect->source = &collect_proc_source;
	r = collect->source->open(collect, error);
	if (r < 0 && missing && *missing->remedy && !*error->remedy)
		error_remedy(error, "%s", missing->remedy);
	return r;
}

/* BPF sees the threads of all, and of those that may not be read it sees nothing else. */
static void say_unreadable(struct collect *collect)
{
	const struct collect_feature *reading = &collect->features.list[COLLECT_PTRACE];
	const struct collect_feature *yama = &collect->features.list[COLLECT_YAMA];
	const struct collect_filter *filter = &collect->options.filter;
	struct target_syscall call;
	size_t i = 0;

	if (reading->state == COLLECT_YES)
		reading = yama;
	if (collect->source != &collect_bpf_source || reading->state == COLLECT_YES)
		return;
	while (i < filter->pid_count &&
	       target_read_syscall(filter->pids[i], filter->pids[i], &call) >= 0)
		i++;
	if (!filter->pid_count || i < filter->pid_count)
		collect_add_limit(collect,
				  "%s: of others it is not known where their threads are blocked, "
				  "and for what",
				  reading->why);
}

static void say_no_go_events(struct collect *collect)
{
	const char *why = NULL;

	if (!collect->options.go_events)
		return;
	if (!collect->bpf)
		why = "they need BPF";
	else if (collect->options.without & COLLECT_WITHOUT_UPROBES)
		why = "without uprobes, as asked for";
	else if (collect->features.list[COLLECT_UPROBES].state != COLLECT_YES)
		why = "this kernel has no uprobes";
	if (why)
		collect_add_limit(collect, "no exact events of goroutines: %s", why);
}

int collect_open(const struct collect_options *options, struct collect **ret_collect,
		 struct error *error)
{
	struct collect *collect = calloc(1, sizeof(*collect));
	uint64_t start = now_monotonic();
	int r;

	if (!collect)
		return error_set(error, -ENOMEM, "cannot start");
	collect->options = *options;
	r = choose_source(collect, error);
	if (r < 0) {
		collect_free(collect);
		return r;
	}
	collect->load_ns = now_monotonic() - start;
	say_unreadable(collect);
	say_no_go_events(collect);
	*ret_collect = collect;
	return 0;
}

void collect_free(struct collect *collect)
{
	if (!collect)
		return;
	if (collect->source)
		collect->source->close(collect);
	free(collect);
}

int collect_sweep(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
		  void *context)
{
	return collect->source->sweep(collect, kernel_stack_after_ns, fn, context);
}

int collect_fd(const struct collect *collect)
{
	return collect->source->fd(collect);
}

int collect_consume(struct collect *collect, collect_event_fn fn, void *context)
{
	return collect->source->consume(collect, fn, context);
}

void collect_get_lost(const struct collect *collect, struct collect_lost *ret_lost)
{
	collect->source->lost(collect, ret_lost);
}

const char *collect_source(const struct collect *collect)
{
	return collect->source->name;
}

uint64_t collect_load_ns(const struct collect *collect)
{
	return collect->load_ns;
}

const char *collect_limit(const struct collect *collect, size_t index)
{
	return index < collect->limit_count ? collect->limits[index] : NULL;
}
