// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of this C library that threads of this process, and children, sleep on: kind, owner,
 * proof.
 */
#include "test_wait.h"

#include "wait/private.h"

#include <semaphore.h>
#include <errno.h>
#include <linux/futex.h>
#include <sys/mman.h>

#define NR_FUTEX SYS_futex

static const char *const lock_names[] = { "__lll_lock_wait", "___pthread_mutex_lock", "worker",
					  NULL };
static const char *const full_names[] = { "__pthread_mutex_lock_full", "worker", NULL };
static const char *const condition_names[] = { "__futex_abstimed_wait_common64",
					       "pthread_cond_wait@@GLIBC_2.3.2", "worker", NULL };
static const char *const semaphore_names[] = { "__futex_abstimed_wait_common64",
					       "__new_sem_wait_slow64.constprop.0", NULL };
static const char *const rwlock_names[] = { "__futex_abstimed_wait_common64",
					    "__pthread_rwlock_wrlock_full64", NULL };
static const char *const barrier_names[] = { "pthread_barrier_wait", NULL };
static const char *const join_names[] = { "__futex_abstimed_wait_common64",
					  "__pthread_clockjoin_ex", NULL };
static const char *const once_names[] = { "__pthread_once_slow", NULL };
static const char *const *const none = NULL;

static void lock(void *mutex)
{
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
}

static void init_mutex(pthread_mutex_t *mutex, int type, int robust, int protocol, int shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutexattr_setpshared(&attributes, shared);
	pthread_mutex_init(mutex, &attributes);
}

static void check_mutex(pthread_mutex_t *mutex, const char *const *names, const char *word)
{
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;

	assert_int_equal(pthread_mutex_lock(mutex), 0);
	test_start(&parked, lock, mutex);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	for (int stripped = 0; stripped < 2; stripped++) {
		test_describe(&subject, stripped ? none : names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_MUTEX);
		assert_int_equal(wait.direction, LC_WAIT_LOCK);
		assert_non_null(strstr(wait.object, word));
		assert_int_equal(wait.recorded, LC_WAIT_RECORDED);
		assert_int_equal(wait.owner_total, 1);
		assert_int_equal(wait.owners[0].tid, gettid());
		assert_int_equal(wait.owners[0].pid, getpid());
		assert_int_equal(wait.owners[0].role, LC_WAIT_HOLDER);
		assert_true(wait.owners[0].start_time > 0);
		assert_int_equal(wait.key.object, (uintptr_t)mutex);
		assert_int_equal(wait.flags & (LC_WAIT_OWNER_GONE | LC_WAIT_OBJECT_FREE), 0);
	}
	pthread_mutex_unlock(mutex);
	pthread_join(parked.thread, NULL);
}

static void test_mutex_kinds(void **state)
{
	pthread_mutex_t mutex;

	(void)state;
	init_mutex(&mutex, PTHREAD_MUTEX_NORMAL, 0, 0, 0);
	check_mutex(&mutex, lock_names, "normal");
	init_mutex(&mutex, PTHREAD_MUTEX_RECURSIVE, 0, 0, 0);
	check_mutex(&mutex, lock_names, "recursive");
	init_mutex(&mutex, PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0);
	check_mutex(&mutex, lock_names, "error-checking");
	init_mutex(&mutex, PTHREAD_MUTEX_ADAPTIVE_NP, 0, 0, 0);
	check_mutex(&mutex, lock_names, "adaptive");
	init_mutex(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, 0, 0);
	check_mutex(&mutex, full_names, "robust");
	init_mutex(&mutex, PTHREAD_MUTEX_NORMAL, 0, PTHREAD_PRIO_INHERIT, 0);
	check_mutex(&mutex, full_names, "priority inheritance");
	init_mutex(&mutex, PTHREAD_MUTEX_NORMAL, 0, 0, PTHREAD_PROCESS_SHARED);
	check_mutex(&mutex, lock_names, "between processes");
}

static void lock_and_exit(void *mutex)
{
	pthread_mutex_lock(mutex);
}

