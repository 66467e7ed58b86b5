// SPDX-License-Identifier: GPL-2.0-only
/* Where threads and goroutines meet: a goroutine in a call waits for what its thread waits for. */
#include "verdict/goroutines.h"
#include "verdict/report.h"

#include <stdio.h>

static void join(const struct verdict_view *view, struct verdict_goroutines *record)
{
	uint32_t node = graph_find(&view->graph, record->goroutine->tid);
	struct conclusion theirs;

	if (node == GRAPH_NONE || !view->graph.nodes[node].thread ||
	    view->graph.nodes[node].thread->task.pid != record->process->pid)
		return;
	record->thread = view->graph.nodes[node].thread;
	if (view->judgements[node].verdict < VERDICT_SUSPECT ||
	    view->judgements[node].verdict <= record->conclusion.verdict)
		return;
	verdict_conclude(view, node, &theirs);
	record->conclusion = theirs;
	snprintf(record->conclusion.reason, sizeof(record->conclusion.reason),
		 "its thread %d: %.160s", record->goroutine->tid, theirs.reason);
}

void verdict_goroutines_join(const struct verdict_view *view,
			     struct verdict_goroutine_records *records)
{
	struct verdict_goroutines *record;
	enum lc_go_kind kind;
	size_t i;

	for (i = 0; i < records->count; i++) {
		record = &records->list[i];
		kind = record->goroutine->kind;
		if (record->goroutine->tid && (kind == LC_GO_IN_SYSCALL || kind == LC_GO_IN_CGO))
			join(view, record);
	}
}
