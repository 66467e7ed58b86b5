/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's functions in user space read a page that nobody else can: they are answered instead
 * of run. Private to this folder.
 */
#ifndef LEAKHOP_EMULATE_VDSO_H
#define LEAKHOP_EMULATE_VDSO_H

#include <stdint.h>

enum vdso_function {
	VDSO_NONE,
	VDSO_CLOCK_GETTIME,
	VDSO_GETTIMEOFDAY,
	VDSO_TIME,
	VDSO_GETCPU,
	VDSO_FUNCTIONS
};

struct vdso {
	uint64_t offsets[VDSO_FUNCTIONS]; /* of their first instructions; 0: not there */
};

/* Of this process's own, which is the same in all that have the same machine. */
void vdso_read(struct vdso *ret);
enum vdso_function vdso_find(const struct vdso *vdso, uint64_t offset);

#endif
