// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may rest: see resting.h. A process rests only where nothing but a movement of its own threads
 * or a time that is known can make another verdict of it, or make anything be read of it: what
 * hangs on others, or on how time goes by elsewhere, stays awake.
 */
#include "observe/resting.h"
#include "observe/forward.h"
#include "observe/waits.h"
#include "model/wait.h"

/* A look takes less: whose time comes meanwhile is looked at by this one. */
#define LOOK_NS 2000000000ull
/* Of a wait that has lasted for so long no rule waits for more (rules_is_long()). */
#define LEAST_STILL_NS 1000000000ull

struct resting {
	struct observer *observer;
	const struct verdict_view *view;
	uint64_t now;
};

/* Kinds whose verdict hangs on nothing but the thread's own process, once it is long enough. */
static bool is_kind(const struct lc_wait *wait)
{
	switch (wait->kind) {
	case LC_WAIT_MUTEX:
	case LC_WAIT_INTERNAL_LOCK:
	case LC_WAIT_RWLOCK:
	case LC_WAIT_CONDITION:
	case LC_WAIT_SEMAPHORE:
	case LC_WAIT_JOIN:
	case LC_WAIT_ATOMIC:
	case LC_WAIT_PARK:
	case LC_WAIT_FUTEX:
		return wait->key.space == LC_WAIT_SPACE_PRIVATE;
	case LC_WAIT_PIPE:
	case LC_WAIT_FIFO:
	case LC_WAIT_EVENTFD:
	case LC_WAIT_TIMERFD:
	case LC_WAIT_SIGNALFD:
	case LC_WAIT_INOTIFY:
	case LC_WAIT_EPOLL:
	case LC_WAIT_POLL:
	case LC_WAIT_SLEEP:
	case LC_WAIT_SIGNAL:
		return true;
	case LC_WAIT_TCP:
	case LC_WAIT_UNIX:
		return wait->direction == LC_WAIT_ACCEPT;
	default:
		return false;
	}
}

static bool hangs_on_own_process(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	uint32_t i;

	for (i = 0; i < wait->owner_count; i++) {
		if (wait->owners[i].pid != thread->task.pid)
			return false;
	}
	return wait->owner_total == wait->owner_count;
}

/* It is told already, or there is nothing to tell of it. */
static bool is_told(const struct resting *resting, const struct lc_thread *thread)
{
	uint32_t node;

	if (!resting->view || thread->reported)
		return true;
	node = graph_find(&resting->view->graph, thread->task.tid);
	return node != GRAPH_NONE && resting->view->judgements[node].verdict < VERDICT_SUSPECT;
}

/* By time alone a lock that is kept becomes more than one that changes hands. */
static bool is_kept(const struct resting *resting, const struct lc_wait *wait)
{
	const struct lc_holding *holding = lc_model_holding(resting->observer->model, wait);
	uint64_t threshold = resting->observer->options->collect.threshold_ns;

	return !holding || resting->now - holding->since >=
				   (threshold > LEAST_STILL_NS ? threshold : LEAST_STILL_NS);
}

/* When its wait is read again though it has not moved (waits.c); 0: it is not to rest. */
static uint64_t rests_until(const struct resting *resting, const struct lc_thread *thread)
{
	const struct observer_options *options = resting->observer->options;
	const uint64_t open = LC_WAIT_LET_GO | LC_WAIT_DISAGREE | LC_WAIT_GOES_ON |
			      LC_WAIT_PROCESS_SHARED;
	uint64_t still = resting->now - thread->blocked_since, read_at = thread->wait_read_at;

	if (!thread->seen_at || thread->kernel_thread || !thread->blocked || thread->state != 'S' ||
	    still < options->collect.threshold_ns || still < LEAST_STILL_NS)
		return 0;
	if (options->user_stacks && !thread->user_stack && !thread->stack_error)
		return 0;
	if (!thread->wait || !thread->wait_confirmed || thread->wait->flags & open ||
	    !is_kind(thread->wait) || !hangs_on_own_process(thread) ||
	    !is_kept(resting, thread->wait) || !is_told(resting, thread) ||
	    !lc_series_is_flat(resting->observer->series, thread->group))
		return 0;
	if (read_at < thread->wait_held_at)
		read_at = thread->wait_held_at;
	return read_at + (read_at - thread->blocked_since);
}

