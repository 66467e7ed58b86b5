// SPDX-License-Identifier: GPL-2.0-only
/* Records for a page: see html_records.h. */
#include "output/html_records.h"
#include "output/json_values.h"
#include "output/remedy.h"
#include "output/samples.h"
#include "output/subject.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"

#include <stdlib.h>
#include <string.h>

#define MOST_FINDINGS 500
#define MOST_OTHERS 200 /* of suspects, and of waits */

struct listing {
	const struct output_run *run;
	struct html_stacks *stacks;
	json_t *list;
	size_t room, left_out;
	const char *part;
};

static const struct output_style plain = {};

/* All that text output says of a record; the caller frees. NULL: no memory. */
static char *words_of(const struct output_run *run, const struct verdict_record *record,
		      const struct verdict_goroutines *goroutines,
		      const struct verdict_timers *timers)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	if (record)
		output_text_record(stream, &plain, run, record, 0);
	else if (goroutines)
		output_text_goroutines(stream, &plain, run, goroutines, 0);
	else
		output_text_timers(stream, &plain, timers, 0);
	fclose(stream);
	return text;
}

/* The first line says whom and since when, behind the verdict, which the page shows itself. */
static json_t *record_json(const struct listing *listing, const struct conclusion *conclusion,
			   const char *remedy, char *text)
{
	const char *verdict = text_verdict(conclusion->verdict);
	char *rest = text ? strchr(text, '\n') : NULL, *head = text;
	json_t *json;

	if (!rest)
		return NULL;
	*rest++ = '\0';
	if (conclusion->verdict >= VERDICT_SUSPECT && !strncmp(head, verdict, strlen(verdict)))
		head += strlen(verdict) + strspn(head + strlen(verdict), " ");
	json = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "part", listing->part,
			 "verdict", verdict, "head", json_text(head), "why",
			 html_text(conclusion->reason), "proof", html_text(conclusion->proof),
			 "remedy", html_text(remedy), "rule", html_text(conclusion->rule ?: ""),
			 "text", json_text(rest));
	return json;
}

static void add_stack(const struct listing *listing, json_t *json, const char *title, uint32_t id)
{
	int place = html_stack(listing->stacks, id);

	if (place >= 0)
		json_array_append_new(json_object_get(json, "stacks"),
				      json_pack("[s,i]", title, place));
}

/* "add_to_totals leaky-server.c:37", where a person looks first. */
static void add_where(json_t *json, const struct lc_frame *frame)
{
	char name[SAMPLE_NAME_BYTES], where[SAMPLE_NAME_BYTES];

	if (!frame)
		return;
	sample_frame_name(frame, name, sizeof(name));
	if (frame->line)
		snprintf(where, sizeof(where), "%.3000s %.500s:%u", name,
			 text_basename(frame->file), frame->line);
	else
		snprintf(where, sizeof(where), "%.3000s", name);
	json_object_set_new(json, "where", html_text(where));
}

/* How many there were at each sweep: [seconds before now, number]. */
static void add_series(const struct listing *listing, json_t *json, const struct lc_series_key *key)
{
	const struct lc_series *series = listing->run->view->snapshot.series;
	const struct lc_series_group *group = series ? lc_series_find(series, key) : NULL;
	const struct lc_series_sweep *sweep;
	json_t *points;
	uint32_t i;

	if (!group || group->sweep_count < 2)
		return;
	points = json_array();
	for (i = 0; i < group->sweep_count; i++) {
		sweep = lc_series_sweep(group, i);
		json_array_append_new(
			points,
			json_pack("[f,I]", ((double)sweep->at - (double)listing->run->now) / 1e9,
				  (json_int_t)sweep->count));
	}
	json_object_set_new(json, "series", points);
}

static void add(struct listing *listing, json_t *json)
{
	if (json)
		json_array_append_new(listing->list, json);
}

/* Is there still room? If not, it is counted. */
static bool has_capacity(struct listing *listing)
{
	if (listing->room) {
		listing->room--;
		return true;
	}
	listing->left_out++;
	return false;
}

