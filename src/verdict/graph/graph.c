// SPDX-License-Identifier: GPL-2.0-only
/* Building of the wait-for graph: see graph.h. Relies on uthash. */
#include "verdict/graph/private.h"

#include "model/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct graph_index {
	UT_hash_handle hh;
	pid_t id;
	uint32_t node;
	uint32_t threads;     /* by_pid: how many of the process are in the graph */
	uint32_t network;     /* by_pid: how many of its goroutines that wait for descriptors are */
	uint64_t steady_from; /* by_pid: all of these that are blocked stood still since then */
	uint64_t seen_at;     /* by_pid: the first of these was seen last */
};

static struct graph_index *index_find(struct graph_index *index, pid_t id)
{
	struct graph_index *entry;

	HASH_FIND(hh, index, &id, sizeof(id), entry);
	return entry;
}

static int index_add(struct graph_index **index, pid_t id, uint32_t node)
{
	struct graph_index *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	entry->id = id;
	entry->node = node;
	HASH_ADD(hh, *index, id, sizeof(id), entry);
	return 0;
}

static void index_release(struct graph_index **index)
{
	struct graph_index *entry, *next;

	HASH_ITER(hh, *index, entry, next) {
		HASH_DEL(*index, entry);
		free(entry);
	}
}

void graph_release(struct graph *graph)
{
	index_release(&graph->by_tid);
	index_release(&graph->by_pid);
	graph_go_release(graph);
	free(graph->nodes);
	free(graph->edges);
	memset(graph, 0, sizeof(*graph));
}

uint32_t graph_find(const struct graph *graph, pid_t tid)
{
	const struct graph_index *entry = index_find(graph->by_tid, tid);

	return entry ? entry->node : GRAPH_NONE;
}

static int add_thread(struct graph *graph, const struct lc_thread *thread)
{
	struct graph_index *process;
	int r;

	if (thread->ended_at || !thread->seen_at || index_find(graph->by_tid, thread->task.tid))
		return 0;
	graph->nodes[graph->count].thread = thread;
	graph->nodes[graph->count].pid = thread->task.pid;
	graph->nodes[graph->count].locked = GRAPH_NONE;
	r = index_add(&graph->by_tid, thread->task.tid, graph->count);
	graph->count++;
	process = index_find(graph->by_pid, thread->task.pid);
	if (!r && !process) {
		r = index_add(&graph->by_pid, thread->task.pid, GRAPH_NONE);
		process = index_find(graph->by_pid, thread->task.pid);
	}
	if (process) {
		process->threads++;
		if (!process->seen_at || thread->seen_at < process->seen_at)
			process->seen_at = thread->seen_at;
		if (thread->blocked && thread->steady_from > process->steady_from)
			process->steady_from = thread->steady_from;
	}
	return r;
}

uint32_t graph_chain_next(const struct graph *graph, uint32_t at, uint32_t *entry)
{
	uint32_t next = graph->nodes[at].next;

	if (next == GRAPH_NONE || next == *entry)
		return GRAPH_NONE;
	if (*entry == GRAPH_NONE && graph->nodes[at].in_cycle)
		*entry = at;
	return next == *entry ? GRAPH_NONE : next;
}

/* Of Go processes that stand still, the threads that would run their goroutines. */
static void note_still(struct graph *graph, const struct lc_go *go, bool as_if)
{
	const struct lc_go_process *process;
	const struct graph_index *entry;
	struct graph_node *node;
	uint32_t i;

	for (process = go->processes; process; process = process->hh.next) {
		entry = index_find(graph->by_pid, process->pid);
		if (entry)
			graph->nodes[entry->node].still_since = graph_go_still_since(
				graph, process, as_if ? UINT64_MAX : entry->seen_at);
	}
	for (i = 0; i < graph->count; i++) {
		struct graph_index *own;

		node = &graph->nodes[i];
		own = index_find(graph->by_pid, node->pid);
		if (!own || !graph->nodes[own->node].still_since)
			continue;
		node->go_worker = node->thread && graph_is_go_worker(node->thread);
		own->network += graph_is_go_network(node);
	}
}

