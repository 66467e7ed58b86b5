// SPDX-License-Identifier: GPL-2.0-only
/* Looks named processes and threads up in /proc: see target.h. */
#include "cmd/target.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_pid(pid_t pid, struct error *error)
{
	struct target_status status;
	int r = target_read_status(pid, pid, &status);

	if (r == -ESRCH)
		return error_say(error, -ESRCH, "there is no process %d", pid);
	if (r < 0)
		return error_set(error, r, "cannot look at process %d", pid);
	/* /proc/TID can be opened, though it is not listed. */
	if (status.tgid != pid) {
		error_say(error, -ESRCH, "%d is a thread of process %d, not a process", pid,
			  status.tgid);
		error_remedy(error, "-p %d, or -t %d", status.tgid, pid);
		return -ESRCH;
	}
	return 0;
}

int named_targets_check(const struct collect_filter *filter, struct error *error)
{
	struct target_status status;
	size_t i;
	int r;

	for (i = 0; i < filter->pid_count; i++) {
		r = check_pid(filter->pids[i], error);
		if (r < 0)
			return r;
	}
	for (i = 0; i < filter->tid_count; i++) {
		r = target_read_status(filter->tids[i], filter->tids[i], &status);
		if (r < 0)
			return error_say(error, -ESRCH, "there is no thread %d", filter->tids[i]);
	}
	return 0;
}

#define GROUPS_TOLD 8

static const char *const group_kinds[] = {
	[TARGET_CONTAINER] = "container", [TARGET_POD] = "pod", [TARGET_UNIT] = "unit"
};

static void list_groups(const struct target_group *groups, size_t count, char *buffer, size_t size)
{
	size_t used = 0, i;

	*buffer = '\0';
	for (i = 0; i < count && i < GROUPS_TOLD && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "",
					 groups[i].name);
	if (count > GROUPS_TOLD && used < size)
		snprintf(buffer + used, size - used, " and %zu more", count - GROUPS_TOLD);
}

static int say_none(const struct named_group *group, const char *const *roots, const char *wanted,
		    struct target_group *groups, struct error *error)
{
	const char *kind = group_kinds[group->kind];
	char list[GROUPS_TOLD * sizeof(groups->name)];
	ssize_t count = target_find_groups(roots, group->kind, NULL, groups, GROUPS_TOLD);

	error_say(error, -ESRCH, "no process that can be seen runs in %s '%s'", kind, wanted);
	list_groups(groups, count > 0 ? (size_t)count : 0, list, sizeof(list));
	if (*list)
		error_remedy(error, "there %s: %s", count == 1 ? "is" : "are", list);
	return -ESRCH;
}

int named_group_find(struct named_group *group, const char *const *host_roots,
		     struct collect_filter *filter, struct error *error)
{
	const char *const *roots = host_roots ?: target_host_roots;
	_cleanup_free_ struct target_group *groups = NULL;
	char list[GROUPS_TOLD * sizeof(groups->name)];
	ssize_t count;

	if (!group->named)
		return 0;
	groups = calloc(GROUPS_TOLD, sizeof(*groups));
	count = groups ? target_find_groups(roots, group->kind, filter->cgroup, groups, GROUPS_TOLD)
		       : -ENOMEM;
	if (count < 0)
		return error_set(error, (int)count, "cannot look for %s '%s'",
				 group_kinds[group->kind], filter->cgroup);
	if (!count)
		return say_none(group, roots, filter->cgroup, groups, error);
	if (count > 1) {
		error_say(error, -ESRCH, "'%s' is not one %s alone", filter->cgroup,
			  group_kinds[group->kind]);
		list_groups(groups, (size_t)count, list, sizeof(list));
		error_remedy(error, "name one of them by more: %s", list);
		return -ESRCH;
	}
	memcpy(group->path, groups[0].path, sizeof(group->path));
	filter->cgroup = group->path;
	return 0;
}

bool named_targets_live(const struct collect_filter *filter)
{
	struct target_stat stat;
	size_t i;

	if (!filter->pid_count && !filter->tid_count)
		return true;
	/*
	 * A leader that has exited is a zombie while its threads live on: X and gone only are the
	 * end.
	 */
	for (i = 0; i < filter->pid_count; i++) {
		if (!target_read_stat(filter->pids[i], filter->pids[i], &stat) && stat.state != 'X')
			return true;
	}
	for (i = 0; i < filter->tid_count; i++) {
		if (!target_read_stat(filter->tids[i], filter->tids[i], &stat) && stat.state != 'X')
			return true;
	}
	return false;
}
