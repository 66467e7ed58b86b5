// SPDX-License-Identifier: GPL-2.0-only
/* Reads what threads wait for, twice: see waits.h. */
#include "observe/rearmed.h"
#include "observe/stacks.h"
#include "observe/waits_private.h"

#include <errno.h>

/*
 * Threads that wait for an answer whose siblings are looked at in one sweep, and how many of these.
 */
#define MOST_ASKERS 16
#define MOST_TRIES 64

static bool has_come_due(const struct reading *reading, const struct lc_thread *thread)
{
	return thread->blocked && !thread->ended_at && !thread->kernel_thread && !thread->moving &&
	       reading->now - thread->blocked_since >= reading->after_ns;
}

static bool is_due(struct reading *reading, const struct lc_thread *thread)
{
	uint64_t still = reading->now - thread->blocked_since, at = thread->wait_read_at;

	if (!has_come_due(reading, thread))
		return false;
	if (at < thread->wait_held_at)
		at = thread->wait_held_at;
	return reading->anew || !thread->wait || !thread->wait_confirmed ||
	       still > 2 * (at - thread->blocked_since) || waits_is_stale(reading, thread);
}

/*
 * Names of frames choose what is read, and take longest to find: they come before anything that may
 * change.
 */
static void name_stacks(struct reading *reading)
{
	struct lc_thread *thread = lc_model_next_awake(reading->observer->model, NULL);

	for (; thread && !observer_is_stopped(reading->observer);
	     thread = lc_model_next_awake(reading->observer->model, thread)) {
		if (is_due(reading, thread) && thread->user_stack)
			stacks_name(reading->observer, thread->task.pid, thread->user_stack);
	}
}

static int describe_due(struct reading *reading)
{
	struct lc_thread *thread = lc_model_next_awake(reading->observer->model, NULL);
	int r = 0;

	for (; thread && !r && !observer_is_stopped(reading->observer);
	     thread = lc_model_next_awake(reading->observer->model, thread)) {
		if (!is_due(reading, thread) &&
		    !(has_come_due(reading, thread) && rearmed_is_to_be_read(thread)))
			continue;
		reading->read = true;
		r = waits_describe(reading, thread);
		thread->wait_confirmed = false;
	}
	return r;
}

/*
 * Has the sweep between found nobody moved who could have made it another wait? A scan may miss who
 * is born while it goes on, so of a pipe the second one is asked whether anybody else has it.
 */
static bool is_still_so(const struct reading *reading, const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	return reading->swept && wait->kind != LC_WAIT_GIL &&
	       waits_is_held(reading->observer, thread) &&
	       (wait->key.space != LC_WAIT_SPACE_PIPE ||
		wait_has_no_others(reading->scan, thread->task.pid, wait));
}

/* Reads again what a finding may rest on: a wait that is not the same any more proves nothing. */
static int confirm(struct reading *reading, struct lc_model *model)
{
	struct lc_thread *thread = lc_model_next_awake(model, NULL);
	int r = 0;

	for (; thread && !r && !observer_is_stopped(reading->observer);
	     thread = lc_model_next_awake(model, thread)) {
		if (!thread->wait || thread->wait_confirmed)
			continue;
		reading->read = true;
		if (is_still_so(reading, thread)) {
			thread->wait_confirmed = true;
			continue;
		}
		reading->read_again = true;
		r = waits_describe(reading, thread);
	}
	return r;
}

/*
 * By a second scan: what the first one keeps (descriptors, sockets, locks) would only agree with
 * itself.
 */
static int read_again(struct reading *reading, const struct waits_sweeper *sweeper)
{
	struct observer *observer = reading->observer;
	bool shared = observer->book && wait_scan_has_descriptors(reading->scan);
	uint64_t as_of = shared ? observer_now(observer) : 0;
	int r;

	waits_drop_shares(reading);
	wait_scan_free(reading->scan);
	reading->scan = NULL;
	/* Who has stood still since the first scan, too, need not be read by this one. */
	reading->swept = shared && sweeper;
	r = reading->swept ? sweeper->sweep(sweeper->context) : 0;
	r = r ?: wait_scan_create(observer->options->access, &reading->scan);
	if (r < 0)
		return r;
	wait_scan_use(reading->scan, observer->book, as_of);
	reading->now = observer_now(observer);
	r = r ?: confirm(reading, observer->model);
	return r ?: confirm(reading, observer->others);
}

/* Owed an answer by a peer that others of its process may wait for as well. */
static bool asks(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->blocked ? thread->wait : NULL;

	return wait && wait->peer && wait->flags & LC_WAIT_CLIENT &&
	       wait->flags & LC_WAIT_SPOKE_LAST && thread->user_stack;
}

