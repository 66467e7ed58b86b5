// SPDX-License-Identifier: GPL-2.0-only
/* Who holds Go's locks: see go_holders.h. Relies on uthash. */
#include "model/go_holders.h"
#include "model/go_locks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void lc_go_held_add(struct lc_go_held *held, const struct lc_go_holder *holder)
{
	uint32_t i;

	for (i = 0; i < held->count; i++) {
		if (held->holders[i].goid != holder->goid)
			continue;
		if (holder->how > held->holders[i].how)
			held->holders[i] = *holder;
		return;
	}
	held->total++;
	if (held->count < LC_GO_HOLDERS)
		held->holders[held->count++] = *holder;
}

void lc_go_held_remove(struct lc_go_held *held, uint64_t goid)
{
	uint32_t i;

	for (i = 0; i < held->count; i++) {
		if (held->holders[i].goid != goid)
			continue;
		held->holders[i] = held->holders[--held->count];
		held->total--;
		return;
	}
}

static int surest_first(const void *a, const void *b)
{
	const struct lc_go_holder *x = a, *y = b;

	if (x->how != y->how)
		return x->how > y->how ? -1 : 1;
	return x->goid < y->goid ? -1 : x->goid > y->goid;
}

void lc_go_held_conclude(struct lc_go_held *held)
{
	uint32_t certain = 0, i;

	for (i = 0; i < held->count; i++)
		certain += held->holders[i].how != LC_GO_HOLDS_LIKELY;
	for (i = 0; i < held->count && certain > held->most; i++)
		held->holders[i].how = LC_GO_HOLDS_LIKELY;
	qsort(held->holders, held->count, sizeof(held->holders[0]), surest_first);
	held->known = certain && certain == held->most;
	if (held->known)
		held->count = held->total = certain;
}

struct held_key {
	uint64_t address;
	uint64_t to_read;
};

struct lc_go_held_slot {
	UT_hash_handle hh;
	struct held_key key;
	struct lc_go_held held;
};

static struct lc_go_held_slot *find(const struct lc_go_process *process, uint64_t address,
				    bool to_read)
{
	struct held_key key = { address, to_read };
	struct lc_go_held_slot *slot;

	HASH_FIND(hh, process->held, &key, sizeof(key), slot);
	return slot;
}

int lc_go_set_held(struct lc_go_process *process, const struct lc_go_held *held)
{
	struct lc_go_held_slot *slot = find(process, held->address, held->to_read);

	if (!slot) {
		if (HASH_COUNT(process->held) == LC_GO_HELD_MAX)
			return -ENOSPC;
		slot = calloc(1, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		slot->key = (struct held_key){ held->address, held->to_read };
		HASH_ADD(hh, process->held, key, sizeof(slot->key), slot);
	}
	slot->held = *held;
	return 0;
}

static bool stands_since(const struct lc_go_process *process, uint64_t goid, uint64_t time)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(process, goid);

	return goroutine && goroutine->state >= LC_GO_SYSCALL && goroutine->still_since <= time;
}

/* Whoever was let in since has it now, or had. */
static bool was_served(const struct lc_go_process *process, const struct lc_go_held *held)
{
	const struct lc_go_served *served = lc_go_served_at(process, held->address);

	return served && served->last_at > held->asked_at;
}

static bool still_stands(const struct lc_go_process *process, const struct lc_go_held *held)
{
	for (uint32_t i = 0; i < held->count; i++) {
		if (!stands_since(process, held->holders[i].goid, held->asked_at))
			return false;
	}
	return !was_served(process, held);
}

const struct lc_go_held *lc_go_held_for(const struct lc_go_process *process,
					const struct lc_goroutine *goroutine)
{
	uint64_t lock = lc_go_lock_of(goroutine);
	const struct lc_go_held_slot *slot = lock ? find(process, lock,
							 lc_go_waits_for_readers(goroutine))
						  : NULL;

	return slot && still_stands(process, &slot->held) ? &slot->held : NULL;
}

const struct lc_go_held *lc_go_next_held(const struct lc_go_process *process,
					 const struct lc_go_held *before)
{
	const struct lc_go_held_slot *slot = process->held;

	if (before) {
		slot = find(process, before->address, before->to_read);
		slot = slot ? slot->hh.next : NULL;
	}
	return slot ? &slot->held : NULL;
}

void lc_go_drop_held(struct lc_go_process *process, bool all)
{
	struct lc_go_held_slot *slot, *next;

	HASH_ITER(hh, process->held, slot, next) {
		if (!all && still_stands(process, &slot->held))
			continue;
		HASH_DEL(process->held, slot);
		free(slot);
	}
}
