// SPDX-License-Identifier: GPL-2.0-only
/*
 * restart_syscall: a poll, sleep or futex wait with a time-out that a stop interrupted. Its
 * arguments are still those of the first call; which call it was must be told by the kernel's
 * function, or by what the arguments can be.
 */
#include "wait/kinds.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#ifdef __NR_poll
#define NR_POLL __NR_poll
#else
#define NR_POLL __NR_ppoll
#endif

static bool could_be_futex(const struct wait_job *job)
{
	int command = job->args[1] & FUTEX_CMD_MASK;
	uint32_t word;

	return !(job->args[1] & ~(uint64_t)(FUTEX_CMD_MASK & 0xf) & ~(uint64_t)FUTEX_PRIVATE_FLAG &
		 ~(uint64_t)FUTEX_CLOCK_REALTIME) &&
	       (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) && job->args[0] % 4 == 0 &&
	       job->args[3] && wait_peek(job, job->args[0], &word, sizeof(word));
}

static bool could_be_clock_sleep(const struct wait_job *job)
{
	int64_t time[2];

	return job->args[0] <= 11 && job->args[1] <= 1 &&
	       wait_peek(job, job->args[2], time, sizeof(time));
}

const struct wait_call *wait_restarted_call(struct wait_job *job)
{
	const char *function = wait_kernel_function(job);
	int64_t time[2];

	if (strstr(function, "poll"))
		return wait_call_find(NR_POLL);
	if (strstr(function, "futex"))
		return wait_call_find(__NR_futex);
	if (could_be_clock_sleep(job))
		return wait_call_find(__NR_clock_nanosleep);
	if (strstr(function, "nanosleep"))
		return wait_call_find(__NR_nanosleep);
	if (could_be_futex(job))
		return wait_call_find(__NR_futex);
	if (job->args[1] <= 1024 && (int32_t)job->args[2] > 0)
		return wait_call_find(NR_POLL);
	if (wait_peek(job, job->args[0], time, sizeof(time)) && time[0] >= 0 && time[1] >= 0 &&
	    time[1] < 1000000000)
		return wait_call_find(__NR_nanosleep);
	return NULL;
}
