// SPDX-License-Identifier: GPL-2.0-only
/* Waits and chains as text: see text_wait.h. The chain is drawn as a small tree, one link a line. */
#include "output/text_wait.h"
#include "output/line.h"
#include "output/names.h"
#include "output/remedy.h"
#include "output/text_pieces.h"
#include "util/duration.h"

#include <errno.h>

#define MOST_LINKS 8

static void put_object(struct line *line, const struct output_run *run, const struct lc_wait *wait)
{
	char span[32];

	line_put(line, LINE_PLAIN, wait->object[0] ? wait->object : lc_wait_kind_name(wait->kind));
	if (wait->has_timeout && wait->ends_at > run->now)
		line_add(line, LINE_PLAIN, ", %s left",
			 duration_format(wait->ends_at - run->now, span, sizeof(span)));
	if (wait->unreadable[0]) {
		line_add(line, LINE_FAINT, "; ");
		line_put(line, LINE_FAINT, wait->unreadable);
	}
}

static void put_node(struct line *line, const struct graph_node *node)
{
	if (!node->thread) {
		line_add(line, LINE_PLAIN, "process %d", node->pid);
		return;
	}
	line_put(line, LINE_PLAIN, node->thread->task.comm);
	line_add(line, LINE_PLAIN, " %d", node->thread->task.tid);
	if (node->thread->task.pid != node->thread->task.tid)
		line_add(line, LINE_PLAIN, " of process %d", node->thread->task.pid);
}

/* One link: who, and what it does or waits for in its turn. */
static void put_link(struct line *line, const struct output_run *run, uint32_t at, unsigned depth)
{
	const struct graph_node *node = &run->view->graph.nodes[at];
	const struct lc_thread *thread = node->thread;
	char span[32];

	line_tab(line, VALUE_COLUMN + 2 * depth);
	line_add(line, LINE_FAINT, "`- ");
	put_node(line, node);
	if (thread && !thread->blocked) {
		line_add(line, LINE_PLAIN, ", %s",
			 name_state(thread->on_cpu ? 'R' : thread->state));
	} else if (thread && thread->wait) {
		line_add(line, LINE_PLAIN, ", for %s in ",
			 duration_format(run->now > thread->blocked_since
						 ? run->now - thread->blocked_since
						 : 0,
					 span, sizeof(span)));
		put_object(line, run, thread->wait);
	}
	line_end(line);
}

/* How many links of the chain are not shown, those before the root. */
static unsigned links_left(const struct graph *graph, uint32_t at, uint32_t entry)
{
	unsigned count = 0;

	while ((at = graph_chain_next(graph, at, &entry)) != GRAPH_NONE)
		count++;
	return count;
}

static void text_chain(struct line *line, const struct output_run *run, uint32_t node)
{
	const struct graph *graph = &run->view->graph;
	uint32_t entry = GRAPH_NONE, at = node, last = node;
	unsigned depth = 0, left;

	while ((at = graph_chain_next(graph, at, &entry)) != GRAPH_NONE) {
		last = at;
		/* A process stands only for the thread behind it. */
		if (!graph->nodes[at].thread && graph->nodes[at].next != GRAPH_NONE)
			continue;
		left = depth == MOST_LINKS ? links_left(graph, at, entry) : 0;
		if (left > 1) {
			line_tab(line, VALUE_COLUMN + 2 * depth);
			line_add(line, LINE_FAINT,
				 "... %u more, one behind the other, and at the end:", left);
			line_end(line);
		}
		for (; left > 1; left--)
			at = last = graph_chain_next(graph, at, &entry);
		put_link(line, run, at, depth++);
	}
	if (graph->nodes[last].in_cycle && graph->nodes[last].next != GRAPH_NONE &&
	    graph->nodes[graph->nodes[last].next].thread) {
		line_tab(line, VALUE_COLUMN + 2 * depth);
		line_add(line, LINE_RED, "`- back to %d: a circle",
			 graph->nodes[graph->nodes[last].next].thread->task.tid);
		line_end(line);
	}
}

