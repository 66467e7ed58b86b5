// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sweeps and what is read between them: see observer.h. What was read of a thread is kept only if
 * the next sweep finds it unmoved, so all that is kept was true at one instant: when that sweep
 * began.
 */
#include "observe/observer.h"
#include "observe/addresses.h"
#include "observe/cgroups.h"
#include "observe/forward.h"
#include "observe/go_events.h"
#include "observe/goroutines.h"
#include "observe/rearmed.h"
#include "observe/resting.h"
#include "observe/stacks.h"
#include "observe/waits.h"
#include "wait/wait.h"

#include <errno.h>

/* Of threads that have not moved, the text would be a tenth of what each costs. */
#define PROGRESS_EACH 256

struct sweeping {
	struct observer *observer;
	uint64_t stack_after_ns;
	struct wait_scan *scan; /* of one sweep: for time-outs */
	bool first;
	bool last;     /* nothing more is read: no stacks */
	unsigned left; /* further readings */
	size_t count;
	size_t moved; /* due, and a block that began after the sweep before */
};

/* The stack of a block that was not seen before, straight after its sample. */
static int take_stacks(struct observer *observer, const struct lc_sample *sample,
		       struct lc_thread *thread)
{
	thread->kernel_stack = stacks_take_kernel(observer, sample);
	if (sample->kernel_thread || !observer->options->user_stacks)
		return 0;
	thread->stack_error = stacks_take(observer, sample->task.pid, &sample->registers, NULL,
					  /* live= */ true, &thread->user_stack);
	return thread->stack_error == -ENOMEM ? -ENOMEM : 0;
}

/*
 * It runs each time that it is looked at. In a trace the next sweep tells more; a dump has but this
 * one.
 */
static void give_up(struct observer *observer, struct lc_thread *thread)
{
	if (!observer->options->once) {
		thread->blocked = false;
		return;
	}
	thread->moving = true;
	thread->stack_error = -EAGAIN;
	observer->lost_stacks++;
}

/* Of a thread that has not moved: has it no stack yet, which only a whole sample can bring? */
static bool lacks_stack(const struct observer *observer, const struct lc_thread *thread)
{
	if (thread->kernel_thread || !observer->options->user_stacks)
		return observer->options->kernel_stacks && !thread->kernel_stack;
	return !thread->user_stack && !thread->stack_error;
}

/* Returns 1 if the thread's block has no stack yet, 0 or a negative errno. */
static int model_sample(struct observer *observer, const struct lc_sample *sample,
			struct lc_thread **ret_thread)
{
	int r;

	if (!sample->unmoved)
		return lc_model_sample(observer->model, sample, ret_thread);
	r = lc_model_unmoved(observer->model, sample, ret_thread);
	return r < 0 ? r : lacks_stack(observer, *ret_thread);
}

/* It has stood still for the threshold. */
static int take_due(struct sweeping *sweeping, const struct lc_sample *sample,
		    struct lc_thread *thread, bool lacks_stack)
{
	struct observer *observer = sweeping->observer;
	bool moved = !sweeping->first && thread->steady_from == sample->now &&
		     thread->rearmed_at != sample->now;
	int r = thread->kernel_thread ? 0 : cgroups_note(observer, thread->task.pid, lacks_stack);

	if (r < 0)
		return r;
	sweeping->moved += moved;
	if (sweeping->last && moved)
		give_up(observer, thread);
	else if (sweeping->last && lacks_stack && !thread->kernel_thread &&
		 observer->options->user_stacks)
		/* It came due since the sweep before. */
		observer->next_due = thread->blocked_since + sweeping->stack_after_ns;
	else if (!sweeping->last && lacks_stack)
		return take_stacks(observer, sample, thread);
	return 0;
}

static int take_sample(void *context, const struct lc_sample *sample)
{
	struct sweeping *sweeping = context;
	struct observer *observer = sweeping->observer;
	struct lc_thread *thread;
	uint64_t due;
	int r;

	r = model_sample(observer, sample, &thread);
	if (r == -ENOSPC)
		return 0;
	if (r == -ENOENT && sample->unmoved)
		return COLLECT_WANTS_WHOLE;
	if (r < 0)
		return r;
	due = thread->blocked_since + sweeping->stack_after_ns;
	if (sample->unmoved && r == 1 && sample->now >= due && !sweeping->last)
		return COLLECT_WANTS_WHOLE;
	sweeping->count++;
	if (sample->unmoved && lc_thread_rests(thread))
		return 0;
	if (sweeping->count % PROGRESS_EACH == 0)
		observer_progress(observer, "reading threads: %zu", sweeping->count);
	if (!thread->blocked)
		return 0;
	rearmed_note_time_out(sweeping->scan, sample, thread);
	if (sample->now >= due)
		return take_due(sweeping, sample, thread, r == 1);
	if (!observer->next_due || due < observer->next_due)
		observer->next_due = due;
	return 0;
}

