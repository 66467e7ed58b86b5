// SPDX-License-Identifier: GPL-2.0-only
/* Opens a core for a session: see core.h. */
#include "cmd/core.h"
#include "output/message.h"
#include "util/duration.h"
#include "util/plural.h"

#include <stdio.h>
#include <string.h>

int core_begin(const char *path, const struct target_core_options *files,
	       struct observer_options *observe, struct target_core **ret_core, struct error *error)
{
	int r = target_core_open(path, files, ret_core, error);

	if (r < 0)
		return r;
	observe->collect.source = &collect_core_source;
	observe->collect.source_context = *ret_core;
	observe->collect.threshold_ns = 0;
	return 0;
}

/* The thread that the signal came to, where a signal ended the process. */
static pid_t ended_by(const struct target_core *core)
{
	size_t i;

	for (i = 0; i < core->thread_count; i++) {
		if (core->threads[i].signal == core->signal)
			return core->threads[i].tid;
	}
	return 0;
}

void core_say_origin(const char *path, const struct target_core *core)
{
	const char *name = core->signal ? sigabbrev_np(core->signal) : NULL;
	char when[40], why[80] = "";

	time_format_rfc3339(core->made_at, when, sizeof(when));
	if (core->signal)
		snprintf(why, sizeof(why), ", SIG%.16s at thread %d", name ?: "?", ended_by(core));
	output_message("'%s': a core of %.15s (%d), %zu thread%s, of %s%s", path, core->comm,
		       core->pid, core->thread_count, plural(core->thread_count), when, why);
}
