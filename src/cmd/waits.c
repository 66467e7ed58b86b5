// SPDX-License-Identifier: GPL-2.0-only
/* Describes waits, and follows chains out of what was asked for: see waits.h. */
#include "cmd/waits.h"
#include "cmd/stacks.h"
#include "target/proc.h"
#include "verdict/rules.h"
#include "wait/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* Processes of which every thread is in others: any of them could release a waiter. */
#define MOST_PROCESSES 256

/*
 * Thousands of threads at one place, in one call, on one object: the first few are read one by one, and if
 * all are alike the others are taken to be so, too. What depends on the waiter (a time-out, its place in a
 * queue) is read for those first few only; so it is not done for fewer than that.
 */
#define SHARE_AFTER 16

/* Threads that wait for an answer whose siblings are looked at in one round, and how many of these. */
#define MOST_ASKERS 16
#define MOST_TRIES 64

struct share_key {
	int64_t syscall_nr;
	uint64_t object; /* the first argument: a descriptor, an address */
	uint64_t
		operation; /* of a futex; elsewhere the second argument is the waiter's own buffer */
	uint32_t pid;
	uint32_t user_stack;
};

struct share {
	UT_hash_handle hh;
	struct share_key key;
	struct lc_wait wait;
	unsigned alike;
	bool differ;
};

struct look {
	struct session *session;
	struct share *shares;
	struct wait_scan *scan;
	uint64_t after_ns, now;
	bool anew;
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
	return stack && stack->frame_count && stack->frames[0].function[0]
		       ? stack->frames[0].function
		       : NULL;
}

static void shares_drop(struct look *look)
{
	struct share *share, *next;

	HASH_ITER(hh, look->shares, share, next) {
		HASH_DEL(look->shares, share);
		free(share);
	}
}

/* NULL: nothing to share with (no stack, or no memory). */
static struct share *share_get(struct look *look, const struct lc_thread *thread)
{
	struct share_key key;
	struct share *share;

	if (!thread->user_stack || thread->syscall.nr == LC_NO_SYSCALL)
		return NULL;
	memset(&key, 0, sizeof(key));
	key.syscall_nr = thread->syscall.nr;
	key.object = thread->syscall.args[0];
	key.operation = thread->syscall.nr == SYS_futex ? thread->syscall.args[1] : 0;
	key.pid = thread->task.pid;
	key.user_stack = thread->user_stack;
	HASH_FIND(hh, look->shares, &key, sizeof(key), share);
	if (share)
		return share;
	share = calloc(1, sizeof(*share));
	if (!share)
		return NULL;
	share->key = key;
	HASH_ADD(hh, look->shares, key, sizeof(key), share);
	return share;
}

static void share_note(struct share *share, const struct lc_wait *wait)
{
	if (share->alike++ && (share->wait.kind != wait->kind || share->wait.flags != wait->flags ||
			       share->wait.recorded != wait->recorded ||
			       memcmp(&share->wait.key, &wait->key, sizeof(wait->key)) ||
			       share->wait.owner_count != wait->owner_count ||
			       share->wait.owners[0].tid != wait->owners[0].tid))
		share->differ = true;
	share->differ |= wait->has_timeout;
	share->wait = *wait;
}

/* Only one of the threads that were looked at already, whose stack is known. */
static bool add_if_runner(struct look *look, const struct wait_subject *waiter,
			  const struct lc_thread *thread, struct lc_wait *wait)
{
	const char *names[WAIT_FUNCTIONS_MAX];
	size_t count;

	if (thread->task.pid != waiter->task.pid || thread->ended_at)
		return false;
	count = function_names(look, thread, names);
	if (!wait_runs_initialiser(waiter, names, count))
		return false;
	wait->owners[0] = (struct lc_wait_owner){ .pid = thread->task.pid,
						  .tid = thread->task.tid,
						  .fd = -1,
						  .role = LC_WAIT_JOINEE,
						  .state = thread->state };
	memcpy(wait->owners[0].comm, thread->task.comm, sizeof(wait->owners[0].comm));
	wait->owner_count = wait->owner_total = 1;
	wait->recorded = LC_WAIT_RECORDED;
	if (thread->task.tid == waiter->task.tid)
		wait->flags |= LC_WAIT_OWNER_SELF;
	return true;
}

