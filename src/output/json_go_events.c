// SPDX-License-Identifier: GPL-2.0-only
/* What probes have seen of goroutines (--go-events), as JSON. Fields: docs/json.md. */
#include "output/json_pieces.h"
#include "output/text_stack.h"

static json_t *place_json(const struct output_run *run, uint32_t stack)
{
	const struct lc_frame *frame = text_telling_frame(run, stack);

	if (!frame)
		return json_pack("{ss ss si}", "function", "", "file", "", "line", 0);
	return json_pack("{so so si}", "function", json_text(frame->function), "file",
			 json_text(frame->file), "line", (int)frame->line);
}

static json_t *readier_json(const struct output_run *run, enum lc_go_readier readier, uint64_t by,
			    uint32_t stack)
{
	static const char *const kinds[] = {
		[LC_GO_READIER_UNKNOWN] = "",
		[LC_GO_READIER_GOROUTINE] = "goroutine",
		[LC_GO_READIER_RUNTIME] = "runtime",
		[LC_GO_READIER_NETWORK] = "network",
	};
	json_t *json = place_json(run, stack);

	json_object_set_new(json, "kind", json_string(kinds[readier]));
	json_object_set_new(json, "goid", by ? json_integer((json_int_t)by) : json_null());
	return json;
}

json_t *json_go_exact(const struct output_run *run, const struct verdict_goroutines *record)
{
	const struct lc_go_exact *exact = &record->exact;
	json_t *json;

	if (!record->has_exact)
		return json_null();
	json = json_pack("{so so sb}", "born", json_when(run, exact->born_at), "parent_goid",
			 exact->born_at ? json_integer((json_int_t)exact->parent_goid)
					: json_null(),
			 "since_is_exact", (record->goroutine->flags & LC_GO_EXACT_SINCE) != 0);
	json_object_set_new(json, "readied", json_when(run, exact->ready_at));
	json_object_set_new(json, "readied_by",
			    exact->ready_at ? readier_json(run, exact->readier, exact->ready_by,
							   record->ready_stack)
					    : json_null());
	return json;
}

static json_t *site_json(const struct output_run *run, const struct lc_go_site *site)
{
	const struct lc_frame *entry = text_telling_frame(run, site->entry_stack);
	json_t *json = place_json(run, site->spawn_stack);

	json_object_set_new(json, "entry", json_text(entry ? entry->function : ""));
	json_object_set_new(json, "born", json_integer((json_int_t)site->born));
	json_object_set_new(json, "ended", json_integer((json_int_t)site->ended));
	json_object_set_new(json, "living", json_integer((json_int_t)site->living));
	return json;
}

static json_t *block_json(const struct output_run *run, const struct lc_go_block *block)
{
	json_t *json = json_pack("{sI so sI ss}", "goid", (json_int_t)block->goid, "since",
				 json_when(run, block->since), "blocked_ns",
				 (json_int_t)block->blocked_ns, "kind",
				 lc_go_kind_name(block->kind));

	json_object_set_new(json, "readied_by",
			    readier_json(run, block->readier, block->by, block->by_stack));
	json_object_set_new(json, "stack", json_stack(run, block->stack));
	return json;
}

static json_t *process_json(const struct output_run *run, const struct lc_go_process *process)
{
	const struct lc_go_events *events = process->events;
	json_t *json, *sites = json_array(), *blocks = json_array();
	size_t i;

	for (i = 0; i < process->site_count; i++) {
		if (!process->sites[i].system && process->sites[i].born + process->sites[i].ended)
			json_array_append_new(sites, site_json(run, &process->sites[i]));
	}
	for (i = 0; i < events->kept; i++)
		json_array_append_new(blocks, block_json(run, &events->blocks[i]));
	json = json_pack("{si so so sI sI sI sI}", "pid", (int)process->pid, "comm",
			 json_text(process->comm), "since", json_when(run, events->since), "born",
			 (json_int_t)events->born, "ended", (json_int_t)events->ended,
			 "blocks_ended", (json_int_t)events->block_count, "blocks_ns",
			 (json_int_t)events->block_ns);
	json_object_set_new(json, "sites", sites);
	json_object_set_new(json, "blocks", blocks);
	return json;
}

json_t *json_go_events(const struct output_run *run, const struct lc_go *go)
{
	const struct lc_go_process *process;
	json_t *json = json_array();

	for (process = go->processes; process; process = process->hh.next) {
		if (process->events)
			json_array_append_new(json, process_json(run, process));
	}
	return json;
}

json_t *json_go_events_cost(const struct output_run *run)
{
	const struct lc_go_counts *counts = &run->cost.go_events;

	return json_pack("{sI sI sI sI sI sI sI}", "born", (json_int_t)counts->born, "ended",
			 (json_int_t)counts->ended, "parked", (json_int_t)counts->parked, "readied",
			 (json_int_t)counts->readied, "probe_ns", (json_int_t)run->cost.go_probe_ns,
			 "bpf_runs", (json_int_t)counts->runs, "bpf_ns",
			 (json_int_t)counts->run_ns);
}
