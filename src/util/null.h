/* SPDX-License-Identifier: GPL-2.0-only */
/* What takes the place of a stream that nobody has. Relies on memfd_create(2). */
#ifndef LEAKHOP_UTIL_NULL_H
#define LEAKHOP_UTIL_NULL_H

#include <fcntl.h>
#include <sys/mman.h>

/*
 * /dev/null; where there is none (a bare root folder), an empty file that takes nothing. Closed by
 * exec. Returns a descriptor or -1, with errno.
 */
static inline int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	fd = memfd_create("null", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0)
		(void)fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SEAL);
	return fd;
}

#endif
