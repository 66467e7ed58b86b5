// SPDX-License-Identifier: GPL-2.0-only
/* Finds the Go runtime of a process: see open.h. */
#include "runtimes/go/image/open.h"
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/image/modules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A program may load more Go later: another library with a runtime of its own. */
#define LOOK_AGAIN_NS 10000000000ull

/* The first runtime that runs: a library's may be there, and not have begun yet. */
static int choose_runtime(struct go_process *process, const struct go_modules *modules)
{
	size_t first;
	int r = -ENOENT;

	for (first = 0; first < modules->count && r == -ENOENT; first++) {
		go_modules_take(process, modules, first);
		r = allgs_find(process);
	}
	return r;
}

int go_process_open(struct go_images *images, pid_t pid, uint64_t now,
		    struct go_process **ret_process, char version_text[64], char reason[200])
{
	struct go_process *process;
	struct go_modules modules;
	int r;

	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->pid = pid;
	process->access = images->access;
	process->looked_at = now;
	version_text[0] = reason[0] = '\0';
	r = go_modules_find(images, process, &modules);
	if (!r) {
		snprintf(version_text, 64, "%s", modules.version_text);
		snprintf(reason, 200, "%s", modules.reason);
	}
	if (!r && !modules.count)
		r = reason[0] ? -ENOTSUP : -ENOENT;
	if (!r) {
		r = choose_runtime(process, &modules);
		if (r == -ENOENT || r == -ETIME) {
			snprintf(reason, 200,
				 r == -ETIME ? "its data takes too long to search"
					     : "the runtime's data is not as in any Go version "
					       "known");
			r = -ENOTSUP;
		}
	}
	if (!r) {
		reason[0] = '\0';
		snprintf(version_text, 64, "%s", process->modules[0].image->version_text);
		process->sizes = calloc(GO_CACHED_SIZES, sizeof(*process->sizes));
		r = process->sizes ? 0 : -ENOMEM;
	}
	if (r < 0) {
		go_process_free(process);
		return r;
	}
	*ret_process = process;
	return 0;
}

void go_process_refresh(struct go_images *images, struct go_process *process, uint64_t now)
{
	struct go_modules modules;
	uint64_t grown = 0;
	size_t i;

	/* What could not be read once is tried again with the rest, not each time. */
	if ((!go_modules_have_grown(process, &grown) || grown == process->module_tried) &&
	    now - process->looked_at < LOOK_AGAIN_NS)
		return;
	process->looked_at = now;
	process->module_tried = grown;
	if (go_modules_find(images, process, &modules) < 0)
		return;
	for (i = 0; i < modules.count; i++) {
		if (modules.list[i].address == process->modules[0].address) {
			go_modules_take(process, &modules, i);
			return;
		}
	}
}

void go_process_free(struct go_process *process)
{
	if (!process)
		return;
	free(process->polls);
	free(process->timer_channels);
	free(process->sizes);
	free(process->known_calls);
	free(process);
}
