// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which descriptor a goroutine waits for: the runtime's epoll set names for each descriptor its
 * pollDesc, whose rg and wg words are the goroutines that wait to read and to write. Layouts:
 * src/runtime/netpoll.go, netpoll_epoll.go and tagptr_64bit.go, 1.17 to 1.27.
 */
#include "runtimes/go/sync/waits.h"
#include "target/core.h"
#include "target/fd.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MEMBERS 262144u
#define MOST_SETS 16
#define NOBODY 2 /* rg, wg: 0 none, 1 ready, 2 about to wait, else the goroutine */

/* Where the epoll set's word for a descriptor leads. */
static uint64_t poll_address(uint32_t version, uint64_t data)
{
	unsigned tag, shift;

	if (version < GO_VERSION(1, 21, 0))
		return data;
	tag = version < GO_VERSION(1, 25, 0) ? 19 : 24;
	shift = version < GO_VERSION(1, 25, 0) ? 3 : 9;
#if defined(__x86_64__)
	return (uint64_t)((int64_t)data >> tag) << shift;
#else
	return data >> tag << shift;
#endif
}

static bool add(struct go_process *process, const struct go_poll *poll)
{
	struct go_poll *grown;

	if (process->poll_count == process->poll_capacity) {
		process->poll_capacity = process->poll_capacity * 2 + 64;
		grown = reallocarray(process->polls, process->poll_capacity, sizeof(*grown));
		if (!grown)
			return false;
		process->polls = grown;
	}
	process->polls[process->poll_count++] = *poll;
	return true;
}

/* Only what points back to itself and names the same descriptor is one. */
static void look_at_member(struct go_process *process, const struct target_epoll_member *member)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t address = poll_address(process->version, member->data), g;
	uint8_t bytes[GO_POLL_DESC_MAX];
	struct go_poll poll = { .fd = member->fd };
	uint64_t fd, self;

	if (!address || o->poll_desc_size <= 0 || o->poll_desc_size > (int32_t)sizeof(bytes) ||
	    !go_read(process, address, bytes, o->poll_desc_size))
		return;
	memcpy(&fd, bytes + o->poll_desc_fd, 8);
	memcpy(&self, bytes + o->poll_desc_self, 8);
	if (self != address || fd != (uint64_t)member->fd)
		return;
	memcpy(&g, bytes + o->poll_desc_rg, 8);
	memcpy(&poll.deadline, bytes + o->poll_desc_rd, 8);
	poll.g = g;
	if (g > NOBODY && !add(process, &poll))
		return;
	memcpy(&g, bytes + o->poll_desc_wg, 8);
	memcpy(&poll.deadline, bytes + o->poll_desc_wd, 8);
	poll.g = g;
	poll.writes = true;
	if (g > NOBODY)
		add(process, &poll);
}

static void look_at_set(struct go_process *process, int fd)
{
	_cleanup_free_ struct target_epoll_member *members = NULL;
	size_t count, total, i;

	members = calloc(MOST_MEMBERS, sizeof(*members));
	if (!members || target_epoll_read(process->pid, process->pid, fd, members, MOST_MEMBERS,
					  &count, &total) < 0)
		return;
	for (i = 0; i < count; i++)
		look_at_member(process, &members[i]);
}

static int by_goroutine(const void *a, const void *b)
{
	const struct go_poll *x = a, *y = b;

	return x->g < y->g ? -1 : x->g > y->g;
}

static void read_polls(struct go_process *process)
{
	_cleanup_closedir_ DIR *folder = NULL;
	struct target_fd link;
	struct dirent *entry;
	unsigned sets = 0;
	char path[48];

	process->poll_count = 0;
	if (target_core_of(process->access)) /* which has no descriptors */
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd", process->pid);
	folder = opendir(path);
	while (folder && sets < MOST_SETS && (entry = readdir(folder))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    target_fd_read(process->pid, process->pid, atoi(entry->d_name), &link) < 0)
			continue;
		if (link.kind != TARGET_FD_ANONYMOUS || strcmp(link.name, "eventpoll"))
			continue;
		look_at_set(process, atoi(entry->d_name));
		sets++;
	}
	if (process->poll_count)
		qsort(process->polls, process->poll_count, sizeof(*process->polls), by_goroutine);
}

void go_describe_network(struct go_process *process, const struct lc_go_process *model,
			 const struct lc_goroutine *goroutine, struct lc_go_wait *wait)
{
	struct go_poll key = { .g = goroutine->address }, *found = NULL;

	if (process->polls_sweep != model->sweep) {
		process->polls_sweep = model->sweep;
		read_polls(process);
	}
	if (process->poll_count)
		found = bsearch(&key, process->polls, process->poll_count, sizeof(key),
				by_goroutine);
	if (!found)
		return;
	wait->fd = found->fd;
	wait->writes = found->writes;
	wait->has_deadline = found->deadline != 0;
	wait->until = found->deadline > 0 ? lc_bounded_time((uint64_t)found->deadline) : 0;
}