static size_t count_concluded(const struct lc_snapshot *snapshot, const struct lc_model *model)
{
	const struct lc_thread *thread;
	size_t count = 0;

	if (!snapshot->awake)
		return lc_model_count(model);
	for (thread = lc_model_next_awake(model, NULL); thread;
	     thread = lc_model_next_awake(model, thread))
		count++;
	return count;
}

/* Room for every thread, for a node of every process, and for goroutines. */
static int add_nodes(struct graph *graph, const struct lc_snapshot *snapshot, bool as_if)
{
	const struct lc_model *models[] = { snapshot->threads, snapshot->others };
	size_t most = snapshot->go ? graph_go_capacity(snapshot->go) : 0, i;
	struct graph_index *process, *next;
	const struct lc_thread *thread;
	int r = 0;

	for (i = 0; i < 2; i++)
		most += models[i] ? 2 * count_concluded(snapshot, models[i]) : 0;
	graph->nodes = calloc(most + 1, sizeof(graph->nodes[0]));
	if (!graph->nodes)
		return -ENOMEM;
	for (i = 0; i < 2; i++) {
		thread = models[i] ? lc_snapshot_next_concluded(snapshot, models[i], NULL) : NULL;
		for (; thread && !r;
		     thread = lc_snapshot_next_concluded(snapshot, models[i], thread))
			r = add_thread(graph, thread);
	}
	HASH_ITER(hh, graph->by_pid, process, next) {
		process->node = graph->count;
		graph->nodes[graph->count].locked = GRAPH_NONE;
		graph->nodes[graph->count++].pid = process->id;
	}
	r = r || !snapshot->go ? r : graph_go_add_nodes(graph, snapshot->go);
	if (!r && snapshot->go)
		note_still(graph, snapshot->go, as_if);
	return r;
}

/* Who could release it, and are these all? */
static uint32_t owner_node(const struct graph *graph, const struct lc_wait_owner *owner)
{
	const struct graph_index *entry = owner->tid ? index_find(graph->by_tid, owner->tid)
						     : index_find(graph->by_pid, owner->pid);

	return entry ? entry->node : GRAPH_NONE;
}

/*
 * Has the other end of a link stood still since it was read that the link leads there? One that
 * runs is alive in any case. Of goroutines' waits the time is not known here: these are read twice
 * around the search of the heap.
 */
static bool stood_still(const struct graph *graph, const struct graph_node *from, uint32_t to)
{
	const struct graph_node *other = &graph->nodes[to];
	uint64_t time = from->thread ? from->thread->wait_read_at : UINT64_MAX;

	if (other->thread)
		return !other->thread->blocked || other->thread->steady_from <= time;
	if (other->goroutine)
		return true;
	return index_find(graph->by_pid, other->pid)->steady_from <= time;
}

/* Roles that only hint at who might do it do not close the list. */
static bool is_releaser(const struct lc_wait_owner *owner)
{
	return owner->role != LC_WAIT_LAST_USER;
}

static bool wait_is_complete(const struct lc_wait *wait)
{
	return wait->recorded == LC_WAIT_RECORDED && !(wait->flags & LC_WAIT_INCOMPLETE) &&
	       wait->owner_count == wait->owner_total;
}

uint32_t graph_wait_edges(const struct graph *graph, struct graph_node *node,
			  const struct lc_wait *wait, uint32_t *edges)
{
	uint32_t count = 0, other, i;

	node->complete = wait_is_complete(wait);
	node->gone = wait->recorded == LC_WAIT_DEAD;
	for (i = 0; i < wait->owner_count; i++) {
		other = is_releaser(&wait->owners[i]) ? owner_node(graph, &wait->owners[i])
						      : GRAPH_NONE;
		if (other == GRAPH_NONE || !stood_still(graph, node, other))
			node->complete = false;
		if (other == GRAPH_NONE)
			continue;
		if (edges)
			edges[count++] = other;
		else
			count++;
	}
	return count;
}

