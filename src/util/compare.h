/* SPDX-License-Identifier: GPL-2.0-only */
/* Orders, for qsort() and bsearch(). */
#ifndef LEAKHOP_UTIL_COMPARE_H
#define LEAKHOP_UTIL_COMPARE_H

#include <sys/types.h>

/* Of elements that are, or begin with, a pid_t. */
static inline int compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

#endif