static int sweep(struct sweeping *sweeping)
{
	struct observer *observer = sweeping->observer;
	bool kernel_stacks = observer->options->kernel_stacks && !sweeping->last;
	int r;

	observer->next_due = 0;
	observer->sweeps++;
	sweeping->count = sweeping->moved = 0;
	r = wait_scan_create(observer->options->access, &sweeping->scan);
	if (r < 0)
		return r;
	lc_model_begin_sweep(observer->model, observer_now(observer));
	r = collect_sweep(observer->collect, kernel_stacks ? sweeping->stack_after_ns : UINT64_MAX,
			  take_sample, sweeping);
	wait_scan_free(sweeping->scan);
	if (r < 0)
		return r;
	lc_model_end_sweep(observer->model);
	observer->threads_living = sweeping->count;
	return waits_sample_others(observer, sweeping->last);
}

/* Between the two scans of a reading: the stacks of those that moved are of use to a further one.
 */
static int sweep_between(void *context)
{
	struct sweeping *sweeping = context;

	sweeping->first = false;
	sweeping->last = !sweeping->left;
	return sweep(sweeping);
}

/*
 * Sweeps and reads until all that is due was read and then found unmoved, or attempts are used up.
 */
static int read_threads(struct sweeping *sweeping, unsigned attempts)
{
	struct observer *observer = sweeping->observer;
	const struct waits_sweeper between = { sweep_between, sweeping };
	enum waits_reading reading;
	unsigned attempt;
	int r;

	for (attempt = 0;; attempt++) {
		sweeping->first = attempt == 0;
		sweeping->last = attempt == attempts || (attempt && observer_is_stopped(observer));
		r = sweep(sweeping);
		if (r < 0 || sweeping->last)
			return r;
		/* By the word of that sweep many go on resting whose time has come. */
		if (!attempt)
			resting_wake_due(observer, /* all= */ false);
		if (attempt && !sweeping->moved &&
		    waits_settled(observer, sweeping->stack_after_ns))
			return 0;
		sweeping->left = attempts - attempt - 1;
		r = waits_read(observer, sweeping->stack_after_ns,
			       /* anew= */ attempts > 1 && !attempt, &between, &reading);
		if (r < 0 || reading == WAITS_NOTHING)
			return r;
		if (reading == WAITS_SWEPT &&
		    (sweeping->last ||
		     (!sweeping->moved && waits_settled(observer, sweeping->stack_after_ns))))
			return 0;
	}
}

int observer_sweep(struct observer *observer, uint64_t stack_after_ns, unsigned attempts)
{
	struct sweeping sweeping = { .observer = observer, .stack_after_ns = stack_after_ns };
	int r;

	observer->quick_step *= 2;
	observer->stopped = false;
	stack_begin_sweep(observer->engine);
	if (attempts > 1)
		resting_wake_due(observer, /* all= */ true);
	r = read_threads(&sweeping, attempts);
	if (!r)
		forward_ask(observer);
	if (!r)
		r = waits_conclude(observer);
	if (!r && observer->options->once)
		addresses_ask(observer);
	if (!r)
		r = goroutines_sweep(observer, attempts);
	if (!r && observer->go.count)
		r = waits_read_behind_goroutines(observer);
	if (!r) {
		lc_series_note_threads(observer->series, observer->model);
		lc_series_close(observer->series, observer_now(observer));
	}
	if (lc_model_count(observer->model) > observer->threads_seen)
		observer->threads_seen = lc_model_count(observer->model);
	return r;
}

/* A command that forks a thousand times a second is not to be held up by a stack for each. */
static bool wants_stack(const struct observer *observer, const struct lc_event *event)
{
	const struct observer_options *options = observer->options;

	if (!options->user_stacks || !event->registers.known)
		return false;
	if (event->kind == LC_EVENT_SPAWN)
		return !options->forks_without_stacks || event->same_process;
	return event->kind == LC_EVENT_BLOCK_STACK;
}

int observer_event(void *context, const struct lc_event *event)
{
	struct observer *observer = context;
	pid_t pid = event->kind == LC_EVENT_SPAWN ? event->other.pid : event->task.pid;
	struct stack_copy copy = {
		.address = event->registers.value[LC_REGISTER_SP],
		.bytes = event->stack,
		.size = event->stack_size,
	};
	uint32_t stack = 0;
	int r;

	if (event->kind == LC_EVENT_GO_BLOCK)
		return go_events_block(observer, event);
	if (event->kind == LC_EVENT_EXEC) {
		go_events_executed(observer);
		stack_forget_process(observer->engine, event->task.pid);
		goroutines_executed(observer, event->task.pid, event->at);
	}
	if (wants_stack(observer, event)) {
		r = stacks_take(observer, pid, &event->registers, &copy, false, &stack);
		if (r == -ENOMEM)
			return r;
		observer->lost_stacks += r < 0;
	}
	r = lc_model_event(observer->model, event, stack, NULL);
	return r == -ENOSPC ? 0 : r;
}
