// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds a lock that records nobody: the readers of a rwlock, Rust's locks, semaphores used as
 * locks. Each blocked thread of the process is run forward from its wait; who releases the lock,
 * and has not taken it on the way, has it now.
 */
#include "observe/forward_private.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define RUST_READERS 0x3fffffffu
#define RUST_MUTEX 3u
#define SEMAPHORES_NS 400000000u
#define THREADS_MAX 1024 /* that are asked about the locks of one process */

/* A lock of one process, and who was found to have it. */
struct lock {
	struct lc_wait_key key;
	struct emulate_watch watch;
	uint32_t readers; /* 0: one has it alone */
	bool semaphore;	  /* how many have it is not known, and anybody may post it */
	uint32_t settled; /* threads of which is known whether they would release it */
	uint32_t count, total;
	struct lc_wait_owner owners[LC_WAIT_OWNERS];
	uint64_t release, caller; /* instruction of the first one, and who called that function */
};

struct locks {
	struct asking *asking;
	uint64_t until;		    /* where all are semaphores: time that they may take; else 0 */
	struct forward_stacks idle; /* of those that would release nothing */
	pid_t pid;
	size_t count;
	uint32_t ended; /* threads that came to their end, or back to their wait, on the way that
			   they would take */
	struct lock list[EMULATE_WATCHES];
	struct lc_wait_key taken[EMULATE_WATCHES]; /* of all that were in the list */
	size_t taken_count;
	uint32_t refused[EMULATE_WATCHES]; /* stacks of those that wait for no lock */
	size_t refused_count;
};

static bool is_anonymous(const struct lc_wait *wait)
{
	if (wait->recorded != LC_WAIT_NOT_RECORDED || wait->key.space != LC_WAIT_SPACE_PRIVATE ||
	    wait->flags & (LC_WAIT_LET_GO | LC_WAIT_HOLDERS_RUN))
		return false;
	return (wait->protocol == LC_WAIT_GLIBC_RWLOCK && wait->readers) ||
	       wait->protocol == LC_WAIT_RUST_MUTEX || wait->protocol == LC_WAIT_RUST_RWLOCK ||
	       forward_is_semaphore(wait);
}

static struct emulate_watch watch_of(const struct lc_wait *wait)
{
	struct emulate_watch watch = { .address = wait->key.object };

	if (forward_is_semaphore(wait))
		return forward_semaphore_watch(wait);
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

static void add_lock(struct locks *locks, const struct lc_wait *wait, bool semaphores)
{
	if (!is_anonymous(wait) || forward_is_semaphore(wait) != semaphores ||
	    find_lock(locks, &wait->key) || locks->count == EMULATE_WATCHES)
		return;
	locks->list[locks->count++] = (struct lock){ .key = wait->key,
						     .watch = watch_of(wait),
						     .readers = wait->readers,
						     .semaphore = forward_is_semaphore(wait) };
}

static bool waits_for(const struct lc_thread *thread, const struct lock *lock)
{
	return !memcmp(&lock->key, &thread->wait->key, sizeof(lock->key));
}

/* --- runs --- */

/* What it waits for itself it does not have, and in the copy it is free. */
static void watch_others(struct locks *locks, const struct lc_thread *thread,
			 struct emulate_question *question)
{
	static const struct emulate_watch nothing;

