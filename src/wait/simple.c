// SPDX-License-Identifier: GPL-2.0-only
/* Sleeps, signals, opens, and time-outs in arguments. */
#include "wait/kinds.h"
#include "target/proc.h"

#include <fcntl.h>
#include <time.h>

#define PATH_BYTES 256

void wait_describe_timeout(struct wait_job *job)
{
	uint64_t value = job->args[job->call->timeout_arg];
	int64_t pair[2];

	switch (job->call->timeout) {
	case TIMEOUT_NONE:
		break;
	case TIMEOUT_MS:
		if ((int32_t)value >= 0)
			wait_ends_after(job, (uint64_t)(int32_t)value * 1000000);
		break;
	case TIMEOUT_RELATIVE:
		wait_ends_by(job, value, false, CLOCK_MONOTONIC);
		break;
	case TIMEOUT_ABSOLUTE:
		wait_ends_by(job, value, true, CLOCK_REALTIME);
		break;
	case TIMEOUT_TIMEVAL:
		if (value && wait_peek(job, value, pair, sizeof(pair)) && pair[0] >= 0 &&
		    pair[1] >= 0 && pair[0] < INT32_MAX && pair[1] < 1000000)
			wait_ends_after(job, pair[0] * 1000000000ull + pair[1] * 1000ull);
		else if (value)
			job->wait->has_timeout = true;
		break;
	}
}

void wait_describe_sleep(struct wait_job *job)
{
	const uint64_t *args = job->args;

	job->wait->kind = LC_WAIT_SLEEP;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	if (job->call->family == CALL_CLOCK_SLEEP)
		wait_ends_by(job, args[2], args[1] & TIMER_ABSTIME, args[0]);
	job->wait->has_timeout = true;
	wait_say(job, "the time");
}

/* Which signals a thread takes: in sigwait those of its set, else those that have a handler. */
void wait_describe_signal(struct wait_job *job)
{
	struct lc_wait *wait = job->wait;
	struct target_status status = {};
	uint64_t set = 0;

	wait->kind = LC_WAIT_SIGNAL;
	wait->direction = LC_WAIT_EVENT;
	wait->recorded = LC_WAIT_OUTSIDE;
	if (wait_read_status(job, &status) < 0)
		wait_cannot_read(job, "status");
	wait_note_signals(job);
	if (job->call->family == CALL_SIGWAIT) {
		if (!wait_peek(job, job->args[0], &set, sizeof(set)))
			wait_cannot_read(job, "set of signals");
		wait_say(job, "one of the signals 0x%llx", (unsigned long long)set);
		return;
	}
	/* In sigsuspend SigBlk is the mask that the call set. */
	wait_say(job, "a signal; blocked 0x%llx, handled 0x%llx",
		 (unsigned long long)status.blocked, (unsigned long long)status.caught);
	if (!(status.caught & ~status.blocked))
		wait->flags |= LC_WAIT_ALL_BLOCKED;
	if ((status.pending | status.shared_pending) & status.blocked)
		wait->flags |= LC_WAIT_PENDING;
}

/* A path from the target's memory; only what lies before the page's end may be readable. */
static void read_path(struct wait_job *job, uint64_t address, char *buffer, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size; i++)
		if (!wait_peek(job, address + i, &buffer[i], 1) || !buffer[i])
			break;
	buffer[i] = '\0';
}

void wait_describe_open(struct wait_job *job)
{
	const char *function = wait_kernel_function(job);
	int flags = job->args[job->call->arg + 1];
	char path[PATH_BYTES];

	read_path(job, job->args[job->call->arg], path, sizeof(path));
	if (strstr(function, "wait_for_partner") || strstr(function, "fifo_open")) {
		wait_describe_fifo_open(job, path, flags);
		return;
	}
	wait_describe_kernel(job);
	job->wait->direction = LC_WAIT_OPEN;
	wait_add(job, ", opening %s", path);
}
