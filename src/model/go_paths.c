// SPDX-License-Identifier: GPL-2.0-only
/* How what goroutines wait for is reached: see goroutines.h. */
#include "model/go_waits.h"

#include <errno.h>
#include <stdlib.h>

struct lc_go_path_slot {
	UT_hash_handle hh;
	struct lc_go_path path;
};

static bool still_waits(const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(process, goid);

	return goroutine && (goroutine->flags & LC_GO_ASKED);
}

void lc_go_drop_paths(struct lc_go_process *process, bool all)
{
	struct lc_go_path_slot *slot, *next;

	HASH_ITER(hh, process->paths, slot, next) {
		if (!all && still_waits(process, slot->path.goid))
			continue;
		HASH_DEL(process->paths, slot);
		free(slot);
	}
}

static struct lc_go_path_slot *find_path(const struct lc_go_process *process, uint64_t goid)
{
	struct lc_go_path_slot *slot;

	HASH_FIND(hh, process->paths, &goid, sizeof(goid), slot);
	return slot;
}

int lc_go_set_path(struct lc_go_process *process, const struct lc_go_path *path)
{
	struct lc_go_path_slot *slot = find_path(process, path->goid);

	if (!slot) {
		if (HASH_COUNT(process->paths) == LC_GO_PATHS_MAX)
			return -ENOSPC;
		slot = calloc(1, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		slot->path.goid = path->goid;
		HASH_ADD(hh, process->paths, path.goid, sizeof(path->goid), slot);
	}
	slot->path = *path;
	return 0;
}

const struct lc_go_path *lc_go_path_of(const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_path_slot *slot = find_path(process, goid);

	return slot ? &slot->path : NULL;
}

const struct lc_go_path *lc_go_next_path(const struct lc_go_process *process,
					 const struct lc_go_path *before)
{
	const struct lc_go_path_slot *slot = process->paths;

	if (before) {
		slot = find_path(process, before->goid);
		slot = slot ? slot->hh.next : NULL;
	}
	return slot ? &slot->path : NULL;
}
