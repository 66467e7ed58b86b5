// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens the files behind the mappings of another process. Relies on /proc/PID/{map_files,exe,root}
 * and on openat2() (Linux 5.6) to follow links inside a container's root as the container does.
 */
#include "target/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "target/memory.h"
#include "util/cleanup.h"

#ifndef BTRFS_SUPER_MAGIC
#define BTRFS_SUPER_MAGIC 0x9123683E
#endif

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define VDSO_MAX_SIZE ((size_t)256 * 1024)

static int status_at(int fd, const char *path, int flags, struct stat *ret)
{
	struct statx status;

	if (statx(fd, path, flags | AT_STATX_DONT_SYNC,
		  STATX_TYPE | STATX_INO | STATX_UID | STATX_SIZE | STATX_MTIME | STATX_BLOCKS,
		  &status) < 0)
		return -errno;
	*ret = (struct stat){
		.st_mode = status.stx_mode,
		.st_ino = status.stx_ino,
		.st_uid = status.stx_uid,
		.st_dev = makedev(status.stx_dev_major, status.stx_dev_minor),
		.st_size = (off_t)status.stx_size,
		.st_blocks = (blkcnt_t)status.stx_blocks,
		.st_mtim = { status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec },
	};
	return 0;
}

int target_file_status(int fd, struct stat *ret)
{
	return status_at(fd, "", AT_EMPTY_PATH, ret);
}

int target_path_status(const char *path, struct stat *ret)
{
	return status_at(AT_FDCWD, path, 0, ret);
}

/* A FIFO or a device in the file's place must neither block nor be read. */
static int take_regular(int fd, int *ret_fd)
{
	_cleanup_close_ int owned = fd;
	struct stat status;

	if (owned < 0)
		return -errno;
	if (target_file_status(owned, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	*ret_fd = take_fd(&owned);
	return 0;
}

int target_file_open_path(const char *path, int *ret_fd)
{
	return take_regular(open(path, OPEN_FLAGS), ret_fd);
}

int target_file_open_below(struct target_access *access, const char *root, const char *path,
			   int flags, int *ret_fd)
{
	struct open_how how = {
		.flags = (uint64_t)(OPEN_FLAGS | flags),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	_cleanup_close_ int root_fd = -1;

	/* Where links and mounts lead to, the process decides. */
	if (access)
		return access->does->open_below(access, root, path, flags, ret_fd);
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return -errno;
	return take_regular((int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how)), ret_fd);
}

static int open_map_file(pid_t pid, const struct target_mapping *mapping, int *ret_fd)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", (int)pid,
		       (unsigned long long)mapping->start, (unsigned long long)mapping->end);
	return take_regular(open(path, OPEN_FLAGS), ret_fd);
}

/*
 * Whether the opened file is the mapped one. On overlayfs and btrfs the numbers of maps and of
 * fstat() differ by design: there, take a file that was not deleted at its word.
 */
static bool is_mapped_file(int fd, const struct target_mapping *mapping)
{
	struct stat status;
	struct statfs filesystem;

	if (target_file_status(fd, &status) < 0)
		return false;
	if (status.st_ino == mapping->inode && status.st_dev == mapping->device)
		return true;
	if (mapping->deleted || fstatfs(fd, &filesystem) < 0)
		return false;
	return filesystem.f_type == OVERLAYFS_SUPER_MAGIC ||
	       (filesystem.f_type == BTRFS_SUPER_MAGIC && status.st_ino == mapping->inode);
}

/* /proc/PID/exe works for a deleted file too, and without privilege. */
static int open_executable(pid_t pid, const struct target_mapping *mapping, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	r = take_regular(open(path, OPEN_FLAGS), &fd);
	if (r < 0)
		return r;
	if (!is_mapped_file(fd, mapping)) {
		char link[PATH_MAX];
		ssize_t length = readlink(path, link, sizeof(link));
		size_t wanted = strlen(mapping->path);

		if (length < (ssize_t)wanted || memcmp(link, mapping->path, wanted) != 0 ||
		    ((size_t)length != wanted && !mapping->deleted))
			return -ESTALE;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

static int open_by_path(pid_t pid, const struct target_mapping *mapping, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	char root[64];
	int r;

	(void)snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	r = target_file_open_below(NULL, root, mapping->path, 0, &fd);
	if (r == -ENOSYS || r == -EPERM) { /* an old kernel, or a filter of system calls */
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s%s", root, mapping->path) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		r = take_regular(open(path, OPEN_FLAGS), &fd);
	}
	if (r < 0)
		return r;
	if (!is_mapped_file(fd, mapping))
		return -ESTALE;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int copy_vdso(const struct target_task *task, const struct target_mapping *mapping,
		     int *ret_fd)
{
	_cleanup_close_ int fd = memfd_create("vdso", MFD_CLOEXEC);
	size_t size = (size_t)(mapping->end - mapping->start), count;
	_cleanup_free_ char *image = NULL;
	int r;

	if (fd < 0)
		return -errno;
	if (mapping->end - mapping->start > VDSO_MAX_SIZE)
		return -EFBIG;
	image = malloc(size);
	if (!image)
		return -ENOMEM;
	r = target_memory_read(task, mapping->start, image, size, &count);
	if (r < 0)
		return r;
	if (write(fd, image, count) != (ssize_t)count)
		return -EIO;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int open_by_itself(pid_t pid, const struct target_mapping *mapping, int *ret_fd)
{
	int r;

	if (open_map_file(pid, mapping, ret_fd) == 0 || open_executable(pid, mapping, ret_fd) == 0)
		return 0;
	if (mapping->path[0] != '/')
		return -ENOENT;
	r = open_by_path(pid, mapping, ret_fd);
	return r == -ENOENT && mapping->deleted ? -ESTALE : r;
}

int target_file_open(const struct target_task *task, const struct target_mapping *mapping,
		     int *ret_fd)
{
	if (strcmp(mapping->path, "[vdso]") == 0)
		return copy_vdso(task, mapping, ret_fd);
	if (mapping->inode == 0)
		return -ENOENT;
	switch (target_way(task->access, task->pid)) {
	case TARGET_BY_ITSELF:
		return open_by_itself(task->tid, mapping, ret_fd);
	case TARGET_BY_READER:
		return task->access->does->open(task->access, task->tid, mapping, ret_fd);
	case TARGET_REFUSED:
		break;
	}
	return -ETIME;
}

ssize_t target_file_read(struct target_access *access, int fd, void *buffer, size_t size,
			 uint64_t offset)
{
	ssize_t count;

	if (access)
		return access->does->pread(access, fd, buffer, size, offset);
	do {
		count = pread(fd, buffer, size, (off_t)offset);
	} while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}
