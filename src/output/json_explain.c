// SPDX-License-Identifier: GPL-2.0-only
/* The whole reasoning for one thread or goroutine as JSON: see json_pieces.h. */
#include "output/json_pieces.h"
#include "output/remedy.h"

/* What was read, and how far it can be relied on. */
static json_t *read_json(const struct output_run *run, const struct graph_node *node)
{
	const struct lc_thread *thread = node->thread;
	const struct lc_wait *wait = thread->blocked ? thread->wait : NULL;
	char state[2] = { thread->state ? thread->state : '?', '\0' };

	return json_pack("{ss sb so sb sb si}", "state", state, "blocked", (int)thread->blocked,
			 "wait", json_wait(run, thread), "confirmed",
			 (int)(wait && thread->wait_confirmed), "all_releasers_known",
			 (int)(wait && node->complete), "releasers",
			 wait ? (int)wait->owner_total : 0);
}

/* What follows from it. */
static json_t *concluded_json(const struct output_run *run, uint32_t number)
{
	struct conclusion conclusion;
	const struct graph_node *node = &run->view->graph.nodes[number];
	char remedy[REMEDY_BYTES];

	verdict_conclude(run->view, number, &conclusion);
	return json_pack("{ss ss so so so so so sb sb si}", "verdict",
			 verdict_name(conclusion.verdict), "rule",
			 conclusion.rule ? conclusion.rule : "", "reason",
			 json_text(conclusion.reason), "proof", json_text(conclusion.proof),
			 "otherwise", json_text(conclusion.otherwise), "remedy",
			 json_text(remedy_words(run, &conclusion, remedy, sizeof(remedy))), "chain",
			 json_chain(run, number), "can_run_again", (int)node->alive, "in_circle",
			 (int)node->in_cycle, "depends", (int)node->dependents);
}

json_t *json_explanation(const struct output_run *run)
{
	uint32_t number = run->view ? graph_find(&run->view->graph, run->explain) : GRAPH_NONE;
	const struct graph_node *node;

	if (number == GRAPH_NONE)
		return json_null();
	node = &run->view->graph.nodes[number];
	return json_pack("{si si so so so}", "pid", (int)node->pid, "tid", (int)run->explain,
			 "comm", json_text(node->thread->task.comm), "read", read_json(run, node),
			 "concluded", concluded_json(run, number));
}

static json_t *read_go_json(const struct verdict_goroutines *record,
			    const struct lc_goroutine *goroutine)
{
	const struct lc_go_releasers *releasers = lc_go_releasers_of(record->process,
								     goroutine->goid);

	return json_pack("{ss sb sb si sb}", "kind", lc_go_kind_name(goroutine->kind), "asked",
			 (goroutine->flags & LC_GO_ASKED) != 0, "unreachable",
			 (goroutine->flags & LC_GO_UNREACHABLE) != 0, "releasers",
			 releasers ? (int)releasers->total : 0, "all_releasers_known",
			 releasers && releasers->known);
}

static json_t *process_go_json(const struct output_run *run,
			       const struct verdict_goroutines *record)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(record->process, run->explain_goid);
	const struct conclusion *conclusion = &record->conclusion;
	uint32_t node;

	node = graph_find_goroutine(&run->view->graph, record->process->pid, goroutine->goid);
	return json_pack(
		"{si sI so so s{ss ss so so so so so}}", "pid", (int)record->process->pid, "goid",
		(json_int_t)goroutine->goid, "comm", json_text(record->process->comm), "read",
		read_go_json(record, goroutine), "concluded", "verdict",
		verdict_name(conclusion->verdict), "rule", conclusion->rule, "reason",
		json_text(conclusion->reason), "proof", json_text(conclusion->proof), "otherwise",
		json_text(conclusion->otherwise), "remedy",
		json_text(remedy_of_goroutines(run, record)), "chain", json_chain(run, node));
}

json_t *json_go_explanation(const struct output_run *run, const struct output_report *report)
{
	const struct lc_go_process *process = report->go ? report->go->processes : NULL;
	const struct verdict_goroutines *record;
	json_t *first = NULL, *others = json_array();

	for (; process; process = process->hh.next) {
		record = verdict_goroutines_find(&report->goroutines, process, run->explain_goid);
		if (record && !first)
			first = process_go_json(run, record);
		else if (record)
			json_array_append_new(others, process_go_json(run, record));
	}
	if (first && json_array_size(others))
		json_object_set(first, "others", others);
	json_decref(others);
	return first ?: json_null();
}
