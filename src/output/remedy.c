// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the lock was taken is not recorded anywhere; where its holder stands is, and it is mostly
 * the same.
 */
#include "output/remedy.h"
#include "output/subject.h"
#include "output/text_stack.h"

#include <stdio.h>
#include <string.h>

const char *remedy_words(const struct output_run *run, const struct conclusion *conclusion,
			 char *buffer, size_t size)
{
	const struct graph_node *taker = NULL;
	const struct lc_frame *frame = NULL;
	size_t used;

	snprintf(buffer, size, "%s", conclusion->remedy);
	if (!*buffer || !run->view || conclusion->taker == GRAPH_NONE)
		return buffer;
	taker = &run->view->graph.nodes[conclusion->taker];
	if (taker->thread && taker->thread->user_stack)
		frame = text_telling_frame(run, taker->thread->user_stack);
	if (!frame || !frame->function[0])
		return buffer;
	used = strlen(buffer);
	used += snprintf(buffer + used, size - used, "; thread %d has it, in %.150s",
			 taker->thread->task.tid, frame->function);
	if (frame->line && used < size)
		snprintf(buffer + used, size - used, " (%.100s:%u)", text_basename(frame->file),
			 frame->line);
	return buffer;
}

const char *remedy_of_goroutines(const struct output_run *run,
				 const struct verdict_goroutines *record)
{
	uint32_t place = record->remedy_at_spawn ? record->site->spawn_stack
						 : record->goroutine->stack;

	const struct lc_frame *frame = record->remedy_at_caller ? text_telling_frame(run, place)
								: NULL;
	struct subject subject;

	if (frame && frame->own)
		return record->conclusion.remedy;
	/* What its callers should do is known where they are the program's. */
	return text_is_own(run, place) ||
			       (!record->remedy_at_spawn && subject_of(run, record, &subject))
		       ? record->conclusion.remedy
		       : "";
}
