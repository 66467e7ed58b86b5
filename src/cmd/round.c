// SPDX-License-Identifier: GPL-2.0-only
/* Sweeps and the stacks they call for: see round.h. */
#include "cmd/round.h"
#include "cmd/go_events.h"
#include "cmd/goroutines.h"
#include "cmd/stacks.h"
#include "cmd/waits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A stack that was read and is not yet known to be of one moment. */
struct pending {
	UT_hash_handle hh;
	pid_t tid;
	uint64_t start_time;
	uint64_t switches;
	uint32_t user_stack, kernel_stack;
	int error;
	bool moved; /* must be looked at again */
};

struct round {
	struct session *session;
	uint64_t stack_after_ns;
	bool retry; /* only those that moved */
	size_t count;
};

static struct pending *pending_find(struct session *session, pid_t tid)
{
	struct pending *pending;

	HASH_FIND(hh, session->pending, &tid, sizeof(tid), pending);
	return pending;
}

static struct pending *pending_add(struct session *session, pid_t tid)
{
	struct pending *pending = pending_find(session, tid);

	if (pending)
		return pending;
	pending = calloc(1, sizeof(*pending));
	if (!pending)
		return NULL;
	pending->tid = tid;
	HASH_ADD(hh, session->pending, tid, sizeof(tid), pending);
	return pending;
}

static void pending_drop_all(struct session *session)
{
	struct pending *pending, *next;

	HASH_ITER(hh, session->pending, pending, next) {
		HASH_DEL(session->pending, pending);
		free(pending);
	}
}

static int take_stacks(struct session *session, const struct lc_sample *sample)
{
	struct pending *pending = pending_add(session, sample->task.tid);

	if (!pending)
		return -ENOMEM;
	pending->start_time = sample->start_time;
	pending->switches = sample->voluntary_switches + sample->involuntary_switches;
	pending->moved = false;
	pending->error = 0;
	pending->kernel_stack = stacks_take_kernel(session, sample);
	pending->user_stack = 0;
	if (!sample->kernel_thread && session->options->user_stacks)
		pending->error = stacks_take(session, sample->task.pid, &sample->registers, NULL,
					     true, &pending->user_stack);
	return pending->error == -ENOMEM ? -ENOMEM : 0;
}

static int first_look(void *context, const struct lc_sample *sample)
{
	struct round *round = context;
	struct session *session = round->session;
	struct pending *pending = pending_find(session, sample->task.tid);
	struct lc_thread *thread;
	uint64_t still, due;
	int r;

	if (round->retry && !(pending && pending->moved))
		return 0;
	r = lc_model_sample(session->model, sample, &thread);
	if (r == -ENOSPC)
		return 0;
	if (r < 0)
		return r;
	round->count++;
	progress_say(&session->progress, "reading threads: %zu", round->count);
	if (r == 0) {
		if (pending)
			pending->moved = false; /* it runs now: nothing to take */
		return 0;
	}
	still = sample->now - thread->blocked_since;
	if (still >= round->stack_after_ns)
		return take_stacks(session, sample);
	due = thread->blocked_since + round->stack_after_ns;
	if (!session->next_due || due < session->next_due)
		session->next_due = due;
	return 0;
}

/* The same counters as before the stack was read: it has not run, so what was read is of one moment. */
static int second_look(void *context, const struct lc_sample *sample)
{
	struct session *session = context;
	struct pending *pending = pending_find(session, sample->task.tid);
	struct lc_thread *thread;

	if (!pending || pending->moved || pending->switches == UINT64_MAX)
		return 0;
	if (pending->start_time != sample->start_time || sample->on_cpu ||
	    pending->switches != sample->voluntary_switches + sample->involuntary_switches)
		return 0;
	thread = lc_model_find(session->model, sample->task.tid);
	if (thread && memcmp(&thread->blocker, &sample->blocker, sizeof(sample->blocker)))
		return 0; /* the kernel's lock changed hands meanwhile */
	if (thread && thread->blocked) {
		thread->user_stack = pending->user_stack;
		thread->kernel_stack = pending->kernel_stack;
		thread->stack_error = pending->error;
	}
	pending->switches = UINT64_MAX; /* settled */
	return 0;
}

/* Whoever was not seen unmoved has moved, or has ended. Returns how many. */
static size_t mark_moved(struct session *session)
{
	struct pending *pending;
	size_t count = 0;

	for (pending = session->pending; pending; pending = pending->hh.next) {
		if (pending->switches == UINT64_MAX)
			continue;
		pending->moved = true;
		count++;
	}
	return count;
}

static void give_up_moved(struct session *session)
{
	struct lc_thread *thread;
	struct pending *pending;

	for (pending = session->pending; pending; pending = pending->hh.next) {
		thread = pending->moved ? lc_model_find(session->model, pending->tid) : NULL;
		if (!thread || !thread->blocked || thread->user_stack)
			continue;
		if (!session->options->once) { /* that block has ended: the next sweep tells more */
			thread->blocked = false;
			continue;
		}
		thread->stack_error = -EAGAIN;
		session->lost_stacks++;
	}
}

int round_run(struct session *session, uint64_t stack_after_ns, unsigned attempts)
{
	struct round round = { .session = session, .stack_after_ns = stack_after_ns };
	unsigned attempt;
	int r = 0;

	session->next_due = 0;
	progress_begin(&session->progress);
	stack_begin_round(session->engine);
	lc_model_begin_sweep(session->model, now_monotonic());
	for (attempt = 0; attempt < attempts; attempt++) {
		round.retry = attempt > 0;
		r = collect_sweep(session->collect,
				  session->options->kernel_stacks ? stack_after_ns : UINT64_MAX,
				  first_look, &round);
		session->sweeps++;
		if (r < 0)
			break;
		if (!attempt) {
			session->threads_living = round.count;
			lc_model_end_sweep(session->model);
		}
		if (!session->pending)
			break;
		r = collect_sweep(session->collect, UINT64_MAX, second_look, session);
		if (r < 0 || !mark_moved(session))
			break;
	}
	give_up_moved(session);
	pending_drop_all(session);
	if (!r)
		r = waits_look(session, stack_after_ns, /* anew= */ attempts > 1);
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
