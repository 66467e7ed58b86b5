// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sweeps and what is read between them: see round.h. What was read of a thread is kept only if the next sweep
 * finds it unmoved, so all that is kept was true at one instant: when that sweep began.
 */
#include "cmd/round.h"
#include "cmd/go_events.h"
#include "cmd/goroutines.h"
#include "cmd/stacks.h"
#include "cmd/waits.h"

#include <errno.h>

struct round {
	struct session *session;
	uint64_t stack_after_ns;
	bool first;
	bool last; /* nothing more is read: no stacks */
	size_t count;
	size_t moved; /* due, and a block that began after the sweep before */
};

/* The stack of a block that was not seen before, straight after its sample. */
static int take_stacks(struct session *session, const struct lc_sample *sample,
		       struct lc_thread *thread)
{
	thread->kernel_stack = stacks_take_kernel(session, sample);
	if (sample->kernel_thread || !session->options->user_stacks)
		return 0;
	thread->stack_error = stacks_take(session, sample->task.pid, &sample->registers, NULL,
					  /* live= */ true, &thread->user_stack);
	return thread->stack_error == -ENOMEM ? -ENOMEM : 0;
}

/* It runs each time that it is looked at. In a trace the next sweep tells more; a dump has but this one. */
static void give_up(struct session *session, struct lc_thread *thread)
{
	if (!session->options->once) {
		thread->blocked = false;
		return;
	}
	thread->moving = true;
	thread->stack_error = -EAGAIN;
	session->lost_stacks++;
}

static int take_sample(void *context, const struct lc_sample *sample)
{
	struct round *round = context;
	struct session *session = round->session;
	struct lc_thread *thread;
	uint64_t due;
	bool moved;
	int r;

	r = lc_model_sample(session->model, sample, &thread);
	if (r == -ENOSPC)
		return 0;
	if (r < 0)
		return r;
	round->count++;
	progress_say(&session->progress, "reading threads: %zu", round->count);
	if (!thread->blocked)
		return 0;
	due = thread->blocked_since + round->stack_after_ns;
	if (sample->now < due) {
		if (!session->next_due || due < session->next_due)
			session->next_due = due;
		return 0;
	}
	moved = !round->first && thread->steady_from == sample->now;
	round->moved += moved;
	if (round->last && moved)
		give_up(session, thread);
	else if (round->last && r == 1 && !thread->kernel_thread && session->options->user_stacks)
		session->next_due = due; /* came due since the sweep before */
	else if (!round->last && r == 1)
		return take_stacks(session, sample, thread);
	return 0;
}

static int sweep(struct round *round)
{
	struct session *session = round->session;
	bool kernel_stacks = session->options->kernel_stacks && !round->last;
	int r;

	session->next_due = 0;
	session->sweeps++;
	round->count = round->moved = 0;
	lc_model_begin_sweep(session->model, now_monotonic());
	r = collect_sweep(session->collect, kernel_stacks ? round->stack_after_ns : UINT64_MAX,
			  take_sample, round);
	if (r < 0)
		return r;
	lc_model_end_sweep(session->model);
	session->threads_living = round->count;
	return waits_sample_others(session, round->last);
}

/* Sweeps and reads until all that is due was read and then found unmoved, or attempts are used up. */
static int read_threads(struct round *round, unsigned attempts)
{
	struct session *session = round->session;
	unsigned attempt;
	bool read;
	int r;

	for (attempt = 0;; attempt++) {
		round->first = attempt == 0;
		round->last = attempt == attempts;
		r = sweep(round);
		if (r < 0 || round->last)
			return r;
		if (attempt && !round->moved && waits_settled(session, round->stack_after_ns))
			return 0;
		r = waits_read(session, round->stack_after_ns,
			       /* anew= */ attempts > 1 && !attempt, &read);
		if (r < 0 || !read)
			return r;
	}
}

int round_run(struct session *session, uint64_t stack_after_ns, unsigned attempts)
{
	struct round round = { .session = session, .stack_after_ns = stack_after_ns };
	int r;

	progress_begin(&session->progress);
	stack_begin_round(session->engine);
	r = read_threads(&round, attempts);
	if (!r)
		r = waits_conclude(session);
	if (!r)
		r = goroutines_look(session, attempts);
	if (!r && session->go.count)
		r = waits_look_behind_goroutines(session);
	if (!r) {
		growth_note(session->growth, session->model);
		growth_close(session->growth, now_monotonic());
	}
	progress_end(&session->progress);
	if (lc_model_count(session->model) > session->threads_seen)
		session->threads_seen = lc_model_count(session->model);
	return r;
}

int round_event(void *context, const struct lc_event *event)
{
	struct session *session = context;
	pid_t pid = event->kind == LC_EVENT_SPAWN ? event->other.pid : event->task.pid;
	struct stack_copy copy = {
		.address = event->registers.value[LC_REGISTER_SP],
		.bytes = event->stack,
		.size = event->stack_size,
	};
	uint32_t stack = 0;
	int r;

	if (event->kind == LC_EVENT_GO_BLOCK)
		return go_events_block(session, event);
	if (event->kind == LC_EVENT_EXEC) {
		go_events_executed(session);
		stack_forget_process(session->engine, event->task.pid);
		goroutines_executed(session, event->task.pid, event->at);
	}
	if ((event->kind == LC_EVENT_SPAWN || event->kind == LC_EVENT_BLOCK_STACK) &&
	    session->options->user_stacks && event->registers.known) {
		r = stacks_take(session, pid, &event->registers, &copy, false, &stack);
		if (r == -ENOMEM)
			return r;
		session->lost_stacks += r < 0;
	}
	r = lc_model_event(session->model, event, stack, NULL);
	return r == -ENOSPC ? 0 : r;
}
