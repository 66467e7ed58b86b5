// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything concluded at one moment: the graph, the rules' verdicts, and growth, which can
 * overrule them.
 */
#include "verdict/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void verdict_view_release(struct verdict_view *view)
{
	graph_release(&view->graph);
	rules_free(view->rules);
	free(view->judgements);
	memset(view, 0, sizeof(*view));
}

/*
 * A thread for each open connection is a server's way: it grows with its clients, not by a fault.
 */
static bool grows_with_connections(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	return wait && wait->direction == LC_WAIT_READ &&
	       (wait->kind == LC_WAIT_TCP || wait->kind == LC_WAIT_UNIX) &&
	       !(wait->flags & (LC_WAIT_CLIENT | LC_WAIT_PEER_UNHELD));
}

/*
 * A queue for a lock that changes hands grows with the load, and is worked off: contention is no
 * leak.
 */
static bool is_served_in_turn(const struct verdict_view *view, const struct lc_thread *thread)
{
	const struct lc_holding *holding = thread->wait ? lc_model_holding(view->snapshot.threads,
									   thread->wait)
							: NULL;

	return holding && holding->changes;
}

/* Verdicts that growth overrules: what was taken for waiting for work, or could not be told. */
static bool grows(const struct verdict_view *view, uint32_t number, enum verdict verdict,
		  struct trend *ret_trend)
{
	const struct lc_thread *thread = view->graph.nodes[number].thread;

	return view->snapshot.series && thread && thread->blocked && verdict >= VERDICT_IDLE &&
	       verdict <= VERDICT_SUSPECT &&
	       trend_of_thread(view->snapshot.series, thread, ret_trend) && ret_trend->grows &&
	       !grows_with_connections(thread) && !is_served_in_turn(view, thread);
}

static void overrule_by_growth(struct verdict_view *view, uint32_t number)
{
	struct judgement *judgement = &view->judgements[number];
	struct trend trend;

	if (!grows(view, number, judgement->verdict, &trend))
		return;
	judgement->verdict = VERDICT_LEAK;
	judgement->rule = "growing";
	judgement->taker = GRAPH_NONE;
}

static void explain_growth(const struct trend *trend, struct conclusion *conclusion)
{
	snprintf(conclusion->reason, sizeof(conclusion->reason),
		 "threads of one spawn site gather here and do not leave: %u now, %llu came and "
		 "%llu left in "
		 "%.0f s",
		 trend->count, (unsigned long long)trend->joined, (unsigned long long)trend->left,
		 trend->watched_ns / 1e9);
	snprintf(conclusion->proof, sizeof(conclusion->proof),
		 "growth of %.3g a second (+- %.2g) over %u sweeps", trend->slope_per_s,
		 trend->slope_error, trend->sweeps);
	snprintf(conclusion->remedy, sizeof(conclusion->remedy),
		 "bound the number of threads that this spawn site makes, or make sure that each "
		 "is released");
	snprintf(conclusion->otherwise, sizeof(conclusion->otherwise),
		 "members that leave about as often as they come would be no finding");
}

void verdict_conclude(const struct verdict_view *view, uint32_t number, struct conclusion *ret)
{
	const struct judgement *judgement = &view->judgements[number];
	struct trend trend;

	rules_explain(view->rules, number, ret);
	if (!grows(view, number, ret->verdict, &trend))
		return;
	ret->verdict = judgement->verdict;
	ret->rule = judgement->rule;
	ret->taker = judgement->taker;
	explain_growth(&trend, ret);
}

static int judge_graph(struct verdict_view *view)
{
	size_t size = (view->graph.count + 1) * sizeof(view->judgements[0]);
	uint32_t i;
	int r = rules_create(&view->graph, view->snapshot.now, view->snapshot.threshold_ns,
			     &view->rules);

	if (r < 0)
		return r;
	view->judgements = malloc(size);
	if (!view->judgements)
		return -ENOMEM;
	memcpy(view->judgements, rules_judgements(view->rules), size);
	for (i = 0; i < view->graph.count; i++)
		overrule_by_growth(view, i);
	return 0;
}

int verdict_view_create(const struct lc_snapshot *snapshot, struct verdict_view *view)
{
	int r;

	*view = (struct verdict_view){ .snapshot = *snapshot };
	r = graph_build(snapshot, &view->graph);
	r = r ?: judge_graph(view);
	if (r < 0)
		verdict_view_release(view);
	return r;
}
