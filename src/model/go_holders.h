/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds Go's locks, which record nobody: as it was found by what goroutines would do when they
 * go on. Kept for as long as it stands: until a holder has run, or somebody was let in. Bounded.
 *
 * A Mutex is held by one alone, and so is an RWMutex by its writer, who has it to himself already
 * while he waits for readers to leave; readers hold it, too, and are counted.
 */
#ifndef LEAKHOP_MODEL_GO_HOLDERS_H
#define LEAKHOP_MODEL_GO_HOLDERS_H

#include "model/goroutines.h"

#define LC_GO_HOLDERS 4
#define LC_GO_HELD_MAX 4096u

/* How it is known that a goroutine holds a lock. */
enum lc_go_holding {
	LC_GO_HOLDS_LIKELY, /* it may be that it unlocks the lock, or does not */
	LC_GO_HOLDS,	    /* it would unlock it */
	LC_GO_HOLDS_NEXT, /* a writer: it has the lock to itself, and waits for readers to leave */
};

struct lc_go_holder {
	uint64_t goid;
	uint32_t stack; /* the unlock, and who calls that; 0: not known */
	uint32_t how;	/* enum lc_go_holding */
	bool deferred;
};

struct lc_go_held {
	uint64_t address; /* of the Mutex or RWMutex */
	bool to_read;	  /* by its readers; else by one alone */
	bool known;	  /* these are all that hold it, and none is only likely */
	bool never; /* all goroutines of the process were run forward, and none would unlock it */
	uint64_t asked_at;     /* ns */
	uint32_t most;	       /* that hold it, as it counts them itself */
	uint32_t runs, ended;  /* goroutines that were run forward, and came to an end */
	uint64_t instructions; /* of these */
	uint32_t count, total;
	struct lc_go_holder holders[LC_GO_HOLDERS]; /* the certain ones first */
};

/* Which of a lock's two sides a goroutine waits for: those of readers are waited for by writers. */
static inline bool lc_go_waits_for_readers(const struct lc_goroutine *goroutine)
{
	return goroutine->kind == LC_GO_RWMUTEX_WRITE;
}

/*
 * A goroutine holds it; one that is known already is kept as what says more. Or it does not after
 * all.
 */
void lc_go_held_add(struct lc_go_held *held, const struct lc_go_holder *holder);
void lc_go_held_remove(struct lc_go_held *held, uint64_t goid);

/*
 * All were added. Of more that seem to hold it than can each is only likely; where all are known
 * the likely ones are none.
 */
void lc_go_held_conclude(struct lc_go_held *held);

/*
 * Keeps (a copy of) who holds a lock, in the place of what was known of it. Returns 0, -ENOSPC at
 * the bound, or -ENOMEM.
 */
int lc_go_set_held(struct lc_go_process *process, const struct lc_go_held *held);

/*
 * Of the lock that a goroutine waits for; NULL: it waits for none, it was not asked, or that does
 * not stand any more.
 */
const struct lc_go_held *lc_go_held_for(const struct lc_go_process *process,
					const struct lc_goroutine *goroutine);

/* All that are kept, the first after NULL, whether they stand or not. */
const struct lc_go_held *lc_go_next_held(const struct lc_go_process *process,
					 const struct lc_go_held *before);

/* What does not stand any more, or all. */
void lc_go_drop_held(struct lc_go_process *process, bool all);

#endif
