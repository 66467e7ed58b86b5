// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines in a sweep: see goroutines.h. */
#include "observe/goroutines.h"
#include "observe/cgroups.h"
#include "verdict/goroutines.h"
#include "observe/forward.h"
#include "observe/go_events.h"
#include "observe/go_heap.h"
#include "wait/wait.h"
#include "util/compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define REACH_ROUND_NS 15000000000ull /* of all heaps together */
#define PLAIN_NS 300000000000ull      /* one without a runtime, that does not run */
#define REACH_SHARE 20		      /* searching takes at most 1/20 of the time */

/* What the model still has of processes that were not there any more. */
static void forget_ended(struct observer *observer, const pid_t *pids, size_t count)
{
	struct lc_go_process *process, *next;

	HASH_ITER(hh, observer->go.processes, process, next) {
		if (bsearch(&process->pid, pids, count, sizeof(*pids), compare_pids))
			continue;
		go_events_forget(observer, process->pid);
		observer->runtime->does->forget(observer->runtime, &observer->go, process->pid);
	}
	if (observer->runtime->does->keep)
		observer->runtime->does->keep(observer->runtime, pids, count);
}

/* Both ends of the socket that a goroutine waits for, as of a thread in read() or write(). */
static void read_socket(struct wait_scan *scan, struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_wait *known = lc_go_wait_of(process, goid);
	struct wait_subject subject = {
		.task = { .tid = process->pid, .pid = process->pid },
		.state = 'S',
	};
	struct lc_go_wait wait;

	if (!known || known->fd < 0)
		return;
	wait = *known;
	subject.syscall.nr = wait.writes ? SYS_write : SYS_read;
	subject.syscall.args[0] = wait.fd;
	wait.has_socket = !wait_describe(scan, &subject, &wait.socket);
	lc_go_set_wait(process, &wait);
}

static int describe_groups(struct observer *observer,
			   const struct verdict_goroutine_records *records, bool only_new)
{
	struct lc_go_process *process;
	struct wait_scan *scan;
	size_t i;
	int r = wait_scan_create(observer->options->access, &scan);

	if (r < 0)
		return r;
	wait_scan_use(scan, observer->book, 0);
	for (i = 0; i < records->count && !r && !observer_is_stopped(observer); i++) {
		const struct verdict_goroutines *record = &records->list[i];

		if (only_new && record->wait)
			continue;
		process = lc_go_find(&observer->go, record->process->pid);
		r = observer->runtime->does->describe(observer->runtime, process,
						      record->goroutine->goid);
		if (!r && record->goroutine->kind == LC_GO_NETWORK)
			read_socket(scan, process, record->goroutine->goid);
		r = r == -ENOMEM ? r : 0;
	}
	wait_scan_free(scan);
	return r;
}

/*
 * Whether something that lives could still release it decides only where just the program itself
 * could.
 */
static bool is_question(const struct observer *observer, const struct verdict_goroutines *record)
{
	return !lc_go_is_runtimes(record->process, record->goroutine) &&
	       lc_go_is_internal(record->goroutine->kind) &&
	       (observer->options->once || record->due);
}

/* One question is worth a search, and that answers all. */
static bool has_question(const struct observer *observer, const struct lc_go_process *process,
			 const struct verdict_goroutine_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (records->list[i].process == process && is_question(observer, &records->list[i]))
			return true;
	}
	return false;
}

/* By what was found of them, some groups are parts now. */
static int describe_new_groups(struct observer *observer)
{
	struct verdict_goroutine_records records;
	struct lc_snapshot snapshot;
	int r;

	observer_snapshot(observer, observer_now(observer), &snapshot);
	r = verdict_goroutines_make(&snapshot, /* view= */ NULL, &records);
	r = r ?: describe_groups(observer, &records, /* only_new= */ true);
	verdict_goroutines_release(&records);
	return r;
}

