// SPDX-License-Identifier: GPL-2.0-only
/* Chains of the wait-for graph as text: a small tree, one link a line. */
#include "output/text_chain.h"
#include "model/go_holders.h"
#include "output/names.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"

#define MOST_LINKS 8

void text_object(struct line *line, const struct output_run *run, const struct lc_wait *wait)
{
	char span[32];

	line_put(line, LINE_PLAIN, wait->object[0] ? wait->object : lc_wait_kind_name(wait->kind));
	if (lc_wait_ends_by_itself(wait) && wait->ends_at > run->now)
		line_add(line, LINE_PLAIN, ", %s left",
			 duration_format(wait->ends_at - run->now, span, sizeof(span)));
	if (wait->unreadable[0]) {
		line_add(line, LINE_FAINT, "; ");
		line_put(line, LINE_FAINT, wait->unreadable);
	}
}

void text_node(struct line *line, const struct graph_node *node)
{
	if (node->goroutine) {
		line_add(line, LINE_PLAIN, "goroutine %llu",
			 (unsigned long long)node->goroutine->goid);
		return;
	}
	if (!node->thread) {
		line_add(line, LINE_PLAIN, "process %d", node->pid);
		return;
	}
	line_put(line, LINE_PLAIN, node->thread->task.comm);
	line_add(line, LINE_PLAIN, " %d", node->thread->task.tid);
	if (node->thread->task.pid != node->thread->task.tid)
		line_add(line, LINE_PLAIN, " of process %d", node->thread->task.pid);
}

/*
 * Go records no holder of a lock: who has it on the stack is likely the one, where no better is
 * known.
 */
static bool is_likely(const struct graph_node *waiter)
{
	const struct lc_go_held *held;

	if (!waiter->goroutine || !lc_go_is_lock(waiter->goroutine->kind))
		return false;
	held = lc_go_held_for(waiter->go, waiter->goroutine);
	return !held || !held->known;
}

static void put_goroutine(struct line *line, const struct output_run *run,
			  const struct lc_goroutine *goroutine)
{
	const struct lc_frame *frame = text_telling_frame(run, goroutine->stack);

	line_add(line, LINE_PLAIN, ", ");
	if (goroutine->kind == LC_GO_NO_WAIT) {
		line_add(line, LINE_PLAIN, "which runs or is about to");
	} else {
		text_for(line, run, lc_go_since(goroutine));
		line_add(line, LINE_PLAIN, "%s", lc_go_kind_name(goroutine->kind));
	}
	if (!frame || !frame->function[0])
		return;
	line_add(line, LINE_PLAIN, ", ");
	line_put(line, LINE_PLAIN, frame->function);
	line_add(line, LINE_PLAIN, " (");
	line_put(line, LINE_PLAIN, text_basename(frame->file));
	line_add(line, LINE_PLAIN, ":%u)", frame->line);
}

/* One link: who, and what it does or waits for in its turn. */
static void put_link(struct line *line, const struct output_run *run,
		     const struct graph_node *waiter, uint32_t at, unsigned depth)
{
	const struct graph_node *node = &run->view->graph.nodes[at];
	const struct lc_thread *thread = node->thread;

	line_tab(line, VALUE_COLUMN + 2 * depth);
	line_add(line, LINE_FAINT, "`- ");
	if (is_likely(waiter))
		line_add(line, LINE_PLAIN, "likely ");
	text_node(line, node);
	if (node->goroutine)
		put_goroutine(line, run, node->goroutine);
	else if (thread && !thread->blocked) {
		line_add(line, LINE_PLAIN, ", %s",
			 name_state(thread->on_cpu ? 'R' : thread->state));
	} else if (thread && thread->wait) {
		line_add(line, LINE_PLAIN, ", ");
		text_for(line, run, thread->blocked_since);
		text_object(line, run, thread->wait);
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

void text_chain(struct line *line, const struct output_run *run, uint32_t node)
{
	const struct graph *graph = &run->view->graph;
	uint32_t entry = GRAPH_NONE, at = node, last = node, before;
	unsigned depth = 0, left;

	while ((at = graph_chain_next(graph, at, &entry)) != GRAPH_NONE) {
		before = last;
		last = at;
		/* A process stands only for the thread behind it. */
		if (graph_is_process(&graph->nodes[at]) && graph->nodes[at].next != GRAPH_NONE)
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
		put_link(line, run, &graph->nodes[before], at, depth++);
	}
	if (graph->nodes[last].in_cycle && graph->nodes[last].next != GRAPH_NONE &&
	    !graph_is_process(&graph->nodes[graph->nodes[last].next])) {
		line_tab(line, VALUE_COLUMN + 2 * depth);
		line_add(line, LINE_RED, "`- back to ");
		text_node(line, &graph->nodes[graph->nodes[last].next]);
		line_add(line, LINE_RED, ": a circle");
		line_end(line);
	}
}