/*
 * What only a thread of its own process can release has that process for its releaser, if all of
 * its threads are here and stood still when there were so many.
 */
static bool has_any_thread(const struct graph *graph, const struct graph_node *node)
{
	const struct lc_wait *wait = node->thread->wait;
	const struct graph_index *own = index_find(graph->by_pid, node->pid);

	return wait->flags & LC_WAIT_ANY_THREAD && own->threads >= wait->threads &&
	       own->steady_from <= node->thread->wait_read_at;
}

static uint32_t thread_edges(const struct graph *graph, struct graph_node *node, uint32_t *edges)
{
	const struct lc_wait *wait = node->thread->blocked ? node->thread->wait : NULL;

	if (wait && node->locked != GRAPH_NONE) {
		node->complete = true;
		if (edges)
			edges[0] = node->locked;
		return 1;
	}
	if (node->go_worker) {
		node->complete = true;
		if (edges)
			edges[0] = index_find(graph->by_pid, node->pid)->node;
		return 1;
	}
	if (!wait)
		return 0;
	node->any_thread = has_any_thread(graph, node);
	if (!node->any_thread)
		return graph_wait_edges(graph, node, wait, edges);
	node->complete = true;
	if (edges)
		edges[0] = index_find(graph->by_pid, node->pid)->node;
	return 1;
}

static uint32_t node_edges(const struct graph *graph, struct graph_node *node, uint32_t *edges)
{
	return node->goroutine ? graph_go_edges(graph, node, edges)
			       : thread_edges(graph, node, edges);
}

/*
 * First counts, then fills: a process's edges are its threads, and the goroutines of one that
 * stands still which a descriptor could let run.
 */
static int add_edges(struct graph *graph)
{
	uint32_t *fill, total = 0, i;
	struct graph_index *process, *next;

	for (i = 0; i < graph->count; i++) {
		struct graph_node *node = &graph->nodes[i];

		node->first_edge = total;
		if (!graph_is_process(node))
			total += node_edges(graph, node, NULL);
		else {
			process = index_find(graph->by_pid, node->pid);
			total += process->threads + process->network;
		}
	}
	graph->nodes[graph->count].first_edge = total;
	graph->edge_count = total;
	graph->edges = calloc(total + 1, sizeof(graph->edges[0]));
	fill = calloc(graph->count + 1, sizeof(*fill));
	if (!graph->edges || !fill) {
		free(fill);
		return -ENOMEM;
	}
	for (i = 0; i < graph->count; i++) {
		struct graph_node *node = &graph->nodes[i];
		const struct graph_index *own;

		if (graph_is_process(node))
			continue;
		node_edges(graph, node, graph->edges + node->first_edge);
		own = index_find(graph->by_pid, node->pid);
		if (node->goroutine && !(own && own->network && graph_is_go_network(node)))
			continue;
		graph->edges[graph->nodes[own->node].first_edge + fill[own->node]++] = i;
	}
	HASH_ITER(hh, graph->by_pid, process, next) {
		graph->nodes[process->node].complete = true;
	}
	free(fill);
	return 0;
}

static int build(const struct lc_snapshot *snapshot, bool as_if, struct graph *graph)
{
	uint32_t i;
	int r;

	memset(graph, 0, sizeof(*graph));
	graph->model = snapshot->threads;
	graph->now = snapshot->now;
	r = add_nodes(graph, snapshot, as_if);
	r = r ?: add_edges(graph);
	r = r ?: graph_solve(graph);
	for (i = 0; i < graph->count && !r; i++) {
		struct graph_node *node = &graph->nodes[i];

		node->linked = node->next == GRAPH_NONE || stood_still(graph, node, node->next);
	}
	if (r < 0)
		graph_release(graph);
	return r;
}

int graph_build(const struct lc_snapshot *snapshot, struct graph *graph)
{
	return build(snapshot, /* as_if= */ false, graph);
}

int graph_build_as_if_still(const struct lc_snapshot *snapshot, struct graph *graph)
{
	return build(snapshot, /* as_if= */ true, graph);
}
