// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutex, RWMutex, WaitGroup and Cond, from the address of the semaphore word inside. Layouts:
 * src/sync/{mutex,rwmutex,waitgroup,cond}.go and src/internal/sync/mutex.go, 1.17 to 1.27.
 */
#include "runtimes/go/sync/waits.h"

#include <string.h>

#define MUTEX_LOCKED 1u
#define MUTEX_STARVING 4u
#define MUTEX_WAITERS_SHIFT 3
#define MUTEX_SEMA 4
#define RWMUTEX_WRITER_SEMA 8
#define RWMUTEX_READER_SEMA 12
#define RWMUTEX_READERS 16
#define RWMUTEX_SIZE 24
#define RWMUTEX_MOST_READERS (1 << 30)
#define WAITGROUP_SEMA 8
#define WAITGROUP_WAITERS 0x7fffffffu /* 1.25 and later have a flag above */
#define COND_NOTIFY 16

static void describe_mutex(const struct go_process *process, struct lc_go_wait *wait)
{
	uint32_t state;

	if (!go_read(process, wait->address, &state, sizeof(state)))
		return;
	wait->locked = state & MUTEX_LOCKED;
	wait->starving = state & MUTEX_STARVING;
	wait->waiters = state >> MUTEX_WAITERS_SHIFT;
}

static void describe_rwmutex(const struct go_process *process, struct lc_go_wait *wait)
{
	int32_t words[RWMUTEX_SIZE / 4];

	if (!go_read(process, wait->address, words, sizeof(words)))
		return;
	wait->locked = (uint32_t)words[0] &
		       MUTEX_LOCKED; /* held by the writer, also while it waits */
	wait->readers = words[RWMUTEX_READERS / 4];
	wait->writer = wait->readers < 0;
	if (wait->writer)
		wait->readers += RWMUTEX_MOST_READERS;
	/*
	 * With a writer waiting, new readers are counted too: those that hold it are in readerWait.
	 */
	if (wait->writer)
		wait->waiters = words[RWMUTEX_READERS / 4 + 1];
}

static void describe_waitgroup(const struct go_process *process, struct lc_go_wait *wait)
{
	uint64_t state;

	if (!go_read(process, wait->address, &state, sizeof(state)))
		return;
	wait->counter = (int32_t)(state >> 32);
	wait->waiters = (uint32_t)state & WAITGROUP_WAITERS;
}

static void describe_condition(const struct go_process *process, struct lc_go_wait *wait)
{
	uint32_t numbers[2]; /* wait, notify */

	if (go_read(process, wait->address + COND_NOTIFY, numbers, sizeof(numbers)))
		wait->waiters = numbers[0] - numbers[1];
}

void go_describe_sync(const struct go_process *process, const struct lc_goroutine *goroutine,
		      struct lc_go_wait *wait)
{
	uint64_t word = goroutine->object;

	if (!word)
		return;
	switch (goroutine->kind) {
	case LC_GO_MUTEX:
		wait->address = word - MUTEX_SEMA;
		describe_mutex(process, wait);
		break;
	case LC_GO_RWMUTEX_READ:
		wait->address = word - RWMUTEX_READER_SEMA;
		describe_rwmutex(process, wait);
		break;
	case LC_GO_RWMUTEX_WRITE:
		wait->address = word - RWMUTEX_WRITER_SEMA;
		describe_rwmutex(process, wait);
		break;
	case LC_GO_WAITGROUP:
		wait->address = word - WAITGROUP_SEMA;
		describe_waitgroup(process, wait);
		break;
	case LC_GO_COND:
		wait->address = word - COND_NOTIFY;
		describe_condition(process, wait);
		break;
	default:
		wait->address = word;
	}
}
