// SPDX-License-Identifier: GPL-2.0-only
/* Control groups of processes: see cgroups.h. Relies on uthash. */
#include "model/cgroups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	struct lc_cgroup cgroup;
};

struct process {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t at; /* seen there by this sweep */
	const struct entry *entry;
};

struct lc_cgroups {
	struct entry *entries; /* by path */
	struct process *processes;
	uint64_t refused;
};

int lc_cgroups_create(struct lc_cgroups **ret_cgroups)
{
	*ret_cgroups = calloc(1, sizeof(**ret_cgroups));
	return *ret_cgroups ? 0 : -ENOMEM;
}

void lc_cgroups_free(struct lc_cgroups *cgroups)
{
	struct process *process, *next_process;
	struct entry *entry, *next;

	if (!cgroups)
		return;
	HASH_ITER(hh, cgroups->processes, process, next_process) {
		HASH_DEL(cgroups->processes, process);
		free(process);
	}
	HASH_ITER(hh, cgroups->entries, entry, next) {
		HASH_DEL(cgroups->entries, entry);
		free(entry);
	}
	free(cgroups);
}

static struct entry *find_entry(const struct lc_cgroups *cgroups, const char *path)
{
	struct entry *entry;

	HASH_FIND_STR(cgroups->entries, path, entry);
	return entry;
}

const struct lc_cgroup *lc_cgroups_find(const struct lc_cgroups *cgroups, const char *path)
{
	const struct entry *entry = find_entry(cgroups, path);

	return entry ? &entry->cgroup : NULL;
}

const struct lc_cgroup *lc_cgroups_of(const struct lc_cgroups *cgroups, pid_t pid)
{
	struct process *process = NULL;

	if (cgroups)
		HASH_FIND_INT(cgroups->processes, &pid, process);
	return process ? &process->entry->cgroup : NULL;
}

static int add_entry(struct lc_cgroups *cgroups, const struct lc_cgroup *cgroup,
		     struct entry **ret_entry)
{
	struct entry *entry;

	if (HASH_COUNT(cgroups->entries) >= LC_CGROUPS_MAX)
		return -ENOSPC;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->cgroup = *cgroup;
	HASH_ADD_STR(cgroups->entries, cgroup.path, entry);
	*ret_entry = entry;
	return 0;
}

static int add_process(struct lc_cgroups *cgroups, pid_t pid, struct process **ret_process)
{
	struct process *process;

	if (HASH_COUNT(cgroups->processes) >= LC_CGROUP_PROCESSES_MAX) {
		/* The first one: most of what a host begins has ended soon. */
		process = cgroups->processes;
		HASH_DEL(cgroups->processes, process);
		cgroups->refused++;
	} else {
		process = calloc(1, sizeof(*process));
		if (!process)
			return -ENOMEM;
	}
	process->pid = pid;
	HASH_ADD_INT(cgroups->processes, pid, process);
	*ret_process = process;
	return 0;
}

int lc_cgroups_note(struct lc_cgroups *cgroups, pid_t pid, const struct lc_cgroup *cgroup,
		    uint64_t at)
{
	struct entry *entry = find_entry(cgroups, cgroup->path);
	struct process *process = NULL;
	int r = entry ? 0 : add_entry(cgroups, cgroup, &entry);

	if (r == -ENOSPC)
		cgroups->refused++;
	if (r < 0)
		return r;
	HASH_FIND_INT(cgroups->processes, &pid, process);
	if (!process)
		r = add_process(cgroups, pid, &process);
	if (r < 0)
		return r;
	process->entry = entry;
	process->at = at;
	return 0;
}

uint64_t lc_cgroups_seen_at(const struct lc_cgroups *cgroups, pid_t pid)
{
	struct process *process = NULL;

	HASH_FIND_INT(cgroups->processes, &pid, process);
	return process ? process->at : 0;
}

const struct lc_cgroup *lc_cgroups_next(const struct lc_cgroups *cgroups, const void **state,
					pid_t *ret_pid)
{
	const struct process *process = *state;

	process = process ? process->hh.next : cgroups->processes;
	*state = process;
	if (!process)
		return NULL;
	*ret_pid = process->pid;
	return &process->entry->cgroup;
}

uint64_t lc_cgroups_refused(const struct lc_cgroups *cgroups)
{
	return cgroups->refused;
}
