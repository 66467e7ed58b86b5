/* SPDX-License-Identifier: GPL-2.0-only */
/* The clocks, in ns. */
#ifndef LEAKHOP_UTIL_NOW_H
#define LEAKHOP_UTIL_NOW_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC: the time of everything in leakhop. */
static inline uint64_t now_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* Since 1970, for people and reports. */
static inline int64_t now_realtime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

#endif
