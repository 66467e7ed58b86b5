// SPDX-License-Identifier: GPL-2.0-only
/*
 * What events do to the model. An event about an unknown thread adds it: the next sweep tells more.
 */
#include "model/threads_private.h"

#include <string.h>

static int find_or_add(struct lc_model *model, const struct lc_event *event,
		       struct lc_thread **ret_thread)
{
	struct lc_thread *thread = lc_model_find(model, event->task.tid);
	int r;

	if (!thread) {
		r = lc_model_add(model, event->task.tid, event->at, event->blocked_ns, &thread);
		if (r < 0)
			return r;
		memcpy(thread->process_comm, event->task.comm, sizeof(thread->process_comm));
	}
	r = lc_process_join(model, thread, &event->task);
	if (r < 0)
		return r;
	lc_process_moved(thread, event->at);
	*ret_thread = thread;
	return 0;
}

static void note_longest(struct lc_thread *thread, const struct lc_block *block)
{
	struct lc_block *longest = thread->longest;
	int i = LC_LONGEST_BLOCKS - 1;

	if (block->ns <= longest[i].ns)
		return;
	for (; i > 0 && longest[i - 1].ns < block->ns; i--)
		longest[i] = longest[i - 1];
	longest[i] = *block;
}

/*
 * Counts an ended block at its place; at the bound, at the place without a stack, or at the last.
 */
static void note_place(struct lc_thread *thread, const struct lc_block *block)
{
	struct lc_site *place;
	int i;

	for (i = 0; i < LC_SITES - 1; i++) {
		place = &thread->places[i];
		if (!place->blocks.count)
			break;
		if (place->user_stack == block->user_stack &&
		    place->syscall_nr == block->syscall_nr)
			break;
	}
	place = &thread->places[i];
	if (!place->blocks.count) {
		place->user_stack = block->user_stack;
		place->syscall_nr = block->syscall_nr;
	}
	place->last_at = block->at;
	place->blocks.count++;
	place->blocks.total_ns += block->ns;
	if (block->ns > place->blocks.max_ns)
		place->blocks.max_ns = block->ns;
}

/* The last sample is of this block if it came after the block began (1 ms: clocks). */
static bool is_sampled(const struct lc_thread *thread, uint64_t block_at)
{
	return thread->blocked && thread->seen_at >= block_at &&
	       thread->blocked_since + 1000000 >= block_at;
}

static void block_ended(struct lc_thread *thread, const struct lc_event *event)
{
	struct lc_block block = {
		.at = event->at - event->blocked_ns,
		.ns = event->blocked_ns,
		.syscall_nr = event->syscall.nr,
		.waker_tid = event->other.tid,
	};

	if (is_sampled(thread, block.at)) {
		block.user_stack = thread->user_stack;
		lc_repeat_now_ended(thread, block.ns, event->at);
	}
	memcpy(block.waker_comm, event->other.comm, sizeof(block.waker_comm));
	thread->blocks.count++;
	thread->blocks.total_ns += block.ns;
	if (block.ns > thread->blocks.max_ns)
		thread->blocks.max_ns = block.ns;
	note_longest(thread, &block);
	if (!event->stack_follows)
		note_place(thread, &block);
	if (event->at > thread->last_wake_at) {
		thread->last_wake_at = event->at;
		thread->waker = event->other;
	}
}

/* The copy comes right after the end of the block it belongs to. */
static void block_stack(struct lc_thread *thread, const struct lc_event *event, uint32_t stack)
{
	struct lc_block block = {
		.at = event->blocked_at,
		.ns = event->blocked_ns,
		.syscall_nr = event->syscall.nr,
		.user_stack = stack,
	};
	struct lc_site_id id = { .syscall_nr = event->syscall.nr,
				 .argument = event->syscall.args[0],
				 .sp = event->registers.value[LC_REGISTER_SP],
				 .pc = event->registers.value[LC_REGISTER_PC] };
	uint64_t apart;
	int i;

	note_place(thread, &block);
	if (!is_sampled(thread, event->blocked_at))
		lc_repeat_ended(thread, &id, event->blocked_ns,
				event->blocked_at + event->blocked_ns, stack);
	for (i = 0; i < LC_LONGEST_BLOCKS; i++) {
		if (!thread->longest[i].ns || thread->longest[i].user_stack)
			continue;
		apart = thread->longest[i].at > event->blocked_at
				? thread->longest[i].at - event->blocked_at
				: event->blocked_at - thread->longest[i].at;
		if (apart < 1000000)
			thread->longest[i].user_stack = stack;
	}
}

