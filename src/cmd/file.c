// SPDX-License-Identifier: GPL-2.0-only
/* Files to be written: see file.h. */
#include "cmd/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/random.h>
#include <unistd.h>

#include "util/cleanup.h"

#define NAME_ATTEMPTS 100

/* Returns 0 or -1 with errno. */
static int stat_folder_of(const char *path, struct stat *ret_folder)
{
	_cleanup_free_ char *copy = strdup(path);

	return copy ? stat(dirname(copy), ret_folder) : -1;
}

static bool is_in_public_folder(const char *path)
{
	struct stat folder;

	return !stat_folder_of(path, &folder) && folder.st_mode & S_IWOTH;
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

/* Can a new file take its place at the end, when privileges are given up? */
static bool is_replaceable(const char *path)
{
	struct stat folder, file;

	if (stat_folder_of(path, &folder))
		return false;
	if (!(folder.st_mode & (folder.st_uid == geteuid() ? S_IWUSR : S_IWOTH)))
		return false;
	if (lstat(path, &file))
		return errno == ENOENT;
	return S_ISREG(file.st_mode) && file.st_uid == geteuid() && file.st_nlink == 1;
}

/* Returns a descriptor, or -1. */
static int create_nameless(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	struct stat file;
	int fd;

	if (!copy || !is_replaceable(path))
		return -1;
	fd = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	if (fd >= 0 && !stat(path, &file))
		(void)fchmod(fd, file.st_mode & 07777);
	return fd;
}

int file_begin_document(const char *path, bool grows, struct file_document *ret_document)
{
	int fd = grows ? -1 : create_nameless(path);
	bool nameless = fd >= 0;
	FILE *stream;

	if (!nameless)
		fd = file_create(path);
	stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (!stream)
		return -errno;
	*ret_document = (struct file_document){ stream, path, nameless };
	return 0;
}

/* A link cannot take the place of a file, but a rename can: by way of a name of its own. */
static int give_name(int fd, const char *path)
{
	_cleanup_free_ char *beside = NULL;
	char self[40];
	uint32_t number;
	int i, r = -EEXIST;

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	for (i = 0; r == -EEXIST && i < NAME_ATTEMPTS; i++) {
		free(beside);
		if (getrandom(&number, sizeof(number), 0) != sizeof(number) ||
		    asprintf(&beside, "%s.%08x", path, number) < 0) {
			beside = NULL;
			return -ENOMEM;
		}
		r = linkat(AT_FDCWD, self, AT_FDCWD, beside, AT_SYMLINK_FOLLOW) ? -errno : 0;
	}
	if (!r && rename(beside, path)) {
		r = -errno;
		unlink(beside);
	}
	return r;
}

int file_end_document(struct file_document *document, bool whole)
{
	int r = fflush(document->stream) || ferror(document->stream) ? -EIO : 0;

	if (!r && whole && document->nameless)
		r = give_name(fileno(document->stream), document->path);
	if (fclose(document->stream) && !r)
		r = -EIO;
	document->stream = NULL;
	return r;
}
