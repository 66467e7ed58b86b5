// SPDX-License-Identifier: GPL-2.0-only
/* Waits that are armed again, as far as the target has to be read: see rearmed.h. */
#include "observe/rearmed.h"
#include "wait/wait.h"

void rearmed_note_time_out(struct wait_scan *scan, const struct lc_sample *sample,
			   struct lc_thread *thread)
{
	struct wait_subject subject = {
		.task = thread->task,
		.syscall = thread->syscall,
		.blocked_since = thread->armed_at,
	};
	uint64_t ends_at;

	if (sample->unmoved || !thread->blocked || !sample->still_since ||
	    (thread->period_ns && thread->rearmed_at != sample->now) ||
	    wait_time_out(scan, &subject, &ends_at))
		return;
	lc_thread_set_time_out(thread, ends_at);
}

/*
 * Python's interpreter lock goes to and fro without a trace in the sleeps of those that want it. It
 * counts how often; so that it stayed where it was is known from the first reading on.
 */
void rearmed_check(struct lc_thread *thread, const struct lc_wait *wait)
{
	const struct lc_wait *before = thread->wait;

	if (wait->kind != LC_WAIT_GIL || !thread->rearms)
		return;
	if (!before || before->kind != LC_WAIT_GIL || before->position != wait->position)
		lc_thread_was_not_rearmed(thread);
}

bool rearmed_is_to_be_read(const struct lc_thread *thread)
{
	return thread->wait && thread->wait->kind == LC_WAIT_GIL &&
	       thread->rearmed_at > thread->wait_read_at;
}
