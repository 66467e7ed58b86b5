/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file behind a mapping of another process, whatever its mount namespace, and if need be after
 * the file was deleted or replaced.
 */
#ifndef LEAKHOP_TARGET_FILE_H
#define LEAKHOP_TARGET_FILE_H

#include "target/maps.h"

#include <sys/stat.h>

/*
 * Opens the file behind mapping for reading. Tried in turn: /proc/PID/map_files (always the right
 * file; wants privilege), /proc/PID/exe if it is that file, the path as seen from the process's
 * root directory if device and inode agree. "[vdso]" is copied from memory to an anonymous file.
 * Returns 0; -ENOENT if mapping has no file; -ESTALE if another file is at that path; -ETIME;
 * -errno.
 */
int target_file_open(const struct target_task *task, const struct target_mapping *mapping,
		     int *ret_fd);

/*
 * Opens path (absolute) below the folder root; links in it can't lead out of root. Only regular
 * files are opened. flags are added to O_RDONLY. Returns 0 or -errno.
 */
int target_file_open_below(struct target_access *access, const char *root, const char *path,
			   int flags, int *ret_fd);

/* Opens a file that the user names, if it is a regular one. Returns 0 or -errno. */
int target_file_open_path(const char *path, int *ret_fd);

/*
 * As fstat(2) and stat(2), but from what the kernel knows already: a server is not asked. Type,
 * inode, device, owner, size, blocks and time of the last change. Returns 0 or -errno.
 */
int target_file_status(int fd, struct stat *ret);
int target_path_status(const char *path, struct stat *ret);

/* As pread(2), of a file that may be where a read hangs: returns the count or a negative errno. */
ssize_t target_file_read(struct target_access *access, int fd, void *buffer, size_t size,
			 uint64_t offset);

#endif