static void test_dead_owner(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct parked locker, parked;
	struct wait_subject subject;
	struct lc_wait wait;

	(void)state;
	test_start(&locker, lock_and_exit, &mutex);
	pthread_join(locker.thread, NULL);
	test_start(&parked, lock, &mutex);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	for (int stripped = 0; stripped < 2; stripped++) {
		test_describe(&subject, stripped ? none : lock_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_MUTEX);
		assert_int_equal(wait.recorded, LC_WAIT_DEAD);
		assert_true(wait.flags & LC_WAIT_OWNER_GONE);
		assert_int_equal(wait.owners[0].ns_tid, locker.tid);
	}
	pthread_mutex_unlock(&mutex);
	pthread_join(parked.thread, NULL);
}

static void test_a_newcomer_may_have_the_lock(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;

	(void)state;
	pthread_mutex_lock(&mutex);
	test_start(&parked, lock, &mutex);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	subject.blocked_since = 1; /* long before the owner was born: locks are not fair */
	test_describe(&subject, lock_names, &wait);
	assert_int_equal(wait.recorded, LC_WAIT_RECORDED);
	assert_int_equal(wait.owners[0].tid, (int)syscall(SYS_gettid));
	assert_false(wait.flags & LC_WAIT_OWNER_GONE);
	pthread_mutex_unlock(&mutex);
	pthread_join(parked.thread, NULL);
}

static void test_lock_copied_by_fork(void **state)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;

	(void)state;
	pthread_mutex_lock(&mutex);
	pid = test_fork(lock, &mutex);
	test_await(pid, pid, NR_FUTEX, &subject);
	test_describe(&subject, lock_names, &wait);
	assert_int_equal(wait.owners[0].tid, gettid());
	assert_true(wait.flags & LC_WAIT_OWNER_ELSEWHERE);
	test_kill(pid);
	pthread_mutex_unlock(&mutex);
}

static void test_same_object_in_two_processes(void **state)
{
	pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct wait_subject subject;
	struct lc_wait ours, theirs;
	struct parked parked;
	pid_t pid;

	(void)state;
	init_mutex(mutex, PTHREAD_MUTEX_NORMAL, 0, 0, PTHREAD_PROCESS_SHARED);
	pthread_mutex_lock(mutex);
	pid = test_fork(lock, mutex);
	test_start(&parked, lock, mutex);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	test_describe(&subject, lock_names, &ours);
	test_await(pid, pid, NR_FUTEX, &subject);
	test_describe(&subject, none, &theirs);
	assert_int_equal(ours.key.space, LC_WAIT_SPACE_SHARED);
	assert_memory_equal(&ours.key, &theirs.key, sizeof(ours.key));
	assert_int_equal(theirs.owners[0].tid, gettid());
	assert_int_equal(theirs.flags & LC_WAIT_OWNER_ELSEWHERE, 0);
	assert_true(theirs.flags & LC_WAIT_PROCESS_SHARED);
	test_kill(pid);
	pthread_mutex_unlock(mutex);
	pthread_join(parked.thread, NULL);
	munmap(mutex, 4096);
}

static void timed_lock(void *mutex)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 100;
	pthread_mutex_timedlock(mutex, &end);
	pthread_mutex_unlock(mutex);
}

static void test_time_out(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;

	(void)state;
	pthread_mutex_lock(&mutex);
	test_start(&parked, timed_lock, &mutex);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.kind, LC_WAIT_MUTEX);
	assert_true(wait.has_timeout);
	assert_true(wait.ends_at > test_now_ns() + 90000000000ull);
	assert_true(wait.ends_at < test_now_ns() + 110000000000ull);
	pthread_mutex_unlock(&mutex);
	pthread_join(parked.thread, NULL);
}

