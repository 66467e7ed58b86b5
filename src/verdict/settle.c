// SPDX-License-Identifier: GPL-2.0-only
/* What another look would tell: see settle.h. */
#include "verdict/settle.h"
#include "verdict/goroutines.h"
#include "verdict/graph/graph.h"

#include <string.h>

static bool looks_again(const struct lc_thread *thread)
{
	return thread->blocked && !thread->ended_at && thread->wait &&
	       thread->wait->flags & LC_WAIT_LOOKS_AGAIN;
}

static bool is_open(const struct verdict_goroutines *group)
{
	return group->conclusion.verdict == VERDICT_SUSPECT && group->at_least &&
	       (lc_go_is_lock(group->goroutine->kind) ||
		group->goroutine->kind == LC_GO_CHAN_SEND ||
		!strcmp(group->conclusion.rule, "pool-exhausted"));
}

/* A Go process none of which could run again, if it still stands so when it is read again. */
static int needs_stillness(const struct lc_snapshot *snapshot, bool *ret_needed)
{
	struct graph graph;
	uint32_t i;
	int r = graph_build_as_if_still(snapshot, &graph);

	if (r < 0)
		return r;
	for (i = 0; i < graph.count && !*ret_needed; i++)
		*ret_needed = graph.nodes[i].still_since && !graph.nodes[i].alive;
	graph_release(&graph);
	return 0;
}

int verdict_needs_time(const struct lc_snapshot *snapshot, bool *ret_needed)
{
	const struct lc_thread *thread = lc_snapshot_next(snapshot->threads, NULL);
	struct verdict_goroutine_records groups;
	bool needed = false;
	size_t i;
	int r;

	for (; thread && !needed; thread = lc_snapshot_next(snapshot->threads, thread))
		needed = looks_again(thread);
	*ret_needed = needed;
	if (needed)
		return 0;
	r = verdict_goroutines_make(snapshot, /* view= */ NULL, &groups);
	if (r < 0)
		return r;
	for (i = 0; i < groups.count && !needed; i++)
		needed = is_open(&groups.list[i]);
	verdict_goroutines_release(&groups);
	*ret_needed = needed;
	return needed || !snapshot->go ? 0 : needs_stillness(snapshot, ret_needed);
}
