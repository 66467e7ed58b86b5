/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes and circles of the graph, in words. */
#ifndef LEAKHOP_VERDICT_GRAPH_WORDS_H
#define LEAKHOP_VERDICT_GRAPH_WORDS_H

#include "verdict/graph/graph.h"

/* "thread 4711 (worker)" or "process 4711". Returns buffer. */
const char *graph_node_words(const struct graph_node *node, char *buffer, size_t size);

/* How many threads and goroutines are in the circle of a node. */
unsigned graph_circle_length(const struct graph *graph, uint32_t start);

/*
 * Adds " goroutine 9, which waits for thread 7 (worker)" to buffer: the circle of a node from the
 * next one on, back to the node, which last names (NULL: as the others); one too long for the
 * buffer ends early, in words.
 */
void graph_add_circle(const struct graph *graph, uint32_t start, const char *last, char *buffer,
		      size_t size);

#endif