/* It costs a pass over each heap, so it gets a small share of the time only. */
static int ask_reachable(struct observer *observer, const struct verdict_goroutine_records *records,
			 bool now)
{
	struct lc_go_process *process;
	uint64_t begun = now_monotonic();
	int r = 0;

	if (!now && begun < observer->reach_next)
		return 0;
	for (process = observer->go.processes; process && !r; process = process->hh.next) {
		if (!has_question(observer, process, records))
			continue;
		if (now_monotonic() - begun > REACH_ROUND_NS || observer_is_stopped(observer)) {
			process->search = LC_GO_SEARCH_SKIPPED;
			continue;
		}
		observer_progress(observer, "searching the heap of process %d", process->pid);
		if (observer->runtime->does->holders(observer->runtime, process) == -ENOMEM)
			r = -ENOMEM;
		forward_ask_goroutines(observer, process);
		r = r ?: go_heap_reach(observer, process, records);
	}
	r = r ?: describe_new_groups(observer);
	r = r ?: go_heap_explain(observer, begun + REACH_ROUND_NS);
	r = r ?: go_heap_retained(observer);
	observer->reach_next = now_monotonic() + (now_monotonic() - begun) * REACH_SHARE;
	return r;
}

static int read_groups(struct observer *observer, bool ask_now)
{
	struct verdict_goroutine_records records;
	struct lc_snapshot snapshot;
	int r;

	observer_snapshot(observer, observer_now(observer), &snapshot);
	r = verdict_goroutines_make(&snapshot, /* view= */ NULL, &records);
	r = r ?: describe_groups(observer, &records, /* only_new= */ false);
	r = r ?: ask_reachable(observer, &records, ask_now);
	verdict_goroutines_release(&records);
	return r;
}

static void note_time(struct observer *observer, uint64_t took)
{
	if (!observer->go_first_sweep_ns)
		observer->go_first_sweep_ns = took;
	else if (took > observer->go_longest_sweep_ns)
		observer->go_longest_sweep_ns = took;
}

/*
 * Has it no such runtime, and has it not run since that was seen, so that it has neither begun
 * another program nor loaded anything? A file of it that could not be looked at is tried again.
 */
static bool is_known_plain(const struct observer *observer, pid_t pid, uint64_t now)
{
	uint64_t at = observer->book ? lc_model_plain_at(observer->model, pid) : 0;

	return at && now - at < PLAIN_NS &&
	       (lc_model_rests(observer->model, pid) ||
		lc_model_stood_still(observer->model, pid, at, 0));
}

int goroutines_sweep(struct observer *observer, unsigned attempts)
{
	struct lc_go_process *process;
	uint64_t begun = now_monotonic(), now;
	size_t count, i;
	pid_t *pids;
	int r;

	if (!observer->runtime)
		return 0;
	r = lc_model_list_processes(observer->model, &pids, &count);
	if (r < 0)
		return r;
	forget_ended(observer, pids, count);
	for (i = 0; i < count && !r && !observer_is_stopped(observer); i++) {
		now = observer_now(observer);
		if (is_known_plain(observer, pids[i], now))
			continue;
		observer_progress(observer, "reading goroutines: process %d", pids[i]);
		r = observer->runtime->does->sweep(observer->runtime, &observer->go, pids[i], now,
						   attempts, &process);
		if (r == -ENOENT)
			lc_model_note_plain(observer->model, pids[i], now);
		r = r ?: go_events_take(observer, process);
		r = r ?: cgroups_note(observer, pids[i], false);
		r = r == -ENOMEM ? r : 0;
	}
	free(pids);
	note_time(observer, now_monotonic() - begun);
	if (!r)
		lc_series_note_go(observer->series, &observer->go);
	/* Of a dump's looks the first one; the later ones ask what costs a small share of the time.
	 */
	return r
		       ?: read_groups(observer,
				      /* ask_now= */ attempts > 1 &&
					      !(observer->options->once && observer->reach_next));
}

void goroutines_executed(struct observer *observer, pid_t pid, uint64_t at)
{
	const struct lc_go_process *process = lc_go_find(&observer->go, pid);

	/* A sweep may have been quicker than the word of it. */
	if (process && process->first_sweep_at > at)
		return;
	go_events_forget(observer, pid);
	if (observer->runtime)
		observer->runtime->does->forget(observer->runtime, &observer->go, pid);
}
