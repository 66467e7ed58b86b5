// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of glibc with an owner: mutexes, internal locks, rwlocks, joined threads. Layouts:
 * sysdeps/nptl/bits/struct_mutex.h, struct_rwlock.h (x86-64 and arm64 alike), nptl/descr.h; the
 * same from 2.31 to 2.42.
 */
#include "wait/futex.h"

#include <linux/futex.h>
#include <stdio.h>

#define FUTEX_LOCK_PI_2 13

#define KIND_TYPE 0x3
#define KIND_ROBUST 0x10
#define KIND_PI 0x20
#define KIND_SHARED 0x80
#define KIND_KNOWN 0x3ff
#define TID_LARGEST (1 << 22)
#define RWLOCK_WRITE 0x1 /* the phase of readers is over */

/* struct pthread on x86-64: the thread's own address, and where its tid stands. */
#define DESCRIPTOR_SELF 16
#define DESCRIPTOR_TID 720
#define DESCRIPTOR_REACH 2560

struct glibc_mutex {
	uint32_t lock, count, owner, users;
	int32_t kind;
	int16_t spins, elision;
	uint64_t previous, next;
};

struct glibc_rwlock {
	uint32_t readers, writers, phase, writers_futex, pad[2];
	int32_t writer, shared;
	uint64_t pad1, pad2;
	uint32_t flags;
};

static const char *kind_words(int32_t kind)
{
	static const char *const types[] = { "normal", "recursive", "error-checking", "adaptive" };

	return types[kind & KIND_TYPE];
}

static bool plausible(const struct glibc_mutex *mutex)
{
	if (mutex->kind == -1)
		return true; /* destroyed */
	if (mutex->kind & ~KIND_KNOWN || mutex->owner > TID_LARGEST)
		return false;
	return mutex->users <= TID_LARGEST;
}

static bool read_mutex(const struct wait_futex *futex, struct glibc_mutex *ret)
{
	return wait_futex_bytes(futex, 0, ret, sizeof(*ret)) && plausible(ret);
}

bool wait_glibc_describe_mutex(struct wait_job *job, uint64_t address, char *buffer, size_t size)
{
	struct glibc_mutex mutex;

	if (address % 4 || !wait_peek(job, address, &mutex, sizeof(mutex)) || !plausible(&mutex))
		return false;
	snprintf(buffer, size, "mutex 0x%llx (%s)", (unsigned long long)address,
		 kind_words(mutex.kind));
	return true;
}

static void describe(struct wait_job *job, const struct wait_futex *futex,
		     const struct glibc_mutex *mutex, uint32_t owner)
{
	struct lc_wait *wait = job->wait;
	bool shared = mutex->kind & KIND_SHARED;

	wait_futex_is(job, futex, LC_WAIT_MUTEX, 0);
	wait->protocol = mutex->kind & (KIND_PI | KIND_ROBUST) ? LC_WAIT_OTHER_PROTOCOL
							       : LC_WAIT_GLIBC_MUTEX;
	wait->direction = LC_WAIT_LOCK;
	if (mutex->kind == -1) {
		wait->flags |= LC_WAIT_DESTROYED;
		wait_say(job, "pthread mutex 0x%llx (destroyed)",
			 (unsigned long long)futex->address);
		return;
	}
	wait_say(job, "pthread mutex 0x%llx (%s%s%s%s)", (unsigned long long)futex->address,
		 kind_words(mutex->kind), mutex->kind & KIND_ROBUST ? ", robust" : "",
		 mutex->kind & KIND_PI ? ", priority inheritance" : "",
		 shared ? ", between processes" : "");
	if (shared)
		wait->flags |= LC_WAIT_PROCESS_SHARED;
	if (mutex->kind & KIND_ROBUST)
		wait->flags |= LC_WAIT_ROBUST;
	if (owner)
		wait_add_recorded(job, LC_WAIT_HOLDER, owner, shared);
	else
		wait->recorded = LC_WAIT_NOBODY;
}

