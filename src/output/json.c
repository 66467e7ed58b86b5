// SPDX-License-Identifier: GPL-2.0-only
/* A run as JSON. Fields: fields.h; docs/json.md. */
#include "output/json_values.h"
#include "output/output.h"

#include <errno.h>

/*
 * Writes and releases json. In ASCII: what a stranger has put into a name does not reach a terminal
 * that the JSON is shown on.
 */
static int write_json(FILE *stream, json_t *json, size_t flags)
{
	int r = json ? json_dumpf(json, stream,
				  flags | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER |
					  JSON_REAL_PRECISION(9))
		     : -1;

	json_decref(json);
	if (r < 0 || fputc('\n', stream) == EOF || fflush(stream))
		return -EIO;
	return 0;
}

static const char *type_of(const struct conclusion *conclusion)
{
	return conclusion->verdict == VERDICT_SUSPECT ? "suspect" : "finding";
}

int output_json(FILE *stream, const struct output_run *run, const struct output_report *report)
{
	const struct field_source source = { .run = run, .report = report };

	return write_json(stream, json_of(&source, &fields_document, run), JSON_INDENT(2));
}

int output_json_line(FILE *stream, const struct output_run *run,
		     const struct verdict_record *record)
{
	const struct field_source source = {
		.run = run,
		.record_type = type_of(&record->conclusion),
	};

	return write_json(stream, json_of(&source, &fields_record, record), JSON_COMPACT);
}

int output_json_goroutines_line(FILE *stream, const struct output_run *run,
				const struct verdict_goroutines *record)
{
	const struct field_source source = {
		.run = run,
		.record_type = type_of(&record->conclusion),
	};

	return write_json(stream, json_of(&source, &fields_goroutines, record), JSON_COMPACT);
}

int output_json_timers_line(FILE *stream, const struct output_run *run,
			    const struct verdict_timers *timers)
{
	const struct field_source source = {
		.run = run,
		.record_type = type_of(&timers->conclusion),
	};

	return write_json(stream, json_of(&source, &fields_timers, timers), JSON_COMPACT);
}

int output_json_last_line(FILE *stream, const struct output_run *run,
			  const struct output_report *report)
{
	const struct field_source source = {
		.run = run,
		.report = report,
		.document_type = "summary",
	};

	return write_json(stream, json_of(&source, &fields_document, run), JSON_COMPACT);
}
