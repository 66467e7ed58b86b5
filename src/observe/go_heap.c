// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of heaps: see go_heap.h. */
#include "observe/go_heap.h"
#include "verdict/goroutines.h"

#include <errno.h>
#include <stdlib.h>

#define MOST_ASKED 64	/* of a process */
#define MOST_STUCK 8192 /* the same */

/* Something reaches what it waits for, so far as was asked; and by what way is not known. */
static bool is_open(const struct lc_go_process *process, const struct lc_goroutine *goroutine)
{
	return goroutine && goroutine->flags & LC_GO_ASKED &&
	       !(goroutine->flags & LC_GO_UNREACHABLE) && !lc_go_path_of(process, goroutine->goid);
}

static size_t list_asked(const struct observer *observer, const struct lc_go_process *process,
			 const struct verdict_goroutine_records *records,
			 uint64_t goids[MOST_ASKED])
{
	const struct lc_goroutine *explained = lc_go_by_goid(process,
							     observer->options->explain_goid);
	size_t count = 0, i;

	if (is_open(process, explained))
		goids[count++] = explained->goid;
	for (i = 0; i < records->count && count < MOST_ASKED; i++) {
		const struct verdict_goroutines *record = &records->list[i];

		if (record->process == process && record->conclusion.verdict == VERDICT_SUSPECT &&
		    is_open(process, record->goroutine))
			goids[count++] = record->goroutine->goid;
	}
	return count;
}

/*
 * Who is stuck, but those that nothing can wake, and who read from connections: who depends on
 * these is known already. All of a group, which may be many.
 */
static size_t list_stuck(const struct lc_go_process *process,
			 const struct verdict_goroutine_records *records,
			 uint64_t goids[MOST_STUCK])
{
	size_t count = 0, i, k;

	for (i = 0; i < records->count; i++) {
		const struct verdict_goroutines *record = &records->list[i];

		if (record->process != process || record->conclusion.verdict < VERDICT_SUSPECT ||
		    record->unreachable || record->goroutine->kind == LC_GO_NETWORK)
			continue;
		for (k = 0; k < record->goid_count && count < MOST_STUCK; k++)
			goids[count++] = record->goids[k];
	}
	return count;
}

static int explain(struct observer *observer, struct lc_go_process *process,
		   const struct verdict_goroutine_records *records, uint64_t *stuck)
{
	uint64_t goids[MOST_ASKED];
	struct runtime_why why = { .goids = goids, .stuck = stuck };

	why.count = list_asked(observer, process, records, goids);
	why.stuck_count = list_stuck(process, records, stuck);
	if (!why.count && !why.stuck_count)
		return 0;
	/* What cannot be told is not told. */
	return observer->runtime->does->explain(observer->runtime, process, &why) == -ENOMEM
		       ? -ENOMEM
		       : 0;
}

/* It may be that an answer is owed to it: so the one that stands for all. */
static bool may_await(const struct lc_go_process *process, const struct verdict_goroutines *record)
{
	const struct lc_go_wait *wait = record->goroutine->kind == LC_GO_NETWORK
						? lc_go_wait_of(record->process,
								record->goroutine->goid)
						: NULL;

	return record->process == process && wait && wait->has_socket && !wait->writes &&
	       !(wait->socket.flags & LC_WAIT_SERVER) && wait->socket.direction == LC_WAIT_READ;
}

int go_heap_reach(struct observer *observer, struct lc_go_process *process,
		  const struct verdict_goroutine_records *records)
{
	uint64_t *goids = calloc(MOST_STUCK, sizeof(*goids));
	struct runtime_goids readers = { .list = goids };
	size_t i, k;
	int r;

	if (!goids)
		return -ENOMEM;
	for (i = 0; i < records->count; i++) {
		const struct verdict_goroutines *record = &records->list[i];

		for (k = 0; may_await(process, record) && k < record->goid_count &&
			    readers.count < MOST_STUCK;
		     k++)
			goids[readers.count++] = record->goids[k];
	}
	r = observer->runtime->does->reach(observer->runtime, process, &readers);
	free(goids);
	return r == -ENOMEM ? r : 0;
}

int go_heap_explain(struct observer *observer, uint64_t end)
{
	uint64_t *stuck = calloc(MOST_STUCK, sizeof(*stuck));
	struct verdict_goroutine_records records = {};
	struct lc_go_process *process;
	struct lc_snapshot snapshot;
	int r = stuck ? 0 : -ENOMEM;

	observer_snapshot(observer, observer_now(observer), &snapshot);
	r = r ?: verdict_goroutines_make(&snapshot, /* view= */ NULL, &records);
	for (process = observer->go.processes; process && !r; process = process->hh.next) {
		if (process->search == LC_GO_SEARCH_DONE && !observer_is_stopped(observer) &&
		    now_monotonic() < end)
			r = explain(observer, process, &records, stuck);
	}
	verdict_goroutines_release(&records);
	free(stuck);
	return r;
}

int go_heap_retained(struct observer *observer)
{
	struct lc_go_process *process = observer->options->retained ? observer->go.processes : NULL;

	for (; process && !observer_is_stopped(observer); process = process->hh.next) {
		observer_progress(observer, "searching the heap of process %d", process->pid);
		if (observer->runtime->does->retained(observer->runtime, process) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}
