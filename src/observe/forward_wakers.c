// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether somebody is between the change of a condition and its signal. A thread whose condition is
 * so has lost its wake-up only if nobody is: who changed it may have been preempted, which its
 * samples show, but also sleep, write to a pipe that is full, or wait for a lock, and signal behind
 * that. So each thread that has run since the waiter tested its condition for the last time is run
 * forward: who comes to wake it is on the way, and of whom it is not known, may be.
 *
 * Who changes the condition first, and then signals, does that for another time.
 */
#include "observe/forward_private.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "target/memory.h"

#define THREADS_MOST 128 /* that are asked about one waiter, */
#define JOINS_MOST 3
#define WAITER_NS 500000000u /* and the time that they may take */

enum way {
	WAY_NOT_KNOWN,
	WAY_NONE,
	WAY_ENDS, /* the same, and with that the thread ends */
	WAY_TO_WAKE,
};

struct search {
	struct asking *asking;
	const struct lc_thread *waiter;
	const struct emulate_outcome *condition;
	uint64_t since; /* then, at the latest, the condition was not so */
	unsigned asked;
	uint64_t until;
	struct forward_stacks stacks; /* of those that were asked, and are on no way */
	unsigned joins;		      /* how deep it is among those who wait for others' ends */
};

/* For a signal like this one, by the same code. */
static bool waits_alike(const struct search *search, const struct lc_thread *thread)
{
	const struct lc_thread *waiter = search->waiter;

	return waiter->user_stack && thread->user_stack == waiter->user_stack && thread->wait &&
	       !memcmp(&thread->wait->key, &waiter->wait->key, sizeof(waiter->wait->key));
}

/* Who began to wait before the condition was so has not changed it, nor was woken for it. */
static bool stood_before(const struct search *search, const struct lc_thread *thread)
{
	return thread->blocked_since < search->since && !thread->rearms;
}

/* What it waits for comes from elsewhere, as its next request: that is not between the two. */
static bool waits_for_input(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	return thread->syscall.nr != SYS_futex && !lc_wait_has_timer(wait) &&
	       !(wait->flags & LC_WAIT_OWN_PROCESS) &&
	       (wait->direction == LC_WAIT_READ || wait->direction == LC_WAIT_ACCEPT ||
		wait->kind == LC_WAIT_EPOLL || wait->kind == LC_WAIT_POLL ||
		wait->kind == LC_WAIT_SIGNAL);
}

/* It goes on by itself, and may come again and again before it signals. */
static bool goes_on_by_itself(const struct lc_thread *thread)
{
	return forward_sleeps(thread) || thread->wait->has_timeout;
}

static const struct lc_thread *threads_of(const struct search *search, const struct lc_model *model)
{
	return lc_process_threads(model, search->waiter->task.pid);
}

static const struct lc_thread *thread_of_process(const struct search *search, pid_t tid)
{
	const struct lc_thread *thread = lc_model_find(search->asking->observer->model, tid);

	return thread && thread->task.pid == search->waiter->task.pid && !thread->ended_at ? thread
											   : NULL;
}

/* --- one run --- */

static void watch_conditions(const struct search *search, struct emulate_question *question)
{
	const struct emulate_outcome *condition = search->condition;

	if (search->asking->python.count) /* its condition is no word */
		return;
	for (uint32_t i = 0; i < condition->condition_count; i++) {
		for (uint32_t more = 0; more < 2; more++)
			question->watches[question->watch_count++] =
				(struct emulate_watch){ .address = condition->conditions[i].address,
							.mask = UINT32_MAX,
							.more = more };
	}
}

static bool make_question(const struct search *search, const struct lc_thread *thread,
			  struct emulate_question *ret)
{
	struct asking *asking = search->asking;
	const struct lc_wait *wait = search->waiter->wait;
	struct python_thread python;

	if (thread->wait->kind == LC_WAIT_JOIN) {
		*ret = forward_begin(&asking->process, thread);
		ret->follow = 1;
		ret->patch_count = 1; /* the kernel clears the word of a thread that ends */
		ret->patches[0] = (struct emulate_patch){ .address = thread->syscall.args[0],
							  .size = 4 };
	} else if (!forward_frees_question(&asking->process, thread, ret)) {
		return false;
	}
	(void)forward_python_note(&asking->process, thread, &python, ret);
	ret->asked = EMULATE_WHOM_WAKES;
	ret->rounds = goes_on_by_itself(thread) ? EMULATE_ROUNDS : 0;
	ret->writes_wake = forward_is_doorbell(search->waiter);
	ret->wakes = (struct emulate_range){ wait->key.object,
					     wait->key.object + FORWARD_CONDITION_BYTES };
	if (wait->protocol != LC_WAIT_GLIBC_CONDITION)
		ret->wakes.end = wait->key.object + sizeof(uint32_t);
	if (wait->key.space != LC_WAIT_SPACE_PRIVATE)
		ret->wakes.end = ret->wakes.start;
	watch_conditions(search, ret);
	return thread->thread_pointer;
}

