/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks of sampled threads, unwound and interned in the observer's table. */
#ifndef LEAKHOP_OBSERVE_STACKS_H
#define LEAKHOP_OBSERVE_STACKS_H

#include "observe/observer.h"

/*
 * Unwinds a user stack of process pid from registers; copy, live: see stack_unwind(). Returns 0, or
 * why there is no stack: a negative errno.
 */
int stacks_take(struct observer *observer, pid_t pid, const struct lc_registers *registers,
		const struct stack_copy *copy, bool live, uint32_t *ret_id);

/* Gives the names to a user stack of process pid, before its goroutines were read. */
void stacks_name(struct observer *observer, pid_t pid, uint32_t id);

/* The kernel stack that came with a sample; 0: none. */
uint32_t stacks_take_kernel(struct observer *observer, const struct lc_sample *sample);

#endif