/* The stack and the peer of a short block, if it lasts until both are read. */
static int try_sibling(struct reading *reading, struct lc_thread *thread)
{
	struct observer *observer = reading->observer;
	struct lc_sample before, after;
	uint32_t stack = 0;
	int r;

	if (collect_sample_thread(observer->collect, thread->task.pid, thread->task.tid, &before) <
		    0 ||
	    before.voluntary_switches != thread->voluntary_switches ||
	    before.involuntary_switches != thread->involuntary_switches)
		return 0;
	r = stacks_take(observer, thread->task.pid, &before.registers, NULL, /* live= */ true,
			&stack);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (collect_sample_thread(observer->collect, thread->task.pid, thread->task.tid, &after) <
		    0 ||
	    after.voluntary_switches != before.voluntary_switches ||
	    after.involuntary_switches != before.involuntary_switches)
		return 0;
	thread->user_stack = stack;
	return waits_describe(reading, thread);
}

static bool may_be_sibling(const struct lc_thread *thread, const struct lc_thread *asker)
{
	const struct lc_repeat *repeat = lc_thread_repeat(thread);

	return thread->blocked && thread->task.pid == asker->task.pid && !thread->user_stack &&
	       thread->syscall.nr == asker->syscall.nr && thread->pc == asker->pc &&
	       !(repeat && repeat->peer);
}

/*
 * Others that ask at the same place, and are answered too soon for their stacks to be taken: those
 * tell whether this one is the exception. Of one look nothing is concluded.
 */
static int read_siblings(struct reading *reading)
{
	struct lc_thread *asker, *thread;
	unsigned askers = 0, tries = 0;
	int r = 0;

	asker = lc_model_next_awake(reading->observer->model, NULL);
	for (; asker && askers < MOST_ASKERS;
	     asker = lc_model_next_awake(reading->observer->model, asker)) {
		if (!asks(asker))
			continue;
		askers++;
		thread = lc_model_next_awake(reading->observer->model, NULL);
		for (; thread && !r && tries < MOST_TRIES;
		     thread = lc_model_next_awake(reading->observer->model, thread)) {
			if (!may_be_sibling(thread, asker))
				continue;
			tries++;
			r = try_sibling(reading, thread);
		}
	}
	return r;
}

static int reading_open(struct reading *reading)
{
	int r = waits_note_rest(reading);

	r = r ?: wait_scan_create(reading->observer->options->access, &reading->scan);
	if (!r)
		wait_scan_use(reading->scan, reading->observer->book, 0);
	return r;
}

static void reading_close(struct reading *reading)
{
	waits_drop_shares(reading);
	waits_drop_rest(reading);
	wait_scan_free(reading->scan);
}

int waits_read(struct observer *observer, uint64_t after_ns, bool anew,
	       const struct waits_sweeper *sweeper, enum waits_reading *ret_reading)
{
	struct reading reading = {
		.observer = observer,
		.after_ns = after_ns,
		.now = observer_now(observer),
		.anew = anew,
	};
	int r = reading_open(&reading);

	if (!r)
		name_stacks(&reading);
	reading.now = observer_now(observer);
	r = r ?: describe_due(&reading);
	r = r ?: waits_find_runners(&reading, observer->model);
	if (!r && !observer->options->once && observer->options->user_stacks)
		r = read_siblings(&reading);
	r = r ?: waits_follow_chains(&reading);
	r = r ?: waits_find_runners(&reading, observer->others);
	r = r ?: read_again(&reading, sweeper);
	reading_close(&reading);
	observer->forward_due |= reading.read;
	*ret_reading = !reading.read			      ? WAITS_NOTHING
		       : reading.swept && !reading.read_again ? WAITS_SWEPT
							      : WAITS_READ;
	return r;
}

bool waits_settled(struct observer *observer, uint64_t after_ns)
{
	struct reading reading = { .observer = observer,
				   .after_ns = after_ns,
				   .now = observer_now(observer) };
	struct lc_thread *thread;
	bool due = waits_note_rest(&reading) < 0;

	thread = lc_model_next_awake(observer->model, NULL);
	for (; thread && !due; thread = lc_model_next_awake(observer->model, thread))
		due = is_due(&reading, thread);
	waits_drop_rest(&reading);
	return !due;
}

int waits_read_behind_goroutines(struct observer *observer)
{
	struct reading reading = { .observer = observer, .now = observer_now(observer) };
	size_t before = lc_model_count(observer->others);
	const struct lc_go_process *process;
	int r = reading_open(&reading);

	for (process = observer->go.processes; process && !r; process = process->hh.next)
		r = waits_add_owners_of_goroutines(&reading, process);
	if (!r && lc_model_count(observer->others) > before) {
		r = waits_follow_chains(&reading);
		r = r ?: read_again(&reading, NULL);
		r = r ?: waits_sample_others(observer, /* last= */ true);
	}
	reading_close(&reading);
	return r;
}
