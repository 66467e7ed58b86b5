// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks take the verdict of their holder. A lock waited for is no finding by itself: it is also a
 * gate (its holder lets a worker in when there is work), a turn (leader and followers), and an
 * office (a standby).
 */
#include "verdict/rules/private.h"
#include "util/duration.h"

#include <stdio.h>

static void lock_is_dead(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	judge(judged, VERDICT_LEAK, "owner-gone",
	      "the lock's owner has ended without unlocking it");
	judge_proof(judged, "%s: it records owner %d, and there is no such thread", wait->object,
		    wait->owner_count ? wait->owners[0].ns_tid : 0);
	judge_remedy(
		judged,
		"unlock on every path out of the code that took it (an early return, an error, a "
		"cancelled or exiting thread)");
	judge_otherwise(judged, "an owner that is alive would have given its own verdict");
}

static void lock_of_another_process(struct judged *judged)
{
	judge(judged, VERDICT_LEAK, "lock-copied-by-fork",
	      "the lock was held by another thread when this process was forked");
	judge_proof(judged, "%s is private, and its owner %d lives in another process (%d)",
		    judged->wait->object,
		    judged->wait->owner_count ? judged->wait->owners[0].tid : 0,
		    judged->wait->owner_count ? judged->wait->owners[0].pid : 0);
	judge_remedy(judged,
		     "between fork and exec of a process with threads call only async-signal-safe "
		     "functions, or re-initialise the lock (pthread_atfork)");
}

static bool holder_spawned_waiter(const struct judged *judged)
{
	return judged->owner->thread && judged->thread->spawned_at &&
	       judged->thread->spawner.tid == judged->owner->thread->task.tid;
}

/* Nobody else has had it for so long that the waiters' turn should have come. */
static bool is_kept(const struct judged *judged, const struct lc_holding *holding)
{
	return holding && rules_is_long(judged, judged->rules->now - holding->since);
}

/* It changes hands, and its waiters are served: theirs is a queue, however long. */
bool rules_contended(struct judged *judged)
{
	const struct lc_holding *holding = lc_model_holding(judged->rules->graph->model,
							    judged->wait);
	char span[32];

	if (!holding || !holding->changes || is_kept(judged, holding))
		return false;
	duration_format(judged->rules->now - holding->first_seen, span, sizeof(span));
	judge(judged, VERDICT_IDLE, "contended",
	      "the lock was seen to change hands %llu time%s in %s: this one waits its turn",
	      (unsigned long long)holding->changes, holding->changes == 1 ? "" : "s", span);
	judge_otherwise(judged, "a holder that keeps it while others wait would make it a finding");
	return true;
}

static void others_wait(struct judged *judged, int tid, bool kept)
{
	judge(judged, kept ? VERDICT_STUCK : VERDICT_SUSPECT, "others-wait",
	      "the holder (%d) goes on without unlocking, and %u thread%s for this one", tid,
	      judged->node->dependents, judged->node->dependents == 1 ? " waits" : "s wait");
	if (!kept)
		judge_otherwise(judged, "if a trace saw the same holder keep it for long, it would "
					"be a finding");
}

/*
 * Leader and followers are children of one process, or threads of one; an office and its standby
 * are not.
 */
static bool is_follower(const struct judged *judged)
{
	const struct graph_node *holder = judged->owner, *nodes = judged->rules->graph->nodes;

	if (!holder->thread && holder->next != GRAPH_NONE)
		holder = &nodes[holder->next];
	return holder->pid == judged->node->pid ||
	       (holder->thread && holder->thread->parent_pid > 1 &&
		holder->thread->parent_pid == judged->thread->parent_pid);
}

