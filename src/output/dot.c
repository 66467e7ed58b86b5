// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait-for graph for Graphviz (graphviz.org/doc/info/lang.html): threads, goroutines and
 * processes, an arrow from each waiter to each who could release it, labelled with the thing.
 */
#include "output/escape.h"
#include "output/graph_words.h"
#include "output/output.h"

#include <errno.h>
#include <stdlib.h>

/*
 * A quoted string of DOT: a quote and a backslash are escaped, controls were made harmless before.
 */
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

/* Once each. */
static void put_node(FILE *stream, const struct output_run *run, uint32_t number, bool *shown)
{
	const struct verdict_view *view = run->view;
	enum verdict verdict = view->judgements[number].verdict;
	const struct graph_node *node = &view->graph.nodes[number];
	char words[200], label[256];

	if (shown[number])
		return;
	shown[number] = true;
	graph_words_node(run, node, words, sizeof(words));
	if (graph_is_process(node))
		snprintf(label, sizeof(label), "%s", words);
	else
		snprintf(label, sizeof(label), "%s (%s)", words, verdict_name(verdict));
	fprintf(stream, "\tn%u [color=%s, label=", number, colour_of(verdict));
	put_quoted(stream, label);
	fprintf(stream, "];\n");
}

int output_dot(FILE *stream, const struct output_run *run)
{
	const struct graph *graph = &run->view->graph;
	bool *shown = calloc(graph->count + 1, sizeof(*shown));
	uint32_t i, e;

	if (!shown)
		return -ENOMEM;
	fprintf(stream, "digraph waits {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (i = 0; i < graph->count; i++) {
		const struct graph_node *node = &graph->nodes[i];
		const char *what = graph_words_wait(node);

		if (!what || node->first_edge == graph->nodes[i + 1].first_edge)
			continue;
		put_node(stream, run, i, shown);
		for (e = node->first_edge; e < graph->nodes[i + 1].first_edge; e++) {
			put_node(stream, run, graph->edges[e], shown);
			fprintf(stream, "\tn%u -> n%u [label=", i, graph->edges[e]);
			put_quoted(stream, what);
			fprintf(stream, "];\n");
		}
	}
	/* Of a process any thread would do: one stands for it. */
	for (i = 0; i < graph->count; i++) {
		uint32_t next = graph->nodes[i].next;

		if (!shown[i] || !graph_is_process(&graph->nodes[i]) || next == GRAPH_NONE)
			continue;
		put_node(stream, run, next, shown);
		fprintf(stream, "\tn%u -> n%u [style=dotted];\n", i, next);
	}
	fprintf(stream, "}\n");
	free(shown);
	return fflush(stream) ? -EIO : 0;
}
