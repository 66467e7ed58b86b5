/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the graph share: its goroutines are graph_go.c's and graph_still.c's. */
#ifndef LEAKHOP_VERDICT_GRAPH_PRIVATE_H
#define LEAKHOP_VERDICT_GRAPH_PRIVATE_H

#include "verdict/graph/graph.h"

struct lc_wait;

/* How many nodes there may be at most. */
size_t graph_go_capacity(const struct lc_go *go);

/* After the threads. Returns 0 or -ENOMEM. */
int graph_go_add_nodes(struct graph *graph, const struct lc_go *go);
void graph_go_release(struct graph *graph);

/*
 * Counts a goroutine's edges, and fills them in where edges is not NULL. Says of the node what it
 * is by itself.
 */
uint32_t graph_go_edges(const struct graph *graph, struct graph_node *node, uint32_t *edges);
bool graph_go_alive_by_itself(const struct graph_node *node);

/* graph.c: the same for the edges of a described wait. */
uint32_t graph_wait_edges(const struct graph *graph, struct graph_node *node,
			  const struct lc_wait *wait, uint32_t *edges);

/*
 * graph_still.c: since when (ns) all goroutines of a process stand so that only one of its threads
 * in a call, or a descriptor that is in the graph, could let any of them run; 0: they do not.
 * seen_at: when the first of its threads was found as it is.
 */
uint64_t graph_go_still_since(const struct graph *graph, const struct lc_go_process *process,
			      uint64_t seen_at);

/* Does this thread do nothing but run goroutines, or wait for descriptors in their stead? */
bool graph_is_go_worker(const struct lc_thread *thread);

/* Does this node wait for a descriptor as a goroutine? */
bool graph_is_go_network(const struct graph_node *node);

/*
 * graph_solve.c: of a graph that is built who lives, whom each waits for in the first place, and
 * the circles. Returns 0 or -ENOMEM.
 */
int graph_solve(struct graph *graph);

#endif
