// SPDX-License-Identifier: GPL-2.0-only
/* A run as JSON, by jansson. Fields: docs/json.md; checked by docs/leakhop.schema.json. */
#include "output/go_limits.h"
#include "output/json_pieces.h"
#include "output/output.h"
#include "util/duration.h"

#include <errno.h>

/* Is a group of goroutines told in this part of the report? */
static bool is_in_part(const struct verdict_goroutines *record, enum verdict_scope part)
{
	enum verdict verdict = record->conclusion.verdict;

	if (part == VERDICT_THREADS)
		return false;
	return part == VERDICT_FINDINGS ? verdict >= VERDICT_STUCK
	       : part == VERDICT_SUSPECTS
		       ? verdict == VERDICT_SUSPECT
		       : verdict < VERDICT_SUSPECT && verdict != VERDICT_RUNNING && record->due;
}

static json_t *records_json(const struct output_run *run, const struct output_report *report,
			    const struct verdict_records *records, enum verdict_scope part)
{
	const struct verdict_goroutine_records *groups = &report->goroutines;
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < groups->count; i++) {
		if (is_in_part(&groups->list[i], part))
			json_array_append_new(json, json_goroutines(run, &groups->list[i]));
	}
	for (i = 0; part == VERDICT_FINDINGS && i < groups->timer_count; i++)
		json_array_append_new(json, json_timers(&groups->timers[i]));
	for (i = 0; i < records->count; i++)
		json_array_append_new(json, json_record(run, &records->list[i]));
	return json;
}

static json_t *all_goroutines_json(const struct output_run *run, const struct output_report *report)
{
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < report->goroutines.count; i++)
		json_array_append_new(json, json_goroutines(run, &report->goroutines.list[i]));
	return json;
}

static json_t *limits_json(const struct output_run *run)
{
	json_t *json = json_array();
	size_t i;

	for (i = 0; run->limits && run->limits[i]; i++)
		json_array_append_new(json, json_text(run->limits[i]));
	return json;
}

static json_t *cost_json(const struct output_run *run)
{
	const struct output_cost *cost = &run->cost;
	json_t *json = json_pack(
		"{sf sf sI sf sI sI sI}", "user_ms", cost->user_ns / 1e6, "system_ms",
		cost->system_ns / 1e6, "rss_kib", (json_int_t)(cost->rss_bytes / 1024), "load_ms",
		cost->load_ns / 1e6, "sweeps", (json_int_t)cost->sweeps, "bpf_runs",
		(json_int_t)cost->bpf_runs, "bpf_ns", (json_int_t)cost->bpf_ns);

	if (cost->go_first_sweep_ns)
		json_object_set_new(json, "go_sweep_ms",
				    json_pack("{sf sf}", "first", cost->go_first_sweep_ns / 1e6,
					      "longest", cost->go_longest_sweep_ns / 1e6));
	return json;
}

static void add_go_limits(json_t *json, const struct lc_go *go)
{
	const struct lc_go_process *process = go ? go->processes : NULL;
	char text[GO_LIMIT_SIZE];

	for (; process; process = process->hh.next) {
		if (go_limit(process, text, sizeof(text)))
			json_array_append_new(json, json_text(text));
		if (go_search_limit(process, text, sizeof(text)))
			json_array_append_new(json, json_text(text));
	}
}

static json_t *run_json(const struct output_run *run)
{
	char started[40], ended[40];
	json_t *json;

	time_format_rfc3339(run->started, started, sizeof(started));
	time_format_rfc3339(run->ended, ended, sizeof(ended));
	json = json_pack("{ss ss ss so so ss ss ss sI so}", "schema", OUTPUT_SCHEMA, "version",
			 run->version, "command", run->command, "host", json_text(run->host),
			 "kernel", json_text(run->kernel), "source", run->source, "started",
			 started, "ended", ended, "threshold_ns", (json_int_t)run->threshold_ns,
			 "limits", limits_json(run));
	json_object_set_new(json, "lost",
			    json_pack("{sI sI sI sI sI}", "events", (json_int_t)run->lost.events,
				      "stacks", (json_int_t)run->lost.stacks, "threads",
				      (json_int_t)run->lost.threads, "goroutines",
				      (json_int_t)run->lost.goroutines, "unasked",
				      (json_int_t)run->lost.unasked));
	json_object_set_new(json, "cost", cost_json(run));
	if (run->go_events)
		json_object_set_new(json_object_get(json, "cost"), "go_events",
				    json_go_events_cost(run));
	return json;
}

/* Writes and releases json. */
static int write_json(FILE *stream, json_t *json, size_t flags)
{
	int r = json ? json_dumpf(json, stream,
				  flags | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9))
		     : -1;

	json_decref(json);
	if (r < 0 || fputc('\n', stream) == EOF || fflush(stream))
		return -EIO;
	return 0;
}

static void add_parts(json_t *json, const struct output_run *run,
		      const struct output_report *report)
{
	add_go_limits(json_object_get(json, "limits"), report->go);
	if (run->explain)
		json_object_set_new(json, "explanation", json_explanation(run));
	if (run->explain_goid)
		json_object_set_new(json, "explanation", json_go_explanation(run, report));
	json_object_set_new(json, "findings",
			    records_json(run, report, &report->findings, VERDICT_FINDINGS));
	json_object_set_new(json, "suspects",
			    records_json(run, report, &report->suspects, VERDICT_SUSPECTS));
	json_object_set_new(json, "waits",
			    records_json(run, report, &report->waits, VERDICT_WAITS));
	if (report->has_threads)
		json_object_set_new(json, "threads",
				    records_json(run, report, &report->threads, VERDICT_THREADS));
	if (report->has_threads && report->go_processes)
		json_object_set_new(json, "goroutines", all_goroutines_json(run, report));
	if (run->go_events && report->go)
		json_object_set_new(json, "go_events", json_go_events(run, report->go));
}

int output_json(FILE *stream, const struct output_run *run, const struct output_report *report)
{
	json_t *json = run_json(run);

	add_parts(json, run, report);
	return write_json(stream, json, JSON_INDENT(2));
}

int output_json_line(FILE *stream, const struct output_run *run,
		     const struct verdict_record *record)
{
	json_t *json = json_record(run, record);

	json_object_set_new(
		json, "type",
		json_string(record->conclusion.verdict == VERDICT_SUSPECT ? "suspect" : "finding"));
	return write_json(stream, json, JSON_COMPACT);
}

int output_json_goroutines_line(FILE *stream, const struct output_run *run,
				const struct verdict_goroutines *record)
{
	json_t *json = json_goroutines(run, record);

	json_object_set_new(
		json, "type",
		json_string(record->conclusion.verdict == VERDICT_SUSPECT ? "suspect" : "finding"));
	return write_json(stream, json, JSON_COMPACT);
}

int output_json_timers_line(FILE *stream, const struct verdict_timers *timers)
{
	json_t *json = json_timers(timers);

	json_object_set_new(json, "type", json_string("finding"));
	return write_json(stream, json, JSON_COMPACT);
}

int output_json_last_line(FILE *stream, const struct output_run *run,
			  const struct output_report *report)
{
	json_t *json = run_json(run);

	json_object_set_new(json, "type", json_string("summary"));
	add_parts(json, run, report);
	return write_json(stream, json, JSON_COMPACT);
}