static enum way ask(struct search *search, const struct lc_thread *thread);

/* It ends no sooner than the waiter is woken. */
static bool stays(struct search *search, const struct lc_thread *joinee)
{
	bool stays = joinee == search->waiter || waits_alike(search, joinee);

	if (stays || !forward_stands(joinee) || search->joins == JOINS_MOST)
		return stays;
	search->joins++;
	stays = ask(search, joinee) == WAY_NONE;
	search->joins--;
	return stays;
}

/*
 * Of Python, whose join waits for a lock that the end of the thread unlocks. NULL also where there
 * is no time left to look.
 */
static const struct lc_thread *joinee_in_python(const struct search *search,
						const struct python_wait *wait)
{
	const struct asking *asking = search->asking;
	const struct lc_thread *thread = threads_of(search, asking->observer->model);

	if (!asking->python.count)
		return NULL;
	for (; thread && now_monotonic() < search->until; thread = thread->process_next) {
		if (!thread->ended_at && forward_python_joins(&asking->process, thread, wait))
			return thread;
	}
	return NULL;
}

/* It would wait next for the end of a thread that stays. */
static bool joins_who_stays(struct search *search, const struct emulate_outcome *outcome)
{
	const struct lc_thread *joinee;
	uint32_t tid = 0;

	if (outcome->call != SYS_futex ||
	    !target_memory_read_all(&search->asking->process.task, outcome->object, &tid,
				    sizeof(tid)))
		return false;
	if ((pid_t)tid == search->waiter->task.ns_tid)
		return true;
	joinee = thread_of_process(search, (pid_t)tid);
	return joinee && waits_alike(search, joinee);
}

static enum way take_outcome(struct search *search, const struct lc_thread *thread,
			     const struct emulate_outcome *outcome)
{
	if (outcome->release_count) /* it changes the condition: for another time, or as who was
				       woken */
		return WAY_NOT_KNOWN;
	switch (outcome->end) {
	case EMULATE_WAKES:
		return WAY_TO_WAKE;
	case EMULATE_ENDS:
		return WAY_ENDS;
	case EMULATE_RESTS:
		return WAY_NONE;
	case EMULATE_SLEEPS_AGAIN:
	case EMULATE_CAME_BACK:
		return goes_on_by_itself(thread) && !outcome->settled ? WAY_NOT_KNOWN : WAY_NONE;
	case EMULATE_WAITS:
		return joins_who_stays(search, outcome) ? WAY_NONE : WAY_NOT_KNOWN;
	default:
		return WAY_NOT_KNOWN;
	}
}

/*
 * It would wait next for the end of a thread of Python. *ret_stays: that stays; else it is run on
 * as if that had ended.
 */
static bool joins_in_python(struct search *search, const struct emulate_outcome *outcome,
			    struct emulate_question *question, bool *ret_stays)
{
	const struct python_wait wait = { outcome->object, outcome->parked };
	const struct lc_thread *joinee;
	bool parks = search->asking->python.count && search->asking->python.layout->parks;

	*ret_stays = false;
	if (outcome->end != EMULATE_WAITS || outcome->call != SYS_futex)
		return false;
	joinee = joinee_in_python(search, &wait);
	*ret_stays = joinee && stays(search, joinee);
	if (!joinee || question->patch_count == EMULATE_PATCHES)
		return false;
	question->patches[question->patch_count++] =
		parks ? (struct emulate_patch){ .address = outcome->parked, .value = 1, .size = 1 }
		      : (struct emulate_patch){
				.address = outcome->object, .value = 1, .size = 4, .add = 1
			};
	return true;
}

static enum way run(struct search *search, const struct lc_thread *thread,
		    const struct emulate_question *question)
{
	struct asking *asking = search->asking;
	struct emulate_question on = *question;
	const struct emulate_source source = { forward_page, &asking->process };
	struct emulator *emulator = asking->observer->options->emulator;
	struct emulate_outcome outcome;
	bool stays;

	do {
		if (emulator->does->ask(emulator, &on, &source, &outcome) < 0 ||
		    !forward_stood_still(asking, thread))
			return WAY_NOT_KNOWN;
	} while (joins_in_python(search, &outcome, &on, &stays) && !stays);
	return stays ? WAY_NONE : take_outcome(search, thread, &outcome);
}

