// SPDX-License-Identifier: GPL-2.0-only
/* A report as the data of its page: see html_data.h. */
#include "output/html_data.h"
#include "output/go_limits.h"
#include "output/graph_words.h"
#include "output/html_records.h"
#include "output/json_values.h"
#include "output/samples.h"
#include "output/text_pieces.h"
#include "util/duration.h"
#include "util/plural.h"

#include <stdlib.h>

#define MOST_NODES 2000 /* of the graph; the page draws fewer, and puts equal ones together */

static json_t *clock_json(int64_t realtime)
{
	char buffer[40];

	return json_string(time_format_rfc3339(realtime, buffer, sizeof(buffer)));
}

static json_t *run_json(const struct output_run *run, const struct output_report *report)
{
	char took[32], threshold[32];

	duration_format(run->ended > run->started ? run->ended - run->started : 0, took,
			sizeof(took));
	duration_format(run->threshold_ns, threshold, sizeof(threshold));
	return json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:o, s:s, s:s, s:I, s:I}", "version",
			 html_text(run->version), "command", run->command, "host",
			 html_text(run->host), "kernel", html_text(run->kernel), "source",
			 run->source, "started", clock_json(run->started), "ended",
			 clock_json(run->ended), "took", took, "threshold", threshold, "threads",
			 (json_int_t)report->threads_seen, "goroutines",
			 (json_int_t)report->goroutines.goroutines);
}

static json_t *summary_json(const struct output_run *run, const struct output_report *report)
{
	const struct output_style plain = {};
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	json_t *json;

	if (!stream)
		return NULL;
	output_text_summary(stream, &plain, run, report);
	fclose(stream);
	json = json_text(text);
	free(text);
	return json;
}

static void add_losses(const struct output_lost *lost, json_t *json)
{
	char text[160];

	if (!lost->events && !lost->stacks && !lost->threads && !lost->goroutines)
		return;
	snprintf(text, sizeof(text),
		 "lost: %llu event%s, %llu stack%s, %llu thread%s, %llu goroutine%s",
		 (unsigned long long)lost->events, plural(lost->events),
		 (unsigned long long)lost->stacks, plural(lost->stacks),
		 (unsigned long long)lost->threads, plural(lost->threads),
		 (unsigned long long)lost->goroutines, plural(lost->goroutines));
	json_array_append_new(json, json_string(text));
}

/* What was not seen, and why. */
static json_t *limits_json(const struct output_run *run, const struct output_report *report)
{
	const struct lc_go_process *process = report->go ? report->go->processes : NULL;
	json_t *json = json_array();
	char text[GO_LIMIT_SIZE];
	size_t i;

	add_losses(&run->lost, json);
	for (i = 0; run->limits && run->limits[i]; i++)
		json_array_append_new(json, html_text(run->limits[i]));
	for (; process; process = process->hh.next) {
		if (go_limit(process, text, sizeof(text)))
			json_array_append_new(json, html_text(text));
		if (go_search_limit(process, text, sizeof(text)))
			json_array_append_new(json, html_text(text));
	}
	return json;
}

/* [process, its number, user stack, kernel stack, ns, count] */
static json_t *folds_json(const struct output_run *run, const struct output_report *report,
			  struct html_stacks *stacks)
{
	const struct fold *fold;
	struct folds folds;
	json_t *json = json_array();
	size_t i;

	if (folds_make(run, report, &folds) < 0)
		return json;
	for (i = 0; i < folds.count; i++) {
		fold = &folds.list[i];
		json_array_append_new(
			json, json_pack("[o,i,i,i,I,I]", html_text(fold->process), (int)fold->pid,
					html_stack(stacks, fold->user_stack),
					html_stack(stacks, fold->kernel_stack),
					(json_int_t)fold->ns, (json_int_t)fold->count));
	}
	folds_release(&folds);
	return json;
}

static void put_node(const struct output_run *run, uint32_t number, bool *shown, json_t *nodes)
{
	const struct graph_node *node = &run->view->graph.nodes[number];
	enum verdict verdict = run->view->judgements[number].verdict;
	char words[256];

	if (shown[number])
		return;
	shown[number] = true;
	graph_words_node(run, node, words, sizeof(words));
	json_array_append_new(nodes, json_pack("[i,o,s,i]", (int)number, html_text(words),
					       graph_is_process(node) ? "" : text_verdict(verdict),
					       (int)node->pid));
}

static void put_edges(const struct output_run *run, uint32_t number, bool *shown, json_t *nodes,
		      json_t *edges)
{
	const struct graph *graph = &run->view->graph;
	const struct graph_node *node = &graph->nodes[number];
	uint32_t e, next;

	put_node(run, number, shown, nodes);
	for (e = node->first_edge; e < graph->nodes[number + 1].first_edge; e++) {
		put_node(run, graph->edges[e], shown, nodes);
		json_array_append_new(edges, json_pack("[i,i,o]", (int)number, (int)graph->edges[e],
						       html_text(graph_words_wait(node) ?: "")));
		/* Of a process any thread would do: one stands for it. */
		next = graph->nodes[graph->edges[e]].next;
		if (graph_is_process(&graph->nodes[graph->edges[e]]) && next != GRAPH_NONE) {
			put_node(run, next, shown, nodes);
			json_array_append_new(
				edges, json_pack("[i,i,s]", (int)graph->edges[e], (int)next, ""));
		}
	}
}

/* Who waits for somebody, the worst first: of those past the bound only their number. */
static json_t *graph_json(const struct output_run *run)
{
	const struct graph *graph = &run->view->graph;
	bool *shown = calloc(graph->count + 1, sizeof(*shown));
	json_t *nodes = json_array(), *edges = json_array();
	size_t left_out = 0;
	int verdict;
	uint32_t i;

	for (verdict = VERDICT_DEADLOCK; shown && verdict >= VERDICT_IDLE; verdict--) {
		for (i = 0; i < graph->count; i++) {
			const struct graph_node *node = &graph->nodes[i];

			if ((int)run->view->judgements[i].verdict != verdict ||
			    !graph_words_wait(node) ||
			    node->first_edge == graph->nodes[i + 1].first_edge)
				continue;
			if (json_array_size(nodes) < MOST_NODES)
				put_edges(run, i, shown, nodes, edges);
			else
				left_out++;
		}
	}
	free(shown);
	return json_pack("{s:o, s:o, s:I}", "nodes", nodes, "edges", edges, "left_out",
			 (json_int_t)left_out);
}

json_t *html_data(const struct output_run *run, const struct output_report *report)
{
	struct html_stacks *stacks = NULL;
	json_t *records, *folds, *json;
	size_t left_out;

	if (html_stacks_create(run, &stacks) < 0)
		return NULL;
	records = html_records(run, report, stacks, &left_out);
	folds = folds_json(run, report, stacks);
	json = json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "run",
			 run_json(run, report), "summary", summary_json(run, report), "limits",
			 limits_json(run, report), "records", records, "left_out",
			 (json_int_t)left_out, "graph", graph_json(run), "folds", folds, "stacks",
			 html_stacks_list(stacks), "frames", html_stacks_frames(stacks));
	html_stacks_free(stacks);
	return json;
}
