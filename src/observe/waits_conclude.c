// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sweep's reads amount to, once its last samples have shown who stood still: whether a
 * waiter that was let go has somebody on the way to wake it, and which of the threads that nobody
 * asked for are of use to the next sweep.
 */
#include "observe/waits_private.h"
#include "target/core.h"
#include "target/proc.h"

#include <errno.h>
#include <stdlib.h>

/*
 * A waiter that was let go, and the search among its process's threads for one that may be about to
 * wake it.
 */
struct waker_search {
	struct observer *observer;
	const struct lc_thread *waiter;
	size_t known; /* of those that live, the model has */
	bool found;
};

/* After so long nobody is still on the way from the unlocking to the wake-up. */
#define WAY_MOST_NS UINT64_C(10000000000)

/*
 * These stay let go: a round of a barrier that is over, an initialiser that has run. A lock that is
 * free now may be another time's.
 */
static bool stays_let_go(const struct lc_wait *wait)
{
	return wait->flags & (LC_WAIT_LOST_WAKEUP | LC_WAIT_GOES_ON_STILL) ||
	       wait->kind == LC_WAIT_BARRIER || wait->kind == LC_WAIT_ONCE ||
	       wait->kind == LC_WAIT_JOIN || wait->kind == LC_WAIT_FUTURE;
}

/* Asleep in a call that it made itself: not preempted on its way, nor waiting for a page on it. */
static bool sleeps_in_a_call(const struct lc_thread *thread)
{
	return thread->state == 'S' && thread->wait->op[0] &&
	       thread->wait->kind != LC_WAIT_KERNEL && thread->wait->kind != LC_WAIT_SUPERVISOR &&
	       thread->wait->kind != LC_WAIT_UNKNOWN;
}

/*
 * Of a loop that is woken by a descriptor: who adds to its work may write to that only later, when
 * enough has been gathered. Not who waits himself for a word of others, and no time-out.
 */
static bool waits_for_word(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	if (lc_wait_has_timer(wait))
		return false;
	switch (wait->kind) {
	case LC_WAIT_CONDITION:
	case LC_WAIT_SEMAPHORE:
	case LC_WAIT_ATOMIC:
	case LC_WAIT_PARK:
	case LC_WAIT_FUTEX:
	case LC_WAIT_JOIN:
	case LC_WAIT_SIGNAL:
	case LC_WAIT_SIGNALFD:
	case LC_WAIT_EVENTFD:
	case LC_WAIT_EPOLL:
	case LC_WAIT_POLL:
		return true;
	case LC_WAIT_PIPE:
		return wait->direction == LC_WAIT_READ;
	default:
		return wait->direction == LC_WAIT_ACCEPT || wait->via != LC_WAIT_UNKNOWN;
	}
}

static bool waits_at_descriptor(const struct lc_wait *wait)
{
	return wait->kind == LC_WAIT_PIPE || wait->kind == LC_WAIT_EVENTFD ||
	       wait->kind == LC_WAIT_EPOLL || wait->kind == LC_WAIT_POLL ||
	       wait->kind == LC_WAIT_UNIX;
}

static uint64_t free_since(const struct lc_thread *waiter)
{
	return waiter->wait->flags & LC_WAIT_GOES_ON ? waiter->goes_on.since : waiter->free_since;
}

static int may_be_waker(void *context, pid_t tid)
{
	struct waker_search *search = context;
	const struct lc_thread *waiter = search->waiter, *thread;

	if (tid == waiter->task.tid)
		return 0;
	thread = lc_model_find(search->observer->model, tid);
	if (!thread)
		thread = lc_model_find(search->observer->others, tid);
	search->known += thread && !thread->ended_at;
	if (thread && !thread->ended_at && waits_at_descriptor(waiter->wait) &&
	    !(thread->wait && waits_for_word(thread))) {
		search->found = true;
		return 1;
	}
	if (thread && lc_thread_stood_still(thread, waiter->wait_read_at) &&
	    sleeps_in_a_call(thread))
		return 0;
	if (thread && stays_let_go(waiter->wait) && thread->ran_at > free_since(waiter))
		return 0;
	search->found = true;
	return 1;
}

static void count_known(const struct lc_model *model, const struct lc_thread *waiter,
			size_t *living, bool *ended)
{
	const struct lc_thread *thread = lc_process_threads(model, waiter->task.pid);

	for (; thread; thread = thread->process_next) {
		if (thread == waiter)
			continue;
		*living += !thread->ended_at;
		*ended = *ended || (thread->ended_at && thread->ended_at >= waiter->wait_read_at);
	}
}

/*
 * Who has unlocked, and ended since the waiter was seen for the last time, may have woken it in
 * between; it is in no list.
 */
