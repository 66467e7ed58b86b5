// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether what was read of a wait can still be so. Who could release it is named by the wait, and
 * only these can change it while the waiter sleeps: if one of them has run or been blocked anew
 * since, the wait is read again. Links of a chain are as good as the older of their two ends.
 */
#include "observe/waits_private.h"
#include "target/core.h"
#include "target/proc.h"

#include <errno.h>
#include <stdlib.h>

#define HELD_TIMES 16

/* The last time at which a thread of a process was seen to have run. */
struct rest {
	UT_hash_handle hh;
	pid_t pid;
	bool alive; /* one of them goes on, whoever waits for it */
	uint64_t since;
	/* with waits_knows_all() only */
	size_t known; /* threads in the model of those asked for */
	bool open;    /* of one of them there is something to read, or not all are known */
	bool counted; /* the kernel was asked how many there are */
};

/* When it last ran, as far as samples tell. */
static uint64_t stands_since(const struct lc_thread *thread)
{
	return thread->blocked ? thread->steady_from : thread->ran_at;
}

/* As the graph sees it, or more often: somebody who is alive need not be known any better. */
static bool goes_on(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->blocked ? thread->wait : NULL;

	return !wait || lc_wait_ends_by_itself(wait) ||
	       wait->flags & (LC_WAIT_CAN_FIRE | LC_WAIT_INCOMPLETE) ||
	       wait->recorded == LC_WAIT_OUTSIDE || wait->recorded == LC_WAIT_UNREADABLE ||
	       (wait->recorded == LC_WAIT_NOT_RECORDED && !(wait->flags & LC_WAIT_ANY_THREAD));
}

/* Only its own process, and those who are named, can change what such a wait is for. */
static bool hangs_on_owners(const struct lc_wait *wait)
{
	const uint64_t open = LC_WAIT_INCOMPLETE | LC_WAIT_LET_GO | LC_WAIT_DISAGREE |
			      LC_WAIT_GOES_ON | LC_WAIT_CAN_FIRE;

	return !(wait->flags & open) && wait->owner_total == wait->owner_count &&
	       (wait->key.space == LC_WAIT_SPACE_PRIVATE || wait->key.space == LC_WAIT_SPACE_PIPE ||
		wait->kind == LC_WAIT_SIGNAL);
}

bool waits_is_held(const struct observer *observer, const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	uint64_t at = thread->wait_read_at;
	uint32_t i;

	if (!hangs_on_owners(wait) ||
	    !lc_model_stood_still(observer->model, thread->task.pid, at, 0))
		return false;
	for (i = 0; i < wait->owner_count; i++) {
		if (!lc_model_stood_still(observer->model, wait->owners[i].pid, at, 0))
			return false;
	}
	return true;
}

/* The word of counters alone is taken for so long only. */
static bool may_be_held(const struct observer *observer, const struct lc_thread *thread,
			uint64_t at)
{
	return observer->book && thread->blocked && thread->wait && thread->wait_confirmed &&
	       at - thread->blocked_since <
		       HELD_TIMES * (thread->wait_read_at - thread->blocked_since) &&
	       waits_is_held(observer, thread);
}

bool waits_hold_on(const struct observer *observer, struct lc_thread *thread)
{
	if (!may_be_held(observer, thread, thread->seen_at))
		return false;
	thread->wait_held_at = thread->seen_at;
	return true;
}

/*
 * A wait that has lasted twice as long as when it was read need not be read again where nobody has
 * moved.
 */
static void note_held(const struct reading *reading, struct lc_thread *thread)
{
	uint64_t read_at = thread->wait_read_at, held_at = thread->wait_held_at;
	uint64_t still = reading->now - thread->blocked_since;

	if (held_at < read_at)
		held_at = read_at;
	if (still > 2 * (held_at - thread->blocked_since) &&
	    may_be_held(reading->observer, thread, reading->now))
		thread->wait_held_at = reading->now;
}

static struct rest *rest_find(const struct reading *reading, pid_t pid)
{
	struct rest *rest;

	HASH_FIND(hh, reading->rests, &pid, sizeof(pid), rest);
	return rest;
}

static struct rest *rest_get(struct reading *reading, pid_t pid)
{
	struct rest *rest = rest_find(reading, pid);

	if (rest)
		return rest;
	rest = calloc(1, sizeof(*rest));
	if (!rest)
		return NULL;
	rest->pid = pid;
	HASH_ADD(hh, reading->rests, pid, sizeof(pid), rest);
	return rest;
}