/* An open file outlives who locked it: whoever inherited it keeps the lock. */
static void file_lock_is_held(struct judged *judged)
{
	const struct lc_wait_owner *holder = &judged->wait->owners[0];
	char others[32] = "";

	if (judged->wait->owner_total > 1)
		snprintf(others, sizeof(others), " and %u more", judged->wait->owner_total - 1);
	judge_remedy(judged,
		     "if process %d (%.15s) should not have the lock now, unlock or close the file "
		     "on every path",
		     holder->pid, holder->comm);
	if (!(judged->wait->flags & LC_WAIT_TAKER_GONE)) {
		judge(judged, VERDICT_SUSPECT, "standby",
		      "process %d (%.15s)%s has the file lock and is alive: a standby, or a lock "
		      "forgotten",
		      holder->pid, holder->comm, others);
		return;
	}
	judge(judged, VERDICT_SUSPECT, "standby",
	      "who took the file lock has ended; process %d (%.15s)%s has the same open file, and "
	      "so keeps it",
	      holder->pid, holder->comm, others);
	if (holder->fd >= 0)
		judge_remedy(judged,
			     "if process %d (%.15s) should not keep the lock, start it with its fd "
			     "%d closed: it inherited that",
			     holder->pid, holder->comm, holder->fd);
}

static void lock_is_held(struct judged *judged)
{
	const struct lc_holding *holding = lc_model_holding(judged->rules->graph->model,
							    judged->wait);
	const struct graph_node *holder = judged->owner;
	enum verdict verdict = judged->owner_verdict->verdict;
	int tid = holder->thread ? holder->thread->task.tid : holder->pid;

	if (rules_follow(judged, "holder-is-a-finding") || rules_contended(judged))
		return;
	judge_otherwise(judged,
			"a holder that is stuck, gone or in a circle would make it a finding");
	judge_remedy(judged,
		     "if %d should not have the lock now, unlock it on every path out of the code "
		     "that takes it",
		     tid);
	if (verdict == VERDICT_SUSPECT || verdict == VERDICT_BLOCKED) {
		judge(judged, VERDICT_SUSPECT, "holder-is-a-suspect",
		      "the holder (%d) waits in its turn, and whether in vain is not known", tid);
	} else if (verdict == VERDICT_IDLE &&
		   (judged->wait->kind != LC_WAIT_FILE_LOCK || is_follower(judged))) {
		judge(judged, VERDICT_IDLE, "turn",
		      "the holder (%d) waits for work: this one waits its turn", tid);
	} else if (judged->wait->kind == LC_WAIT_FILE_LOCK) {
		file_lock_is_held(judged);
	} else if (holder_spawned_waiter(judged)) {
		judge(judged, VERDICT_SUSPECT, "gate",
		      "the holder (%d) goes on working and spawned this one: a gate, or a lock "
		      "forgotten",
		      tid);
	} else if (judged->node->dependents) {
		/* Who tries for a time only can do something else when that is over. */
		others_wait(judged, tid,
			    !lc_wait_ends_by_itself(judged->wait) && is_kept(judged, holding));
	} else {
		judge(judged, VERDICT_SUSPECT, "holder-works",
		      "the holder (%d) goes on, and has not unlocked it: a gate, or a lock "
		      "forgotten",
		      tid);
	}
}

/* It is released when the other's initialiser ends: a wait for an end, rather than for a lock. */
static void initialiser_runs(struct judged *judged)
{
	enum verdict verdict = judged->owner_verdict->verdict;
	char words[64];

	graph_node_words(judged->owner, words, sizeof(words));
	if (rules_follow(judged, "waits-for-a-finding"))
		return;
	judge_otherwise(judged,
			"it takes the verdict of whom it waits for, if that becomes a finding");
	judge_remedy(judged, "look at what %s waits for", words);
	if (verdict == VERDICT_SUSPECT || verdict == VERDICT_BLOCKED)
		judge(judged, VERDICT_SUSPECT, "holder-is-a-suspect",
		      "%s runs the initialiser and waits in its turn, and whether in vain is not "
		      "known",
		      words);
	else
		judge(judged, VERDICT_IDLE, "waits-for-end",
		      "%s runs the initialiser, and works, or waits for work", words);
}

static void waits_for_itself(struct judged *judged)
{
	if (judged->wait->kind == LC_WAIT_ONCE) {
		judge(judged, VERDICT_DEADLOCK, "self",
		      "it waits for the end of an initialiser that it runs itself");
		judge_proof(judged, "%s: the initialiser is on the waiter's own stack",
			    judged->wait->object);
		judge_remedy(judged, "an initialiser must not use what it initialises");
		return;
	}
	judge(judged, VERDICT_DEADLOCK, "self", "it waits for a lock that it holds itself");
	judge_proof(judged, "%s: its owner is the waiter", judged->wait->object);
	judge_remedy(judged, "%s", remedy_of_self(judged->wait->kind));
}

