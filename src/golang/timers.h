/* SPDX-License-Identifier: GPL-2.0-only */
/* The timers of a Go process: runtime.allp, and in each p a heap of them. */
#ifndef LEAKHOP_GOLANG_TIMERS_H
#define LEAKHOP_GOLANG_TIMERS_H

#include "golang/private.h"

/* Fills the model's timers, and the function that most of some of them call. Nothing where they are not found. */
void go_count_timers(struct go_process *process, struct lc_go_process *model);

#define GO_PROCESSORS_MAX 4096

/* Addresses of the p's, of runtime.allp; 0: not found yet, which go_count_timers() tries. */
size_t go_processors(const struct go_process *process, uint64_t list[GO_PROCESSORS_MAX]);

/* Calls fn for each heap: at list are length elements, step bytes apart, whose first word is the timer's address. */
typedef void go_timer_heap_fn(void *context, uint64_t list, uint64_t length, unsigned step);
void go_each_timer_heap(struct go_process *process, go_timer_heap_fn *fn, void *context);

/* The name of what a timer calls, by its field f; "" where it can't be read. */
const char *go_timer_function(const struct go_process *process, uint64_t f);

/*
 * timer_channels.c: whether one of the timers that run sends to a channel (of that capacity and element size) that
 * does not name it. Reads the timers at most once in a sweep.
 */
bool go_timer_sends_to(struct go_process *process, uint32_t sweep, uint64_t channel,
		       uint64_t capacity, uint64_t element_size);

#endif
