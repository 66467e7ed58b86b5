// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds a lock that records nobody: the readers of a rwlock, Rust's locks. Each blocked thread
 * of the process is run forward from its wait; who releases the lock, and has not taken it on the
 * way, has it now.
 */
#include "observe/forward_private.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define RUST_READERS 0x3fffffffu
#define RUST_MUTEX 3u
#define THREADS_MAX 1024 /* that are asked about the locks of one process */

/* A lock of one process, and who was found to have it. */
struct lock {
	struct lc_wait_key key;
	struct emulate_watch watch;
	uint32_t readers; /* 0: one has it alone */
	uint32_t count, total;
	struct lc_wait_owner owners[LC_WAIT_OWNERS];
	uint64_t release, caller; /* instruction of the first one, and who called that function */
};

struct locks {
	struct asking *asking;
	pid_t pid;
	size_t count;
	uint32_t ended; /* threads that came to their end, or back to their wait, on the way that
			   they would take */
	struct lock list[EMULATE_WATCHES];
};

static bool is_anonymous(const struct lc_wait *wait)
{
	if (wait->recorded != LC_WAIT_NOT_RECORDED || wait->key.space != LC_WAIT_SPACE_PRIVATE ||
	    wait->flags & (LC_WAIT_LET_GO | LC_WAIT_HOLDERS_RUN))
		return false;
	return (wait->protocol == LC_WAIT_GLIBC_RWLOCK && wait->readers) ||
	       wait->protocol == LC_WAIT_RUST_MUTEX || wait->protocol == LC_WAIT_RUST_RWLOCK;
}

static bool is_blocked(const struct lc_thread *thread)
{
	return thread->blocked && !thread->ended_at && !thread->moving && thread->wait &&
	       thread->wait_confirmed;
}

static struct emulate_watch watch_of(const struct lc_wait *wait)
{
	struct emulate_watch watch = { .address = wait->key.object };

	if (wait->protocol == LC_WAIT_GLIBC_RWLOCK) {
		watch.mask = ~7u; /* readers are counted from bit 3 on */
		watch.shift = 3;
	} else {
		watch.mask = wait->protocol == LC_WAIT_RUST_MUTEX ? RUST_MUTEX : RUST_READERS;
	}
	return watch;
}

static struct lock *find_lock(struct locks *locks, const struct lc_wait_key *key)
{
	for (size_t i = 0; i < locks->count; i++) {
		if (!memcmp(&locks->list[i].key, key, sizeof(*key)))
			return &locks->list[i];
	}
	return NULL;
}

static void add_lock(struct locks *locks, const struct lc_wait *wait)
{
	if (!is_anonymous(wait) || find_lock(locks, &wait->key) || locks->count == EMULATE_WATCHES)
		return;
	locks->list[locks->count++] = (struct lock){ .key = wait->key,
						     .watch = watch_of(wait),
						     .readers = wait->readers };
}

/* --- runs --- */

/* What it waits for itself it does not have, and in the copy it is free. */
static void watch_others(struct locks *locks, const struct lc_thread *thread,
			 struct emulate_question *question)
{
	static const struct emulate_watch nothing;

	question->watch_count = (uint32_t)locks->count;
	for (size_t i = 0; i < locks->count; i++)
		question->watches[i] = memcmp(&locks->list[i].key, &thread->wait->key,
					      sizeof(thread->wait->key))
					       ? locks->list[i].watch
					       : nothing;
}

static void note_owner(struct lock *lock, const struct lc_thread *thread,
		       const struct emulate_release *release)
{
	struct lc_wait_owner *owner;

	if (!lock->total++) {
		lock->release = release->at;
		lock->caller = release->callers[0];
	}
	if (lock->count == LC_WAIT_OWNERS)
		return;
	owner = &lock->owners[lock->count++];
	*owner = (struct lc_wait_owner){ .pid = thread->task.pid,
					 .tid = thread->task.tid,
					 .ns_tid = thread->task.ns_tid,
					 .fd = -1,
					 .role = LC_WAIT_HOLDER,
					 .state = thread->state };
	memcpy(owner->comm, thread->task.comm, sizeof(owner->comm));
}

static const struct emulate_release *release_of(const struct emulate_outcome *outcome,
						uint32_t watch)
{
	for (uint32_t i = 0; i < outcome->release_count; i++) {
		if (outcome->releases[i].watch == watch && outcome->releases[i].certain)
			return &outcome->releases[i];
	}
	return NULL;
}

/*
 * What a call gives may decide what comes next: only a release that comes either way is certain. Of
 * a futex and of a sleep the result is known.
 */
static bool has_other_results(int64_t nr)
{
	return nr != SYS_futex && nr != SYS_nanosleep && nr != SYS_clock_nanosleep;
}

static bool came_to_end(const struct emulate_outcome *outcome)
{
	return !outcome->made_up &&
	       (outcome->end == EMULATE_ENDS || outcome->end == EMULATE_SLEEPS_AGAIN ||
		outcome->end == EMULATE_CAME_BACK);
}