	question->watch_count = (uint32_t)locks->count;
	for (size_t i = 0; i < locks->count; i++)
		question->watches[i] = waits_for(thread, &locks->list[i]) ? nothing
									  : locks->list[i].watch;
	if (find_lock(locks, &thread->wait->key))
		forward_post_counter(thread->wait, question);
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
 * Run forward, it went the only way that it can go: what its call gives, and whether its time was
 * over, could have led elsewhere.
 */
static bool has_one_way(const struct lc_thread *thread)
{
	return !forward_has_other_results(thread) &&
	       !(thread->syscall.nr == SYS_futex && thread->wait->has_timeout);
}

/*
 * It releases nothing, as memory is now. Who sleeps goes on by itself, and must change nothing:
 * others may go on because of that, or it does itself, when it has slept often enough.
 */
static bool came_to_end(const struct lc_thread *thread, const struct emulate_outcome *outcome)
{
	if (!has_one_way(thread) || outcome->made_up)
		return false;
	if (forward_sleeps(thread))
		return outcome->end == EMULATE_SLEEPS_AGAIN && outcome->unmoved;
	return outcome->end == EMULATE_SLEEPS_AGAIN ||
	       (outcome->end == EMULATE_ENDS || outcome->end == EMULATE_CAME_BACK);
}

static bool would_release(const struct emulate_outcome *outcome, uint32_t watch)
{
	for (uint32_t i = 0; i < outcome->release_count; i++) {
		if (outcome->releases[i].watch == watch)
			return true;
	}
	return false;
}

/* It would not release that lock; or would first have to have it. */
static bool is_no_releaser(const struct lc_thread *thread, const struct emulate_outcome *outcome,
			   const struct lock *lock, uint32_t watch)
{
	if (would_release(outcome, watch) || outcome->release_count == EMULATE_RELEASES)
		return false;
	if (came_to_end(thread, outcome))
		return true;
	return has_one_way(thread) && !forward_sleeps(thread) && !outcome->made_up &&
	       outcome->end == EMULATE_WAITS && outcome->call == SYS_futex &&
	       outcome->object == lock->key.object;
}

/*
 * A semaphore's waiters are many in health, too, and what is asked about conditions must have its
 * time. Who is left out is not known, and then not all holders are.
 */
static bool is_left_out(struct locks *locks, const struct lc_thread *thread)
{
	const unsigned *idle = locks->until ? forward_count_at(&locks->idle, thread->user_stack)
					    : NULL;

	return idle && *idle >= FORWARD_ALIKE;
}

static void note_idle(struct locks *locks, const struct lc_thread *thread)
{
	unsigned *idle = locks->until ? forward_count_at(&locks->idle, thread->user_stack) : NULL;

	if (idle)
		(*idle)++;
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
	question.twice = forward_sleeps(thread);
	r = emulator->does->ask(emulator, &question, &source, &first);
	second = first;
	question.result = 1;
	if (r == 0 && first.release_count && forward_has_other_results(thread))
		r = emulator->does->ask(emulator, &question, &source, &second);
	if (r < 0 || !forward_stood_still(asking, thread))
		return r;
	locks->ended += came_to_end(thread, &first);
	if (!first.release_count)
		note_idle(locks, thread);
	for (uint32_t i = 0; i < locks->count; i++) {
		struct lock *lock = &locks->list[i];
		bool owns = release_of(&first, i) && release_of(&second, i);

		if (owns)
			note_owner(lock, thread, release_of(&first, i));
		if (!waits_for(thread, lock))
			lock->settled += owns || is_no_releaser(thread, &first, lock, i);
	}
	return 0;
}

static bool has_time(const struct locks *locks)
{
	struct observer *observer = locks->asking->observer;

	return forward_has_time(observer) && !observer_is_stopped(observer) &&
	       (!locks->until || now_monotonic() < locks->until);
}

static void ask_all(struct locks *locks)
{
	struct observer *observer = locks->asking->observer;
	struct lc_thread *thread = lc_process_threads(observer->model, locks->pid);
	unsigned asked = 0;

	for (; thread && asked < THREADS_MAX; thread = thread->process_next) {
		if (!forward_stands(thread))
			continue;
		for (uint32_t i = 0; i < locks->count; i++)
			locks->list[i].settled += waits_for(thread, &locks->list[i]);
		if (is_left_out(locks, thread))
			continue;
		asked++;
		if (!has_time(locks) || ask(locks, thread) < 0)
			return;
	}
}

static bool has_lock(const struct lock *lock, pid_t tid)
{
	for (uint32_t i = 0; i < lock->count; i++) {
		if (lock->owners[i].tid == tid)
			return true;
	}
	return false;
}

/*
 * Who waits for the end of a waiter, or of a holder, releases nothing before that one has gone on.
 */
static bool is_joiner(const struct locks *locks, const struct lc_thread *thread,
		      const struct lock *lock)
{
	const struct lc_wait *wait = thread->wait;
	const struct lc_thread *joinee;

	if (wait->kind != LC_WAIT_JOIN || wait->has_timeout || wait->owner_count != 1)
		return false;
	joinee = lc_model_find(locks->asking->observer->model, wait->owners[0].tid);
	return joinee && joinee->task.pid == locks->pid && forward_stands(joinee) &&
	       (waits_for(joinee, lock) || has_lock(lock, joinee->task.tid));
}

static void note_joiners(struct locks *locks)
{
	struct lc_model *model = locks->asking->observer->model;
	const struct lc_thread *thread = lc_process_threads(model, locks->pid);

	for (; thread; thread = thread->process_next) {
		if (!forward_stands(thread))
			continue;
		for (uint32_t i = 0; i < locks->count; i++)
			locks->list[i].settled += is_joiner(locks, thread, &locks->list[i]);
	}
}

/* --- what it means --- */

/* More than can have it: something was not understood. */
static bool makes_sense(const struct lock *lock)
{
	if (lock->semaphore)
		return lock->total > 0;
	return lock->total && lock->total <= (lock->readers ? lock->readers : 1);
}

static void say_release(const struct locks *locks, const struct lock *lock, struct lc_wait *wait)
{
	char release[52], caller[44], place[32], others[24] = "";

	forward_name_address(locks->asking, lock->release, release, sizeof(release));
	if (lock->caller)
		forward_name_address(locks->asking, lock->caller, caller, sizeof(caller));
	/* An instruction itself is looked up as if it had been returned to. */
	(void)stack_name_place(locks->asking->observer->engine, locks->pid,
			       lock->caller ? lock->caller : lock->release + 1, place,
			       sizeof(place));
	if (lock->semaphore && lock->total > 1)
		(void)snprintf(others, sizeof(others), ", one of %u,", lock->total);
	else if (lock->semaphore && wait->flags & LC_WAIT_INCOMPLETE)
		(void)snprintf(others, sizeof(others), " likely holds it and");
	(void)snprintf(wait->run, sizeof(wait->run), "%d%s would release it, at %s%s%s%s%s%s",
		       lock->owners[0].tid, others, release, lock->caller ? ", called at " : "",
		       lock->caller ? caller : "", place[0] ? " (" : "", place,
		       place[0] ? ")" : "");
}

/*
 * How many read a lock, it says itself. Who else might post a semaphore is known only of a process
 * whose every thread was asked.
 */
static bool are_all(const struct lock *lock, const struct lc_wait *wait)
{
	if (lock->semaphore)
		return wait->flags & LC_WAIT_ANY_THREAD && lock->settled == wait->threads;
	return !lock->readers || lock->total >= lock->readers;
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
	if (!are_all(lock, &wait))
		wait.flags |= LC_WAIT_INCOMPLETE;
	if (!lock->semaphore || !(wait.flags & LC_WAIT_INCOMPLETE))
		wait.flags &= ~LC_WAIT_ANY_THREAD;
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
	return lock && !lock->semaphore && !lock->total && wait->flags & LC_WAIT_ANY_THREAD &&
	       locks->ended == wait->threads;
}

/* The others come next. */
static bool was_taken(const struct locks *locks, const struct lc_wait *wait)
{
	for (size_t i = 0; i < locks->taken_count; i++) {
		if (!memcmp(&locks->taken[i], &wait->key, sizeof(wait->key)))
			return true;
	}
	return false;
}

static void conclude(struct locks *locks)
{
	struct observer *observer = locks->asking->observer;
	struct lc_thread *thread = lc_process_threads(observer->model, locks->pid);
	const struct lock *lock;

	for (; thread; thread = thread->process_next) {
		if (!forward_stands(thread) || !is_anonymous(thread->wait) ||
		    !was_taken(locks, thread->wait))
			continue;
		lock = find_lock(locks, &thread->wait->key);
		if (lock && makes_sense(lock))
			take_owners(locks, lock, thread);
		else if (forward_is_semaphore(thread->wait)) /* its condition is asked about yet */
			thread->wait->flags |= LC_WAIT_HOLDERS_ASKED;
		else
			thread->wait->flags |= is_never_unlocked(locks, lock, thread->wait)
						       ? LC_WAIT_ASKED | LC_WAIT_NEVER_UNLOCKED
						       : LC_WAIT_ASKED;
	}
}

bool forward_wants_holders(const struct lc_thread *thread)
{
	return forward_stands(thread) && is_anonymous(thread->wait) &&
	       !(thread->wait->flags & (LC_WAIT_ASKED | LC_WAIT_HOLDERS_ASKED));
}

/*
 * Of semaphores only those stay that are used as locks: asked of one waiter, and of not many at one
 * place.
 */
static bool is_lock(struct locks *locks, const struct lock *lock)
{
	struct asking *asking = locks->asking;
	const struct lc_thread *thread = lc_process_threads(asking->observer->model, locks->pid);

	if (!lock->semaphore)
		return true;
	for (; thread; thread = thread->process_next) {
		if (forward_stands(thread) && waits_for(thread, lock))
			break;
	}
	if (!thread || now_monotonic() >= locks->until)
		return false;
	for (size_t i = 0; i < locks->refused_count && thread->user_stack; i++) {
		if (locks->refused[i] == thread->user_stack)
			return false;
	}
	if (forward_gives_back(asking, thread))
		return true;
	locks->refused[locks->refused_count++] = thread->user_stack;
	return false;
}

static void keep_locks(struct locks *locks)
{
	struct asking *asking = locks->asking;
	bool others = false;
	size_t count = 0;

	/* Of one process that has more than are asked about at once, it is the time of all. */
	if (asking->semaphores_of != locks->pid)
		asking->semaphores_until = now_monotonic() + SEMAPHORES_NS;
	asking->semaphores_of = locks->pid;
	locks->until = asking->semaphores_until;
	for (size_t i = 0; i < locks->count; i++) {
		others |= !locks->list[i].semaphore;
		if (is_lock(locks, &locks->list[i]))
			locks->list[count++] = locks->list[i];
	}
	locks->count = count;
	locks->until = others ? 0 : locks->until;
}

static void note_taken(struct locks *locks)
{
	for (size_t i = 0; i < locks->count; i++)
		locks->taken[locks->taken_count++] = locks->list[i].key;
}

static void add_locks(struct locks *locks, bool semaphores)
{
	struct lc_model *model = locks->asking->observer->model;
	const struct lc_thread *thread = lc_process_threads(model, locks->pid);

	for (; thread; thread = thread->process_next) {
		if (forward_wants_holders(thread))
			add_lock(locks, thread->wait, semaphores);
	}
}

static void find_in_process(struct asking *asking, pid_t pid)
{
	struct locks locks = { .asking = asking, .pid = pid };

	lc_model_wake(asking->observer->model, pid);
	add_locks(&locks, /* semaphores= */ false); /* of which there are fewer */
	add_locks(&locks, /* semaphores= */ true);
	note_taken(&locks);
	if (forward_take_process(asking, pid)) {
		keep_locks(&locks);
		if (locks.count)
			ask_all(&locks);
		note_joiners(&locks);
	}
	conclude(&locks);
}

void forward_find_holders(struct asking *asking)
{
	struct lc_thread *thread = lc_model_next_to_ask(asking->observer->model,
							LC_REST_ASK_HOLDERS, NULL);

	for (; thread && forward_has_time(asking->observer);
	     thread = lc_model_next_to_ask(asking->observer->model, LC_REST_ASK_HOLDERS, thread)) {
		if (forward_wants_holders(thread))
			find_in_process(asking, thread->task.pid);
	}
}
