// SPDX-License-Identifier: GPL-2.0-only
/* Nodes and circles of the graph, in words: see words.h. */
#include "verdict/graph/words.h"

#include <stdio.h>
#include <string.h>

const char *graph_node_words(const struct graph_node *node, char *buffer, size_t size)
{
	if (node->thread)
		snprintf(buffer, size, "thread %d (%.15s)", node->thread->task.tid,
			 node->thread->task.comm);
	else if (node->goroutine)
		snprintf(buffer, size, "goroutine %llu", (unsigned long long)node->goroutine->goid);
	else
		snprintf(buffer, size, "process %d", node->pid);
	return buffer;
}

unsigned graph_circle_length(const struct graph *graph, uint32_t start)
{
	unsigned length = 0;
	uint32_t at = start;

	do {
		length += !graph_is_process(&graph->nodes[at]);
		at = graph->nodes[at].next;
	} while (at != start);
	return length;
}

void graph_add_circle(const struct graph *graph, uint32_t start, const char *last, char *buffer,
		      size_t size)
{
	uint32_t at = graph->nodes[start].next;
	size_t used = strlen(buffer);
	char words[64];

	for (; at != start && used + 80 < size; at = graph->nodes[at].next)
		used += snprintf(buffer + used, size - used, " %s, which waits for",
				 graph_node_words(&graph->nodes[at], words, sizeof(words)));
	if (at != start || used + 80 >= size)
		snprintf(buffer + used, size - used, " others, and they for the first");
	else
		snprintf(buffer + used, size - used, " %s",
			 last ?: graph_node_words(&graph->nodes[at], words, sizeof(words)));
}
