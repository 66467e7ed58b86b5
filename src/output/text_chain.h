/* SPDX-License-Identifier: GPL-2.0-only */
/* Links and chains of the wait-for graph as text. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_CHAIN_H
#define LEAKHOP_OUTPUT_TEXT_CHAIN_H

#include "output/line.h"
#include "output/output.h"

/* What a thread waits for, and how long it may still take. */
void text_object(struct line *line, const struct output_run *run, const struct lc_wait *wait);

/* "worker 4711 of process 4700", "goroutine 34", "process 4700". */
void text_node(struct line *line, const struct graph_node *node);

/* From who could release a node's thread or goroutine on to the end of the chain; a line each. */
void text_chain(struct line *line, const struct output_run *run, uint32_t node);

#endif
