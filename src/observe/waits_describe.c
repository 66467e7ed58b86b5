// SPDX-License-Identifier: GPL-2.0-only
/* What one thread waits for: asked of src/wait, or taken from others just like it. */
#include "observe/rearmed.h"
#include "observe/stacks.h"
#include "observe/waits_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/*
 * Thousands of threads at one place, in one call, on one object: the first few are read one by one,
 * and if all are alike the others are taken to be so, too. What depends on the waiter (a time-out,
 * its place in a queue) is read for those first few only; so it is not done for fewer than that.
 */
#define SHARE_AFTER 16

struct share_key {
	int64_t syscall_nr;
	uint64_t object;    /* the first argument: a descriptor, an address */
	uint64_t operation; /* of a futex; elsewhere the second argument is the waiter's own buffer
			     */
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

static size_t function_names(struct reading *reading, const struct lc_thread *thread,
			     const char **names)
{
	const struct lc_stack *stack;
	size_t i;

	if (!thread->user_stack)
		return 0;
	stacks_name(reading->observer, thread->task.pid, thread->user_stack);
	stack = lc_stacks_get(reading->observer->stacks, thread->user_stack);
	for (i = 0; stack && i < stack->frame_count && i < WAIT_FUNCTIONS_MAX; i++)
		names[i] = stack->frames[i].function;
	return i;
}

/*
 * The first frame that a signal interrupted, among the named ones: of each raw frame the last is
 * not inlined.
 */
static size_t interrupted_at(const struct reading *reading, const struct lc_thread *thread,
			     size_t count)
{
	const struct lc_stack *stack = lc_stacks_get(reading->observer->stacks, thread->user_stack);
	size_t raw = 0, i;

	for (i = 0; stack && i < count && raw < stack->raw_count; i++) {
		if (raw && stack->raw[raw].interrupted)
			return i;
		raw += !stack->frames[i].inlined;
	}
	return 0;
}

/*
 * The innermost kernel function that is not the scheduler's own: where a thread in state D waits.
 */
static const char *kernel_function(struct reading *reading, const struct lc_thread *thread)
{
	const struct lc_stack *stack;

	if (!thread->kernel_stack)
		return NULL;
	stack_name_kernel(reading->observer->engine, reading->observer->stacks,
			  thread->kernel_stack);
	stack = lc_stacks_get(reading->observer->stacks, thread->kernel_stack);
	return stack && stack->frame_count && stack->frames[0].function[0]
		       ? stack->frames[0].function
		       : NULL;
}

void waits_drop_shares(struct reading *reading)
{
	struct share *share, *next;

	HASH_ITER(hh, reading->shares, share, next) {
		HASH_DEL(reading->shares, share);
		free(share);
	}
}

/* NULL: nothing to share with (no stack, or no memory). */
static struct share *share_get(struct reading *reading, const struct lc_thread *thread)
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
	HASH_FIND(hh, reading->shares, &key, sizeof(key), share);
	if (share)
		return share;
	share = calloc(1, sizeof(*share));
	if (!share)
		return NULL;
	share->key = key;
	HASH_ADD(hh, reading->shares, key, sizeof(key), share);
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
static bool add_if_runner(struct reading *reading, const struct wait_subject *waiter,
			  const struct lc_thread *thread, struct lc_wait *wait)
{
	const char *names[WAIT_FUNCTIONS_MAX];
	size_t count;

	if (thread->task.pid != waiter->task.pid || thread->ended_at)
		return false;
	count = function_names(reading, thread, names);
	if (!wait_runs_initialiser(waiter, names, count))
		return false;
	wait->owners[0] = (struct lc_wait_owner){ .pid = thread->task.pid,
						  .tid = thread->task.tid,
						  .fd = -1,
						  .role = LC_WAIT_RUNNER,
						  .state = thread->state };
	memcpy(wait->owners[0].comm, thread->task.comm, sizeof(wait->owners[0].comm));
	wait->owner_count = wait->owner_total = 1;
	wait->recorded = LC_WAIT_RECORDED;
	/* That one ends the wait: nobody else has to be asked, nor a signal's handler. */
	wait->flags &= ~(LC_WAIT_ANY_THREAD | LC_WAIT_SIGNAL_HANDLER);
	if (thread->task.tid == waiter->task.tid)
		wait->flags |= LC_WAIT_OWNER_SELF;
	return true;
}

/*
 * The guard of a C++ static does not note who runs the initialiser: a stack among those of the
 * process does.
 */
static void find_runner(struct reading *reading, const struct wait_subject *waiter,
			struct lc_wait *wait)
{
	struct lc_model *models[] = { reading->observer->model, reading->observer->others };
	struct lc_thread *thread;
	size_t i;

	for (i = 0; i < 2; i++) {
		thread = lc_model_next(models[i], NULL);
		for (; thread; thread = lc_model_next(models[i], thread)) {
			if (add_if_runner(reading, waiter, thread, wait))
				return;
		}
	}
}

bool waits_lacks_runner(const struct lc_wait *wait)
{
	return wait && wait->kind == LC_WAIT_ONCE && !wait->owner_total &&
	       !(wait->flags & LC_WAIT_OBJECT_FREE);
}

static int describe_anew(struct reading *reading, struct lc_thread *thread, struct lc_wait *wait)
{
	const char *names[WAIT_FUNCTIONS_MAX];
	int r;
	struct wait_subject subject = {
		.task = thread->task,
		.state = thread->state,
		.syscall = thread->syscall,
		.sp = thread->sp,
		.pc = thread->pc,
		.blocked_since = thread->at_least ? 0 : thread->armed_at,
		.blocker = thread->blocker,
		.functions = names,
		.kernel_function = kernel_function(reading, thread),
	};

	subject.function_count = function_names(reading, thread, names);
	subject.interrupted_at = interrupted_at(reading, thread, subject.function_count);
	r = wait_describe(reading->scan, &subject, wait);
	if (!r && waits_lacks_runner(wait))
		find_runner(reading, &subject, wait);
	return r;
}

int waits_describe(struct reading *reading, struct lc_thread *thread)
{
	struct share *share = share_get(reading, thread);
	struct lc_wait wait;
	int r;

	if (share && share->alike >= SHARE_AFTER && !share->differ) {
		r = lc_thread_set_wait(thread, &share->wait, reading->now);
	} else {
		r = describe_anew(reading, thread, &wait);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
		if (share)
			share_note(share, &wait);
		rearmed_check(thread, &wait);
		r = lc_thread_set_wait(thread, &wait, reading->now);
	}
	return r < 0 ? r : 0;
}