/* The worse of two. */
static enum way worse(enum way a, enum way b)
{
	if (a == WAY_TO_WAKE || b == WAY_TO_WAKE)
		return WAY_TO_WAKE;
	if (a == WAY_NOT_KNOWN || b == WAY_NOT_KNOWN)
		return WAY_NOT_KNOWN;
	return a == WAY_ENDS || b == WAY_ENDS ? WAY_ENDS : WAY_NONE;
}

/* What its call gives decides where it goes: that it had nothing, or something; and its time-out.
 */
static enum way run_each_way(struct search *search, const struct lc_thread *thread)
{
	struct emulate_question question;
	enum way way;

	if (!make_question(search, thread, &question))
		return WAY_NOT_KNOWN;
	way = run(search, thread, &question);
	if (thread->syscall.nr == SYS_futex && thread->wait->has_timeout) {
		question.patch_count = 0;
		question.result = (uint64_t)-ETIMEDOUT;
		way = worse(way, run(search, thread, &question));
	} else if (forward_has_other_results(thread)) {
		question.result = 1;
		way = worse(way, run(search, thread, &question));
	}
	return way;
}

/* --- all of them --- */

static enum way ask(struct search *search, const struct lc_thread *thread)
{
	unsigned *alike = forward_count_at(&search->stacks, thread->user_stack);
	enum way way;

	if (alike && *alike >= FORWARD_ALIKE)
		return WAY_NONE;
	if (search->asked++ >= THREADS_MOST || now_monotonic() >= search->until ||
	    !forward_has_time(search->asking->observer))
		return WAY_NOT_KNOWN;
	way = run_each_way(search, thread);
	if (alike && way == WAY_NONE)
		(*alike)++;
	return way;
}

/* Who waits for the end of a thread goes on no sooner than that one has. */
static const struct lc_thread *joinee_of(const struct search *search,
					 const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	struct python_wait python;

	if (wait->has_timeout)
		return NULL;
	if (wait->protocol == LC_WAIT_PYTHON_LOCK) {
		python = forward_python_wait(&search->asking->process, wait);
		return joinee_in_python(search, &python);
	}
	if (wait->kind != LC_WAIT_JOIN || wait->owner_count != 1)
		return NULL;
	return thread_of_process(search, wait->owners[0].tid);
}

static bool joins_who_stays_now(struct search *search, const struct lc_thread *thread)
{
	const struct lc_thread *joinee = joinee_of(search, thread);

	return joinee && stays(search, joinee);
}

/* Who does not stand is left to its samples. */
static bool may_be_on_the_way(struct search *search, const struct lc_thread *thread, enum way *ret)
{
	if (!forward_stands(thread) || thread == search->waiter || waits_alike(search, thread) ||
	    stood_before(search, thread) || joins_who_stays_now(search, thread))
		return false;
	*ret = ask(search, thread);
	return *ret == WAY_TO_WAKE || (*ret == WAY_NOT_KNOWN && !waits_for_input(thread));
}

/* Of several at one place that wait for the same the last one that came found it not so yet. */
static uint64_t not_so_at(const struct search *search)
{
	const struct lc_thread *thread = threads_of(search, search->asking->observer->model);
	uint64_t at = search->waiter->blocked_since;

	for (; thread; thread = thread->process_next) {
		if (!thread->ended_at && thread->blocked && waits_alike(search, thread) &&
		    thread->blocked_since > at)
			at = thread->blocked_since;
	}
	return at;
}

static pid_t find_in(struct search *search, const struct lc_model *model, bool *ret_known)
{
	const struct lc_thread *thread = threads_of(search, model);
	pid_t found = 0;
	enum way way;

	for (; thread && !*ret_known; thread = thread->process_next) {
		if (!may_be_on_the_way(search, thread, &way))
			continue;
		found = thread->task.tid;
		*ret_known = way == WAY_TO_WAKE;
	}
	return found;
}

pid_t forward_find_waker(struct asking *asking, const struct lc_thread *waiter,
			 const struct emulate_outcome *condition, bool *ret_known)
{
	struct search search = { .asking = asking, .waiter = waiter, .condition = condition };
	pid_t found;

	search.since = not_so_at(&search);
	search.until = now_monotonic() + WAITER_NS;
	*ret_known = false;
	found = find_in(&search, asking->observer->model, ret_known);
	return found ?: find_in(&search, asking->observer->others, ret_known);
}
