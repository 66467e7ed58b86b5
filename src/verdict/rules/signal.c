// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for somebody's word: condition variables, semaphores, barriers, parked threads. A worker
 * that waits for a job and one whose signal was lost are the same futex: only the object's own
 * state, or who else waits for this thread, tells.
 */
#include "verdict/rules/private.h"

static const char *signal_words(enum lc_wait_kind kind)
{
	switch (kind) {
	case LC_WAIT_CONDITION:
		return "condition variable";
	case LC_WAIT_SEMAPHORE:
	case LC_WAIT_SYSV_SEMAPHORE:
		return "semaphore";
	case LC_WAIT_BARRIER:
		return "barrier";
	case LC_WAIT_FUTURE:
		return "future";
	default:
		return "word";
	}
}

/* For those that nothing proves: what to look at. */
static void remedy_look(struct judged *judged)
{
	switch (judged->wait->kind) {
	case LC_WAIT_BARRIER:
		judge_remedy(judged,
			     "make sure that as many threads come as the barrier was made for "
			     "(%u), also after an error",
			     judged->wait->limit);
		return;
	case LC_WAIT_FUTURE:
		judge_remedy(judged, "keep or break the promise on every path; a future that may "
				     "never come wants wait_for()");
		return;
	case LC_WAIT_CONDITION:
		judge_remedy(judged,
			     "if it waits for more than work: change the condition and signal "
			     "with the mutex held, and test the condition before waiting");
		return;
	default:
		judge_remedy(judged,
			     "look for the code that should have released it, also after an "
			     "error");
	}
}

/*
 * Between the word's change and the wake-up a healthy waiter looks so, too: nobody may be on the
 * way.
 */
static void signal_lost(struct judged *judged)
{
	if (!(judged->wait->flags & LC_WAIT_NO_WAKER)) {
		judge(judged, VERDICT_SUSPECT, "just-signalled",
		      "the %s has let this thread go: it is about to be woken, or never will be",
		      signal_words(judged->wait->kind));
		judge_remedy(judged, "look again: if it still sleeps, its wake-up was lost");
		judge_otherwise(judged, "if every thread that could be about to wake it slept or "
					"had run since, it would be a finding");
		return;
	}
	judge(judged, VERDICT_STUCK, "lost-wake-up",
	      "the %s has let this thread go, and it still sleeps: a lost wake-up",
	      signal_words(judged->wait->kind));
	judge_proof(judged, "%s, read twice, and no thread of its process was about to wake it",
		    judged->wait->object);
	if (judged->wait->flags & LC_WAIT_OLD_CONDITION)
		judge_remedy(judged,
			     "this C library has bug 25847 (a signal stolen from a waiter); it is "
			     "mended in glibc 2.41 and in later 2.38 to 2.40");
	else
		judge_remedy(judged, "%s", remedy_of_lost_wake_up(judged->wait->kind));
}

/* Between the change and the signal: it signals when its own wait is over. */
static void waker_sleeps(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	const struct lc_thread *waker = lc_model_find(judged->rules->graph->model, wait->waker);

	judge(judged, VERDICT_SUSPECT, "waker-waits",
	      "woken now, it would go on, since %s; thread %d%s%s%s comes to wake it, when its own "
	      "wait is over",
	      wait->condition, wait->waker, waker ? " (" : "", waker ? waker->task.comm : "",
	      waker ? ")" : "");
	judge_remedy(judged, "see to what thread %d waits for; signal first, and wait afterwards",
		     wait->waker);
	judge_otherwise(judged, "if nobody were on the way to wake it, its wake-up would have been "
				"lost");
}

