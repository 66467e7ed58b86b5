// SPDX-License-Identifier: GPL-2.0-only
/* Objects of musl 1.2: src/internal/pthread_impl.h, src/thread/pthread_*.c of it. */
#include "wait/futex.h"

#include <linux/futex.h>

#define TYPE_MASK 15
#define TYPE_SHARED 128
#define NORMAL_WAITED 0x80000010u
#define OWNER_DIED 0x40000000u
#define WAITERS_LARGEST (1u << 22)
#define TID_LARGEST (1u << 22)
#define STACK_WORDS 96
#define LIST_LONGEST 256

static const char *type_words(uint32_t type)
{
	switch (type & TYPE_MASK) {
	case 0:
		return "normal";
	case 1:
		return "recursive";
	case 2:
		return "error-checking";
	default:
		return "robust";
	}
}

static bool read_mutex(const struct wait_futex *futex, uint32_t words[3])
{
	return wait_futex_is_wait(futex) && wait_futex_bytes(futex, -4, words, 12) &&
	       !(words[0] & ~(TYPE_SHARED | TYPE_MASK)) && words[2] && words[2] < WAITERS_LARGEST;
}

static void say_mutex(struct wait_job *job, const struct wait_futex *futex, uint32_t type)
{
	wait_futex_is(job, futex, LC_WAIT_MUTEX, -4);
	job->wait->direction = LC_WAIT_LOCK;
	wait_say(job, "pthread mutex 0x%llx (%s%s)", (unsigned long long)futex->address - 4,
		 type_words(type), type & TYPE_SHARED ? ", between processes" : "");
	if (type & TYPE_SHARED)
		job->wait->flags |= LC_WAIT_PROCESS_SHARED;
}