/*
 * It is free for a moment each time that it changes hands: that nobody is on the way is what makes
 * the fault.
 */
static void lock_is_free(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	judge_remedy(judged, "whoever unlocks must wake; look for code that writes the lock's word "
			     "by itself");
	if (!(wait->flags & LC_WAIT_NO_WAKER)) {
		judge(judged, VERDICT_SUSPECT, "just-released",
		      "the lock was free when it was read: it is about to get it, or nobody wakes "
		      "it");
		judge_otherwise(judged, "if every thread that could be about to wake it slept, it "
					"would be a finding");
		return;
	}
	judge(judged, VERDICT_STUCK, "lost-wake-up",
	      "the lock is free, and this thread still sleeps for it: a lost wake-up");
	judge_proof(judged,
		    "%s: free, read twice, and no thread of its process was about to wake it",
		    wait->object);
}

/*
 * That the lock was taken before the signal came is known once it has been waited for longer than
 * any other holds it.
 */
static void interrupted_holder(struct judged *judged)
{
	bool stalled = rules_stalled(judged) == VERDICT_STUCK;

	judge(judged, stalled ? VERDICT_DEADLOCK : VERDICT_SUSPECT, "interrupted-itself",
	      "a signal's handler waits for a lock of the C library in a function that the signal "
	      "interrupted");
	judge_proof(judged,
		    "%s: the function that takes it is on the waiter's stack twice, above "
		    "and below the signal",
		    judged->wait->object);
	judge_remedy(judged, "call only async-signal-safe functions in a signal handler "
			     "(signal-safety(7))");
	judge_otherwise(judged, "a wait of less than a second may be for another thread's turn");
}

static void never_unlocked(struct judged *judged)
{
	judge(judged, VERDICT_LEAK, "never-unlocked",
	      "nobody will unlock the lock that it waits for");
	judge_proof(judged,
		    "%s: all %u threads of the process were run forward by their own code, each to "
		    "its end or back to its wait, and none would unlock it",
		    judged->wait->object, judged->wait->threads);
	judge_remedy(judged, "look for the code that takes the lock and leaves it locked on some "
			     "path");
}

void rules_lock(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (wait->flags & LC_WAIT_OBJECT_FREE) {
		lock_is_free(judged);
	} else if (wait->flags & LC_WAIT_OWNER_ELSEWHERE) {
		lock_of_another_process(judged);
	} else if (wait->recorded == LC_WAIT_DEAD || wait->flags & LC_WAIT_OWNER_GONE) {
		lock_is_dead(judged);
	} else if (wait->flags & LC_WAIT_OWNER_SELF) {
		waits_for_itself(judged);
	} else if (wait->flags & LC_WAIT_INTERRUPTED_SELF) {
		interrupted_holder(judged);
	} else if (wait->flags & LC_WAIT_NEVER_UNLOCKED) {
		never_unlocked(judged);
	} else if (judged->owner && wait->kind == LC_WAIT_ONCE) {
		initialiser_runs(judged);
	} else if (judged->owner) {
		lock_is_held(judged);
	} else if (wait->kind == LC_WAIT_RWLOCK && wait->readers) {
		judge(judged, VERDICT_SUSPECT, "readers",
		      "%u reader%s the lock; who that is is not recorded", wait->readers,
		      wait->readers == 1 ? " holds" : "s hold");
		judge_remedy(
			judged,
			"don't ask for the write lock while holding the read lock, and release "
			"that on every path");
	} else {
		judge(judged, VERDICT_SUSPECT, "owner-not-recorded",
		      "who holds the lock is not recorded by this kind of lock");
		judge_remedy(judged,
			     wait->kind == LC_WAIT_ONCE
				     ? "look for the thread that runs the initialiser"
				     : "look for the code that takes the lock and leaves it "
				       "locked on some path");
		judge_otherwise(
			judged,
			"growth, or others that wait for this thread, would make it a finding");
	}
}