static int spawned(struct lc_model *model, const struct lc_event *event, uint32_t stack,
		   struct lc_thread **ret_thread)
{
	struct lc_thread *thread = lc_model_find(model, event->task.tid);
	int r;

	if (thread && thread->start_time && thread->start_time != event->start_time) {
		lc_model_drop(model, thread);
		thread = NULL;
	}
	if (!thread) {
		r = lc_model_add(model, event->task.tid, event->at, 0, &thread);
		if (r < 0)
			return r;
		r = lc_process_join(model, thread, &event->task);
		if (r < 0)
			return r;
		memcpy(thread->process_comm, event->other.comm, sizeof(thread->process_comm));
	}
	lc_process_moved(thread, event->at);
	thread->start_time = event->start_time;
	thread->spawned_at = event->at;
	thread->spawner = event->other;
	thread->spawn_stack = stack;
	*ret_thread = thread;
	return 0;
}

/*
 * The threads of a process end with its exec; the one that called it goes on as the leader, under
 * the leader's tid and start time (de_thread() in fs/exec.c), with a new program.
 */
static void executed(struct lc_model *model, const struct lc_event *event,
		     struct lc_thread **ret_thread)
{
	struct lc_thread *thread = lc_process_threads(model, event->task.pid), *leader = NULL;

	if (thread)
		lc_process_moved(thread, event->at);
	for (; thread; thread = thread->process_next) {
		if (thread->ended_at)
			continue;
		if (thread->task.tid == event->task.pid) {
			leader = thread;
			continue;
		}
		thread->ended_at = event->at;
		thread->blocked = false;
		model->has_ended = true;
	}
	*ret_thread = leader;
	if (!leader)
		return;
	leader->task = event->task;
	memcpy(leader->process_comm, event->task.comm, sizeof(leader->process_comm));
	leader->blocked = false;
	leader->user_stack = leader->kernel_stack = 0;
	memset(leader->repeats, 0, sizeof(leader->repeats));
}

int lc_model_event(struct lc_model *model, const struct lc_event *event, uint32_t stack,
		   struct lc_thread **ret_thread)
{
	struct lc_thread *thread = NULL;
	int r = 0;

	switch (event->kind) {
	case LC_EVENT_SPAWN:
		r = spawned(model, event, stack, &thread);
		break;
	case LC_EVENT_EXEC:
		executed(model, event, &thread);
		break;
	case LC_EVENT_EXIT:
		thread = lc_model_find(model, event->task.tid);
		if (thread) {
			thread->ended_at = event->at;
			thread->blocked = false;
			model->has_ended = true;
			lc_process_moved(thread, event->at);
		}
		break;
	case LC_EVENT_BLOCK_ENDED:
		r = find_or_add(model, event, &thread);
		if (!r)
			block_ended(thread, event);
		break;
	case LC_EVENT_BLOCK_STACK:
		r = find_or_add(model, event, &thread);
		if (!r)
			block_stack(thread, event, stack);
		break;
	case LC_EVENT_SPAWN_FAILED:
		r = find_or_add(model, event, &thread);
		if (!r) {
			thread->spawn_failures++;
			thread->spawn_error = event->error;
		}
		break;
	case LC_EVENT_FIRST_RUN:
		r = find_or_add(model, event, &thread);
		if (!r)
			thread->first_run_at = event->at;
		break;
	case LC_EVENT_GO_BLOCK: /* of goroutines: goroutines.h */
		break;
	}
	if (ret_thread)
		*ret_thread = thread;
	return r;
}
