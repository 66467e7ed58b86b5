// SPDX-License-Identifier: GPL-2.0-only
/* What goroutines hold and nothing else does: see goroutines.h. */
#include "model/go_waits.h"

#include <errno.h>
#include <stdlib.h>

struct lc_go_retained_slot {
	UT_hash_handle hh;
	struct lc_go_retained retained;
};

void lc_go_drop_retained(struct lc_go_process *process, bool all)
{
	struct lc_go_retained_slot *slot, *next;

	HASH_ITER(hh, process->retained, slot, next) {
		if (!all && lc_go_by_goid(process, slot->retained.goid))
			continue;
		HASH_DEL(process->retained, slot);
		free(slot);
	}
}

static struct lc_go_retained_slot *find_retained(const struct lc_go_process *process, uint64_t goid)
{
	struct lc_go_retained_slot *slot;

	HASH_FIND(hh, process->retained, &goid, sizeof(goid), slot);
	return slot;
}

int lc_go_set_retained(struct lc_go_process *process, const struct lc_go_retained *retained)
{
	struct lc_go_retained_slot *slot = find_retained(process, retained->goid);

	if (!slot) {
		if (HASH_COUNT(process->retained) == LC_GO_RETAINED_MAX)
			return -ENOSPC;
		slot = calloc(1, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		slot->retained.goid = retained->goid;
		HASH_ADD(hh, process->retained, retained.goid, sizeof(retained->goid), slot);
	}
	slot->retained = *retained;
	return 0;
}

const struct lc_go_retained *lc_go_retained_of(const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_retained_slot *slot = find_retained(process, goid);

	return slot ? &slot->retained : NULL;
}

const struct lc_go_retained *lc_go_next_retained(const struct lc_go_process *process,
						 const struct lc_go_retained *before)
{
	const struct lc_go_retained_slot *slot = process->retained;

	if (before) {
		slot = find_retained(process, before->goid);
		slot = slot ? slot->hh.next : NULL;
	}
	return slot ? &slot->retained : NULL;
}