static bool count_in_group(struct lc_rest *rest, uint32_t number)
{
	uint32_t i = 0;

	while (number && i < rest->group_count && rest->groups[i].number != number)
		i++;
	if (i == LC_REST_GROUPS)
		return false;
	if (number && i == rest->group_count)
		rest->groups[rest->group_count++].number = number;
	rest->groups[i].count += number != 0;
	return true;
}

/* By the word of the last sweep it has no Go runtime, and descriptors of its own. */
static bool is_plain(const struct resting *resting, pid_t pid, uint64_t read_at)
{
	const struct observer *observer = resting->observer;
	uint64_t at = observer->runtime ? lc_model_plain_at(observer->model, pid) : read_at;

	return at && lc_model_stood_still(observer->model, pid, at, 0);
}

static bool may_rest(void *context, struct lc_thread *first, struct lc_rest *ret_rest)
{
	const struct resting *resting = context;
	struct lc_rest rest = { .until = UINT64_MAX };
	const struct lc_thread *thread;
	uint64_t until, read_at = 0;

	for (thread = first; thread; thread = thread->process_next) {
		if (thread->ended_at)
			return false;
		until = rests_until(resting, thread);
		if (until <= resting->now || !count_in_group(&rest, thread->group))
			return false;
		if (until < rest.until)
			rest.until = until;
		if (thread->wait_read_at > read_at)
			read_at = thread->wait_read_at;
		rest.ask |= forward_is_to_ask(resting->observer, thread);
	}
	if (!is_plain(resting, first->task.pid, read_at))
		return false;
	*ret_rest = rest;
	return true;
}

/* Its time has come, but there is nothing that would have to be read. */
static bool goes_on(void *context, struct lc_thread *first, uint64_t *ret_until)
{
	const struct resting *resting = context;
	uint64_t least = UINT64_MAX, until;
	struct lc_thread *thread;

	for (thread = first; thread; thread = thread->process_next) {
		if (thread->ended_at || !waits_hold_on(resting->observer, thread))
			return false;
		until = rests_until(resting, thread);
		least = until < least ? until : least;
	}
	if (least <= resting->now + LOOK_NS)
		return false;
	*ret_until = least;
	return true;
}

void resting_wake_due(struct observer *observer, bool all)
{
	struct resting resting = { .observer = observer, .now = observer_now(observer) };

	lc_model_wake_until(observer->model, all ? UINT64_MAX : resting.now + LOOK_NS,
			    all ? NULL : goes_on, &resting);
}

void resting_begin(struct observer *observer, const struct verdict_view *view)
{
	struct resting resting = { .observer = observer,
				   .view = view,
				   .now = observer_now(observer) };

	/* Only where every thread of the host is known, does each that moves show. */
	if (observer->book && !observer->options->once)
		lc_model_rest(observer->model, may_rest, &resting);
}

static void wake_owners(struct observer *observer, const struct lc_wait *wait)
{
	uint32_t i;

	for (i = 0; i < wait->owner_count; i++)
		lc_model_wake(observer->model, wait->owners[i].pid);
}

/* Who is woken comes last in the list, and is looked at in turn. */
void resting_wake_owners(struct observer *observer)
{
	const struct lc_go_process *process;
	const struct lc_go_wait *wait;
	struct lc_thread *thread = lc_model_next(observer->others, NULL);

	for (; thread; thread = lc_model_next(observer->others, thread)) {
		lc_model_wake(observer->model, thread->task.pid);
		if (thread->wait)
			wake_owners(observer, thread->wait);
	}
	for (process = observer->go.processes; process; process = process->hh.next) {
		wait = NULL;
		while ((wait = lc_go_next_wait(process, wait))) {
			if (wait->has_socket)
				wake_owners(observer, &wait->socket);
		}
	}
	thread = lc_model_next_awake(observer->model, NULL);
	for (; thread; thread = lc_model_next_awake(observer->model, thread)) {
		if (thread->blocked && thread->wait)
			wake_owners(observer, thread->wait);
	}
}
