// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of threads and what samples do to it; events are in thread_events.c. Relies on uthash.
 */
#include "model/threads.h"
#include "model/threads_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lc_model_create(size_t max_threads, struct lc_model **ret_model)
{
	struct lc_model *model = calloc(1, sizeof(*model));

	if (!model)
		return -ENOMEM;
	model->max_threads = max_threads ? max_threads : LC_THREADS_MAX;
	*ret_model = model;
	return 0;
}

void lc_model_free(struct lc_model *model)
{
	struct lc_thread *thread, *next;

	if (!model)
		return;
	HASH_ITER(hh, model->threads, thread, next)
		lc_model_drop(model, thread);
	lc_holdings_release(&model->holdings);
	free(model);
}

void lc_model_drop(struct lc_model *model, struct lc_thread *thread)
{
	if (model->last_unmoved == thread)
		model->last_unmoved = NULL;
	HASH_DEL(model->threads, thread);
	lc_process_leave(model, thread);
	free(thread->wait);
	free(thread);
}

struct lc_thread *lc_model_find(const struct lc_model *model, pid_t tid)
{
	struct lc_thread *thread;

	HASH_FIND(hh, model->threads, &tid, sizeof(tid), thread);
	return thread;
}

struct lc_thread *lc_model_next(const struct lc_model *model, const struct lc_thread *thread)
{
	return thread ? thread->hh.next : model->threads;
}

size_t lc_model_count(const struct lc_model *model)
{
	return HASH_COUNT(model->threads);
}

uint64_t lc_model_refused(const struct lc_model *model)
{
	return model->refused;
}

/* Those born first go first. */
static void drop_first_ended(struct lc_model *model, size_t count)
{
	struct lc_thread *thread, *next;

	HASH_ITER(hh, model->threads, thread, next) {
		if (!count)
			return;
		if (!thread->ended_at)
			continue;
		lc_model_drop(model, thread);
		model->refused++;
		count--;
	}
}

void lc_model_drop_ended(struct lc_model *model, bool all)
{
	struct lc_thread *thread, *next;
	size_t kept = 0;

	if (!all && !model->has_ended)
		return;
	model->has_ended = false;
	/* Where one has ended, nobody rests. */
	for (thread = lc_model_next_awake(model, NULL); thread; thread = next) {
		next = lc_model_next_awake(model, thread);
		if (thread->ended_at && (all || !thread->blocks.count))
			lc_model_drop(model, thread);
		else
			kept += thread->ended_at != 0;
	}
	if (kept > LC_ENDED_MAX)
		drop_first_ended(model, kept - LC_ENDED_MAX / 4 * 3);
}

/* How long a thread has stood still: what decides who is kept. */
static uint64_t worth(const struct lc_thread *thread, uint64_t now)
{
	return thread->blocked && !thread->ended_at && now > thread->blocked_since
		       ? now - thread->blocked_since
		       : 0;
}

