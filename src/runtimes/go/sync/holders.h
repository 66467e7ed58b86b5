/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds contended locks, by the deferred calls that stand on stacks: shared by holders.c
 * (locks, and what follows) and deferred.c (one goroutine's deferred calls). A lock has two sides:
 * see model/go_holders.h.
 */
#ifndef LEAKHOP_RUNTIMES_GO_HOLDERS_H
#define LEAKHOP_RUNTIMES_GO_HOLDERS_H

#include "model/go_holders.h"
#include "model/go_locks.h"
#include "runtimes/go/image/lock_sites.h"
#include "runtimes/go/private.h"

#define GO_UNLOCKERS 64 /* kept; a power of two */

/* What a function unlocks that is deferred. */
struct go_unlocker {
	uint64_t entry; /* in the process; 0: an empty place */
	const struct go_module *module;
	struct go_function function;
	enum go_lock_operation operation; /* GO_LOCK_NONE: not one unlock alone */
	uint64_t at;			  /* vaddr of the unlock */
};

struct go_holders {
	struct golang *golang;
	struct go_process *process;
	struct lc_go_process *model;
	struct lc_go_held *locks; /* by address and side */
	size_t count;
	uint64_t end_at; /* ns, CLOCK_MONOTONIC: no more is looked at then */
	struct go_unlocker unlockers[GO_UNLOCKERS];
};

/* The lock of that address and side; NULL: nobody waits for it. */
struct lc_go_held *go_holders_find(struct go_holders *holders, uint64_t address, bool to_read);

/*
 * deferred.c: looks at the deferred calls of a goroutine that stands still, and adds it where they
 * unlock something.
 */
void go_holders_by_defers(struct go_holders *holders, const struct lc_goroutine *goroutine);

#endif
