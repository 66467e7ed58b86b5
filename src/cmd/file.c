// SPDX-License-Identifier: GPL-2.0-only
/* Files to be written: see file.h. */
#include "cmd/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_in_public_folder(const char *path)
{
	char *copy = strdup(path);
	struct stat folder;
	bool is = copy && !stat(dirname(copy), &folder) && folder.st_mode & S_IWOTH;

	free(copy);
	return is;
}

int file_create(const char *path)
{
	bool is_public = is_in_public_folder(path);
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (is_public ? O_NOFOLLOW : 0);
	int fd = open(path, flags, 0666);
	struct stat file;

	if (fd < 0)
		return -1;
	if (fstat(fd, &file) || (is_public && S_ISREG(file.st_mode) && file.st_uid != geteuid())) {
		close(fd);
		errno = EPERM;
		return -1;
	}
	if (S_ISREG(file.st_mode) && ftruncate(fd, 0)) {
		close(fd);
		return -1;
	}
	return fd;
}