/* Who else could release it, where that is not one thread that the chain shows. */
static void text_owners(struct line *line, const struct lc_wait *wait)
{
	uint32_t i;

	if (wait->owner_total < 2)
		return;
	text_label(line, "released by");
	for (i = 0; i < wait->owner_count && i < 6; i++) {
		line_add(line, LINE_PLAIN, "%s", i ? ", " : "any of ");
		line_put(line, LINE_PLAIN, wait->owners[i].comm);
		line_add(line, LINE_PLAIN, " (%d)",
			 wait->owners[i].tid ? wait->owners[i].tid : wait->owners[i].pid);
	}
	if (wait->owner_total > i)
		line_add(line, LINE_PLAIN, " and %u more", wait->owner_total - i);
	line_end(line);
}

void text_wait(FILE *stream, const struct output_style *style, const struct output_run *run,
	       const struct verdict_record *record)
{
	const struct lc_wait *wait = record->still_blocked ? record->thread->wait : NULL;
	const struct conclusion *conclusion = &record->conclusion;
	struct line line = line_begin(stream, style);
	char remedy[REMEDY_BYTES];

	if (wait) {
		text_label(&line, "waits for");
		put_object(&line, run, wait);
		line_end(&line);
		text_owners(&line, wait);
		if (run->view && record->node != GRAPH_NONE)
			text_chain(&line, run, record->node);
	}
	if (conclusion->verdict >= VERDICT_SUSPECT || run->verbose) {
		text_labelled(&line, "why", conclusion->reason);
		text_labelled(&line, "proof", conclusion->proof);
		text_labelled(&line, "to mend",
			      remedy_words(run, conclusion, remedy, sizeof(remedy)));
	}
	if (record->depends) {
		text_label(&line, "behind it");
		line_add(&line, LINE_PLAIN, "%u thread%s wait%s for this one", record->depends,
			 record->depends == 1 ? "" : "s", record->depends == 1 ? "s" : "");
		line_end(&line);
	}
}

int output_text_explanation(FILE *stream, const struct output_style *style,
			    const struct output_run *run, uint32_t number)
{
	const struct graph_node *node = &run->view->graph.nodes[number];
	const struct conclusion *conclusion = &run->view->conclusions[number];
	const struct lc_wait *wait = node->thread->blocked ? node->thread->wait : NULL;
	struct line line = line_begin(stream, style);
	char remedy[REMEDY_BYTES];

	text_label(&line, "thread");
	put_node(&line, node);
	line_add(&line, LINE_PLAIN, ", %s", name_state(node->thread->state));
	line_end(&line);
	if (wait) {
		text_label(&line, "was read");
		line_add(&line, LINE_PLAIN, "%s (%s, %s): ", lc_wait_kind_name(wait->kind),
			 wait->op, lc_wait_direction_name(wait->direction));
		put_object(&line, run, wait);
		line_end(&line);
		if (wait->has_value) {
			text_label(&line, "");
			line_add(&line, LINE_PLAIN, "slept on value 0x%llx, now 0x%llx",
				 (unsigned long long)wait->expected,
				 (unsigned long long)wait->value);
			line_end(&line);
		}
		text_label(&line, "");
		line_add(&line, LINE_PLAIN, "%s; who could release it: %u, %s",
			 node->thread->wait_confirmed ? "read twice, and the same" : "read once",
			 wait->owner_total, node->complete ? "all known" : "not all known");
		line_end(&line);
		text_owners(&line, wait);
		text_label(&line, "chain");
		line_end(&line);
		text_chain(&line, run, number);
	}
	text_label(&line, "concluded");
	line_add(&line, LINE_BOLD, "%s", verdict_name(conclusion->verdict));
	line_add(&line, LINE_PLAIN, " by the rule `%s`",
		 conclusion->rule ? conclusion->rule : "none");
	line_end(&line);
	text_labelled(&line, "why", conclusion->reason);
	text_labelled(&line, "proof", conclusion->proof);
	text_labelled(&line, "otherwise", conclusion->otherwise);
	text_labelled(&line, "to mend", remedy_words(run, conclusion, remedy, sizeof(remedy)));
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