/* As runtimes sleep that have nothing to wait for; absolute: the same, by another call. */
static void wait_for_ages(void *absolute)
{
	const struct timespec ages = { .tv_sec = INT64_MAX / 1000000000,
				       .tv_nsec = INT64_MAX % 1000000000 };
	uint32_t word = 0;

	syscall(SYS_futex, &word, absolute ? FUTEX_WAIT_BITSET : FUTEX_WAIT, 0, &ages, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

/* It can be recorded, as any time can. */
static void test_time_out_that_never_comes(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid;

	(void)state;
	for (int absolute = 0; absolute < 2; absolute++) {
		pid = test_fork(wait_for_ages, absolute ? &absolute : NULL);
		test_await(pid, pid, SYS_futex, &subject);
		test_describe(&subject, none, &wait);
		assert_true(wait.has_timeout);
		assert_true(wait.ends_at == LC_TIME_MOST);
		test_kill(pid);
	}
}

struct condition {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	bool go;
};

static void wait_condition(void *argument)
{
	struct condition *condition = argument;

	pthread_mutex_lock(&condition->mutex);
	while (!condition->go)
		pthread_cond_wait(&condition->condition, &condition->mutex);
	pthread_mutex_unlock(&condition->mutex);
}

/*
 * An event as qemu has it: a word of all ones, and flags around it, look a little like a mutex of
 * musl.
 */
static uint32_t event[3] = { 1, UINT32_MAX, 1 };

static void wait_event(void *arg)
{
	(void)arg;
	syscall(SYS_futex, &event[1], FUTEX_WAIT, UINT32_MAX, NULL, NULL, 0);
}

static void test_word_of_all_ones(void **state)
{
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;

	(void)state;
	test_start(&parked, wait_event, NULL);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FUTEX);
	assert_int_equal(wait.flags & LC_WAIT_OBJECT_FREE, 0);
	syscall(SYS_futex, &event[1], FUTEX_WAKE, 1, NULL, NULL, 0);
	pthread_join(parked.thread, NULL);
}

static void test_condition(void **state)
{
	struct condition condition = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;

	(void)state;
	test_start(&parked, wait_condition, &condition);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	for (int stripped = 0; stripped < 2; stripped++) {
		test_describe(&subject, stripped ? none : condition_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_CONDITION);
		assert_int_equal(wait.key.object, (uintptr_t)&condition.condition);
		assert_int_equal(wait.mutex.object, (uintptr_t)&condition.mutex);
		assert_int_equal(wait.recorded, LC_WAIT_NOT_RECORDED);
		assert_int_equal(wait.flags & (LC_WAIT_LOST_WAKEUP | LC_WAIT_OBJECT_FREE), 0);
	}
	/* Names that contradict the bytes: neither is believed. */
	test_describe(&subject, barrier_names, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FUTEX);
	assert_true(wait.flags & LC_WAIT_DISAGREE);
	/* Names only. */
	subject.sp = 0;
	test_describe(&subject, condition_names, &wait);
	assert_int_equal(wait.kind, LC_WAIT_CONDITION);
	pthread_mutex_lock(&condition.mutex);
	condition.go = true;
	pthread_cond_signal(&condition.condition);
	pthread_mutex_unlock(&condition.mutex);
	pthread_join(parked.thread, NULL);
}

/*
 * Bytes of a condition variable with four waiters, of whom one was signalled and has left: as
 * glibc 2.36 (Debian 12) and 2.41 (Debian 13) had them. They are slept on as they stand, whatever
 * this host's C library is.
 */
struct recorded_condition {
	uint32_t words[12];
	unsigned slept_on;     /* offset of the word, of group 0 */
	unsigned start, wrefs; /* offset of the start of group 1, and of the number of waiters */
	unsigned start_unit;   /* by which it counts */
	bool old;
};

static const struct recorded_condition recorded_conditions[] = {
	{ { 9, 0, 1, 0, 6, 0, 3, 0, 0x10, 0x18, 0, 0 }, 40, 8, 36, 2, true },
	{ { 9, 0, 0, 0, 0, 3, 0x10, 0x18, 0, 0, 0, 0 }, 32, 8, 28, 1, false },
};

static struct {
	uint32_t condition[12];
	pthread_mutex_t mutex;
	unsigned slept_on;
} replay;

/* What glibc has on the stack meanwhile: struct _condvar_cleanup_buffer. */
static void sleep_as_waiter(void *number)
{
	volatile uint64_t record[4] = { 2 * (uintptr_t)number, (uintptr_t)replay.condition,
					(uintptr_t)&replay.mutex, 0 };

	syscall(SYS_futex, replay.condition + replay.slept_on / 4,
		FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0, NULL, NULL,
		FUTEX_BITSET_MATCH_ANY);
	(void)record[0];
}

static void check_recorded(const struct recorded_condition *recorded)
{
	struct wait_subject subject;
	struct parked parked[3];
	struct lc_wait wait;
	uint32_t *slept_on = replay.condition + recorded->slept_on / 4;
	int i;

	memcpy(replay.condition, recorded->words, sizeof(replay.condition));
	replay.slept_on = recorded->slept_on;
	for (i = 0; i < 3; i++)
		test_start(&parked[i], sleep_as_waiter, (void *)(uintptr_t)(i + 1));
	for (i = 0; i < 3; i++) {
		test_await(getpid(), parked[i].tid, NR_FUTEX, &subject);
		test_describe(&subject, i ? none : condition_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_CONDITION);
		assert_int_equal(wait.key.object, (uintptr_t)replay.condition);
		assert_int_equal(wait.mutex.object, (uintptr_t)&replay.mutex);
		assert_int_equal(wait.position, i + 1);
		assert_int_equal(wait.readers, 3);
		assert_int_equal(!!(wait.flags & LC_WAIT_OLD_CONDITION), recorded->old);
		assert_int_equal(wait.flags & (LC_WAIT_LOST_WAKEUP | LC_WAIT_OBJECT_FREE), 0);
	}
	/* Its group was closed, and the third one sleeps on. */
	replay.condition[recorded->start / 4] = 4 * recorded->start_unit;
	test_describe(&subject, none, &wait);
	assert_true(wait.flags & LC_WAIT_LOST_WAKEUP);
	/* It is the next one's turn: the third is not among those that were let go. */
	replay.condition[recorded->start / 4] = 3 * recorded->start_unit;
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.flags & LC_WAIT_LOST_WAKEUP, 0);
	/* A signal is there, and nobody took it. */
	replay.condition[recorded->start / 4] = recorded->words[recorded->start / 4];
	*slept_on = 2;
	test_describe(&subject, none, &wait);
	assert_true(wait.flags & LC_WAIT_OBJECT_FREE);
	*slept_on = 0;
	/* More waiters than the process has threads: no condition variable. */
	replay.condition[recorded->wrefs / 4] = 0xffff << 3;
	test_describe(&subject, none, &wait);
	assert_int_not_equal(wait.kind, LC_WAIT_CONDITION);
	syscall(SYS_futex, slept_on, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 3, NULL, NULL, 0);
	for (i = 0; i < 3; i++)
		pthread_join(parked[i].thread, NULL);
}

