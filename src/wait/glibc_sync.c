// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of glibc without an owner: condition variables, semaphores, barriers; and once, statics.
 *
 * A condition variable has two layouts; glibc keeps on the waiter's stack which one is meant, and
 * with which mutex: {wseq, condition, mutex, private} (nptl/pthread_cond_wait.c, struct
 * _condvar_cleanup_buffer; the same in 2.31, 2.36 and 2.43).
 */
#include "wait/futex.h"
#include "target/memory.h"

#include <linux/futex.h>
#include <stdio.h>

#define STACK_BYTES 2048
#define COUNT_LARGEST (1u << 24)
#define GUARD_DONE 0x1
#define GUARD_PENDING 0x100
#define GUARD_WAITING 0x10000
#define SHARED_MARK 128
#define MUTEX_BYTES 40
#define CONDITION_BYTES 48

struct condition_layout {
	int distance; /* from the condition to the word slept on, of group 0 */
	int wrefs;
	bool old; /* has the flag bit in its signals, and bug 25847 */
};

static const struct condition_layout layouts[] = { { 40, 36, true }, { 32, 28, false } };

struct condition {
	const struct condition_layout *layout;
	uint64_t address, mutex, position; /* 0 mutex: no record of this waiter was found */
	uint64_t group_start;
	uint32_t waiters;
	bool lost, signalled;
};

static bool check(struct wait_job *job, const struct wait_futex *futex, uint64_t wseq,
		  unsigned group, struct condition *ret)
{
	uint64_t words[2];
	uint32_t wrefs;

	if (!wait_peek(job, ret->address, words, sizeof(words)) ||
	    !wait_peek(job, ret->address + ret->layout->wrefs, &wrefs, 4))
		return false;
	ret->waiters = wrefs >> 3;
	if (!ret->waiters || ret->waiters > wait_futex_threads(job, futex->shared) ||
	    (wseq & 1) != group)
		return false;
	ret->position = wseq >> 1;
	ret->group_start = ret->layout->old ? words[1] >> 1 : words[1];
	if (words[0] >> 1 < ret->group_start)
		return false;
	ret->lost = ret->position < ret->group_start;
	ret->signalled = ret->layout->old ? futex->value >> 1 > 0 || futex->value & 1
					  : (int32_t)(futex->value - (uint32_t)words[1]) > 0;
	return true;
}

/* The words behind the condition's address: what may be its mutex, and how the wait is shared. */
static bool fits_record(struct wait_job *job, const struct wait_futex *futex,
			const struct condition *found, uint64_t how)
{
	char mutex[64];

	if ((uint32_t)how != (futex->shared ? SHARED_MARK : 0))
		return false;
	if (found->mutex + MUTEX_BYTES > found->address &&
	    found->mutex < found->address + CONDITION_BYTES)
		return false;
	return wait_glibc_describe_mutex(job, found->mutex, mutex, sizeof(mutex));
}

static bool find_record(struct wait_job *job, const struct wait_futex *futex, struct condition *ret)
{
	uint64_t words[STACK_BYTES / 8], sp = job->subject->sp & ~7ull;
	const struct target_task task = wait_task(job);
	size_t count = 0, i, j;
	unsigned group;

	if (!sp || target_memory_read(&task, sp, words, sizeof(words), &count))
		return false;
	for (i = 1; i + 2 < count / 8; i++) {
		for (j = 0; j < 4; j++) {
			group = j & 1;
			ret->layout = &layouts[j / 2];
			ret->address = futex->address - ret->layout->distance - 4 * group;
			ret->mutex = words[i + 1];
			if (words[i] == ret->address &&
			    check(job, futex, words[i - 1], group, ret) &&
			    fits_record(job, futex, ret, words[i + 2]))
				return true;
		}
	}
	return false;
}

