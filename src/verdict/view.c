// SPDX-License-Identifier: GPL-2.0-only
/* Everything concluded at one moment: the graph, the rules' verdicts, and growth, which can overrule them. */
#include "verdict/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void verdict_view_release(struct verdict_view *view)
{
	graph_release(&view->graph);
	free(view->conclusions);
	memset(view, 0, sizeof(*view));
}

/* A thread for each open connection is a server's way: it grows with its clients, not by a fault. */
static bool grows_with_connections(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	return wait && wait->direction == LC_WAIT_READ &&
	       (wait->kind == LC_WAIT_TCP || wait->kind == LC_WAIT_UNIX) &&
	       !(wait->flags & (LC_WAIT_CLIENT | LC_WAIT_PEER_UNHELD));
}

/* A queue for a lock that changes hands grows with the load, and is worked off: contention is no leak. */
static bool is_served_in_turn(const struct verdict_view *view, const struct lc_thread *thread)
{
	const struct lc_holding *holding = thread->wait
						   ? lc_model_holding(view->model, thread->wait)
						   : NULL;

	return holding && holding->changes;
}

/* Verdicts that growth overrules: what was taken for waiting for work, or could not be told. */
static void overrule_by_growth(const struct verdict_view *view, uint32_t number)
{
	const struct lc_thread *thread = view->graph.nodes[number].thread;
	struct conclusion *conclusion = &view->conclusions[number];
	struct growth_trend trend;

	if (!view->growth || !thread || !thread->blocked || conclusion->verdict < VERDICT_IDLE ||
	    conclusion->verdict > VERDICT_SUSPECT || !growth_of(view->growth, thread, &trend) ||
	    !trend.grows || grows_with_connections(thread) || is_served_in_turn(view, thread))
		return;
	conclusion->verdict = VERDICT_LEAK;
	conclusion->rule = "growing";
	conclusion->taker = GRAPH_NONE;
	snprintf(conclusion->reason, sizeof(conclusion->reason),
		 "threads of one spawn site gather here and do not leave: %u now, %llu came and "
		 "%llu left in "
		 "%.0f s",
		 trend.count, (unsigned long long)trend.joined, (unsigned long long)trend.left,
		 trend.watched_ns / 1e9);
	snprintf(conclusion->proof, sizeof(conclusion->proof),
		 "growth of %.3g a second (+- %.2g) over %u sweeps", trend.slope_per_s,
		 trend.slope_error, trend.sweeps);
	snprintf(conclusion->remedy, sizeof(conclusion->remedy),
		 "bound the number of threads that this spawn site makes, or make sure that each "
		 "is released");
	snprintf(conclusion->otherwise, sizeof(conclusion->otherwise),
		 "members that leave about as often as they come would be no finding");
}

int verdict_view_create(struct lc_model *model, struct lc_model *others, const struct lc_go *go,
			const struct growth *growth, uint64_t now, uint64_t threshold_ns,
			struct verdict_view *view)
{
	uint32_t i;
	int r;

	*view = (struct verdict_view){
		.model = model, .growth = growth, .now = now, .threshold_ns = threshold_ns
	};
	r = graph_build(model, others, go, &view->graph);
	if (r < 0)
		return r;
	view->conclusions = calloc(view->graph.count + 1, sizeof(view->conclusions[0]));
	r = view->conclusions ? rules_conclude(&view->graph, now, threshold_ns, view->conclusions)
			      : -ENOMEM;
	if (r < 0) {
		verdict_view_release(view);
		return r;
	}
	for (i = 0; i < view->graph.count; i++)
		overrule_by_growth(view, i);
	return 0;
}