static void test_recorded_conditions(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(recorded_conditions) / sizeof(recorded_conditions[0]); i++)
		check_recorded(&recorded_conditions[i]);
}

static void take(void *semaphore)
{
	sem_wait(semaphore);
}

static void test_semaphore(void **state)
{
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;
	sem_t semaphore;

	(void)state;
	sem_init(&semaphore, 0, 0);
	test_start(&parked, take, &semaphore);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	for (int stripped = 0; stripped < 2; stripped++) {
		test_describe(&subject, stripped ? none : semaphore_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_SEMAPHORE);
		assert_int_equal(wait.key.object, (uintptr_t)&semaphore);
		assert_int_equal(wait.recorded, LC_WAIT_NOT_RECORDED);
		assert_true(wait.has_value);
		assert_int_equal(wait.value, 0);
	}
	sem_post(&semaphore);
	pthread_join(parked.thread, NULL);
}

static void write_lock(void *lock)
{
	pthread_rwlock_wrlock(lock);
	pthread_rwlock_unlock(lock);
}

static void read_lock(void *lock)
{
	pthread_rwlock_rdlock(lock);
	pthread_rwlock_unlock(lock);
}

static void check_rwlock(pthread_rwlock_t *lock, void (*fn)(void *), bool writer, uint32_t readers)
{
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;

	test_start(&parked, fn, lock);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	for (int stripped = 0; stripped < 2; stripped++) {
		test_describe(&subject, stripped ? none : rwlock_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_RWLOCK);
		assert_int_equal(wait.key.object, (uintptr_t)lock);
		assert_int_equal(wait.readers, readers);
		assert_int_equal(wait.recorded, writer ? LC_WAIT_RECORDED : LC_WAIT_NOT_RECORDED);
		if (writer)
			assert_int_equal(wait.owners[0].tid, gettid());
	}
	pthread_rwlock_unlock(lock);
	pthread_join(parked.thread, NULL);
}

