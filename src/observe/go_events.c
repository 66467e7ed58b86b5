// SPDX-License-Identifier: GPL-2.0-only
/* Probes in Go processes, and what they have seen: see go_events.h. */
#include "observe/go_events.h"

#include <errno.h>

static bool asked_for(const struct observer *observer)
{
	return observer->options->collect.go_events && observer->runtime;
}

/* Its run-time system is there within a millisecond or so, or, linked dynamically, within some. */
#define QUICK_NS 200000000ull
#define QUICK_FIRST_NS 1000000ull

void go_events_executed(struct observer *observer)
{
	if (!asked_for(observer))
		return;
	observer->quick_until = now_monotonic() + QUICK_NS;
	observer->quick_step = QUICK_FIRST_NS;
}

uint64_t observer_next_sweep(const struct observer *observer, uint64_t next)
{
	uint64_t now = now_monotonic();

	if (now >= observer->quick_until || next < now + observer->quick_step)
		return next;
	return now + observer->quick_step;
}

/* A process without probes is told of once. */
static void say_why_not(struct observer *observer, const struct lc_go_process *process, int r,
			const struct error *error)
{
	if (r == -ENOTSUP)
		observer_remark(observer,
				"no exact events of process %d: %s has not the places for probes, "
				"or is of another machine",
				process->pid, process->version);
	else if (r != -EOPNOTSUPP) /* that was said at the start, as a limit */
		observer_remark(observer, "no exact events of process %d: %s", process->pid,
				error->text);
}

static int attach(struct observer *observer, struct lc_go_process *process)
{
	struct lc_go_probes probes;
	struct error error = {};
	int r = observer->runtime->does->probes(observer->runtime, process->pid, &probes);

	r = r ?: collect_go_attach(observer->collect, &probes, &error);
	if (r < 0) {
		process->events_refused = true;
		say_why_not(observer, process, r, &error);
		return 0;
	}
	return lc_go_begin_events(process, now_monotonic());
}

struct taking {
	struct observer *observer;
	struct lc_go_process *process;
};

static int take_site(void *context, const struct lc_go_site_count *count)
{
	struct taking *taking = context;

	return taking->observer->runtime->does->note_site(taking->observer->runtime,
							  taking->process, count);
}

/* Of those that have come to a stand since the probes are there. */
static void take_goroutines(struct observer *observer, struct lc_go_process *process)
{
	struct lc_goroutine *goroutine;
	struct lc_go_exact exact;
	size_t i;

	for (i = 0; i < process->count; i++) {
		goroutine = &process->list[i];
		if (!goroutine->goid || (goroutine->flags & LC_GO_EXACT_SINCE) ||
		    goroutine->still_since < process->events->since)
			continue;
		if (collect_go_goroutine(observer->collect, process->pid, goroutine->goid, &exact))
			lc_go_apply_exact(goroutine, &exact, process->last_sweep_at);
	}
}

int go_events_take(struct observer *observer, struct lc_go_process *process)
{
	struct taking taking = { observer, process };
	int r;

	if (!asked_for(observer) || process->events_refused)
		return 0;
	if (!process->events) {
		r = attach(observer, process);
		if (r < 0 || !process->events)
			return r;
	}
	r = collect_go_sites(observer->collect, process->pid, take_site, &taking);
	take_goroutines(observer, process);
	return r;
}

int go_events_block(struct observer *observer, const struct lc_event *event)
{
	struct lc_go_process *process = lc_go_find(&observer->go, event->task.pid);

	if (!observer->runtime || !process || !process->events)
		return 0;
	return observer->runtime->does->note_block(observer->runtime, process, event->go_block);
}

void go_events_forget(struct observer *observer, pid_t pid)
{
	if (asked_for(observer))
		collect_go_detach(observer->collect, pid);
}