static int note_thread(struct reading *reading, const struct lc_thread *thread)
{
	struct rest *rest = rest_get(reading, thread->task.pid);

	if (!rest)
		return -ENOMEM;
	rest->alive |= goes_on(thread);
	if (stands_since(thread) > rest->since)
		rest->since = stands_since(thread);
	return 0;
}

static int note_model(struct reading *reading, struct lc_model *model)
{
	struct lc_thread *thread = lc_model_next_awake(model, NULL);
	int r = 0;

	for (; thread && !r; thread = lc_model_next_awake(model, thread)) {
		if (thread->ended_at)
			continue;
		note_held(reading, thread);
		r = note_thread(reading, thread);
	}
	return r;
}

int waits_note_rest(struct reading *reading)
{
	int r = note_model(reading, reading->observer->model);

	return r ?: note_model(reading, reading->observer->others);
}

static void note_known(struct reading *reading, const struct lc_thread *thread)
{
	struct rest *rest = rest_find(reading, thread->task.pid);

	if (!rest)
		return;
	rest->known++;
	rest->open |= thread->blocked && !thread->moving &&
		      (!thread->wait || waits_is_stale(reading, thread));
}

/* What rests is as it was, so that is noted when somebody asks. NULL: nothing is known. */
static struct rest *rest_of(struct reading *reading, pid_t pid)
{
	struct rest *rest = rest_find(reading, pid);
	const struct lc_thread *first = lc_process_threads(reading->observer->model, pid), *thread;

	if (rest || !first || !lc_thread_rests(first))
		return rest;
	for (thread = first; thread; thread = thread->process_next) {
		if (!thread->ended_at && note_thread(reading, thread))
			return NULL;
	}
	for (thread = first; thread; thread = thread->process_next) {
		if (!thread->ended_at)
			note_known(reading, thread);
	}
	return rest_find(reading, pid);
}

void waits_drop_rest(struct reading *reading)
{
	struct rest *rest, *next;

	HASH_ITER(hh, reading->rests, rest, next) {
		HASH_DEL(reading->rests, rest);
		free(rest);
	}
}

static bool owner_moved(struct reading *reading, const struct lc_wait_owner *owner,
			uint64_t read_at)
{
	const struct lc_thread *thread;
	struct rest *rest;

	if (owner->tid) {
		thread = lc_model_find(reading->observer->model, owner->tid);
		if (!thread)
			thread = lc_model_find(reading->observer->others, owner->tid);
		return thread && (thread->ended_at || stands_since(thread) > read_at);
	}
	/* Of a process any thread would do. */
	rest = rest_of(reading, owner->pid);
	return rest && !rest->alive && rest->since > read_at;
}

bool waits_is_stale(struct reading *reading, const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	uint32_t i;

	struct lc_wait_owner own = { .pid = thread->task.pid };

	if (wait && wait->flags & LC_WAIT_ANY_THREAD &&
	    owner_moved(reading, &own, thread->wait_read_at))
		return true;
	for (i = 0; wait && i < wait->owner_count; i++) {
		if (owner_moved(reading, &wait->owners[i], thread->wait_read_at))
			return true;
	}
	return false;
}

/*
 * Only those that were asked for: who comes to one of their processes unseen is in the next sweep,
 * even where another has ended meanwhile and the count is the same. Of others, who are looked at
 * one by one, nothing but the list would show that.
 */
static void note_all_known(struct reading *reading)
{
	const struct lc_thread *thread = lc_model_next_awake(reading->observer->model, NULL);

	for (; thread; thread = lc_model_next_awake(reading->observer->model, thread)) {
		if (!thread->ended_at)
			note_known(reading, thread);
	}
	reading->known_noted = true;
}

bool waits_knows_all(struct reading *reading, pid_t pid)
{
	struct rest *rest;

	if (target_core_of(reading->observer->options->access))
		return false;

	if (!reading->known_noted)
		note_all_known(reading);
	rest = rest_of(reading, pid);
	if (rest && !rest->open && !rest->counted) {
		rest->counted = true;
		/* Who was born since the last sweep is in the next one, which this one's end needs.
		 */
		rest->open = (!reading->observer->book ||
			      lc_model_refused(reading->observer->model)) &&
			     target_count_tids(pid) != (ssize_t)rest->known;
	}
	return rest && !rest->open;
}
