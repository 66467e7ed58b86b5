// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait-for graph for Graphviz (graphviz.org/doc/info/lang.html): threads and processes, an arrow from
 * each waiter to each who could release it, labelled with the thing.
 */
#include "output/escape.h"
#include "output/output.h"

#include <errno.h>

/* A quoted string of DOT: a quote and a backslash are escaped, controls were made harmless before. */
static void put_quoted(FILE *stream, const char *text)
{
	char clean[512];
	const char *c;

	fputc('"', stream);
	for (c = escape_text(text, clean, sizeof(clean)); *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', stream);
		fputc(*c, stream);
	}
	fputc('"', stream);
}

static const char *colour_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_DEADLOCK:
	case VERDICT_LEAK:
		return "red";
	case VERDICT_STUCK:
		return "orange";
	case VERDICT_SUSPECT:
		return "gold";
	default:
		return "gray";
	}
}

static void put_node(FILE *stream, const struct verdict_view *view, uint32_t number)
{
	const struct graph_node *node = &view->graph.nodes[number];
	enum verdict verdict = view->conclusions[number].verdict;
	char label[128];

	if (node->thread)
		snprintf(label, sizeof(label), "%.15s %d (%s)", node->thread->task.comm,
			 node->thread->task.tid, verdict_name(verdict));
	else
		snprintf(label, sizeof(label), "process %d", node->pid);
	fprintf(stream, "\tn%u [color=%s, label=", number, colour_of(verdict));
	put_quoted(stream, label);
	fprintf(stream, "];\n");
}

int output_dot(FILE *stream, const struct output_run *run)
{
	const struct graph *graph = &run->view->graph;
	uint32_t i, e;

	fprintf(stream, "digraph waits {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (i = 0; i < graph->count; i++) {
		const struct graph_node *node = &graph->nodes[i];
		bool waits = node->thread && node->thread->blocked && node->thread->wait;

		if (!waits || node->first_edge == graph->nodes[i + 1].first_edge)
			continue;
		put_node(stream, run->view, i);
		for (e = node->first_edge; e < graph->nodes[i + 1].first_edge; e++) {
			put_node(stream, run->view, graph->edges[e]);
			fprintf(stream, "\tn%u -> n%u [label=", i, graph->edges[e]);
			put_quoted(stream, node->thread->wait->object);
			fprintf(stream, "];\n");
		}
	}
	fprintf(stream, "}\n");
	return fflush(stream) ? -EIO : 0;
}