/* The lock word of a normal one is EBUSY, whoever has it. */
bool wait_musl_mutex(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t words[3];

	if (futex->expected != NORMAL_WAITED || !read_mutex(futex, words) || words[0] & TYPE_MASK)
		return false;
	say_mutex(job, futex, words[0]);
	if (!words[1])
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

/* Without names: nobody waits for one that has no owner, and no word of all ones is a tid. */
static bool surely_owned(struct wait_job *job, const struct wait_futex *futex,
			 const uint32_t words[3])
{
	uint32_t owner = futex->expected & FUTEX_TID_MASK;

	return owner && owner <= TID_LARGEST && !(futex->expected & OWNER_DIED) &&
	       owner == (words[1] & FUTEX_TID_MASK) &&
	       words[2] <= wait_futex_threads(job, words[0] & TYPE_SHARED);
}

bool wait_musl_owned_mutex(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t words[3], owner;

	if (!(futex->expected & FUTEX_WAITERS) || !read_mutex(futex, words) ||
	    !(words[0] & TYPE_MASK))
		return false;
	owner = words[1] & FUTEX_TID_MASK;
	if (!futex->named && !surely_owned(job, futex, words))
		return false;
	say_mutex(job, futex, words[0]);
	if (!owner || words[1] & OWNER_DIED)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	wait_add_recorded(job, LC_WAIT_HOLDER, owner, words[0] & TYPE_SHARED);
	return true;
}

struct musl_node {
	uint64_t previous, next;
	uint32_t state, barrier;
};

/* Whether there is a condition variable at address with the node in its list. */
static bool has_node(struct wait_job *job, uint64_t address, uint64_t node)
{
	struct musl_node at;
	uint64_t words[6], next;
	size_t i;

	if (!address || address % 8 || !wait_peek(job, address, words, sizeof(words)))
		return false;
	next = words[1]; /* the newest */
	if (!next || !words[5] || (words[1] == words[5] && next != node))
		return false;
	for (i = 0; i < LIST_LONGEST && next; i++) {
		if (next == node)
			return true;
		if (next % 8 || !wait_peek(job, next, &at, sizeof(at)) || at.state > 2)
			return false;
		next = at.next;
	}
	return false;
}

/* No word of the node leads to the condition variable, but the waiter's frames have its address. */
static uint64_t find_condition(struct wait_job *job, uint64_t node)
{
	uint64_t words[STACK_WORDS], sp = job->subject->sp & ~7ull;
	size_t i;

	if (!wait_peek(job, sp, words, sizeof(words)))
		return 0;
	for (i = 0; i < STACK_WORDS; i++)
		if (has_node(job, words[i], node))
			return words[i];
	return 0;
}

/*
 * A node on the waiter's own stack: {previous, next, state, barrier}; the wait is on the barrier.
 */
bool wait_musl_condition(struct wait_job *job, const struct wait_futex *futex)
{
	uint64_t sp = job->subject->sp, address;
	uint32_t state;

	if (futex->expected != 2 || futex->shared || !wait_futex_bytes(futex, -4, &state, 4) ||
	    state > 2)
		return false;
	if (!sp || futex->address < sp || futex->address > sp + 1024)
		return false;
	wait_futex_is(job, futex, LC_WAIT_CONDITION, 0);
	address = find_condition(job, futex->address - 20);
	if (address)
		wait_futex_key(job, address, false, &job->wait->key);
	wait_say(job, "pthread condition variable 0x%llx",
		 (unsigned long long)(address ? address : futex->address - 20));
	if (state == 1)
		job->wait->flags |= LC_WAIT_LOST_WAKEUP;
	if (futex->value != 2)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

bool wait_musl_shared_condition(struct wait_job *job, const struct wait_futex *futex)
{
	if (!futex->shared || !wait_futex_u32(futex, 4))
		return false;
	wait_futex_is(job, futex, LC_WAIT_CONDITION, -8);
	wait_say(job, "pthread condition variable 0x%llx, between processes",
		 (unsigned long long)futex->address - 8);
	job->wait->flags |= LC_WAIT_PROCESS_SHARED;
	if (futex->value != futex->expected)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

bool wait_musl_rwlock(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t waiters = wait_futex_u32(futex, 4), holders = futex->value & 0x7fffffff;

	if (!wait_futex_is_wait(futex) || !(futex->expected & FUTEX_WAITERS) || !waiters ||
	    waiters > WAITERS_LARGEST)
		return false;
	wait_futex_is(job, futex, LC_WAIT_RWLOCK, 0);
	job->wait->direction = wait_names_has(job->subject, "pthread_rwlock_timedrdlock") ||
					       wait_names_has(job->subject, "pthread_rwlock_rdlock")
				       ? LC_WAIT_LOCK_SHARED
				       : LC_WAIT_LOCK;
	wait_say(job, "pthread rwlock 0x%llx", (unsigned long long)futex->address);
	if (holders == 0x7fffffff) {
		wait_add(job, ", held for writing");
	} else if (holders) {
		job->wait->readers = holders;
		wait_add(job, ", held by %u reader%s", holders, holders == 1 ? "" : "s");
	} else {
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	}
	return true;
}

bool wait_musl_semaphore(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t value = futex->value & 0x7fffffff, waiters = wait_futex_u32(futex, 4);

	if (!wait_futex_is_wait(futex) || !waiters || waiters > WAITERS_LARGEST ||
	    (futex->expected != UINT32_MAX && futex->expected != FUTEX_WAITERS))
		return false;
	wait_futex_is(job, futex, LC_WAIT_SEMAPHORE, 0);
	wait_say(job, "semaphore 0x%llx, %u waiter%s", (unsigned long long)futex->address, waiters,
		 waiters == 1 ? "" : "s");
	if (value && value != 0x7fffffff)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

/* An instance on the first waiter's stack: {count, last, waiters, finished}. */
bool wait_musl_barrier(struct wait_job *job, const struct wait_futex *futex)
{
	int offset = futex->expected ? -12 : -4;
	uint32_t words[4];

	if (futex->command != FUTEX_WAIT || futex->expected > 1 ||
	    !wait_futex_bytes(futex, offset, words, sizeof(words)) || words[0] > WAITERS_LARGEST ||
	    words[1] > 1 || words[2] > WAITERS_LARGEST || words[3] > WAITERS_LARGEST)
		return false;
	wait_futex_is(job, futex, LC_WAIT_BARRIER, offset);
	wait_say(job, "pthread barrier, round at 0x%llx",
		 (unsigned long long)futex->address + offset);
	if (futex->value != futex->expected)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

bool wait_musl_join(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t tid;

	/* detach_state, with the tid eight bytes before. */
	if (!wait_futex_is_wait(futex) || futex->shared || futex->expected != 2 ||
	    futex->value > 3 || !wait_futex_bytes(futex, -8, &tid, 4) || !tid ||
	    tid >= WAITERS_LARGEST)
		return false;
	if (!wait_thread_of(job, tid))
		return false;
	wait_futex_is(job, futex, LC_WAIT_JOIN, 0);
	wait_say(job, "the end of thread %u", tid);
	wait_add_recorded(job, LC_WAIT_JOINEE, tid, false);
	return true;
}
