// SPDX-License-Identifier: GPL-2.0-only
/* Describes waits, and follows chains out of what was asked for: see waits.h. */
#include "cmd/waits.h"
#include "cmd/round.h"
#include "target/proc.h"
#include "wait/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Processes of which every thread is in others: any of them could release a waiter. */
#define MOST_PROCESSES 256

struct look {
	struct session *session;
	struct wait_scan *scan;
	uint64_t after_ns, now;
	pid_t processes[MOST_PROCESSES];
	size_t process_count;
	pid_t adding; /* the process whose threads are being added */
	int result;
};

static size_t function_names(struct look *look, const struct lc_thread *thread, const char **names)
{
	const struct lc_stack *stack;
	size_t i;

	if (!thread->user_stack)
		return 0;
	stack_name_user(look->session->engine, look->session->stacks, thread->user_stack);
	stack = lc_stacks_get(look->session->stacks, thread->user_stack);
	for (i = 0; stack && i < stack->frame_count && i < WAIT_FUNCTIONS_MAX; i++)
		names[i] = stack->frames[i].function;
	return i;
}

/* The innermost kernel function that is not the scheduler's own: where a thread in state D waits. */
static const char *kernel_function(struct look *look, const struct lc_thread *thread)
{
	const struct lc_stack *stack;

	if (!thread->kernel_stack)
		return NULL;
	stack_name_kernel(look->session->engine, look->session->stacks, thread->kernel_stack);
	stack = lc_stacks_get(look->session->stacks, thread->kernel_stack);
	return stack && stack->frame_count && stack->frames[0].function[0] ? stack->frames[0].function :
									     NULL;
}

static int describe(struct look *look, struct lc_thread *thread)
{
	const char *names[WAIT_FUNCTIONS_MAX];
	struct wait_subject subject = {
		.task = thread->task,
		.state = thread->state,
		.syscall = thread->syscall,
		.sp = thread->sp,
		.pc = thread->pc,
		.blocked_since = thread->at_least ? 0 : thread->blocked_since,
		.functions = names,
		.kernel_function = kernel_function(look, thread),
	};
	struct lc_wait wait;
	int r;

	subject.function_count = function_names(look, thread, names);
	r = wait_describe(look->scan, &subject, &wait);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = lc_thread_set_wait(thread, &wait);
	return r < 0 ? r : 0;
}

static bool is_due(const struct look *look, const struct lc_thread *thread)
{
	return thread->blocked && !thread->ended_at && !thread->kernel_thread &&
	       look->now - thread->blocked_since >= look->after_ns;
}

static bool has_process(const struct look *look, pid_t pid)
{
	size_t i;

	for (i = 0; i < look->process_count; i++) {
		if (look->processes[i] == pid)
			return true;
	}
	return false;
}

/* A thread that nobody asked for: read, unwound, described. */
static int add_other(struct look *look, pid_t pid, pid_t tid)
{
	struct session *session = look->session;
	struct lc_thread *thread;
	struct lc_sample sample;
	int r;

	thread = lc_model_find(session->model, tid);
	if (thread) /* asked for, but perhaps not due yet */
		return thread->blocked && !thread->wait ? describe(look, thread) : 0;
	if (lc_model_find(session->others, tid))
		return 0;
	if (lc_model_count(session->others) >= WAITS_MOST_OTHERS) {
		session->lost_others++;
		return 0;
	}
	if (collect_look(session->collect, pid, tid, &sample) < 0)
		return 0;
	r = lc_model_sample(session->others, &sample, &thread);
	if (r <= 0)
		return r == -ENOMEM ? r : 0;
	if (sample.registers.known && session->options->user_stacks)
		round_take_stack(session, &sample, &thread->user_stack);
	return describe(look, thread);
}

static int add_thread_of_process(void *context, pid_t tid)
{
	struct look *look = context;

	look->result = add_other(look, look->adding, tid);
	return look->result < 0;
}

static int add_owner(struct look *look, const struct lc_wait_owner *owner)
{
	if (owner->tid)
		return add_other(look, owner->pid, owner->tid);
	if (!owner->pid || has_process(look, owner->pid))
		return 0;
	if (look->process_count == MOST_PROCESSES) {
		look->session->lost_others++;
		return 0;
	}
	look->processes[look->process_count++] = owner->pid;
	look->adding = owner->pid;
	look->result = 0;
	target_for_each_tid(owner->pid, add_thread_of_process, look);
	return look->result;
}

static int add_owners(struct look *look, const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	uint32_t i;
	int r = 0;

	for (i = 0; wait && i < wait->owner_count && !r; i++)
		r = add_owner(look, &wait->owners[i]);
	return r;
}

/* Each wave adds the owners of the last one, until a wave adds nobody. */
static int follow_chains(struct look *look)
{
	struct lc_thread *thread;
	size_t before;
	int r = 0;

	thread = lc_model_next(look->session->model, NULL);
	for (; thread && !r; thread = lc_model_next(look->session->model, thread))
		r = add_owners(look, thread);
	do {
		before = lc_model_count(look->session->others);
		thread = lc_model_next(look->session->others, NULL);
		for (; thread && !r; thread = lc_model_next(look->session->others, thread))
			r = add_owners(look, thread);
	} while (!r && lc_model_count(look->session->others) > before);
	return r;
}

/* Reads again what a finding may rest on: a wait that is not the same any more proves nothing. */
static int confirm(struct look *look, struct lc_model *model)
{
	struct lc_thread *thread = lc_model_next(model, NULL);
	int r = 0;

	for (; thread && !r; thread = lc_model_next(model, thread)) {
		if (thread->wait && !thread->wait_confirmed)
			r = describe(look, thread);
	}
	return r;
}

int waits_look(struct session *session, uint64_t after_ns)
{
	struct look look = { .session = session, .after_ns = after_ns, .now = session_now() };
	struct lc_thread *thread;
	int r = wait_scan_create(&look.scan);

	if (r < 0)
		return r;
	lc_model_begin_sweep(session->others, look.now);
	lc_model_end_sweep(session->others);
	lc_model_drop_ended(session->others, true);
	thread = lc_model_next(session->model, NULL);
	for (; thread && !r; thread = lc_model_next(session->model, thread)) {
		if (is_due(&look, thread))
			r = describe(&look, thread);
	}
	r = r ?: follow_chains(&look);
	r = r ?: confirm(&look, session->model);
	r = r ?: confirm(&look, session->others);
	wait_scan_free(look.scan);
	return r;
}
