// SPDX-License-Identifier: GPL-2.0-only
/* Who could release a waiter, and who that one in turn, whoever they belong to. */
#include "observe/rearmed.h"
#include "observe/stacks.h"
#include "observe/waits_private.h"
#include "target/core.h"
#include "target/proc.h"
#include "verdict/report.h"

#include <errno.h>

static bool has_process(const struct reading *reading, pid_t pid)
{
	size_t i;

	for (i = 0; i < reading->process_count; i++) {
		if (reading->processes[i] == pid)
			return true;
	}
	return false;
}

/* The registers of a sample are worth nothing later. */
static int take_stack(struct observer *observer, const struct lc_sample *sample,
		      struct lc_thread *thread)
{
	if (!sample->registers.known || !observer->options->user_stacks)
		return 0;
	thread->stack_error = stacks_take(observer, thread->task.pid, &sample->registers, NULL,
					  /* live= */ true, &thread->user_stack);
	return thread->stack_error == -ENOMEM ? -ENOMEM : 0;
}

/* A thread that nobody asked for; *ret_thread stays NULL where it can't be looked at. */
static int find_other(struct reading *reading, pid_t pid, pid_t tid, struct lc_thread **ret_thread)
{
	struct observer *observer = reading->observer;
	struct lc_thread *thread = lc_model_find(observer->others, tid);
	struct lc_sample sample;
	int r;

	if (thread && !thread->ended_at) {
		*ret_thread = thread;
		return 0;
	}
	if (lc_model_count(observer->others) >= OBSERVER_MOST_OTHERS) {
		observer->lost_others++;
		return 0;
	}
	if (collect_sample_thread(observer->collect, pid, tid, &sample) < 0)
		return 0;
	r = lc_model_sample(observer->others, &sample, &thread);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	*ret_thread = thread;
	rearmed_note_time_out(reading->scan, &sample, thread);
	return thread->blocked ? take_stack(observer, &sample, thread) : 0;
}

/* Reads what it waits for, where that is not known or may have changed. */
static int add_other(struct reading *reading, pid_t pid, pid_t tid)
{
	struct lc_thread *thread = lc_model_find(reading->observer->model, tid);
	int r = 0;

	if (!thread) /* else asked for, but perhaps not due yet */
		r = find_other(reading, pid, tid, &thread);
	if (r < 0 || !thread || !thread->blocked || thread->moving ||
	    (thread->wait && !waits_is_stale(reading, thread)))
		return r;
	reading->read = true;
	r = waits_describe(reading, thread);
	thread->wait_confirmed = false;
	return r;
}

static int sample_other(struct observer *observer, struct wait_scan *scan, struct lc_thread *thread,
			bool last)
{
	struct lc_sample sample;
	int r;

	if (collect_sample_thread(observer->collect, thread->task.pid, thread->task.tid, &sample) <
	    0)
		return 0;
	r = lc_model_sample(observer->others, &sample, &thread);
	if (r >= 0)
		rearmed_note_time_out(scan, &sample, thread);
	if (r == 1 && !last)
		return take_stack(observer, &sample, thread);
	return r == -ENOMEM ? r : 0;
}

int waits_sample_others(struct observer *observer, bool last)
{
	struct lc_thread *thread = lc_model_next(observer->others, NULL), *next;
	struct wait_scan *scan;
	int r = wait_scan_create(observer->options->access, &scan);

	if (r < 0)
		return r;
	lc_model_begin_sweep(observer->others, observer_now(observer));
	for (; thread && !r; thread = next) {
		next = lc_model_next(observer->others, thread);
		if (!thread->ended_at)
			r = sample_other(observer, scan, thread, last);
	}
	lc_model_end_sweep(observer->others);
	wait_scan_free(scan);
	return r;
}

static int add_thread_of_process(void *context, pid_t tid)
{
	struct reading *reading = context;

	reading->result = add_other(reading, reading->adding, tid);
	return reading->result < 0;
}

static int add_owner(struct reading *reading, const struct lc_wait_owner *owner)
{
	if (owner->tid)
		return add_other(reading, owner->pid, owner->tid);
	if (!owner->pid || has_process(reading, owner->pid) || waits_knows_all(reading, owner->pid))
		return 0;
	if (target_core_of(reading->observer->options->access)) /* all there are were sampled */
		return 0;
	if (reading->process_count == MOST_PROCESSES) {
		reading->observer->lost_others++;
		return 0;
	}
	reading->processes[reading->process_count++] = owner->pid;
	reading->adding = owner->pid;
	reading->result = 0;
	target_for_each_tid(owner->pid, add_thread_of_process, reading);
	return reading->result;
}

static int add_owners(struct reading *reading, const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	struct lc_wait_owner own = { .pid = thread->task.pid, .fd = -1 };
	uint32_t i;
	int r = 0;

	for (i = 0; wait && i < wait->owner_count && !r; i++)
		r = add_owner(reading, &wait->owners[i]);
	/* Let go by somebody of its own process, who may be about to wake it. */
	if (!r && wait && wait->flags & LC_WAIT_LET_GO)
		r = add_owner(reading, &own);
	return r;
}

int waits_find_runners(struct reading *reading, struct lc_model *model)
{
	struct lc_wait_owner process = { .fd = -1 };
	struct lc_thread *thread;
	bool found = false;
	int r = 0;

	thread = lc_model_next_awake(model, NULL);
	for (; thread && !r; thread = lc_model_next_awake(model, thread)) {
		if (!waits_lacks_runner(thread->wait))
			continue;
		process.pid = thread->task.pid;
		r = add_owner(reading, &process);
		found = true;
	}
	thread = found ? lc_model_next_awake(model, NULL) : NULL;
	for (; thread && !r; thread = lc_model_next_awake(model, thread)) {
		if (waits_lacks_runner(thread->wait))
			r = waits_describe(reading, thread);
	}
	return r;
}

/* Each wave adds the owners of the last one, until a wave adds nobody. */
int waits_follow_chains(struct reading *reading)
{
	struct lc_thread *thread;
	size_t before;
	int r = 0;

	thread = lc_model_next_awake(reading->observer->model, NULL);
	for (; thread && !r; thread = lc_model_next_awake(reading->observer->model, thread))
		r = add_owners(reading, thread);
	do {
		before = lc_model_count(reading->observer->others);
		thread = lc_model_next_awake(reading->observer->others, NULL);
		for (; thread && !r;
		     thread = lc_model_next_awake(reading->observer->others, thread))
			r = add_owners(reading, thread);
	} while (!r && lc_model_count(reading->observer->others) > before);
	return r;
}

int waits_add_owners_of_goroutines(struct reading *reading, const struct lc_go_process *process)
{
	const struct lc_go_wait *wait = NULL;
	uint32_t i;
	int r = 0;

	while (!r && (wait = lc_go_next_wait(process, wait))) {
		if (!wait->has_socket || !rules_asks(&wait->socket))
			continue;
		for (i = 0; i < wait->socket.owner_count && !r; i++)
			r = add_owner(reading, &wait->socket.owners[i]);
	}
	return r;
}
