// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait-for graph for Graphviz (graphviz.org/doc/info/lang.html): threads, goroutines and
 * processes, an arrow from each waiter to each who could release it, labelled with the thing.
 */
#include "output/escape.h"
#include "output/output.h"
#include "output/text_stack.h"

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

static void node_label(const struct output_run *run, const struct graph_node *node,
		       enum verdict verdict, char *buffer, size_t size)
{
	const struct lc_frame *frame;

	if (node->thread) {
		snprintf(buffer, size, "%.15s %d (%s)", node->thread->task.comm,
			 node->thread->task.tid, verdict_name(verdict));
	} else if (node->goroutine) {
		frame = text_telling_frame(run, node->goroutine->stack);
		snprintf(buffer, size, "goroutine %llu%s%.150s (%s)",
			 (unsigned long long)node->goroutine->goid, frame ? ", " : "",
			 frame ? frame->function : "", verdict_name(verdict));
	} else {
		snprintf(buffer, size, "process %d", node->pid);
	}
}

/* Once each. */
static void put_node(FILE *stream, const struct output_run *run, uint32_t number, bool *shown)
{
	const struct verdict_view *view = run->view;
	enum verdict verdict = view->judgements[number].verdict;
	char label[256];

	if (shown[number])
		return;
	shown[number] = true;
	node_label(run, &view->graph.nodes[number], verdict, label, sizeof(label));
	fprintf(stream, "\tn%u [color=%s, label=", number, colour_of(verdict));
	put_quoted(stream, label);
	fprintf(stream, "];\n");
}

/* What it waits for; NULL: it does not wait. */
static const char *what_for(const struct graph_node *node)
{
	const struct lc_thread *thread = node->thread;

	if (node->goroutine)
		return lc_go_kind_name(node->goroutine->kind);
	if (!thread || !thread->blocked || !thread->wait)
		return NULL;
	return node->locked != GRAPH_NONE ? "runs it" : thread->wait->object;
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
		const char *what = what_for(node);

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
