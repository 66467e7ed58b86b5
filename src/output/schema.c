// SPDX-License-Identifier: GPL-2.0-only
/* docs/leakhop.schema.json (JSON Schema, draft 7): see reference.h. */
#include "output/reference.h"
#include "output/tables.h"

#include <errno.h>
#include <jansson.h>

static json_t *reference(const char *name)
{
	return json_pack("{so}", "$ref", json_sprintf("#/definitions/%s", name));
}

static json_t *or_null(json_t *schema)
{
	return json_pack("{s[{ss}o]}", "oneOf", "type", "null", schema);
}

static json_t *list_of(json_t *schema)
{
	return json_pack("{ss so}", "type", "array", "items", schema);
}

static json_t *of_type(const char *type)
{
	return json_pack("{ss}", "type", type);
}

static json_t *text_schema(const struct field *field)
{
	const char *const *choice = field->choices;
	json_t *choices;

	if (!choice)
		return of_type("string");
	choices = json_array();
	for (; *choice; choice++)
		json_array_append_new(choices, json_string(*choice));
	return json_pack("{so}", "enum", choices);
}

static json_t *records_schema(const char *name)
{
	return list_of(reference(name));
}

static json_t *field_schema(const struct field *field);

static json_t *item_schema(const struct fields *fields)
{
	return fields->heading ? reference(fields->name) : field_schema(&fields->list[0]);
}

static json_t *field_schema(const struct field *field)
{
	switch (field->type) {
	case FIELD_TEXT:
		return text_schema(field);
	case FIELD_NUMBER:
		return reference("number");
	case FIELD_ID:
		return reference("id");
	case FIELD_INTEGER:
		return of_type("integer");
	case FIELD_REAL:
		return of_type("number");
	case FIELD_BOOLEAN:
		return of_type("boolean");
	case FIELD_HEX:
		return reference("hexadecimal");
	case FIELD_ID_OR_NULL:
		return or_null(reference("id"));
	case FIELD_NUMBER_OR_NULL:
		return or_null(reference("number"));
	case FIELD_TIME:
		return or_null(reference("time"));
	case FIELD_DATE:
		return reference("time");
	case FIELD_STACK:
		return list_of(reference(fields_frame.name));
	case FIELD_OBJECT:
		return item_schema(field->of);
	case FIELD_OBJECT_OR_NULL:
		return or_null(item_schema(field->of));
	case FIELD_LIST:
		return list_of(item_schema(field->of));
	case FIELD_RECORDS:
		return records_schema(field->name);
	case FIELD_EXPLANATION:
		return json_pack("{s[{ss}oo]}", "oneOf", "type", "null",
				 reference(fields_explanation.name),
				 reference(fields_go_explanation.name));
	case FIELD_LIMITS:
		return list_of(of_type("string"));
	}
	return NULL;
}

static json_t *object_schema(const struct fields *fields)
{
	json_t *properties = json_object(), *required = json_array();
	size_t i;

	for (i = 0; i < fields->count; i++) {
		json_object_set_new(properties, fields->list[i].name,
				    field_schema(&fields->list[i]));
		if (tables_always(&fields->list[i]))
			json_array_append_new(required, json_string(fields->list[i].name));
	}
	return json_pack("{ss so so}", "type", "object", "required", required, "properties",
			 properties);
}

/* A record of any kind, of these verdicts; NULL: any. */
static json_t *records_of(const char *const *verdicts)
{
	json_t *any = json_pack("{s[ooo]}", "oneOf", reference(fields_record.name),
				reference(fields_goroutines.name), reference(fields_timers.name));
	json_t *choices = json_array();

	for (; verdicts && *verdicts; verdicts++)
		json_array_append_new(choices, json_string(*verdicts));
	if (!json_array_size(choices)) {
		json_decref(choices);
		return any;
	}
	return json_pack("{s[o{s{s{so}}}]}", "allOf", any, "properties", "verdict", "enum",
			 choices);
}

static void add_records(json_t *definitions)
{
	static const char *const wrong[] = { "stuck", "leak", "deadlock", NULL };
	static const char *const suspect[] = { "suspect", NULL };
	/* Blocks that have ended keep the verdict that they had. */
	static const char *const waiting[] = { "idle", "blocked",  "suspect", "stuck",
					       "leak", "deadlock", NULL };

	json_object_set_new(definitions, "findings", records_of(wrong));
	json_object_set_new(definitions, "suspects", records_of(suspect));
	json_object_set_new(definitions, "waits", records_of(waiting));
	json_object_set_new(definitions, "threads", reference(fields_record.name));
}

static json_t *definitions(void)
{
	const struct fields *tables[TABLES_MAX];
	size_t count = tables_all(tables), i;
	json_t *json = json_object();

	json_object_set_new(json, "number", json_pack("{ss si}", "type", "integer", "minimum", 0));
	json_object_set_new(json, "id", json_pack("{ss si}", "type", "integer", "minimum", 1));
	json_object_set_new(json, "hexadecimal",
			    json_pack("{ss ss}", "type", "string", "pattern", "^0x[0-9a-f]+$"));
	json_object_set_new(json, "time",
			    json_pack("{ss ss}", "type", "string", "pattern",
				      "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?"
				      "(Z|[+-]\\d\\d:\\d\\d)$"));
	add_records(json);
	for (i = 0; i < count; i++) {
		if (tables[i]->heading && tables[i] != &fields_document)
			json_object_set_new(json, tables[i]->name, object_schema(tables[i]));
	}
	return json;
}

int output_schema(FILE *stream)
{
	json_t *json = json_pack("{ss ss ss}", "$schema", "http://json-schema.org/draft-07/schema#",
				 "title", OUTPUT_SCHEMA, "description",
				 "What `leakhop dump --json` and `leakhop trace --json` write; "
				 "written by `make reference`. "
				 "SPDX-License-Identifier: GPL-2.0-only");
	json_t *document = object_schema(&fields_document);
	int r;

	json_object_update(json, document);
	json_decref(document);
	json_object_set_new(json, "if",
			    json_pack("{s{s{ss}}}", "properties", "command", "const", "dump"));
	json_object_set_new(json, "then", json_pack("{s[s]}", "required", "threads"));
	json_object_set_new(json, "definitions", definitions());
	r = json_dumpf(json, stream, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	json_decref(json);
	return r < 0 || fputc('\n', stream) == EOF || fflush(stream) ? -EIO : 0;
}