static bool waker_may_have_ended(const struct waker_search *search)
{
	const struct lc_thread *waiter = search->waiter;
	size_t living = 0;
	bool ended = false;

	if (stays_let_go(waiter->wait) || !free_since(waiter) ||
	    waiter->seen_at > free_since(waiter) + WAY_MOST_NS)
		return false;
	count_known(search->observer->model, waiter, &living, &ended);
	count_known(search->observer->others, waiter, &living, &ended);
	return ended || living > search->known;
}

static void note_waker(struct observer *observer, struct lc_thread *waiter)
{
	struct waker_search search = { .observer = observer, .waiter = waiter };
	struct lc_wait *wait = waiter->wait;

	if (!wait || !(wait->flags & (LC_WAIT_LET_GO | LC_WAIT_GOES_ON)))
		return;
	wait->flags &= ~LC_WAIT_NO_WAKER;
	/*
	 * A debugger stops one thread after the other, and the kernel nearly so: between the two,
	 * who was to wake it may have done so in vain, since it is interrupted and will look again.
	 */
	if (target_core_of(observer->options->access))
		return;
	if (wait->flags & LC_WAIT_WAKER_ASLEEP)
		return;
	if (wait->flags & LC_WAIT_PROCESS_SHARED) /* others may be about to, and are not known */
		return;
	if (target_for_each_tid(waiter->task.pid, may_be_waker, &search) >= 0 && !search.found &&
	    !waker_may_have_ended(&search))
		wait->flags |= LC_WAIT_NO_WAKER;
}

static void note_wakers(struct observer *observer, struct lc_model *model)
{
	struct lc_thread *thread = lc_model_next_awake(model, NULL);

	for (; thread; thread = lc_model_next_awake(model, thread)) {
		if (thread->blocked && !thread->ended_at)
			note_waker(observer, thread);
	}
}

/* Threads (tid) and processes (-pid) that a wait names. */
struct named {
	UT_hash_handle hh;
	pid_t id;
};

static int name_id(struct named **named, pid_t id)
{
	struct named *one;

	HASH_FIND(hh, *named, &id, sizeof(id), one);
	if (one || !id)
		return 0;
	one = calloc(1, sizeof(*one));
	if (!one)
		return -ENOMEM;
	one->id = id;
	HASH_ADD(hh, *named, id, sizeof(one->id), one);
	return 0;
}

static bool is_named(struct named *named, pid_t id)
{
	struct named *one;

	HASH_FIND(hh, named, &id, sizeof(id), one);
	return one;
}

static int name_wait(struct named **named, const struct lc_wait *wait)
{
	uint32_t i;
	int r = 0;

	for (i = 0; i < wait->owner_count && !r; i++)
		r = name_id(named, wait->owners[i].tid ?: -wait->owners[i].pid);
	return r;
}

static int name_owners(struct named **named, struct lc_model *model)
{
	struct lc_thread *thread = lc_model_next_awake(model, NULL);
	int r = 0;

	for (; thread && !r; thread = lc_model_next_awake(model, thread)) {
		if (!thread->blocked || !thread->wait)
			continue;
		r = name_wait(named, thread->wait);
		if (!r &&
		    (thread->wait->flags & LC_WAIT_LET_GO || waits_lacks_runner(thread->wait)))
			r = name_id(named, -thread->task.pid);
	}
	return r;
}

static int name_owners_of_goroutines(struct named **named, const struct observer *observer)
{
	const struct lc_go_process *process = observer->go.processes;
	const struct lc_go_wait *wait;
	int r = 0;

	for (; process && !r; process = process->hh.next) {
		wait = NULL;
		while (!r && (wait = lc_go_next_wait(process, wait))) {
			if (wait->has_socket)
				r = name_wait(named, &wait->socket);
		}
	}
	return r;
}

/* Who is in no chain any more is not sampled any more. */
static int drop_unnamed(struct observer *observer)
{
	struct lc_thread *thread;
	struct named *named = NULL, *one, *next;
	int r = name_owners(&named, observer->model);

	r = r ?: name_owners(&named, observer->others);
	r = r ?: name_owners_of_goroutines(&named, observer);
	thread = r ? NULL : lc_model_next(observer->others, NULL);
	for (; thread; thread = lc_model_next(observer->others, thread)) {
		if (!is_named(named, thread->task.tid) && !is_named(named, -thread->task.pid))
			thread->ended_at = now_monotonic();
	}
	lc_model_drop_ended(observer->others, true);
	HASH_ITER(hh, named, one, next) {
		HASH_DEL(named, one);
		free(one);
	}
	return r;
}

static int note_holders(struct observer *observer)
{
	struct lc_thread *thread = lc_model_next_awake(observer->model, NULL);
	int r = 0;

	for (; thread && !r; thread = lc_model_next_awake(observer->model, thread))
		r = lc_model_note_holder(observer->model, thread);
	return r;
}

int waits_conclude(struct observer *observer)
{
	int r = note_holders(observer);

	note_wakers(observer, observer->model);
	note_wakers(observer, observer->others);
	return r ?: drop_unnamed(observer);
}