static void test_rwlock(void **state)
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

	(void)state;
	pthread_rwlock_wrlock(&lock);
	check_rwlock(&lock, write_lock, true, 0);
	pthread_rwlock_wrlock(&lock);
	check_rwlock(&lock, read_lock, true, 0);
	pthread_rwlock_rdlock(&lock);
	check_rwlock(&lock, write_lock, false, 1);
}

static void arrive(void *barrier)
{
	pthread_barrier_wait(barrier);
}

static void test_barrier(void **state)
{
	struct wait_subject subject;
	pthread_barrier_t barrier;
	struct parked parked[2];
	struct lc_wait wait;

	(void)state;
	pthread_barrier_init(&barrier, NULL, 3);
	for (int round = 0; round < 2; round++) {
		test_start(&parked[0], arrive, &barrier);
		test_start(&parked[1], arrive, &barrier);
		test_await(getpid(), parked[0].tid, NR_FUTEX, &subject);
		test_await(getpid(), parked[1].tid, NR_FUTEX, &subject);
		test_describe(&subject, round ? none : barrier_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_BARRIER);
		assert_int_equal(wait.key.object, (uintptr_t)&barrier);
		assert_int_equal(wait.readers, 2);
		assert_int_equal(wait.limit, 3);
		pthread_barrier_wait(&barrier);
		pthread_join(parked[0].thread, NULL);
		pthread_join(parked[1].thread, NULL);
	}
}

static void join(void *thread)
{
	pthread_join(*(pthread_t *)thread, NULL);
}

static void test_join(void **state)
{
	struct parked sleeper, parked;
	struct wait_subject subject;
	struct lc_wait wait;
	sem_t semaphore;

	(void)state;
	sem_init(&semaphore, 0, 0);
	test_start(&sleeper, take, &semaphore);
	test_start(&parked, join, &sleeper.thread);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	for (int stripped = 0; stripped < 2; stripped++) {
		test_describe(&subject, stripped ? none : join_names, &wait);
		assert_int_equal(wait.kind, LC_WAIT_JOIN);
		assert_int_equal(wait.owner_total, 1);
		assert_int_equal(wait.owners[0].tid, sleeper.tid);
		assert_int_equal(wait.owners[0].role, LC_WAIT_JOINEE);
		assert_int_equal(wait.key.space, LC_WAIT_SPACE_PRIVATE);
	}
	sem_post(&semaphore);
	pthread_join(parked.thread, NULL);
}

/*
 * Of a host that was suspended before both were born, its thread's start, which counts that, is
 * later than the wait, which does not: the difference of the clocks makes up for it. (Here time is
 * taken off the one clock instead.)
 */
static void test_join_on_a_host_that_was_suspended(void **state)
{
	struct parked sleeper, parked;
	struct wait_subject subject;
	struct wait_scan *scan;
	struct lc_wait wait;
	uint64_t suspended;
	sem_t semaphore;

	(void)state;
	sem_init(&semaphore, 0, 0);
	test_start(&sleeper, take, &semaphore);
	test_start(&parked, join, &sleeper.thread);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	suspended = subject.blocked_since / 2;
	subject.blocked_since -= suspended;
	subject.functions = join_names;
	subject.function_count = 1;
	for (int counted = 0; counted < 2; counted++) {
		assert_int_equal(wait_scan_create(NULL, &scan), 0);
		scan->boot_minus_monotonic += counted ? (int64_t)suspended : 0;
		assert_int_equal(wait_describe(scan, &subject, &wait), 0);
		wait_scan_free(scan);
		assert_int_equal(wait.kind, LC_WAIT_JOIN);
		assert_int_equal(wait.recorded, counted ? LC_WAIT_RECORDED : LC_WAIT_DEAD);
		assert_int_equal(wait.owners[0].tid, counted ? sleeper.tid : 0);
	}
	/* Suspended while it waits: younger than the wait is only who is so in any case. */
	subject.blocked_since += suspended;
	assert_int_equal(wait_scan_create(NULL, &scan), 0);
	scan->boot_minus_monotonic += (int64_t)suspended;
	assert_int_equal(wait_describe(scan, &subject, &wait), 0);
	wait_scan_free(scan);
	assert_int_equal(wait.owners[0].tid, sleeper.tid);
	sem_post(&semaphore);
	pthread_join(parked.thread, NULL);
}

