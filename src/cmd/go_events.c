// SPDX-License-Identifier: GPL-2.0-only
/* Probes in Go processes, and what they have seen: see go_events.h. */
#include "cmd/go_events.h"
#include "util/duration.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool asked_for(const struct session *session)
{
	return session->options->collect.go_events && session->golang;
}

/* Its run-time system is there within a millisecond or so, or, linked dynamically, within some. */
#define QUICK_NS 200000000ull
#define QUICK_FIRST_NS 1000000ull

void go_events_executed(struct session *session)
{
	if (!asked_for(session))
		return;
	session->quick_until = now_monotonic() + QUICK_NS;
	session->quick_step = QUICK_FIRST_NS;
}

uint64_t go_events_next_sweep(const struct session *session, uint64_t next)
{
	uint64_t now = now_monotonic();

	if (now >= session->quick_until || next < now + session->quick_step)
		return next;
	return now + session->quick_step;
}

/* A process without probes is told of once. */
static void say_why_not(struct session *session, const struct lc_go_process *process, int r,
			const struct error *error)
{
	if (session->options->quiet)
		return;
	if (r == -ENOTSUP)
		fprintf(stderr,
			"leakhop: no exact events of process %d: %s has not the places for probes, "
			"or is of another machine\n",
			process->pid, process->version);
	else if (r != -EOPNOTSUPP) /* that was said at the start, as a limit */
		fprintf(stderr, "leakhop: no exact events of process %d: %s\n", process->pid,
			error->text);
}

static int attach(struct session *session, struct lc_go_process *process)
{
	struct lc_go_probes probes;
	struct error error = {};
	int r = golang_probes(session->golang, process->pid, &probes);

	r = r ?: collect_go_attach(session->collect, &probes, &error);
	if (r < 0) {
		process->events_refused = true;
		say_why_not(session, process, r, &error);
		return 0;
	}
	return lc_go_begin_events(process, now_monotonic());
}

struct taking {
	struct session *session;
	struct lc_go_process *process;
};

static int take_site(void *context, const struct lc_go_site_count *count)
{
	struct taking *taking = context;

	return golang_note_site(taking->session->golang, taking->process, count);
}

/* Of those that have come to a stand since the probes are there. */
static void take_goroutines(struct session *session, struct lc_go_process *process)
{
	struct lc_goroutine *goroutine;
	struct lc_go_exact exact;
	size_t i;

	for (i = 0; i < process->count; i++) {
		goroutine = &process->list[i];
		if (!goroutine->goid || (goroutine->flags & LC_GO_EXACT_SINCE) ||
		    goroutine->still_since < process->events->since)
			continue;
		if (collect_go_goroutine(session->collect, process->pid, goroutine->goid, &exact))
			lc_go_apply_exact(goroutine, &exact, process->last_sweep_at);
	}
}

int go_events_take(struct session *session, struct lc_go_process *process)
{
	struct taking taking = { session, process };
	int r;

	if (!asked_for(session) || process->events_refused)
		return 0;
	if (!process->events) {
		r = attach(session, process);
		if (r < 0 || !process->events)
			return r;
	}
	r = collect_go_sites(session->collect, process->pid, take_site, &taking);
	take_goroutines(session, process);
	return r;
}

int go_events_block(struct session *session, const struct lc_event *event)
{
	struct lc_go_process *process = lc_go_find(&session->go, event->task.pid);

	if (!session->golang || !process || !process->events)
		return 0;
	return golang_note_block(session->golang, process, event->go_block);
}

void go_events_forget(struct session *session, pid_t pid)
{
	if (asked_for(session))
		collect_go_detach(session->collect, pid);
}

void go_events_name(struct session *session, struct verdict_goroutines *record)
{
	pid_t pid = record->process->pid;

	if (!record->process->events ||
	    !collect_go_goroutine(session->collect, pid, record->goroutine->goid, &record->exact))
		return;
	record->has_exact = true;
	record->ready_stack = golang_intern(session->golang, pid, record->exact.ready_stack,
					    record->exact.ready_depth);
	golang_name(session->golang, record->ready_stack);
}

void go_events_name_all(struct session *session)
{
	struct lc_go_process *process;
	size_t i;

	for (process = session->go.processes; process; process = process->hh.next) {
		if (!process->events)
			continue;
		for (i = 0; i < process->events->kept; i++) {
			golang_name(session->golang, process->events->blocks[i].stack);
			golang_name(session->golang, process->events->blocks[i].by_stack);
		}
		for (i = 0; i < process->site_count; i++) {
			golang_name(session->golang, process->sites[i].spawn_stack);
			golang_name(session->golang, process->sites[i].entry_stack);
		}
	}
}

void go_events_say(const struct session *session)
{
	uint64_t probe_ns = collect_go_probe_ns(session->collect);
	char span[32];

	if (!asked_for(session) || session->options->quiet || !probe_ns)
		return;
	fprintf(stderr,
		"leakhop: --go-events: each creation, end, wait and wake-up of a goroutine takes "
		"the "
		"process about %s longer (measured here, on leakhop itself)\n",
		duration_format(probe_ns, span, sizeof(span)));
}
