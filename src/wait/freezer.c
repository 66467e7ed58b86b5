// SPDX-License-Identifier: GPL-2.0-only
/* Whether a process is frozen by its cgroup: v1 (state D) and v2 (state S, with the old wchan). */
#include "wait/private.h"
#include "target/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CGROUP_BYTES 8192
#define FREEZERS_MAX 4096

void wait_freezers_release(struct wait_scan *scan)
{
	struct wait_freezer *freezer, *next;

	HASH_ITER(hh, scan->freezers, freezer, next) {
		HASH_DEL(scan->freezers, freezer);
		free(freezer);
	}
}

static bool file_says(const char *path, const char *words)
{
	char text[512];

	return target_read_file(path, text, sizeof(text)) > 0 && strstr(text, words);
}

/* A group's processes share what its file says in this scan. */
static bool says(struct wait_scan *scan, const char *path, const char *words)
{
	size_t length = strlen(path);
	struct wait_freezer *freezer;
	bool frozen;

	HASH_FIND(hh, scan->freezers, path, length, freezer);
	if (freezer)
		return freezer->frozen;
	frozen = file_says(path, words);
	if (HASH_COUNT(scan->freezers) >= FREEZERS_MAX)
		return frozen;
	freezer = malloc(sizeof(*freezer) + length + 1);
	if (!freezer)
		return frozen;
	memcpy(freezer->path, path, length + 1);
	freezer->frozen = frozen;
	HASH_ADD_KEYPTR(hh, scan->freezers, freezer->path, length, freezer);
	return frozen;
}

static void frozen_at(struct wait_process *process, const char *folder, const char *path)
{
	char full[1024];
	struct stat st;

	snprintf(full, sizeof(full), "%s%s", folder, path);
	process->frozen = true;
	process->cgroup = stat(full, &st) ? 0 : st.st_ino;
	snprintf(process->cgroup_path, sizeof(process->cgroup_path), "%.90s", path);
}

static void look_at_line(struct wait_scan *scan, struct wait_process *process, char *line)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char *controllers = strchr(line, ':'), *path;
	char full[1024];
	size_t i;

	path = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!path)
		return;
	*path++ = '\0';
	if (!strcmp(controllers + 1, "freezer")) {
		snprintf(full, sizeof(full), "/sys/fs/cgroup/freezer%.800s/freezer.state", path);
		if (says(scan, full, "FROZEN"))
			frozen_at(process, "/sys/fs/cgroup/freezer", path);
		return;
	}
	for (i = 0; !controllers[1] && i < 2; i++) {
		snprintf(full, sizeof(full), "%s%.800s/cgroup.events", mounts[i], path);
		if (says(scan, full, "frozen 1"))
			frozen_at(process, mounts[i], path);
	}
}

void wait_process_freezer(struct wait_scan *scan, struct wait_process *process)
{
	char path[64], text[CGROUP_BYTES], *line, *rest = text;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", process->pid);
	if (target_read_file(path, text, sizeof(text)) <= 0)
		return;
	while (!process->frozen && (line = strsep(&rest, "\n")))
		look_at_line(scan, process, line);
}
