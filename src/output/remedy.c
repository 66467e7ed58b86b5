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

/*
 * What of Go's own library starts goroutines that last until its caller has done something: what
 * that is.
 */
static const char *remedy_for_loop(const char *function)
{
	static const struct {
		const char *functions, *remedy;
	} list[] = {
		{ "context.(*cancelCtx).propagateCancel",
		  "call the cancel function of each context when its work is done (defer "
		  "cancel())" },
		{ "net/http.(*persistConn).",
		  "close the body of each response on every way out (defer resp.Body.Close()), and "
		  "use one http.Client for all" },
		{ "database/sql.(*DB).",
		  "open a database once, and Close it when it is not needed" },
		{ "database/sql.(*Tx).", "Commit or Rollback each transaction on every way out" },
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (!strncmp(function, list[i].functions, strlen(list[i].functions)))
			return list[i].remedy;
	}
	return NULL;
}

static const char *of_library(const struct output_run *run, const struct verdict_goroutines *record)
{
	const struct lc_frame *frame = text_telling_frame(run, record->goroutine->stack);

	return *record->conclusion.remedy && record->goroutine->kind != LC_GO_NETWORK && frame &&
			       frame->go && !frame->own
		       ? remedy_for_loop(frame->function)
		       : NULL;
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
	if (of_library(run, record))
		return of_library(run, record);
	/* What its callers should do is known where they are the program's. */
	return text_is_own(run, place) ||
			       (!record->remedy_at_spawn && subject_of(run, record, &subject))
		       ? record->conclusion.remedy
		       : "";
}
