// SPDX-License-Identifier: GPL-2.0-only
/* Words for drawings of the wait-for graph: see graph_words.h. */
#include "output/graph_words.h"
#include "output/text_stack.h"

void graph_words_node(const struct output_run *run, const struct graph_node *node, char *buffer,
		      size_t size)
{
	const struct lc_frame *frame;

	if (node->thread) {
		snprintf(buffer, size, "%.15s %d", node->thread->task.comm, node->thread->task.tid);
	} else if (node->goroutine) {
		frame = text_telling_frame(run, node->goroutine->stack);
		snprintf(buffer, size, "goroutine %llu%s%.150s",
			 (unsigned long long)node->goroutine->goid, frame ? ", " : "",
			 frame ? frame->function : "");
	} else {
		snprintf(buffer, size, "process %d", node->pid);
	}
}

const char *graph_words_wait(const struct graph_node *node)
{
	const struct lc_thread *thread = node->thread;

	if (node->goroutine)
		return lc_go_kind_name(node->goroutine->kind);
	if (!thread || !thread->blocked || !thread->wait)
		return NULL;
	return node->locked != GRAPH_NONE ? "runs it" : thread->wait->object;
}