static sem_t once_gate;

static void initialise(void)
{
	sem_wait(&once_gate);
}

static void run_once(void *once)
{
	pthread_once(once, initialise);
}

static void test_once(void **state)
{
	pthread_once_t once = PTHREAD_ONCE_INIT;
	struct wait_subject subject;
	struct parked runner, parked;
	struct lc_wait wait;

	(void)state;
	sem_init(&once_gate, 0, 0);
	test_start(&runner, run_once, &once);
	test_await(getpid(), runner.tid, NR_FUTEX, &subject);
	test_start(&parked, run_once, &once);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	test_describe(&subject, once_names, &wait);
	assert_int_equal(wait.kind, LC_WAIT_ONCE);
	assert_int_equal(wait.key.object, (uintptr_t)&once);
	/*
	 * glibc keeps a record on the stack of who runs it; the test runs with the host's C
	 * library.
	 */
	assert_int_equal(wait.recorded, LC_WAIT_RECORDED);
	assert_int_equal(wait.owners[0].tid, runner.tid);
	assert_int_equal(wait.owners[0].role, LC_WAIT_RUNNER);
	assert_int_equal(wait.flags & LC_WAIT_OWNER_SELF, 0);
	sem_post(&once_gate);
	pthread_join(runner.thread, NULL);
	pthread_join(parked.thread, NULL);
}

static pthread_once_t own = PTHREAD_ONCE_INIT;

static void initialise_own(void)
{
	pthread_once(&own, initialise_own);
}

static void run_own(void *argument)
{
	(void)argument;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_once(&own, initialise_own);
}

static void test_once_of_its_own(void **state)
{
	struct wait_subject subject;
	struct lc_wait wait;
	pid_t pid = test_fork(run_own, NULL);

	(void)state;
	test_await(pid, pid, NR_FUTEX, &subject);
	test_describe(&subject, once_names, &wait);
	assert_int_equal(wait.owners[0].tid, pid);
	assert_true(wait.flags & LC_WAIT_OWNER_SELF);
	test_kill(pid);
}

/*
 * Of a C++ static only the names of frames tell: who has its function further out runs the
 * initialiser.
 */
static void test_runner_of_a_static(void **state)
{
	const char *const waits[] = { "syscall", "__cxa_guard_acquire", "config()", "worker()" };
	const char *const runs[] = { "nanosleep", "Config::Config()", "config()", "worker()" };
	const char *const itself[] = { "syscall", "__cxa_guard_acquire", "config()",
				       "Config::Config()", "config()" };
	const char *const nameless[] = { "syscall", "__cxa_guard_acquire", "", "" };
	struct wait_subject subject = { .functions = waits, .function_count = 4 };

	(void)state;
	assert_true(wait_runs_initialiser(&subject, runs, 4));
	assert_false(wait_runs_initialiser(&subject, waits, 4)); /* another waiter */
	assert_false(wait_runs_initialiser(&subject, runs, 2));
	assert_true(wait_runs_initialiser(&subject, itself, 5));
	subject.functions = nameless;
	assert_false(wait_runs_initialiser(&subject, nameless, 4));
	subject.functions = runs;
	assert_false(wait_runs_initialiser(&subject, waits, 4)); /* it waits for no guard */
	subject.function_count = 0;
	assert_false(wait_runs_initialiser(&subject, waits, 0));
}

static void raw_wait(void *word)
{
	syscall(SYS_futex, word, 128, *(int *)word, NULL, NULL, 0);
}

struct element {
	uint64_t value, address;
	uint32_t flags, pad;
};

struct elements {
	struct element list[10];
	unsigned count;
};

static void wait_for_any(void *argument)
{
	struct elements *elements = argument;

	if (syscall(449, elements->list, elements->count, 0, NULL, CLOCK_MONOTONIC) < 0 &&
	    errno == ENOSYS)
		pause();
}

