// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of heaps: see go_heap.h. */
#include "observe/go_heap.h"
#include "verdict/goroutines.h"

#include <errno.h>

#define MOST_ASKED 64 /* of a process */

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

int go_heap_explain(struct observer *observer)
{
	struct verdict_goroutine_records records;
	struct lc_go_process *process;
	struct lc_snapshot snapshot;
	uint64_t goids[MOST_ASKED];
	size_t count;
	int r;

	observer_snapshot(observer, observer_now(observer), &snapshot);
	r = verdict_goroutines_make(&snapshot, /* view= */ NULL, &records);
	for (process = observer->go.processes; process && !r; process = process->hh.next) {
		if (process->search != LC_GO_SEARCH_DONE || observer_is_stopped(observer))
			continue;
		count = list_asked(observer, process, &records, goids);
		/* What cannot be told is not told. */
		if (count && observer->runtime->does->explain(observer->runtime, process, goids,
							      count) == -ENOMEM)
			r = -ENOMEM;
	}
	verdict_goroutines_release(&records);
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