bool wait_glibc_pi_mutex(struct wait_job *job, const struct wait_futex *futex)
{
	struct glibc_mutex mutex;

	if (futex->command != FUTEX_LOCK_PI && futex->command != FUTEX_LOCK_PI_2)
		return false;
	if (!read_mutex(futex, &mutex) || mutex.kind == -1 || !(mutex.kind & KIND_PI)) {
		/* The kernel's own protocol names the owner, whatever is around the word. */
		wait_futex_is(job, futex, LC_WAIT_MUTEX, 0);
		wait_say(job, "priority inheritance futex 0x%llx",
			 (unsigned long long)futex->address);
		wait_add_recorded(job, LC_WAIT_HOLDER, futex->value & FUTEX_TID_MASK,
				  futex->shared);
		return true;
	}
	describe(job, futex, &mutex, futex->value & FUTEX_TID_MASK);
	if (!(futex->value & FUTEX_TID_MASK) || futex->value & FUTEX_OWNER_DIED)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

bool wait_glibc_robust_mutex(struct wait_job *job, const struct wait_futex *futex)
{
	struct glibc_mutex mutex;

	if (!wait_futex_is_wait(futex) || !(futex->expected & FUTEX_WAITERS) ||
	    !read_mutex(futex, &mutex) || mutex.kind == -1 || !(mutex.kind & KIND_ROBUST))
		return false;
	describe(job, futex, &mutex, futex->value & FUTEX_TID_MASK);
	if (!(futex->value & FUTEX_TID_MASK) || futex->value & FUTEX_OWNER_DIED)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

/* Without names a word 2 is no proof: what is around it must be a mutex that someone has. */
static bool surely_mutex(struct wait_job *job, const struct glibc_mutex *mutex)
{
	uint32_t threads = wait_futex_threads(job, mutex->kind & KIND_SHARED);

	if (mutex->kind == -1 || mutex->previous || mutex->next)
		return false;
	if ((mutex->kind & KIND_TYPE) != 1 && mutex->count)
		return false;
	return mutex->owner && mutex->users && mutex->users <= threads;
}

bool wait_glibc_mutex(struct wait_job *job, const struct wait_futex *futex)
{
	struct glibc_mutex mutex;

	if (!wait_futex_is_wait(futex) || futex->expected != 2 || !read_mutex(futex, &mutex) ||
	    mutex.lock > 2 || (mutex.kind != -1 && mutex.kind & (KIND_ROBUST | KIND_PI)))
		return false;
	if (!futex->named && !surely_mutex(job, &mutex))
		return false;
	/* The operation follows the kind. */
	if (mutex.kind != -1 && futex->shared != !!(mutex.kind & KIND_SHARED))
		return false;
	describe(job, futex, &mutex, mutex.owner);
	if (mutex.lock == 0)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	else if (!mutex.owner)
		job->wait->recorded = LC_WAIT_NOT_RECORDED; /* an elided lock, or one just taken */
	return true;
}

uint32_t wait_glibc_thread(const struct wait_job *job, uint64_t descriptor)
{
	uint64_t self = 0;
	uint32_t tid = 0;

	if (!descriptor || descriptor % 8 ||
	    !wait_peek(job, descriptor + DESCRIPTOR_SELF, &self, 8) || self != descriptor ||
	    !wait_peek(job, descriptor + DESCRIPTOR_TID, &tid, 4))
		return 0;
	return tid;
}

/* The innermost frame that is not of the lock itself. */
static size_t taker_frame(const struct wait_subject *subject)
{
	size_t i = 0;

	while (i < subject->function_count && subject->functions[i] &&
	       (strstr(subject->functions[i], "lll_lock_wait") ||
		!strcmp(subject->functions[i], "futex_wait")))
		i++;
	return i;
}

/*
 * A handler that comes by the function which takes the lock, while that function was interrupted:
 * it was about to take the lock, or has it. If it has, nobody can ever release it.
 */
static bool interrupted_itself(const struct wait_subject *subject)
{
	size_t taker = taker_frame(subject), i;
	const char *function;

	if (!subject->interrupted_at || taker >= subject->interrupted_at)
		return false;
	function = subject->functions[taker];
	for (i = subject->interrupted_at; function && *function && i < subject->function_count;
	     i++) {
		if (subject->functions[i] && !strcmp(subject->functions[i], function))
			return true;
	}
	return false;
}

bool wait_glibc_internal(struct wait_job *job, const struct wait_futex *futex)
{
	uint64_t thread = 0;
	uint32_t tid;

	if (!wait_futex_is_wait(futex) || futex->expected != 2 || futex->value > 2)
		return false;
	wait_futex_is(job, futex, LC_WAIT_INTERNAL_LOCK, 0);
	job->wait->direction = LC_WAIT_LOCK;
	wait_say(job, "internal lock 0x%llx of the C library", (unsigned long long)futex->address);
	if (!futex->value)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	else if (interrupted_itself(job->subject))
		job->wait->flags |= LC_WAIT_INTERRUPTED_SELF;
	/* That of a stdio stream has its owner's descriptor behind it; malloc's have not. */
	if (wait_futex_bytes(futex, 8, &thread, sizeof(thread))) {
		tid = wait_glibc_thread(job, thread);
		if (tid)
			wait_add_recorded(job, LC_WAIT_HOLDER, tid, false);
	}
	return true;
}

static bool is_rwlock(struct wait_job *job, const struct wait_futex *futex, int offset,
		      struct glibc_rwlock *ret)
{
	struct glibc_rwlock lock;

	if (!wait_futex_bytes(futex, offset, &lock, offsetof(struct glibc_rwlock, flags) + 4))
		return false;
	if (lock.pad[0] || lock.pad[1] || lock.pad2 || lock.flags > 3 || lock.shared < 0 ||
	    lock.shared > 1 || lock.shared != futex->shared)
		return false;
	if (lock.phase > 3 || lock.writers_futex > 3 || lock.writer < 0 ||
	    lock.writer > TID_LARGEST)
		return false;
	if (!lock.readers || lock.readers >> 3 > wait_futex_threads(job, futex->shared))
		return false;
	*ret = lock;
	return true;
}

static void describe_rwlock(struct wait_job *job, const struct wait_futex *futex, int offset,
			    const struct glibc_rwlock *lock)
{
	struct lc_wait *wait = job->wait;

	wait_futex_is(job, futex, LC_WAIT_RWLOCK, offset);
	wait->protocol = LC_WAIT_GLIBC_RWLOCK;
	if (lock->shared)
		wait->flags |= LC_WAIT_PROCESS_SHARED;
	/* Readers sleep on the phase, writers on it only when they are the first. */
	wait->direction = offset == -12 || (offset == -8 && futex->expected == 2)
				  ? LC_WAIT_LOCK
				  : LC_WAIT_LOCK_SHARED;
	if (wait_names_has(job->subject, "pthread_rwlock_wrlock"))
		wait->direction = LC_WAIT_LOCK;
	wait_say(job, "pthread rwlock 0x%llx", (unsigned long long)futex->address + offset);
	if (lock->writer) {
		wait_add(job, ", held for writing");
		wait_add_recorded(job, LC_WAIT_HOLDER, lock->writer, lock->shared);
	} else if (!(lock->readers & RWLOCK_WRITE) && lock->readers >> 3) {
		wait->readers = lock->readers >> 3;
		wait_add(job, ", held by %u reader%s", wait->readers,
			 wait->readers == 1 ? "" : "s");
	}
}

bool wait_glibc_rwlock(struct wait_job *job, const struct wait_futex *futex)
{
	static const int offsets[] = { -8, -12, 0 };
	struct glibc_rwlock lock;
	size_t i;

	if (!wait_futex_is_wait(futex))
		return false;
	for (i = 0; i < 3; i++) {
		/* Only a reader sleeps on the first word, and that has its bit "sleeper" set. */
		if (offsets[i] == 0 ? !(futex->expected & 4) || !futex->named
				    : futex->expected != 3 && futex->expected != 2)
			continue;
		if (is_rwlock(job, futex, offsets[i], &lock)) {
			describe_rwlock(job, futex, offsets[i], &lock);
			return true;
		}
	}
	return false;
}

static void describe_join(struct wait_job *job, const struct wait_futex *futex, uint32_t tid)
{
	wait_futex_is(job, futex, LC_WAIT_JOIN, 0);
	wait_say(job, "the end of thread %u", tid);
	wait_add_recorded(job, LC_WAIT_JOINEE, tid, false);
}

bool wait_glibc_join(struct wait_job *job, const struct wait_futex *futex)
{
	bool free = futex->value == 0 && futex->after;

	/* Always the shared form: the kernel wakes it when the thread ends. */
	if (!futex->shared || !wait_futex_is_wait(futex) || !futex->expected ||
	    futex->expected > TID_LARGEST || !(free || futex->value == futex->expected))
		return false;
	if (!futex->named && !wait_thread_of(job, futex->expected))
		return false;
	if (free) {
		wait_futex_is(job, futex, LC_WAIT_JOIN, 0);
		wait_say(job, "the end of thread %u, which has ended", futex->expected);
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
		job->wait->recorded = LC_WAIT_NOBODY;
		return true;
	}
	describe_join(job, futex, futex->expected);
	return true;
}

/* glibc 2.43 and later: a state in the thread's descriptor, without the tid. */
bool wait_glibc_joinstate(struct wait_job *job, const struct wait_futex *futex)
{
	uint64_t words[DESCRIPTOR_REACH / 8];
	uint64_t start = (futex->address & ~7ull) - (DESCRIPTOR_REACH - 8), at;
	uint32_t tid;
	size_t i;

	if (!wait_futex_is_wait(futex) || futex->expected != 2 || futex->value > 3 ||
	    !futex->named || !wait_peek(job, start, words, sizeof(words)))
		return false;
	for (i = sizeof(words) / 8 - 3; i > 0; i--) {
		at = start + 8 * i;
		if (words[i] != at || words[i + 2] != at)
			continue;
		tid = wait_glibc_thread(job, at);
		if (!tid)
			continue;
		describe_join(job, futex, tid);
		if (!futex->value)
			job->wait->flags |= LC_WAIT_OBJECT_FREE;
		return true;
	}
	return false;
}
