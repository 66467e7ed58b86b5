// SPDX-License-Identifier: GPL-2.0-only
/*
 * Go processes that stand still: see graph.h. A goroutine that waits for another one runs only
 * after a goroutine of its process has, so what counts are the others: in a call, or waiting for a
 * descriptor. Whatever is not known of a process, or may run by itself, is no standing still.
 */
#include "verdict/graph/private.h"

#include "model/wait.h"

static bool is_in_a_known_call(const struct graph *graph, const struct lc_go_process *process,
			       const struct lc_goroutine *goroutine)
{
	uint32_t number = graph_find(graph, goroutine->tid);
	const struct lc_thread *thread = number == GRAPH_NONE ? NULL : graph->nodes[number].thread;

	return thread && thread->task.pid == process->pid && thread->blocked && thread->wait &&
	       !graph_is_go_worker(thread);
}

static bool stands(const struct graph *graph, const struct lc_go_process *process,
		   const struct lc_goroutine *goroutine)
{
	bool system = lc_go_is_runtimes(process, goroutine);

	switch (goroutine->state) {
	case LC_GO_SYSCALL: /* the runtime's own: one that waits for signals */
		return !system && goroutine->kind != LC_GO_RUNTIME &&
		       is_in_a_known_call(graph, process, goroutine);
	case LC_GO_WAITING:
	case LC_GO_LEAKED:
		return lc_go_is_internal(goroutine->kind) ||
		       (goroutine->kind == LC_GO_RUNTIME && system) ||
		       (goroutine->kind == LC_GO_NETWORK &&
			graph_find_goroutine(graph, process->pid, goroutine->goid) != GRAPH_NONE);
	default:
		return false;
	}
}

/* All of it was read, and none of it has a timer. */
static bool is_known(const struct lc_go_process *process)
{
	return !process->unsupported[0] && !process->other_runtime[0] && !process->refused &&
	       process->living && process->timers_known && !process->timers;
}

uint64_t graph_go_still_since(const struct graph *graph, const struct lc_go_process *process,
			      uint64_t seen_at)
{
	uint64_t since = 1;
	size_t i;

	if (!is_known(process))
		return 0;
	for (i = 0; i < process->count; i++) {
		const struct lc_goroutine *goroutine = &process->list[i];

		if (!goroutine->goid)
			continue;
		if (goroutine->still_since > seen_at || !stands(graph, process, goroutine))
			return 0;
		if (goroutine->still_since > since)
			since = goroutine->still_since;
	}
	return since;
}

bool graph_is_go_worker(const struct lc_thread *thread)
{
	return thread->blocked && thread->wait && lc_wait_is_go_scheduler(thread->wait);
}

bool graph_is_go_network(const struct graph_node *node)
{
	return node->goroutine && node->goroutine->kind == LC_GO_NETWORK;
}
