/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Release of resources at scope exit, by the compiler's cleanup attribute.
 *
 *	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
 *
 * take_fd() and take_ptr() hand ownership out of the scope.
 */
#ifndef LEAKHOP_UTIL_CLEANUP_H
#define LEAKHOP_UTIL_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void cleanup_free(void *ptr)
{
	free(*(void **)ptr);
}

#define _cleanup_close_ __attribute__((__cleanup__(cleanup_close)))
#define _cleanup_fclose_ __attribute__((__cleanup__(cleanup_fclose)))
#define _cleanup_closedir_ __attribute__((__cleanup__(cleanup_closedir)))
#define _cleanup_free_ __attribute__((__cleanup__(cleanup_free)))

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define take_ptr(ptr)                         \
	({                                    \
		__typeof__(ptr) taken_ = ptr; \
		(ptr) = NULL;                 \
		taken_;                       \
	})

#endif
