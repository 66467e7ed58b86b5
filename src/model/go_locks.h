/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Go's locks that change hands, as sweeps see it: a goroutine that waited for one and has run since
 * was let in, or was woken to try. So somebody unlocked it. Bounded: of more locks those that were
 * quiet for longest are forgotten.
 */
#ifndef LEAKHOP_MODEL_GO_LOCKS_H
#define LEAKHOP_MODEL_GO_LOCKS_H

#include "model/goroutines.h"

#define LC_GO_LOCKS_MAX 4096

/*
 * The address of the Mutex or RWMutex that a goroutine waits for, by the word that it waits at; 0:
 * it waits for none.
 */
uint64_t lc_go_lock_of(const struct lc_goroutine *goroutine);

/* A goroutine that waited as it was noted has gone on, seen at that time. */
void lc_go_note_served(struct lc_go_process *process, const struct lc_goroutine *goroutine,
		       uint64_t now);

/* Of the lock at that address; NULL: nobody was seen to be let in. */
const struct lc_go_served *lc_go_served_at(const struct lc_go_process *process, uint64_t lock);

void lc_go_drop_locks(struct lc_go_process *process);

/* For who keeps them elsewhere: a lock that changed hands, by its address. */
struct lc_go_lock {
	uint64_t address;
	struct lc_go_served served;
};

/* Lists all, the one that was quiet for longest first. Returns how many, or -ENOMEM. */
int lc_go_list_locks(const struct lc_go_process *process, struct lc_go_lock **ret_list);
/* Adds one in that order. Returns 0, -EEXIST, -ENOSPC at the bound, or -ENOMEM. */
int lc_go_restore_lock(struct lc_go_process *process, const struct lc_go_lock *lock);

#endif