/* futex_waitv: whoever could release one of the words could release the waiter. */
static void test_any_of_many(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static struct elements elements = { .count = 2 };
	static int word = 7;
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;
	unsigned i;

	(void)state;
	pthread_mutex_lock(&mutex);
	mutex.__data.__lock = 2;
	for (i = 0; i < 10; i++)
		elements.list[i] = (struct element){ 7, (uintptr_t)&word, 2 | 128, 0 };
	elements.list[0] = (struct element){ 2, (uintptr_t)&mutex, 2 | 128, 0 };
	test_start(&parked, wait_for_any, &elements);
	test_await(getpid(), parked.tid, -2, &subject);
	if (subject.syscall.nr != 449) {
		pthread_cancel(parked.thread);
		pthread_join(parked.thread, NULL);
		skip();
	}
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FUTEX);
	assert_int_equal(wait.member_total, 2);
	assert_int_equal(wait.member_count, 2);
	assert_int_equal(wait.members[0].kind, LC_WAIT_MUTEX);
	assert_int_equal(wait.members[1].kind, LC_WAIT_FUTEX);
	assert_int_equal(wait.owners[0].tid, getpid());
	assert_true(wait.flags & LC_WAIT_INCOMPLETE); /* whoever has the word */
	assert_int_equal(wait.flags & LC_WAIT_VALUE_DIFFERS, 0);
	/*
	 * More than are looked at; a word that has changed; one word alone, which is like any
	 * other.
	 */
	subject.syscall.args[1] = 10;
	word = 8;
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.member_total, 10);
	assert_int_equal(wait.member_count, LC_WAIT_MEMBERS);
	assert_true(wait.flags & LC_WAIT_VALUE_DIFFERS);
	subject.syscall.args[1] = 1;
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.kind, LC_WAIT_MUTEX);
	assert_int_equal(wait.member_total, 0);
	syscall(SYS_futex, &word, 129, 1, NULL, NULL, 0);
	pthread_join(parked.thread, NULL);
	mutex.__data.__lock = 1;
	pthread_mutex_unlock(&mutex);
}

static void test_unknown_word(void **state)
{
	static const char *const go[] = { "runtime.futex.abi0", "runtime.futexsleep",
					  "runtime.notesleep", NULL };
	struct wait_subject subject;
	struct parked parked;
	struct lc_wait wait;
	int words[32] = { [8] = 77 };

	(void)state;
	test_start(&parked, raw_wait, &words[8]);
	test_await(getpid(), parked.tid, NR_FUTEX, &subject);
	test_describe(&subject, none, &wait);
	assert_int_equal(wait.kind, LC_WAIT_FUTEX);
	assert_int_equal(wait.expected, 77);
	test_describe(&subject, go, &wait);
	assert_int_equal(wait.kind, LC_WAIT_GO);
	words[8] = 78;
	test_describe(&subject, none, &wait);
	assert_true(wait.flags & LC_WAIT_VALUE_DIFFERS);
	/* A word that can't be read is said to be so. */
	subject.syscall.args[0] = 0x10;
	test_describe(&subject, lock_names, &wait);
	assert_int_equal(wait.recorded, LC_WAIT_UNREADABLE);
	assert_int_equal(wait.flags & LC_WAIT_OWNER_GONE, 0);
	syscall(SYS_futex, &words[8], 129, 1, NULL, NULL, 0);
	pthread_join(parked.thread, NULL);
}

/*
 * A park is a word, a lock's slow path that parks is a lock; Java's monitors wait for a time, and
 * again.
 */
