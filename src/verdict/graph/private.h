/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the graph share: its goroutines are graph_go.c's. */
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

#endif