/* Returns 0, or what the emulator says of itself. */
static int ask(struct locks *locks, const struct lc_thread *thread)
{
	struct asking *asking = locks->asking;
	const struct emulate_source source = { forward_page, &asking->process };
	struct emulator *emulator = asking->observer->options->emulator;
	struct emulate_outcome first, second;
	struct emulate_question question;
	int r;

	if (!forward_frees_question(&asking->process, thread, &question))
		return 0;
	watch_others(locks, thread, &question);
	r = emulator->does->ask(emulator, &question, &source, &first);
	second = first;
	question.result = 1;
	if (r == 0 && first.release_count && has_other_results(thread->syscall.nr))
		r = emulator->does->ask(emulator, &question, &source, &second);
	if (r < 0 || !forward_stood_still(asking, thread))
		return r;
	locks->ended += came_to_end(&first) && came_to_end(&second);
	for (uint32_t i = 0; i < locks->count; i++) {
		if (release_of(&first, i) && release_of(&second, i))
			note_owner(&locks->list[i], thread, release_of(&first, i));
	}
	return 0;
}

static void ask_all(struct locks *locks)
{
	struct observer *observer = locks->asking->observer;
	struct lc_thread *thread = lc_model_next(observer->model, NULL);
	unsigned asked = 0;

	for (; thread && asked < THREADS_MAX; thread = lc_model_next(observer->model, thread)) {
		if (thread->task.pid != locks->pid || !is_blocked(thread))
			continue;
		asked++;
		if (!forward_has_time(observer) || observer_is_stopped(observer) ||
		    ask(locks, thread) < 0)
			return;
	}
}

/* --- what it means --- */

/* More than can have it: something was not understood. */
static bool makes_sense(const struct lock *lock)
{
	return lock->total && lock->total <= (lock->readers ? lock->readers : 1);
}

static void say_release(const struct locks *locks, const struct lock *lock, struct lc_wait *wait)
{
	char release[56], caller[56], place[40];

	forward_name_address(locks->asking, lock->release, release, sizeof(release));
	if (lock->caller)
		forward_name_address(locks->asking, lock->caller, caller, sizeof(caller));
	/* An instruction itself is looked up as if it had been returned to. */
	(void)stack_name_place(locks->asking->observer->engine, locks->pid,
			       lock->caller ? lock->caller : lock->release + 1, place,
			       sizeof(place));
	(void)snprintf(wait->run, sizeof(wait->run), "%d would release it, at %s%s%s%s%s%s",
		       lock->owners[0].tid, release, lock->caller ? ", called at " : "",
		       lock->caller ? caller : "", place[0] ? " (" : "", place,
		       place[0] ? ")" : "");
}

/* Room for more owners than a copy of a wait has (lc_thread_set_wait()). */
static void take_owners(const struct locks *locks, const struct lock *lock,
			struct lc_thread *thread)
{
	struct lc_wait wait;
	bool confirmed = thread->wait_confirmed;

	memset(&wait, 0, sizeof(wait));
	memcpy(&wait, thread->wait, offsetof(struct lc_wait, owners));
	wait.flags |= LC_WAIT_HOLDERS_RUN;
	wait.flags &= ~LC_WAIT_ANY_THREAD;
	if (lock->readers && lock->total < lock->readers)
		wait.flags |= LC_WAIT_INCOMPLETE;
	wait.recorded = LC_WAIT_RECORDED;
	wait.owner_count = lock->count;
	wait.owner_total = lock->total;
	memcpy(wait.owners, lock->owners, sizeof(wait.owners));
	say_release(locks, lock, &wait);
	if (lc_thread_set_wait(thread, &wait, thread->wait_read_at) >= 0)
		thread->wait_confirmed = confirmed;
}

/* No signal's handler can, either: that is a part of LC_WAIT_ANY_THREAD. */
static bool is_never_unlocked(const struct locks *locks, const struct lock *lock,
			      const struct lc_wait *wait)
{
	return lock && !lock->total && wait->flags & LC_WAIT_ANY_THREAD &&
	       locks->ended == wait->threads;
}

static void conclude(struct locks *locks)
{
	struct observer *observer = locks->asking->observer;
	struct lc_thread *thread = lc_model_next(observer->model, NULL);
	const struct lock *lock;

	for (; thread; thread = lc_model_next(observer->model, thread)) {
		if (thread->task.pid != locks->pid || !is_blocked(thread) ||
		    !is_anonymous(thread->wait))
			continue;
		lock = find_lock(locks, &thread->wait->key);
		if (lock && makes_sense(lock))
			take_owners(locks, lock, thread);
		else
			thread->wait->flags |= is_never_unlocked(locks, lock, thread->wait)
						       ? LC_WAIT_ASKED | LC_WAIT_NEVER_UNLOCKED
						       : LC_WAIT_ASKED;
	}
}

static bool is_due(const struct lc_thread *thread)
{
	return is_blocked(thread) && is_anonymous(thread->wait) &&
	       !(thread->wait->flags & LC_WAIT_ASKED);
}

static void find_in_process(struct asking *asking, pid_t pid)
{
	struct locks locks = { .asking = asking, .pid = pid };
	struct lc_thread *thread = lc_model_next(asking->observer->model, NULL);

	for (; thread; thread = lc_model_next(asking->observer->model, thread)) {
		if (thread->task.pid == pid && is_due(thread))
			add_lock(&locks, thread->wait);
	}
	if (forward_take_process(asking, pid))
		ask_all(&locks);
	conclude(&locks);
}

void forward_find_holders(struct asking *asking)
{
	struct lc_thread *thread = lc_model_next(asking->observer->model, NULL);

	for (; thread && forward_has_time(asking->observer);
	     thread = lc_model_next(asking->observer->model, thread)) {
		if (is_due(thread))
			find_in_process(asking, thread->task.pid);
	}
}