/* The guard of a C++ static does not note who runs the initialiser: a stack among those of the process does. */
static void find_runner(struct look *look, const struct wait_subject *waiter, struct lc_wait *wait)
{
	struct lc_model *models[] = { look->session->model, look->session->others };
	struct lc_thread *thread;
	size_t i;

	for (i = 0; i < 2; i++) {
		thread = lc_model_next(models[i], NULL);
		for (; thread; thread = lc_model_next(models[i], thread)) {
			if (add_if_runner(look, waiter, thread, wait))
				return;
		}
	}
}

static bool lacks_runner(const struct lc_wait *wait)
{
	return wait && wait->kind == LC_WAIT_ONCE && !wait->owner_total &&
	       !(wait->flags & LC_WAIT_OBJECT_FREE);
}

static int describe_anew(struct look *look, struct lc_thread *thread, struct lc_wait *wait)
{
	const char *names[WAIT_FUNCTIONS_MAX];
	int r;
	struct wait_subject subject = {
		.task = thread->task,
		.state = thread->state,
		.syscall = thread->syscall,
		.sp = thread->sp,
		.pc = thread->pc,
		.blocked_since = thread->at_least ? 0 : thread->blocked_since,
		.blocker = thread->blocker,
		.functions = names,
		.kernel_function = kernel_function(look, thread),
	};

	subject.function_count = function_names(look, thread, names);
	r = wait_describe(look->scan, &subject, wait);
	if (!r && lacks_runner(wait))
		find_runner(look, &subject, wait);
	return r;
}

static int describe(struct look *look, struct lc_thread *thread)
{
	struct share *share = share_get(look, thread);
	struct lc_wait wait;
	int r;

	if (share && share->alike >= SHARE_AFTER && !share->differ) {
		r = lc_thread_set_wait(thread, &share->wait);
	} else {
		r = describe_anew(look, thread, &wait);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
		if (share)
			share_note(share, &wait);
		r = lc_thread_set_wait(thread, &wait);
	}
	thread->wait_read_at = look->now;
	return r < 0 ? r : 0;
}