static int compare_worth(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Makes room for a thread worth that much: drops the ended, else the sixteenth that stood still for
 * the shortest time, so that the cost of choosing is shared by many insertions.
 */
static int make_room(struct lc_model *model, uint64_t now, uint64_t newcomer)
{
	struct lc_thread *thread, *next;
	size_t count, i = 0, share;
	uint64_t *worths, limit;

	lc_model_drop_ended(model, true);
	count = HASH_COUNT(model->threads);
	if (count < model->max_threads)
		return 0;
	worths = malloc(count * sizeof(*worths));
	if (!worths)
		return -ENOMEM;
	for (thread = model->threads; thread; thread = thread->hh.next)
		worths[i++] = worth(thread, now);
	qsort(worths, count, sizeof(*worths), compare_worth);
	share = count / 16 + 1;
	limit = worths[share - 1];
	free(worths);
	model->refused++;
	if (newcomer <= limit)
		return -ENOSPC;
	HASH_ITER(hh, model->threads, thread, next) {
		if (share && worth(thread, now) <= limit) {
			lc_model_drop(model, thread);
			model->refused++;
			share--;
		}
	}
	model->refused--; /* the newcomer itself was not refused */
	return 0;
}

int lc_model_add(struct lc_model *model, pid_t tid, uint64_t now, uint64_t newcomer,
		 struct lc_thread **ret_thread)
{
	struct lc_thread *thread;
	int r;

	if (HASH_COUNT(model->threads) >= model->max_threads) {
		r = make_room(model, now, newcomer);
		if (r < 0)
			return r;
	}
	thread = calloc(1, sizeof(*thread));
	if (!thread)
		return -ENOMEM;
	thread->task.tid = tid;
	thread->syscall.nr = LC_NO_SYSCALL;
	thread->sweep = model->sweep;
	HASH_ADD(hh, model->threads, task.tid, sizeof(tid), thread);
	*ret_thread = thread;
	return 0;
}

void lc_model_begin_sweep(struct lc_model *model, uint64_t now)
{
	model->sweep++;
	model->sweep_at = model->sampled_at = now;
}

static void note_unseen(struct lc_model *model, struct lc_thread *thread)
{
	for (; thread; thread = thread->process_next) {
		if (thread->ended_at || thread->sweep == model->sweep)
			continue;
		/* Born while the sweep was under way: the next one will tell. */
		if (thread->spawned_at >= model->sweep_at && thread->spawned_at)
			continue;
		thread->ended_at = model->sweep_at;
		thread->blocked = false;
		model->has_ended = true;
		/* Its place in the sweep may have been the last one. */
		lc_process_moved(thread, model->sampled_at + 1);
	}
}

void lc_model_end_sweep(struct lc_model *model)
{
	struct lc_process *process;

	for (process = model->processes; process; process = process->hh.next) {
		if (process->sweep != model->sweep || process->seen < process->count)
			note_unseen(model, process->threads);
	}
}

/* Uninterruptible, interruptible, stopped, traced, parked: anything but running or ended. */
static bool is_blocked(const struct lc_sample *sample)
{
	return !sample->on_cpu && sample->state && !strchr("RZX", sample->state);
}

static uint64_t switches(const struct lc_thread *thread)
{
	return thread->voluntary_switches + thread->involuntary_switches;
}

static void sample_first(struct lc_thread *thread, const struct lc_sample *sample)
{
	thread->start_time = sample->start_time;
	thread->first_seen_at = sample->now;
	thread->first_run_ns = sample->run_ns;
	thread->first_voluntary = sample->voluntary_switches;
	thread->first_involuntary = sample->involuntary_switches;
}

/*
 * The block of the last sample is over: it lasted up to the next one's begin, or up to now, at
 * most.
 */
static void sample_end(struct lc_thread *thread, const struct lc_sample *sample, bool blocked)
{
	uint64_t end = blocked && sample->still_since ? sample->still_since : sample->now;

	if (thread->seen_at && thread->blocked && !thread->at_least && end > thread->blocked_since)
		lc_repeat_now_ended(thread, end - thread->blocked_since, thread->seen_at);
	thread->end_noted = false;
}

/* What it waited for, it does not wait for any more. */
static void sample_served(struct lc_model *model, const struct lc_thread *thread, uint64_t now)
{
	if (thread->blocked && thread->wait && lc_is_lock(thread->wait->kind))
		lc_holdings_served(&model->holdings, &thread->wait->key, now);
}

static void sample_block(struct lc_thread *thread, const struct lc_sample *sample, bool same)
{
	uint64_t since = sample->still_since ? sample->still_since : sample->now;

	if (!same) {
		lc_thread_set_wait(thread, NULL, 0);
		thread->steady_from = sample->now;
		thread->moving = false;
		thread->user_stack = 0;
		thread->kernel_stack = 0;
		thread->stack_error = 0;
		thread->reported = 0;
		thread->at_least = !sample->still_since;
		thread->blocked_since = since < sample->now ? since : sample->now;
		thread->armed_at = thread->blocked_since;
		thread->rearms = thread->rearmed_at = thread->period_ns = 0;
	} else if (memcmp(&thread->blocker, &sample->blocker, sizeof(sample->blocker))) {
		lc_thread_set_wait(thread, NULL, 0); /* the kernel's lock changed hands meanwhile */
	}
	thread->blocked = true;
	thread->syscall = sample->syscall;
	thread->sp = sample->registers.value[LC_REGISTER_SP];
	thread->pc = sample->registers.value[LC_REGISTER_PC];
	thread->registers = sample->registers;
	thread->thread_pointer = sample->thread_pointer;
	thread->blocker = sample->blocker;
}

int lc_model_sample(struct lc_model *model, const struct lc_sample *sample,
		    struct lc_thread **ret_thread)
{
	struct lc_thread *thread = lc_model_find(model, sample->task.tid);
	uint64_t still = sample->still_since && sample->now > sample->still_since
				 ? sample->now - sample->still_since
				 : 0;
	bool blocked = is_blocked(sample), same, rearmed, moved;
	int r;

	if (thread && thread->start_time && thread->start_time != sample->start_time) {
		lc_model_drop(model, thread);
		thread = NULL;
	}
	if (!thread) {
		r = lc_model_add(model, sample->task.tid, sample->now, blocked ? still : 0,
				 &thread);
		if (r < 0)
			return r;
	}
	r = lc_process_join(model, thread, &sample->task);
	if (r < 0)
		return r;
	if (!thread->seen_at)
		sample_first(thread, sample);
	same = blocked && thread->seen_at && thread->blocked &&
	       switches(thread) == sample->voluntary_switches + sample->involuntary_switches;
	rearmed = blocked && !same && lc_thread_is_rearmed(thread, sample);
	same |= rearmed;
	if (rearmed)
		lc_thread_rearm(thread, sample);
	if (!same) {
		sample_served(model, thread, sample->now);
		sample_end(thread, sample, blocked);
	}
	moved = !same || thread->run_ns != sample->run_ns;
	if (moved)
		thread->ran_at = sample->now;
	lc_process_sampled(model, thread, sample, moved || rearmed);
	model->sampled_at = sample->now;
	memcpy(thread->process_comm, sample->process_comm, sizeof(thread->process_comm));
	thread->parent_pid = sample->parent_pid;
	thread->kernel_thread = sample->kernel_thread;
	thread->state = sample->state;
	thread->on_cpu = sample->on_cpu;
	thread->run_ns = sample->run_ns;
	thread->voluntary_switches = sample->voluntary_switches;
	thread->involuntary_switches = sample->involuntary_switches;
	thread->seen_at = sample->now;
	thread->ended_at = 0;
	if (sample->last_wake_at > thread->last_wake_at) {
		thread->last_wake_at = sample->last_wake_at;
		thread->waker = sample->waker;
	}
	if (blocked) {
		sample_block(thread, sample, same);
	} else {
		thread->blocked = false;
		lc_thread_set_wait(thread, NULL, 0);
		thread->moving = false;
		thread->user_stack = thread->kernel_stack = 0;
		thread->syscall.nr = LC_NO_SYSCALL;
	}
	if (ret_thread)
		*ret_thread = thread;
	return blocked && !thread->user_stack && !thread->stack_error;
}

/* A sweep comes by the threads in much the same order as they were added: mostly it is the next
 * one. */
static struct lc_thread *find_next(struct lc_model *model, pid_t tid)
{
	struct lc_thread *last = model->last_unmoved, *next = last ? last->hh.next : model->threads;

	return next && next->task.tid == tid ? next : lc_model_find(model, tid);
}

int lc_model_unmoved(struct lc_model *model, const struct lc_sample *sample,
		     struct lc_thread **ret_thread)
{
	struct lc_thread *thread = find_next(model, sample->task.tid);

	model->last_unmoved = thread;
	if (!thread || thread->start_time != sample->start_time || !thread->seen_at ||
	    thread->ended_at || !thread->blocked || lc_process_wants_files(thread))
		return -ENOENT;
	thread->seen_at = model->sampled_at = sample->now;
	lc_process_seen(model, thread);
	*ret_thread = thread;
	return 0;
}