bool wait_glibc_condition(struct wait_job *job, const struct wait_futex *futex)
{
	struct lc_wait *wait = job->wait;
	struct condition found;
	char mutex[64];

	if (!wait_futex_is_wait(futex) || !find_record(job, futex, &found))
		return false;
	wait_futex_is(job, futex, LC_WAIT_CONDITION, (int)(found.address - futex->address));
	wait_futex_key(job, found.mutex, futex->shared, &wait->mutex);
	wait->protocol = LC_WAIT_GLIBC_CONDITION;
	wait->position = found.position;
	wait->readers = found.waiters;
	(void)wait_glibc_describe_mutex(job, found.mutex, mutex, sizeof(mutex));
	wait_say(job, "pthread condition variable 0x%llx, %u waiter%s, with %s",
		 (unsigned long long)found.address, found.waiters, found.waiters == 1 ? "" : "s",
		 mutex);
	if (futex->shared)
		wait->flags |= LC_WAIT_PROCESS_SHARED;
	if (found.lost)
		wait->flags |= LC_WAIT_LOST_WAKEUP;
	if (found.signalled)
		wait->flags |= LC_WAIT_OBJECT_FREE;
	if (found.layout->old)
		wait->flags |= LC_WAIT_OLD_CONDITION;
	return true;
}

/* The names say so, but the record is out of reach: another glibc, or no stack pointer. */
bool wait_condition_unknown(struct wait_job *job, const struct wait_futex *futex)
{
	wait_futex_is(job, futex, LC_WAIT_CONDITION, 0);
	wait_say(job, "condition variable at 0x%llx", (unsigned long long)futex->address);
	return true;
}

bool wait_glibc_semaphore(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t words[3];
	bool shared;

	if (!wait_futex_is_wait(futex) || futex->expected || !wait_futex_bytes(futex, 0, words, 12))
		return false;
	shared = words[2] == SHARED_MARK;
	if ((words[2] && !shared) || shared != futex->shared || !words[1] ||
	    words[1] > wait_futex_threads(job, shared))
		return false;
	/* Other runtimes sleep on a 0 with FUTEX_WAIT; glibc does so with a bit set of all. */
	if (!futex->named &&
	    (futex->command != FUTEX_WAIT_BITSET || !futex->bitset_all || words[0]))
		return false;
	wait_futex_is(job, futex, LC_WAIT_SEMAPHORE, 0);
	job->wait->protocol = LC_WAIT_GLIBC_SEMAPHORE;
	wait_say(job, "semaphore 0x%llx, %u waiter%s%s", (unsigned long long)futex->address,
		 words[1], words[1] == 1 ? "" : "s", shared ? ", between processes" : "");
	if (shared)
		job->wait->flags |= LC_WAIT_PROCESS_SHARED;
	if (words[0])
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

bool wait_glibc_barrier(struct wait_job *job, const struct wait_futex *futex)
{
	uint32_t words[5], arrived; /* in, round, count, shared, out */

	if (futex->command != FUTEX_WAIT || !wait_futex_bytes(futex, -4, words, sizeof(words)))
		return false;
	arrived = words[0] - futex->expected;
	if (!words[2] || words[2] > COUNT_LARGEST || !arrived || words[4] > words[0] ||
	    (words[3] && words[3] != SHARED_MARK) || (words[3] == SHARED_MARK) != futex->shared)
		return false;
	/* A value that goes on is a round that is over: more may have come since. */
	if (words[1] == futex->expected && arrived > words[2])
		return false;
	wait_futex_is(job, futex, LC_WAIT_BARRIER, -4);
	job->wait->readers = arrived < words[2] ? arrived : words[2];
	job->wait->limit = words[2];
	wait_say(job, "pthread barrier 0x%llx, %u of %u have arrived",
		 (unsigned long long)futex->address - 4, job->wait->readers, words[2]);
	if (words[3])
		job->wait->flags |= LC_WAIT_PROCESS_SHARED;
	if (words[1] != futex->expected)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}

/* glibc: fork generation | 1, done 2. musl: 3, done 2. */
bool wait_once(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex) || !(futex->expected & 1))
		return false;
	wait_futex_is(job, futex, LC_WAIT_ONCE, 0);
	wait_say(job, "pthread_once 0x%llx, whose initialiser runs",
		 (unsigned long long)futex->address);
	if (futex->after && futex->value == 2)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	else
		wait_add_initialiser(job, futex->address);
	return true;
}

bool wait_static_guard(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex) || futex->expected != (GUARD_PENDING | GUARD_WAITING))
		return false;
	wait_futex_is(job, futex, LC_WAIT_ONCE, 0);
	wait_say(job, "C++ static at guard 0x%llx, whose initialiser runs",
		 (unsigned long long)futex->address);
	if (futex->after && (futex->value & 0xff) == GUARD_DONE)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
	return true;
}