static void test_locks_that_park(void **state)
{
	static const struct {
		const char *names[4];
		enum lc_wait_kind kind;
		bool looks_again;
	} cases[] = {
		{ { "syscall", "parking_lot_core::parking_lot::park",
		    "<parking_lot::raw_mutex::RawMutex>::lock_slow" },
		  LC_WAIT_MUTEX,
		  false },
		{ { "syscall", "parking_lot_core::parking_lot::park",
		    "parking_lot::raw_rwlock::RawRwLock::lock_shared_slow" },
		  LC_WAIT_RWLOCK,
		  false },
		{ { "syscall", "parking_lot_core::parking_lot::park",
		    "<dashmap::lock::RawRwLock>::lock_exclusive_slow" },
		  LC_WAIT_RWLOCK,
		  false },
		{ { "syscall", "parking_lot_core::parking_lot::park",
		    "parking_lot::condvar::Condvar::wait_until_internal" },
		  LC_WAIT_PARK,
		  false },
		{ { "syscall", "os::PlatformEvent::park(long)",
		    "ObjectMonitor::EnterI(JavaThread*)" },
		  LC_WAIT_MUTEX,
		  true },
		{ { "syscall", "Parker::park(bool, long)", "Unsafe_Park" }, LC_WAIT_PARK, false },
	};
	uint32_t words[32] = {};
	struct wait_subject subject = { .task = { .pid = getpid(), .tid = getpid() },
					.state = 'S' };
	struct lc_wait wait;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		subject.syscall = (struct lc_syscall){ .nr = SYS_futex,
						       .args = { (uintptr_t)&words[16], 137, 0 } };
		test_describe(&subject, cases[i].names, &wait);
		assert_int_equal(wait.kind, cases[i].kind);
		assert_int_equal((wait.flags & LC_WAIT_LOOKS_AGAIN) != 0, cases[i].looks_again);
	}
}

/* Words that only names tell apart; both manglings of Rust. */
static void test_runtimes(void **state)
{
	static const struct {
		const char *name;
		uint32_t expected;
		enum lc_wait_kind kind;
	} cases[] = {
		{ "<std::sys::sync::mutex::futex::Mutex>::lock_contended", 2, LC_WAIT_MUTEX },
		{ "std::sys::sync::mutex::futex::Mutex::lock_contended", 2, LC_WAIT_MUTEX },
		{ "<std::sys::sync::condvar::futex::Condvar>::wait_optional_timeout", 0,
		  LC_WAIT_CONDITION },
		{ "<std::sys::sync::rwlock::futex::RwLock>::write_contended", 0, LC_WAIT_RWLOCK },
		{ "<std::sys::sync::thread_parking::futex::Parker>::park", UINT32_MAX,
		  LC_WAIT_PARK },
		{ "<std::sys::sync::once::futex::Once>::call", 5, LC_WAIT_ONCE },
		{ "std::__atomic_futex_unsigned_base::_M_futex_wait_until(unsigned int*, unsigned "
		  "int)",
		  0x80000000, LC_WAIT_FUTURE },
		{ "void std::__detail::__platform_wait<int>(int const*, int)", 3, LC_WAIT_ATOMIC },
		{ "__cxa_guard_acquire", 0x10100, LC_WAIT_ONCE },
	};
	uint32_t words[32] = {};
	struct wait_subject subject = { .task = { .pid = getpid(), .tid = getpid() },
					.state = 'S' };
	struct lc_wait wait;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const names[] = { "syscall", cases[i].name, NULL };

		words[16] = cases[i].expected;
		subject.syscall = (struct lc_syscall){
			.nr = SYS_futex, .args = { (uintptr_t)&words[16], 137, cases[i].expected }
		};
		test_describe(&subject, names, &wait);
		assert_int_equal(wait.kind, cases[i].kind);
		assert_int_equal(wait.flags & (LC_WAIT_DISAGREE | LC_WAIT_OBJECT_FREE), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutex_kinds),
		cmocka_unit_test(test_word_of_all_ones),
		cmocka_unit_test(test_dead_owner),
		cmocka_unit_test(test_a_newcomer_may_have_the_lock),
		cmocka_unit_test(test_lock_copied_by_fork),
		cmocka_unit_test(test_same_object_in_two_processes),
		cmocka_unit_test(test_time_out),
		cmocka_unit_test(test_time_out_that_never_comes),
		cmocka_unit_test(test_condition),
		cmocka_unit_test(test_recorded_conditions),
		cmocka_unit_test(test_semaphore),
		cmocka_unit_test(test_rwlock),
		cmocka_unit_test(test_barrier),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_join_on_a_host_that_was_suspended),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_once_of_its_own),
		cmocka_unit_test(test_runner_of_a_static),
		cmocka_unit_test(test_any_of_many),
		cmocka_unit_test(test_unknown_word),
		cmocka_unit_test(test_locks_that_park),
		cmocka_unit_test(test_runtimes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
