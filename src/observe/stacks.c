// SPDX-License-Identifier: GPL-2.0-only
/* Unwinding into the table of interned stacks: see stacks.h. */
#include "observe/stacks.h"

uint32_t stacks_take_kernel(struct observer *observer, const struct lc_sample *sample)
{
	struct lc_raw_frame frames[STACK_MAX_FRAMES] = {};
	size_t i, count = sample->kernel_depth;
	uint32_t id = 0;

	if (count > STACK_MAX_FRAMES)
		count = STACK_MAX_FRAMES;
	for (i = 0; i < count; i++)
		frames[i].address = frames[i].vaddr = sample->kernel_stack[i];
	if (count && lc_stacks_intern(observer->stacks, frames, count, LC_STACK_WHOLE, &id) < 0)
		observer->lost_stacks++;
	return id;
}

int stacks_take(struct observer *observer, pid_t pid, const struct lc_registers *registers,
		const struct stack_copy *copy, bool live, uint32_t *ret_id)
{
	struct stack_walk walk;
	int r;

	r = stack_unwind(observer->engine, pid, registers, copy, live, &walk);
	if (r < 0)
		return r;
	r = lc_stacks_intern(observer->stacks, walk.frames, walk.count, walk.end, ret_id);
	if (r < 0)
		observer->lost_stacks++;
	return r;
}

void stacks_name(struct observer *observer, pid_t pid, uint32_t id)
{
	if (observer->runtime)
		observer->runtime->does->know(observer->runtime, pid, observer_now(observer));
	stack_name_user(observer->engine, observer->stacks, id);
}
