// SPDX-License-Identifier: GPL-2.0-only
/* The tables of docs/json.md: see reference.h. */
#include "output/reference.h"
#include "output/fields.h"
#include "output/tables.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* A heading's anchor, as GitHub makes it: lower case, blanks as hyphens, no other signs. */
static void put_anchor(FILE *stream, const char *heading)
{
	for (; *heading; heading++) {
		if (isalnum((unsigned char)*heading) || *heading == '-')
			fputc(tolower((unsigned char)*heading), stream);
		else if (*heading == ' ')
			fputc('-', stream);
	}
}

static const char *type_words(enum field_type type)
{
	switch (type) {
	case FIELD_TEXT:
		return "text";
	case FIELD_NUMBER:
	case FIELD_ID:
		return "number";
	case FIELD_INTEGER:
		return "integer";
	case FIELD_REAL:
		return "real";
	case FIELD_BOOLEAN:
		return "true or false";
	case FIELD_HEX:
		return "hexadecimal";
	case FIELD_ID_OR_NULL:
	case FIELD_NUMBER_OR_NULL:
		return "number or null";
	case FIELD_TIME:
		return "time or null";
	case FIELD_DATE:
		return "time";
	case FIELD_STACK:
		return "[frames](#a-frame)";
	case FIELD_RECORDS:
		return "records";
	case FIELD_EXPLANATION:
		return "explanation or null";
	default:
		return "texts";
	}
}

static void put_type(FILE *stream, const struct field *field)
{
	if (!field->of) {
		fputs(type_words(field->type), stream);
		return;
	}
	fputs(field->type == FIELD_LIST ? "list of " : "", stream);
	if (field->of->heading) {
		fprintf(stream, "[%s](#", field->of->name);
		put_anchor(stream, field->of->heading);
		fputc(')', stream);
	} else {
		fputs(type_words(field->of->list[0].type), stream);
	}
	fputs(field->type == FIELD_OBJECT_OR_NULL ? " or null" : "", stream);
}

static void put_choices(FILE *stream, const struct field *field)
{
	const char *const *choice = field->choices;

	for (; choice && *choice; choice++)
		fprintf(stream, "%s`%s`", choice > field->choices ? ", " : "",
			**choice ? *choice : "\"\"");
	fputs(field->choices && field->means[0] ? "; " : "", stream);
}

static void put_table(FILE *stream, const struct fields *fields)
{
	size_t i;

	fprintf(stream, "\n## %s\n\n| field | type | means |\n| --- | --- | --- |\n",
		fields->heading);
	for (i = 0; i < fields->count; i++) {
		fprintf(stream, "| `%s`%s | ", fields->list[i].name,
			tables_always(&fields->list[i]) ? "" : " ?");
		put_type(stream, &fields->list[i]);
		fputs(" | ", stream);
		put_choices(stream, &fields->list[i]);
		fprintf(stream, "%s |\n", fields->list[i].means);
	}
}

int output_reference(FILE *stream)
{
	const struct fields *tables[TABLES_MAX];
	size_t count = tables_all(tables), i;

	for (i = 0; i < count; i++) {
		if (tables[i]->heading)
			put_table(stream, tables[i]);
	}
	return fflush(stream) ? -EIO : 0;
}
