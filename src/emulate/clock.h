/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run may take is counted in processor time of its thread. Private to this folder. */
#ifndef LEAKHOP_EMULATE_CLOCK_H
#define LEAKHOP_EMULATE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Time that this thread has had the processor, ns. */
static inline uint64_t emulate_clock(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

#endif
