/* SPDX-License-Identifier: GPL-2.0-only */
/* The timers of a Go process: runtime.allp, and in each p a heap of them. */
#ifndef LEAKHOP_RUNTIMES_GO_TIMERS_H
#define LEAKHOP_RUNTIMES_GO_TIMERS_H

#include "runtimes/go/private.h"

/*
 * Fills the model's timers: how many, how many of them last, and the function that most of these
 * call. Nothing where they are not found.
 */
void go_count_timers(struct go_process *process, struct lc_go_process *model, uint64_t now);

#define GO_PROCESSORS_MAX 4096

/* Addresses of the p's, of runtime.allp, which is looked for some times; 0: not found. */
size_t go_processors(struct go_process *process, uint64_t list[GO_PROCESSORS_MAX]);

/*
 * Calls fn for each heap: at list are length elements, step bytes apart, whose first word is the
 * timer's address.
 */
typedef void go_timer_heap_fn(void *context, uint64_t list, uint64_t length, unsigned step);
void go_each_timer_heap(struct go_process *process, go_timer_heap_fn *fn, void *context);

/* The name of what a timer calls, by its field f; "" where it can't be read. */
const char *go_timer_function(const struct go_process *process, uint64_t f);

/*
 * timer_list.c: a timer that was not stopped. Calls fn for at most so many of a process: the first
 * ones of each heap, or spread over all. Returns for how many each of them stands; 0: they are not
 * laid out in a known way.
 */
struct go_timer {
	int64_t when, period; /* ns, CLOCK_MONOTONIC; period 0: once */
	uint64_t f, arg;
};

typedef void go_timer_fn(void *context, const struct go_timer *timer);
uint64_t go_each_timer(struct go_process *process, uint64_t most, bool spread, go_timer_fn *fn,
		       void *context);

/* The name of what a timer calls in the end; "" where it can't be read. */
const char *go_timer_callback(const struct go_process *process, const struct go_timer *timer);

/*
 * timer_channels.c: the timer that runs and sends to a channel (of that capacity and element size)
 * that does not name it, or that closes it as a context's; NULL: none. Reads the timers at most
 * once in a sweep.
 */
const struct go_timer_channel *go_timer_of_channel(struct go_process *process, uint32_t sweep,
						   uint64_t channel, uint64_t capacity,
						   uint64_t element_size);

#endif
