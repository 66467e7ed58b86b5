// SPDX-License-Identifier: GPL-2.0-only
/*
 * Go's locks that change hands: see go_locks.h. Layouts: src/sync/{mutex,rwmutex}.go, 1.17 to 1.27.
 */
#include "model/go_locks.h"

#include <errno.h>
#include <stdlib.h>

#define MUTEX_SEMA 4
#define RWMUTEX_WRITER_SEMA 8
#define RWMUTEX_READER_SEMA 12

struct lc_go_lock_slot {
	UT_hash_handle hh;
	uint64_t lock;
	struct lc_go_served served;
};

/* A writer waits for the Mutex at an RWMutex's beginning first: of that the address is the same. */
uint64_t lc_go_lock_of(const struct lc_goroutine *goroutine)
{
	if (!goroutine->object)
		return 0;
	switch (goroutine->kind) {
	case LC_GO_MUTEX:
		return goroutine->object - MUTEX_SEMA;
	case LC_GO_RWMUTEX_WRITE:
		return goroutine->object - RWMUTEX_WRITER_SEMA;
	case LC_GO_RWMUTEX_READ:
		return goroutine->object - RWMUTEX_READER_SEMA;
	default:
		return 0;
	}
}

static struct lc_go_lock_slot *find(const struct lc_go_process *process, uint64_t lock)
{
	struct lc_go_lock_slot *slot;

	HASH_FIND(hh, process->locks, &lock, sizeof(lock), slot);
	return slot;
}

/* uthash keeps the order in which they came: the first is the one that was quiet for longest. */
static struct lc_go_lock_slot *make(struct lc_go_process *process, uint64_t lock)
{
	struct lc_go_lock_slot *slot = process->locks;

	if (HASH_COUNT(process->locks) == LC_GO_LOCKS_MAX)
		HASH_DEL(process->locks, slot);
	else
		slot = malloc(sizeof(*slot));
	if (slot)
		*slot = (struct lc_go_lock_slot){ .lock = lock };
	return slot;
}

void lc_go_note_served(struct lc_go_process *process, const struct lc_goroutine *goroutine,
		       uint64_t now)
{
	uint64_t lock = lc_go_lock_of(goroutine);
	struct lc_go_lock_slot *slot = lock ? find(process, lock) : NULL;

	if (!lock)
		return;
	if (slot)
		HASH_DEL(process->locks, slot);
	else
		slot = make(process, lock);
	if (!slot)
		return;
	if (!slot->served.count++)
		slot->served.first_at = now;
	slot->served.last_at = now;
	HASH_ADD(hh, process->locks, lock, sizeof(slot->lock), slot);
}

const struct lc_go_served *lc_go_served_at(const struct lc_go_process *process, uint64_t lock)
{
	const struct lc_go_lock_slot *slot = lock ? find(process, lock) : NULL;

	return slot ? &slot->served : NULL;
}

const struct lc_go_served *lc_go_served_of(const struct lc_go_process *process,
					   const struct lc_goroutine *goroutine)
{
	return lc_go_served_at(process, lc_go_lock_of(goroutine));
}

void lc_go_drop_locks(struct lc_go_process *process)
{
	struct lc_go_lock_slot *slot, *next;

	HASH_ITER(hh, process->locks, slot, next) {
		HASH_DEL(process->locks, slot);
		free(slot);
	}
}

int lc_go_list_locks(const struct lc_go_process *process, struct lc_go_lock **ret_list)
{
	const struct lc_go_lock_slot *slot;
	struct lc_go_lock *list = calloc(HASH_COUNT(process->locks) + 1, sizeof(*list));
	int count = 0;

	if (!list)
		return -ENOMEM;
	for (slot = process->locks; slot; slot = slot->hh.next)
		list[count++] = (struct lc_go_lock){ slot->lock, slot->served };
	*ret_list = list;
	return count;
}

int lc_go_restore_lock(struct lc_go_process *process, const struct lc_go_lock *lock)
{
	struct lc_go_lock_slot *slot;

	if (find(process, lock->address))
		return -EEXIST;
	if (HASH_COUNT(process->locks) == LC_GO_LOCKS_MAX)
		return -ENOSPC;
	slot = make(process, lock->address);
	if (!slot)
		return -ENOMEM;
	slot->served = lock->served;
	HASH_ADD(hh, process->locks, lock, sizeof(slot->lock), slot);
	return 0;
}