static bool is_due(const struct look *look, const struct lc_thread *thread)
{
	uint64_t still = look->now - thread->blocked_since;

	if (!thread->blocked || thread->ended_at || thread->kernel_thread || still < look->after_ns)
		return false;
	return look->anew || !thread->wait || !thread->wait_confirmed ||
	       still > 2 * (thread->wait_read_at - thread->blocked_since);
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
		stacks_take(session, pid, &sample.registers, NULL, /* live= */ true,
			    &thread->user_stack);
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

/* Adds every thread of those who wait for an initialiser: one of them runs it. Then looks at the waiters anew. */
static int find_runners(struct look *look, struct lc_model *model)
{
	struct lc_wait_owner process = { .fd = -1 };
	struct lc_thread *thread;
	bool found = false;
	int r = 0;

	thread = lc_model_next(model, NULL);
	for (; thread && !r; thread = lc_model_next(model, thread)) {
		if (!lacks_runner(thread->wait))
			continue;
		process.pid = thread->task.pid;
		r = add_owner(look, &process);
		found = true;
	}
	thread = found ? lc_model_next(model, NULL) : NULL;
	for (; thread && !r; thread = lc_model_next(model, thread)) {
		if (lacks_runner(thread->wait))
			r = describe(look, thread);
	}
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

/* By a second scan: what the first one keeps (descriptors, sockets, locks) would only agree with itself. */
static int look_again(struct look *look)
{
	int r;

	shares_drop(look);
	wait_scan_free(look->scan);
	look->scan = NULL;
	r = wait_scan_create(&look->scan);
	r = r ?: confirm(look, look->session->model);
	return r ?: confirm(look, look->session->others);
}

/* Owed an answer by a peer that others of its process may wait for as well. */
static bool asks(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->blocked ? thread->wait : NULL;

	return wait && wait->peer && wait->flags & LC_WAIT_CLIENT &&
	       wait->flags & LC_WAIT_SPOKE_LAST && thread->user_stack;
}

/* The stack and the peer of a short block, if it lasts until both are read. */
static int try_sibling(struct look *look, struct lc_thread *thread)
{
	struct session *session = look->session;
	struct lc_sample before, after;
	uint32_t stack = 0;
	int r;

	if (collect_look(session->collect, thread->task.pid, thread->task.tid, &before) < 0 ||
	    before.voluntary_switches != thread->voluntary_switches ||
	    before.involuntary_switches != thread->involuntary_switches)
		return 0;
	r = stacks_take(session, thread->task.pid, &before.registers, NULL, /* live= */ true,
			&stack);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (collect_look(session->collect, thread->task.pid, thread->task.tid, &after) < 0 ||
	    after.voluntary_switches != before.voluntary_switches ||
	    after.involuntary_switches != before.involuntary_switches)
		return 0;
	thread->user_stack = stack;
	return describe(look, thread);
}

static bool may_be_sibling(const struct lc_thread *thread, const struct lc_thread *asker)
{
	const struct lc_repeat *repeat = lc_thread_repeat(thread);

	return thread->blocked && thread->task.pid == asker->task.pid && !thread->user_stack &&
	       thread->syscall.nr == asker->syscall.nr && thread->pc == asker->pc &&
	       !(repeat && repeat->peer);
}

/*
 * Others that ask at the same place, and are answered too soon for their stacks to be taken: those tell whether
 * this one is the exception. Of one look nothing is concluded.
 */
static int look_at_siblings(struct look *look)
{
	struct lc_thread *asker, *thread;
	unsigned askers = 0, tries = 0;
	int r = 0;

	asker = lc_model_next(look->session->model, NULL);
	for (; asker && askers < MOST_ASKERS; asker = lc_model_next(look->session->model, asker)) {
		if (!asks(asker))
			continue;
		askers++;
		thread = lc_model_next(look->session->model, NULL);
		for (; thread && !r && tries < MOST_TRIES;
		     thread = lc_model_next(look->session->model, thread)) {
			if (!may_be_sibling(thread, asker))
				continue;
			tries++;
			r = try_sibling(look, thread);
		}
	}
	return r;
}

int waits_look(struct session *session, uint64_t after_ns, bool anew)
{
	struct look look = {
		.session = session,
		.after_ns = after_ns,
		.now = now_monotonic(),
		.anew = anew,
	};
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
	r = r ?: find_runners(&look, session->model);
	if (!r && !session->options->once && session->options->user_stacks)
		r = look_at_siblings(&look);
	r = r ?: follow_chains(&look);
	r = r ?: find_runners(&look, session->others);
	r = r ?: look_again(&look);
	shares_drop(&look);
	wait_scan_free(look.scan);
	return r;
}

static int add_owners_of_goroutines(struct look *look, const struct lc_go_process *process)
{
	const struct lc_go_wait *wait = NULL;
	uint32_t i;
	int r = 0;

	while (!r && (wait = lc_go_next_wait(process, wait))) {
		if (!wait->has_socket || !rules_asks(&wait->socket))
			continue;
		for (i = 0; i < wait->socket.owner_count && !r; i++)
			r = add_owner(look, &wait->socket.owners[i]);
	}
	return r;
}

int waits_look_behind_goroutines(struct session *session)
{
	struct look look = { .session = session, .now = now_monotonic() };
	size_t before = lc_model_count(session->others);
	const struct lc_go_process *process;
	int r = wait_scan_create(&look.scan);

	for (process = session->go.processes; process && !r; process = process->hh.next)
		r = add_owners_of_goroutines(&look, process);
	if (!r && lc_model_count(session->others) > before) {
		r = follow_chains(&look);
		r = r ?: look_again(&look);
	}
	shares_drop(&look);
	wait_scan_free(look.scan);
	return r;
}
