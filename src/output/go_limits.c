// SPDX-License-Identifier: GPL-2.0-only
/* What of a Go process is not shown: see go_limits.h. */
#include "output/go_limits.h"

#include <stdio.h>

bool go_limit(const struct lc_go_process *process, char *buffer, size_t size)
{
	if (process->unsupported[0])
		snprintf(buffer, size, "%s (%d) is Go%s%s, and its goroutines can't be read: %s",
			 process->comm, process->pid, process->version[0] ? ", " : "",
			 process->version, process->unsupported);
	else if (process->other_runtime[0])
		snprintf(buffer, size,
			 "%s (%d) has a second Go runtime, whose goroutines are not shown: %s",
			 process->comm, process->pid, process->other_runtime);
	else
		return false;
	return true;
}

bool go_search_limit(const struct lc_go_process *process, char *buffer, size_t size)
{
	const char *trouble = lc_go_search_trouble(process);
	uint64_t unasked = trouble ? lc_go_unasked(process) : 0;

	if (unasked)
		snprintf(buffer, size,
			 "%s (%d): whether anything can still wake %llu of its goroutines is not "
			 "known: %s",
			 process->comm, process->pid, (unsigned long long)unasked, trouble);
	return unasked > 0;
}