static void add_record(struct listing *listing, const struct verdict_record *record)
{
	struct lc_series_key key = lc_series_thread_key(record->thread);
	char remedy[REMEDY_BYTES], *text;
	json_t *json;

	if (!has_capacity(listing))
		return;
	text = words_of(listing->run, record, NULL, NULL);
	json = record_json(listing, &record->conclusion,
			   remedy_words(listing->run, &record->conclusion, remedy, sizeof(remedy)),
			   text);
	free(text);
	if (!json)
		return;
	json_object_set_new(json, "kind", json_string("thread"));
	if (record->node != GRAPH_NONE)
		json_object_set_new(json, "node", json_integer(record->node));
	if (record->still_blocked && record->thread->wait)
		json_object_set_new(json, "wait",
				    json_string(lc_wait_kind_name(record->thread->wait->kind)));
	json_object_set_new(json, "stacks", json_array());
	add_stack(listing, json, "blocked at", listing->run->user_stacks ? record->user_stack : 0);
	add_stack(listing, json, "in the kernel",
		  listing->run->kernel_stacks ? record->kernel_stack : 0);
	add_stack(listing, json, "spawned at", record->thread->spawn_stack);
	add_where(json,
		  text_telling_frame(listing->run, record->user_stack ?: record->kernel_stack));
	if (record->still_blocked)
		add_series(listing, json, &key);
	add(listing, json);
}

/* Whom the record's members are counted with. */
static struct lc_series_key key_of(const struct verdict_goroutines *record)
{
	const struct lc_go_process *process = record->process;

	return record->whole_site ? lc_series_site_key(process, record->site - process->sites)
				  : lc_series_goroutine_key(process, record->goroutine);
}

static void add_goroutines(struct listing *listing, const struct verdict_goroutines *record)
{
	struct lc_series_key key = key_of(record);
	char *text;
	json_t *json;

	if (!has_capacity(listing))
		return;
	text = words_of(listing->run, NULL, record, NULL);
	json = record_json(listing, &record->conclusion, remedy_of_goroutines(listing->run, record),
			   text);
	free(text);
	if (!json)
		return;
	json_object_set_new(json, "kind", json_string("goroutine"));
	if (record->node != GRAPH_NONE)
		json_object_set_new(json, "node", json_integer(record->node));
	json_object_set_new(json, "wait", json_string(lc_go_kind_name(record->goroutine->kind)));
	json_object_set_new(json, "stacks", json_array());
	add_stack(listing, json, "blocked at", record->goroutine->stack);
	add_stack(listing, json, "spawned at", record->site->spawn_stack);
	add_where(json, subject_place(listing->run, record));
	add_series(listing, json, &key);
	add(listing, json);
}

static void add_timers(struct listing *listing, const struct verdict_timers *timers)
{
	struct lc_series_key key = lc_series_timers_key(timers->process);
	char *text;
	json_t *json;

	if (!has_capacity(listing))
		return;
	text = words_of(listing->run, NULL, NULL, timers);
	json = record_json(listing, &timers->conclusion, timers->conclusion.remedy, text);
	free(text);
	if (!json)
		return;
	json_object_set_new(json, "kind", json_string("timer"));
	json_object_set_new(json, "stacks", json_array());
	add_series(listing, json, &key);
	add(listing, json);
}

/* Is a group told in the part of those from least up to most? */
static bool is_of_part(const struct verdict_goroutines *record, enum verdict least,
		       enum verdict most)
{
	enum verdict verdict = record->conclusion.verdict;

	return verdict >= least && verdict <= most &&
	       (verdict >= VERDICT_SUSPECT || (verdict != VERDICT_RUNNING && record->due));
}

static void add_part(struct listing *listing, const char *part, size_t room,
		     const struct verdict_records *records,
		     const struct verdict_goroutine_records *groups, enum verdict least,
		     enum verdict most)
{
	size_t i;

	listing->part = part;
	listing->room = room;
	for (i = 0; i < records->count; i++)
		add_record(listing, &records->list[i]);
	for (i = 0; least == VERDICT_STUCK && i < groups->timer_count; i++)
		add_timers(listing, &groups->timers[i]);
	for (i = 0; i < groups->count; i++) {
		if (is_of_part(&groups->list[i], least, most))
			add_goroutines(listing, &groups->list[i]);
	}
}

json_t *html_records(const struct output_run *run, const struct output_report *report,
		     struct html_stacks *stacks, size_t *ret_left_out)
{
	struct listing listing = { .run = run, .stacks = stacks, .list = json_array() };
	const struct verdict_goroutine_records *groups = &report->goroutines;

	add_part(&listing, "finding", MOST_FINDINGS, &report->findings, groups, VERDICT_STUCK,
		 VERDICT_DEADLOCK);
	add_part(&listing, "suspect", MOST_OTHERS, &report->suspects, groups, VERDICT_SUSPECT,
		 VERDICT_SUSPECT);
	add_part(&listing, "wait", MOST_OTHERS, &report->waits, groups, VERDICT_IDLE,
		 VERDICT_BLOCKED);
	*ret_left_out = listing.left_out;
	return listing.list;
}
