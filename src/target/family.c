// SPDX-License-Identifier: GPL-2.0-only
/* Parents and children: see family.h. */
#include "target/family.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>

struct link {
	pid_t pid, parent;
	bool ended;
};

struct links {
	struct link *list;
	size_t count, capacity;
};

static int add(struct links *links, const struct link *link)
{
	struct link *grown;

	if (links->count == TARGET_FAMILY_MAX)
		return -ENOSPC;
	if (links->count == links->capacity) {
		grown = reallocarray(links->list, links->capacity * 2 + 64, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		links->list = grown;
		links->capacity = links->capacity * 2 + 64;
	}
	links->list[links->count++] = *link;
	return 0;
}

static int note(void *context, pid_t pid)
{
	struct target_stat stat;

	if (target_read_stat(pid, pid, &stat) < 0)
		return 0;
	return add(context, &(struct link){ pid, stat.ppid, stat.state == 'Z' });
}

/* Each one found is asked for its own children in turn. A zombie has none. */
static int collect(const struct links *links, pid_t ancestor, pid_t **ret_pids, size_t *ret_count)
{
	pid_t *pids = calloc(links->count + 1, sizeof(*pids)), parent = ancestor;
	size_t count = 0, next = 0, i;

	if (!pids)
		return -ENOMEM;
	for (;;) {
		for (i = 0; i < links->count && count < links->count; i++) {
			if (links->list[i].parent == parent && !links->list[i].ended)
				pids[count++] = links->list[i].pid;
		}
		if (next == count)
			break;
		parent = pids[next++];
	}
	*ret_pids = pids;
	*ret_count = count;
	return 0;
}

int target_family(pid_t ancestor, pid_t **ret_pids, size_t *ret_count)
{
	struct links links = {};
	int r = target_for_each_pid(note, &links), collected;

	if (r < 0 && r != -ENOSPC) {
		free(links.list);
		return r;
	}
	collected = collect(&links, ancestor, ret_pids, ret_count);
	free(links.list);
	return collected < 0 ? collected : r;
}
