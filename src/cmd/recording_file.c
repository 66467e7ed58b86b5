// SPDX-License-Identifier: GPL-2.0-only
/* Creates the file of a recording: see recording_file.h. */
#include "cmd/recording_file.h"
#include "cmd/file.h"
#include "output/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSCALLS_MOST 1024

bool recording_file_is(const char *path)
{
	size_t length = strlen(path), suffix = strlen(RECORD_SUFFIX);

	return length > suffix && !strcmp(path + length - suffix, RECORD_SUFFIX);
}

/* What an earlier recording of that name has left beside it. */
static int remove_companions(const char *path)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal" };
	char name[PATH_MAX + 16];
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		if (unlink(name) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static void save_syscalls(struct recorder *recorder)
{
	struct output_syscall call;
	struct record_syscall row;
	int64_t nr;

	for (nr = 0; nr < SYSCALLS_MOST; nr++) {
		if (!output_syscall(nr, &call))
			continue;
		row = (struct record_syscall){ .nr = nr, .args = call.args };
		snprintf(row.name, sizeof(row.name), "%s", call.name);
		recorder_note_syscall(recorder, &row);
	}
}

int recording_file_open(const char *name, uint64_t max_size, struct recorder **ret_recorder,
			struct error *error)
{
	char path[PATH_MAX];
	int fd = file_create(name), r;

	if (fd < 0)
		return error_set(error, -errno, "cannot write '%s'", name);
	close(fd);
	r = realpath(name, path) ? remove_companions(path) : -errno;
	if (r < 0)
		return error_set(error, r, "cannot write '%s'", name);
	r = recorder_open(path, max_size, ret_recorder, error);
	if (!r)
		save_syscalls(*ret_recorder);
	return r;
}
