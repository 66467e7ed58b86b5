// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits with a time-out that are armed again: a thread whose time is over looks, and goes to sleep
 * at the same place for the same thing. It has waited since the first time.
 *
 * What tells it from a thread that does something between: the same call with the same arguments at
 * the same stack pointer, next to no run time, and no wait that was cut short. Whoever is given a
 * job is woken for it before its time is over, and whoever makes another call that blocks is
 * switched once more: either way there are more switches than time-outs have gone by. Of short
 * time-outs, whose lateness adds up, that is known less exactly.
 */
#include "model/threads_private.h"

#include <sys/syscall.h>

#define FUTEX_ARGUMENTS 4 /* address, operation, value, time-out */
#define SHORT_PERIOD_NS 20000000ull
#define LEAST_MOMENT_NS 100000ull
#define MOST_MOMENT_NS 1000000ull

static bool is_same_call(const struct lc_thread *thread, const struct lc_sample *sample)
{
	const struct lc_syscall *was = &thread->syscall, *is = &sample->syscall;
	int i;

	if (was->nr != SYS_futex || is->nr != SYS_futex || !is->args[3] || !thread->sp ||
	    thread->sp != sample->registers.value[LC_REGISTER_SP] ||
	    thread->pc != sample->registers.value[LC_REGISTER_PC])
		return false;
	for (i = 0; i < FUTEX_ARGUMENTS; i++) {
		if (was->args[i] != is->args[i])
			return false;
	}
	return true;
}

/* To look at a lock, and no more: of a long time-out as much as a job would take is not allowed. */
static uint64_t moment(uint64_t period)
{
	uint64_t share = period / 20;

	if (share < LEAST_MOMENT_NS)
		return LEAST_MOMENT_NS;
	return share > MOST_MOMENT_NS ? MOST_MOMENT_NS : share;
}

/* Python's interpreter lock counts its holders: waits_describe() asks that. */
static bool counts_its_holders(const struct lc_thread *thread)
{
	return thread->wait && thread->wait->kind == LC_WAIT_GIL;
}

static bool were_none_cut_short(const struct lc_thread *thread, uint64_t waits, uint64_t elapsed)
{
	uint64_t period = thread->period_ns;

	if (counts_its_holders(thread))
		return true;
	if (period < SHORT_PERIOD_NS)
		return elapsed / 3 * 4 >= waits * period;
	return elapsed + period / 8 >= waits * period;
}

bool lc_thread_is_rearmed(const struct lc_thread *thread, const struct lc_sample *sample)
{
	uint64_t waits = sample->voluntary_switches - thread->voluntary_switches, runs;

	if (!thread->blocked || !thread->period_ns || !sample->still_since ||
	    sample->voluntary_switches <= thread->voluntary_switches ||
	    sample->still_since <= thread->armed_at || !is_same_call(thread, sample))
		return false;
	runs = waits + sample->involuntary_switches - thread->involuntary_switches;
	return sample->run_ns - thread->run_ns <= runs * moment(thread->period_ns) &&
	       were_none_cut_short(thread, waits, sample->still_since - thread->armed_at);
}

void lc_thread_rearm(struct lc_thread *thread, const struct lc_sample *sample)
{
	thread->rearms += sample->voluntary_switches - thread->voluntary_switches;
	thread->rearmed_at = sample->now;
	thread->armed_at = sample->still_since;
	/* It has run, and so has not stood still; but a lock's own code has but looked at it. */
	if (!counts_its_holders(thread))
		thread->steady_from = sample->now;
}

/*
 * Read a moment after the sample: where the wait was armed again between, it seems to last for
 * twice as long.
 */
void lc_thread_set_time_out(struct lc_thread *thread, uint64_t ends_at)
{
	uint64_t period = ends_at > thread->armed_at ? ends_at - thread->armed_at : 0;

	if (!(thread->rearms && period > thread->period_ns && period < 3 * thread->period_ns))
		thread->period_ns = period;
	if (thread->wait && thread->wait->has_timeout)
		thread->wait->ends_at = ends_at;
}

void lc_thread_was_not_rearmed(struct lc_thread *thread)
{
	thread->blocked_since = thread->armed_at;
	thread->steady_from = thread->seen_at;
	thread->rearms = 0;
	thread->reported = 0;
}
