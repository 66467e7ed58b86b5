// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a thread waits for again and again: blocks of one call, with one first argument, at one
 * stack pointer and program counter. A sweep sees too little of short blocks to take their stacks,
 * but it sees that one has ended, and how long it can have lasted at most.
 */
#include "model/threads_private.h"

#include <string.h>

static struct lc_repeat *repeat_find(struct lc_thread *thread, const struct lc_site_id *id)
{
	int i;

	for (i = 0; i < LC_REPEATS; i++) {
		if (thread->repeats[i].id.pc && !memcmp(&thread->repeats[i].id, id, sizeof(*id)))
			return &thread->repeats[i];
	}
	return NULL;
}

/* The one that was of use the longest ago goes. */
static struct lc_repeat *repeat_get(struct lc_thread *thread, const struct lc_site_id *id)
{
	struct lc_repeat *repeat = repeat_find(thread, id), *oldest = &thread->repeats[0];
	int i;

	if (repeat)
		return repeat;
	for (i = 1; i < LC_REPEATS; i++) {
		if (thread->repeats[i].last_used_at < oldest->last_used_at)
			oldest = &thread->repeats[i];
	}
	*oldest = (struct lc_repeat){ .id = *id };
	return oldest;
}

static struct lc_site_id id_now(const struct lc_thread *thread)
{
	return (struct lc_site_id){ .syscall_nr = thread->syscall.nr,
				    .argument = thread->syscall.args[0],
				    .sp = thread->sp,
				    .pc = thread->pc };
}

void lc_repeat_ended(struct lc_thread *thread, const struct lc_site_id *id, uint64_t ns,
		     uint64_t at, uint32_t user_stack)
{
	struct lc_repeat *repeat;

	if (id->syscall_nr == LC_NO_SYSCALL || !id->pc)
		return;
	repeat = repeat_get(thread, id);
	repeat->count++;
	repeat->total_ns += ns;
	if (ns > repeat->max_ns)
		repeat->max_ns = ns;
	if (at > repeat->last_at)
		repeat->last_at = repeat->last_used_at = at;
	if (user_stack)
		repeat->user_stack = user_stack;
}

void lc_repeat_now_ended(struct lc_thread *thread, uint64_t ns, uint64_t at)
{
	struct lc_site_id id = id_now(thread);

	if (thread->end_noted)
		return;
	thread->end_noted = true;
	lc_repeat_ended(thread, &id, ns, at, thread->user_stack);
}

void lc_repeat_note_peer(struct lc_thread *thread)
{
	struct lc_site_id id = id_now(thread);
	struct lc_repeat *repeat;

	if (!thread->wait->peer || !id.pc || id.syscall_nr == LC_NO_SYSCALL)
		return;
	repeat = repeat_get(thread, &id);
	/* The same descriptor, and another connection. */
	if (repeat->peer && repeat->peer != thread->wait->peer)
		*repeat = (struct lc_repeat){ .id = id };
	repeat->peer = thread->wait->peer;
	if (thread->user_stack)
		repeat->user_stack = thread->user_stack;
	if (thread->seen_at > repeat->last_used_at)
		repeat->last_used_at = thread->seen_at;
}

const struct lc_repeat *lc_thread_repeat(const struct lc_thread *thread)
{
	struct lc_site_id id = id_now(thread);

	return thread->blocked && id.pc ? repeat_find((struct lc_thread *)thread, &id) : NULL;
}