/* Its own code says that it would go on, and that it would not if a word were otherwise. */
static void condition_is_so(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (wait->flags & LC_WAIT_WAKER_ASLEEP && wait->waker) {
		waker_sleeps(judged);
		return;
	}
	if (!(wait->flags & LC_WAIT_GOES_ON_STILL) || !(wait->flags & LC_WAIT_NO_WAKER)) {
		judge(judged, VERDICT_SUSPECT, "condition-true",
		      "woken now, it would go on, since %s: it is about to be woken, or never will "
		      "be",
		      wait->condition);
		judge_remedy(judged, "look again: if it still sleeps, its wake-up was lost");
		judge_otherwise(judged, "if nothing had moved a second later, and nobody could be "
					"about to wake it, it would be a finding");
		return;
	}
	judge(judged, VERDICT_STUCK, "lost-wake-up",
	      "woken now, it would go on, since %s, and nobody wakes it: a lost wake-up",
	      wait->condition);
	judge_proof(judged,
		    "run forward twice, a second apart, its own code goes on, and with another "
		    "value of %s it would wait; meanwhile neither it nor what it waits in nor that "
		    "value had changed, and no thread of its process was about to wake it",
		    wait->condition);
	if (wait->kind == LC_WAIT_SEMAPHORE)
		judge_remedy(judged,
			     "post the semaphore after each change of what its waiters test");
	else
		judge_remedy(judged, "%s", remedy_of_lost_wake_up(wait->kind));
}

static void sleeps_again(struct judged *judged)
{
	const char *condition = judged->wait->condition;

	judge(judged, VERDICT_IDLE, "would-sleep-again", "woken now, it would sleep again%s%s%s",
	      *condition ? ": it waits until " : ", by its own code", condition,
	      *condition ? " changes" : "");
	judge_otherwise(judged, "if what it waits for were so while it sleeps, its wake-up would "
				"have been lost");
}

bool rules_asked(struct judged *judged)
{
	if (judged->wait->flags & LC_WAIT_GOES_ON)
		condition_is_so(judged);
	else if (judged->wait->flags & LC_WAIT_SLEEPS_AGAIN)
		sleeps_again(judged);
	else
		return false;
	return true;
}

void rules_signal(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (wait->flags & LC_WAIT_LET_GO) {
		signal_lost(judged);
		return;
	}
	if (wait->has_timeout && judged->thread->rearms) {
		judge(judged, VERDICT_IDLE, "time-out",
		      "it wakes by itself when its time is over, looks, and waits again");
		return;
	}
	if (wait->flags & LC_WAIT_GOES_ON) {
		condition_is_so(judged);
		return;
	}
	if (wait->flags & LC_WAIT_RUNTIME_OWN) {
		judge(judged, VERDICT_IDLE, "runtime-own",
		      "a thread of the language's runtime itself, without work");
		return;
	}
	if (judged->node->pressing && wait->kind != LC_WAIT_GO) {
		judge(judged, VERDICT_SUSPECT, "others-wait",
		      "nobody has signalled its %s, and %u thread%s for this one",
		      signal_words(wait->kind), judged->node->pressing,
		      judged->node->pressing == 1 ? " waits" : "s wait");
		remedy_look(judged);
		return;
	}
	judge_otherwise(
		judged,
		"an object that says it is free, or a group that only grows, would make it a "
		"finding");
	if (wait->kind == LC_WAIT_BARRIER) {
		judge(judged, VERDICT_SUSPECT, "barrier-short",
		      "%u of %u have arrived at the barrier", wait->readers, wait->limit);
	} else if (wait->kind == LC_WAIT_FUTURE) {
		judge(judged, VERDICT_SUSPECT, "future-unkept",
		      "the promise has not been kept yet");
	} else if (wait->has_timeout) {
		judge(judged, VERDICT_IDLE, "time-out", "it wakes by itself when its time is over");
	} else if (wait->flags & LC_WAIT_SLEEPS_AGAIN) {
		sleeps_again(judged);
	} else if (wait->kind == LC_WAIT_CONDITION && rules_is_served(judged->rules, wait)) {
		judge(judged, VERDICT_IDLE, "served",
		      "who waits on it has been woken before: a worker waits for work");
	} else {
		judge(judged, wait->kind == LC_WAIT_CONDITION ? VERDICT_SUSPECT : VERDICT_IDLE,
		      wait->kind == LC_WAIT_CONDITION ? "never-signalled" : "waits-for-work",
		      wait->kind == LC_WAIT_CONDITION ? "not seen signalled: a worker without "
							"work, or a signal that was lost"
						      : "it waits for work, as far as can be seen");
	}
	if (judged->judgement->verdict == VERDICT_SUSPECT)
		remedy_look(judged);
}
