// SPDX-License-Identifier: GPL-2.0-only
/* Looks named processes and threads up in /proc: see target.h. */
#include "cmd/target.h"
#include "target/proc.h"

#include <errno.h>

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
