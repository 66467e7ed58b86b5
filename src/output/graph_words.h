/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes and edges of the wait-for graph in words, for drawings of it. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_GRAPH_WORDS_H
#define LEAKHOP_OUTPUT_GRAPH_WORDS_H

#include "output/output.h"

/* "worker 4711", "goroutine 34, main.work", "process 4700"; as read, not escaped. */
void graph_words_node(const struct output_run *run, const struct graph_node *node, char *buffer,
		      size_t size);

/* What a node waits for; NULL: it does not wait. */
const char *graph_words_wait(const struct graph_node *node);

#endif
