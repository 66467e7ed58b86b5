// SPDX-License-Identifier: GPL-2.0-only
/* Solving of the wait-for graph: who lives, whom each waits for, circles. See graph.h. */
#include "verdict/graph/private.h"

#include "model/wait.h"

#include <errno.h>
#include <stdlib.h>

#define JOINED_EARLY_NS 10000000000ull
#define COLLECTED_NS 300000000000ull /* in which Go's collector has run twice */

/* Does it go on without any of its releasers? */
static bool alive_by_itself(const struct graph_node *node)
{
	const struct lc_wait *wait;

	if (node->goroutine)
		return graph_go_alive_by_itself(node);
	if (!node->thread)
		return false;
	if (node->go_worker)
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

/* Who waits for whom: of node N those from start[N] up to start[N + 1]. */
struct waiters {
	uint32_t *start, *list, *queue;
};

static void waiters_release(struct waiters *waiters)
{
	free(waiters->start);
	free(waiters->list);
	free(waiters->queue);
}

static int waiters_make(const struct graph *graph, struct waiters *waiters)
{
	uint32_t i, e;

	waiters->start = calloc(graph->count + 2, sizeof(*waiters->start));
	waiters->list = calloc(graph->edge_count + 1, sizeof(*waiters->list));
	waiters->queue = calloc(graph->count + 1, sizeof(*waiters->queue));
	if (!waiters->start || !waiters->list || !waiters->queue)
		return -ENOMEM;
	for (e = 0; e < graph->edge_count; e++)
		waiters->start[graph->edges[e] + 2]++;
	for (i = 2; i < graph->count + 2; i++)
		waiters->start[i] += waiters->start[i - 1];
	for (i = 0; i < graph->count; i++) {
		for (e = graph->nodes[i].first_edge; e < graph->nodes[i + 1].first_edge; e++)
			waiters->list[waiters->start[graph->edges[e] + 1]++] = i;
	}
	return 0;
}

static bool *life_of(struct graph_node *node)
{
	return &node->alive;
}

static bool *collectable_of(struct graph_node *node)
{
	return &node->collectable;
}

/* From those that have it, to all that wait for one of them. */
static void spread(struct graph *graph, const struct waiters *waiters,
		   bool *(*mark_of)(struct graph_node *))
{
	uint32_t head = 0, tail = 0, i, e;

	for (i = 0; i < graph->count; i++) {
		if (*mark_of(&graph->nodes[i]))
			waiters->queue[tail++] = i;
	}
	while (head < tail) {
		uint32_t one = waiters->queue[head++];

		for (e = waiters->start[one]; e < waiters->start[one + 1]; e++) {
			bool *mark = mark_of(&graph->nodes[waiters->list[e]]);

			if (*mark)
				continue;
			*mark = true;
			waiters->queue[tail++] = waiters->list[e];
		}
	}
}

static int solve(struct graph *graph)
{
	struct waiters waiters = {};
	int r = waiters_make(graph, &waiters);
	struct graph_node *node;

	for (node = graph->nodes; !r && node < graph->nodes + graph->count; node++) {
		node->alive = node->independent = alive_by_itself(node);
		node->collectable = node->still_since &&
				    graph->now < node->still_since + COLLECTED_NS;
	}
	if (!r) {
		spread(graph, &waiters, life_of);
		spread(graph, &waiters, collectable_of);
	}
	waiters_release(&waiters);
	return r;
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

	/* All of them, none more than another: a root. */
	if (node->any_thread || node->go_worker)
		return GRAPH_NONE;

	for (e = node->first_edge; e < graph->nodes[from + 1].first_edge; e++) {
		other = &graph->nodes[graph->edges[e]];
		if ((graph->edges[e] == from && node->alive) || other->go_worker)
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

/*
 * Has it joined that thread soon after that was born? So main waits for its workers, and a launcher
 * for main. Who comes to join later waits for an end that is due. A thread's start is on the clock
 * that counts suspended time, too: after such, a join looks earlier than it was.
 */
static bool has_joined_early(const struct graph *graph, const struct graph_node *node)
{
	const struct lc_thread *joined = graph->nodes[node->next].thread;

	return node->thread && joined && node->thread->blocked && node->thread->wait &&
	       node->thread->wait->kind == LC_WAIT_JOIN && joined->start_time &&
	       node->thread->blocked_since < joined->start_time + JOINED_EARLY_NS;
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
		graph->nodes[node->next].pressing +=
			node->pressing + (node->thread != NULL && !has_joined_early(graph, node));
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

int graph_solve(struct graph *graph)
{
	int r = solve(graph);
	uint32_t i;

	for (i = 0; i < graph->count && !r; i++)
		graph->nodes[i].next = choose_next(graph, i);
	return r ?: mark_cycles(graph) ?: count_dependents(graph);
}
