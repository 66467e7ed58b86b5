// SPDX-License-Identifier: GPL-2.0-only
/* Fields as JSON: see json_values.h. */
#include "output/json_values.h"
#include "output/escape.h"
#include "output/go_limits.h"
#include "util/duration.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *string)
{
	size_t length = strlen(string), used = 0, step;
	char *clean;
	json_t *json = json_string(string);

	if (json)
		return json;
	clean = malloc(3 * length + 1);
	if (!clean)
		return NULL;
	while (*string) {
		step = escape_utf8_length(string, NULL);
		memcpy(clean + used, step ? string : "\xef\xbf\xbd", step ? step : 3);
		used += step ? step : 3;
		string += step ? step : 1;
	}
	clean[used] = '\0';
	json = json_string(clean);
	free(clean);
	return json;
}

static json_t *date_json(int64_t realtime)
{
	char buffer[40];

	return json_string(time_format_rfc3339(realtime, buffer, sizeof(buffer)));
}

static json_t *stack_json(const struct field_source *source, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(source->run->stacks, id);
	json_t *json = json_array();
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++)
		json_array_append_new(json, json_of(source, &fields_frame, &stack->frames[i]));
	return json;
}

static json_t *list_json(const struct field_source *source, const struct fields *of,
			 const struct field_value *value)
{
	json_t *json = json_array();
	const void *item = NULL;

	while ((item = field_next(source, value, item)))
		json_array_append_new(json, json_of(source, of, item));
	return json;
}

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

static const struct verdict_records *records_of(const struct output_report *report,
						enum verdict_scope part)
{
	switch (part) {
	case VERDICT_FINDINGS:
		return &report->findings;
	case VERDICT_SUSPECTS:
		return &report->suspects;
	case VERDICT_WAITS:
		return &report->waits;
	default:
		return &report->threads;
	}
}

static json_t *records_json(const struct field_source *source, enum verdict_scope part)
{
	const struct verdict_goroutine_records *groups = &source->report->goroutines;
	const struct verdict_records *records = records_of(source->report, part);
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < groups->count; i++) {
		if (is_in_part(&groups->list[i], part))
			json_array_append_new(
				json, json_of(source, &fields_goroutines, &groups->list[i]));
	}
	for (i = 0; part == VERDICT_FINDINGS && i < groups->timer_count; i++)
		json_array_append_new(json, json_of(source, &fields_timers, &groups->timers[i]));
	for (i = 0; i < records->count; i++)
		json_array_append_new(json, json_of(source, &fields_record, &records->list[i]));
	return json;
}

static json_t *limits_json(const struct field_source *source)
{
	const struct lc_go *go = source->report->go;
	const struct lc_go_process *process = go ? go->processes : NULL;
	json_t *json = json_array();
	char text[GO_LIMIT_SIZE];
	size_t i;

	for (i = 0; source->run->limits && source->run->limits[i]; i++)
		json_array_append_new(json, json_text(source->run->limits[i]));
	for (; process; process = process->hh.next) {
		if (go_limit(process, text, sizeof(text)))
			json_array_append_new(json, json_text(text));
		if (go_search_limit(process, text, sizeof(text)))
			json_array_append_new(json, json_text(text));
	}
	return json;
}

static json_t *explanation_json(const struct field_source *source)
{
	const struct output_run *run = source->run;
	const void *object;
	uint32_t node;

	if (run->explain_goid) {
		object = field_explained(source, NULL);
		return object ? json_of(source, &fields_go_explanation, object) : json_null();
	}
	node = run->view ? graph_find(&run->view->graph, run->explain) : GRAPH_NONE;
	return node != GRAPH_NONE ? json_of(source, &fields_explanation, &node) : json_null();
}

static json_t *value_json(const struct field_source *source, const struct field *field,
			  const struct field_value *value)
{
	int64_t integer = value->integer;

	switch (field->type) {
	case FIELD_TEXT:
		return json_text(value->text);
	case FIELD_NUMBER:
	case FIELD_ID:
	case FIELD_INTEGER:
		return json_integer(integer);
	case FIELD_ID_OR_NULL:
		return integer ? json_integer(integer) : json_null();
	case FIELD_NUMBER_OR_NULL:
		return integer >= 0 ? json_integer(integer) : json_null();
	case FIELD_REAL:
		return json_real(value->real);
	case FIELD_BOOLEAN:
		return json_boolean(integer);
	case FIELD_HEX:
		return json_sprintf("0x%llx", (unsigned long long)integer);
	case FIELD_TIME:
		return integer ? date_json(integer + source->run->realtime_offset) : json_null();
	case FIELD_DATE:
		return date_json(integer);
	case FIELD_STACK:
		return stack_json(source, integer);
	case FIELD_OBJECT:
	case FIELD_OBJECT_OR_NULL:
		return value->object ? json_of(source, field->of, value->object) : json_null();
	case FIELD_LIST:
		return list_json(source, field->of, value);
	case FIELD_RECORDS:
		return records_json(source, integer);
	case FIELD_EXPLANATION:
		return explanation_json(source);
	case FIELD_LIMITS:
		return limits_json(source);
	}
	return NULL;
}

json_t *json_of(const struct field_source *source, const struct fields *fields, const void *object)
{
	struct field_value values[FIELDS_MAX];
	struct field_scratch scratch;
	json_t *json;
	size_t i;

	fields->read(source, object, &scratch, values);
	if (!fields->list[0].name[0])
		return value_json(source, &fields->list[0], &values[0]);
	json = json_object();
	for (i = 0; i < fields->count; i++) {
		if (values[i].present)
			json_object_set_new(json, fields->list[i].name,
					    value_json(source, &fields->list[i], &values[i]));
	}
	return json;
}
