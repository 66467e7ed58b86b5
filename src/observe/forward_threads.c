// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is looked at before a thread is run forward: whether it stands, whether what its call gives
 * is known, and how many with the same stack were asked already.
 */
#include "observe/forward_private.h"

#include <sys/syscall.h>

bool forward_stands(const struct lc_thread *thread)
{
	return thread->blocked && !thread->ended_at && !thread->moving && thread->wait &&
	       thread->wait_confirmed;
}

bool forward_sleeps(const struct lc_thread *thread)
{
	return thread->syscall.nr == SYS_nanosleep || thread->syscall.nr == SYS_clock_nanosleep;
}

bool forward_has_other_results(const struct lc_thread *thread)
{
	return thread->syscall.nr != SYS_futex && !forward_sleeps(thread);
}

unsigned *forward_count_at(struct forward_stacks *stacks, uint32_t stack)
{
	for (size_t i = 0; i < stacks->count; i++) {
		if (stacks->list[i].stack == stack)
			return &stacks->list[i].threads;
	}
	if (!stack || stacks->count == FORWARD_STACKS)
		return NULL;
	stacks->list[stacks->count].stack = stack;
	return &stacks->list[stacks->count++].threads;
}
