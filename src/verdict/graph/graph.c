// SPDX-License-Identifier: GPL-2.0-only
/* Building and solving of the wait-for graph: see graph.h. Relies on uthash. */
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
	uint64_t steady_from; /* by_pid: all of these that are blocked stood still since then */
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

/* Room for every thread, for a node of every process, and for goroutines. */
static int add_nodes(struct graph *graph, const struct lc_snapshot *snapshot)
{
	const struct lc_model *models[] = { snapshot->threads, snapshot->others };
	size_t most = snapshot->go ? graph_go_capacity(snapshot->go) : 0, i;
	struct graph_index *process, *next;
	const struct lc_thread *thread;
	int r = 0;

	for (i = 0; i < 2; i++)
		most += models[i] ? 2 * lc_model_count(models[i]) : 0;
	graph->nodes = calloc(most + 1, sizeof(graph->nodes[0]));
	if (!graph->nodes)
		return -ENOMEM;
	for (i = 0; i < 2; i++) {
		thread = models[i] ? lc_snapshot_next(models[i], NULL) : NULL;
		for (; thread && !r; thread = lc_snapshot_next(models[i], thread))
			r = add_thread(graph, thread);
	}
	HASH_ITER(hh, graph->by_pid, process, next) {
		process->node = graph->count;
		graph->nodes[graph->count].locked = GRAPH_NONE;
		graph->nodes[graph->count++].pid = process->id;
	}
	return r || !snapshot->go ? r : graph_go_add_nodes(graph, snapshot->go);
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

/* First counts, then fills: a process's edges are its threads. */
static int add_edges(struct graph *graph)
{
	uint32_t *fill, total = 0, i;
	struct graph_index *process, *next;

	for (i = 0; i < graph->count; i++) {
		struct graph_node *node = &graph->nodes[i];

		node->first_edge = total;
		if (!graph_is_process(node))
			total += node_edges(graph, node, NULL);
		else
			total += index_find(graph->by_pid, node->pid)->threads;
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
		if (node->goroutine)
			continue;
		own = index_find(graph->by_pid, node->pid);
		graph->edges[graph->nodes[own->node].first_edge + fill[own->node]++] = i;
	}
	HASH_ITER(hh, graph->by_pid, process, next) {
		graph->nodes[process->node].complete = true;
	}
	free(fill);
	return 0;
}

/* Does it go on without any of its releasers? */
static bool alive_by_itself(const struct graph_node *node)
{
	const struct lc_wait *wait;

	if (node->goroutine)
		return graph_go_alive_by_itself(node);
	if (!node->thread)
		return false;
	wait = node->thread->wait;
	if (!node->thread->blocked || !wait)
		return !(node->thread->state == 'Z' || node->thread->state == 'X');
	if (node->gone || node->locked != GRAPH_NONE)
		return false;
	if (lc_wait_ends_by_itself(wait) || wait->flags & LC_WAIT_CAN_FIRE)
		return true;
	if (wait->recorded == LC_WAIT_NOBODY)
		return false;
	return !node->complete;
}

/* Spreads life against the edges, from those alive by themselves. */
static int solve(struct graph *graph)
{
	uint32_t *waiters, *start, *queue, head = 0, tail = 0, i, e;

	start = calloc(graph->count + 2, sizeof(*start));
	waiters = calloc(graph->edge_count + 1, sizeof(*waiters));
	queue = calloc(graph->count + 1, sizeof(*queue));
	if (!start || !waiters || !queue) {
		free(start);
		free(waiters);
		free(queue);
		return -ENOMEM;
	}
	for (e = 0; e < graph->edge_count; e++)
		start[graph->edges[e] + 2]++;
	for (i = 2; i < graph->count + 2; i++)
		start[i] += start[i - 1];
	for (i = 0; i < graph->count; i++) {
		for (e = graph->nodes[i].first_edge; e < graph->nodes[i + 1].first_edge; e++)
			waiters[start[graph->edges[e] + 1]++] = i;
		graph->nodes[i].alive = graph->nodes[i].independent = alive_by_itself(
			&graph->nodes[i]);
		if (graph->nodes[i].alive)
			queue[tail++] = i;
	}
	while (head < tail) {
		uint32_t one = queue[head++];

		for (e = start[one]; e < start[one + 1]; e++) {
			if (graph->nodes[waiters[e]].alive)
				continue;
			graph->nodes[waiters[e]].alive = true;
			queue[tail++] = waiters[e];
		}
	}
	free(start);
	free(waiters);
	free(queue);
	return 0;
}

/*
 * The releaser that a chain goes on to: the first that is as dead or alive as the waiter itself. A
 * living process stands for a thread of it that needs nobody, lest the chain come back to the
 * waiter.
 */
static uint32_t choose_next(const struct graph *graph, uint32_t from)
{
	const struct graph_node *node = &graph->nodes[from], *other;
	uint32_t e, best = GRAPH_NONE;

	if (node->any_thread) /* all of them, none more than another: a root */
		return GRAPH_NONE;

	for (e = node->first_edge; e < graph->nodes[from + 1].first_edge; e++) {
		other = &graph->nodes[graph->edges[e]];
		if (graph->edges[e] == from && node->alive)
			continue;
		if (best == GRAPH_NONE)
			best = graph->edges[e];
		if (other->alive == node->alive &&
		    (!graph_is_process(node) || !node->alive || other->independent))
			return graph->edges[e];
	}
	return best;
}

/*
 * A circle of the living is none: someone in it will go on by itself, and there the chain ends. At
 * a process, rather than at a lock: which of its threads it stands for was but a choice.
 */
static void cut_circle(struct graph *graph, uint32_t start)
{
	uint32_t at = start, where = start;

	do {
		if (graph_is_process(&graph->nodes[at]))
			where = at;
		else if (graph->nodes[at].independent && !graph_is_process(&graph->nodes[where]))
			where = at;
		at = graph->nodes[at].next;
	} while (at != start);
	graph->nodes[where].next = GRAPH_NONE;
}

/* Walks the chains, each node once, and marks those that come back to themselves. */
static int mark_cycles(struct graph *graph)
{
	uint32_t *visit = calloc(graph->count + 1, sizeof(*visit)), i, at, mark = 0;

	if (!visit)
		return -ENOMEM;
	for (i = 0; i < graph->count; i++) {
		if (visit[i])
			continue;
		mark++;
		for (at = i; at != GRAPH_NONE && !visit[at]; at = graph->nodes[at].next)
			visit[at] = mark;
		if (at == GRAPH_NONE || visit[at] != mark)
			continue;
		if (graph->nodes[at].alive) {
			cut_circle(graph, at);
			continue;
		}
		for (; !graph->nodes[at].in_cycle; at = graph->nodes[at].next)
			graph->nodes[at].in_cycle = true;
	}
	free(visit);
	return 0;
}

/* In a circle each waits for each, and whoever waits for one waits for all. */
static void share_in_circle(struct graph *graph, uint32_t start, uint32_t *waiting)
{
	uint32_t at = start, threads = 0, behind = 0;

	do {
		threads += graph->nodes[at].thread != NULL;
		behind += graph->nodes[at].dependents;
		at = graph->nodes[at].next;
	} while (at != start);
	do {
		graph->nodes[at].dependents = behind + threads - (graph->nodes[at].thread != NULL);
		waiting[at] = 0;
		at = graph->nodes[at].next;
	} while (at != start);
}

/* How many stand behind each: leaves first, each passes its count on. */
static int count_dependents(struct graph *graph)
{
	uint32_t *waiting = calloc(graph->count + 1, sizeof(*waiting)), *queue, head = 0, tail = 0,
		 i;

	queue = calloc(graph->count + 1, sizeof(*queue));
	if (!waiting || !queue) {
		free(waiting);
		free(queue);
		return -ENOMEM;
	}
	for (i = 0; i < graph->count; i++) {
		if (graph->nodes[i].next != GRAPH_NONE)
			waiting[graph->nodes[i].next]++;
	}
	for (i = 0; i < graph->count; i++) {
		if (!waiting[i])
			queue[tail++] = i;
	}
	while (head < tail) {
		const struct graph_node *node = &graph->nodes[queue[head++]];

		if (node->next == GRAPH_NONE)
			continue;
		graph->nodes[node->next].dependents += node->dependents + (node->thread != NULL);
		if (!--waiting[node->next])
			queue[tail++] = node->next;
	}
	for (i = 0; i < graph->count; i++) {
		if (graph->nodes[i].in_cycle && waiting[i])
			share_in_circle(graph, i, waiting);
	}
	free(waiting);
	free(queue);
	return 0;
}

int graph_build(const struct lc_snapshot *snapshot, struct graph *graph)
{
	uint32_t i;
	int r;

	memset(graph, 0, sizeof(*graph));
	graph->model = snapshot->threads;
	r = add_nodes(graph, snapshot);
	r = r ?: add_edges(graph);
	r = r ?: solve(graph);
	if (!r) {
		for (i = 0; i < graph->count; i++) {
			struct graph_node *node = &graph->nodes[i];

			node->next = choose_next(graph, i);
			node->linked = node->next == GRAPH_NONE ||
				       stood_still(graph, node, node->next);
		}
		r = mark_cycles(graph);
	}
	r = r ?: count_dependents(graph);
	if (r < 0)
		graph_release(graph);
	return r;
}
