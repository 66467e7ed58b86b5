// SPDX-License-Identifier: GPL-2.0-only
/* A run as JSON. Fields: fields.h; docs/json.md. */
#include "output/json_values.h"
#include "output/output.h"

#include <errno.h>
#include <string.h>

/* jansson writes a number or a comma at a time: a document of a million of them is one buffer. */
struct text {
	FILE *stream;
	size_t used;
	char bytes[65536];
};

static int put(const char *bytes, size_t size, void *context)
{
	struct text *text = context;

	if (size > sizeof(text->bytes) - text->used) {
		if (fwrite(text->bytes, 1, text->used, text->stream) != text->used)
			return -1;
		text->used = 0;
	}
	if (size > sizeof(text->bytes))
		return fwrite(bytes, 1, size, text->stream) == size ? 0 : -1;
	memcpy(text->bytes + text->used, bytes, size);
	text->used += size;
	return 0;
}

/*
 * Writes and releases json. In ASCII: what a stranger has put into a name does not reach a terminal
 * that the JSON is shown on.
 */
static int write_json(FILE *stream, json_t *json, size_t flags)
{
	struct text text;
	int r;

	text.stream = stream;
	text.used = 0;
	r = json ? json_dump_callback(json, put, &text,
				      flags | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER |
					      JSON_REAL_PRECISION(9))
		 : -1;

	json_decref(json);
	if (r < 0 || fwrite(text.bytes, 1, text.used, stream) != text.used ||
	    fputc('\n', stream) == EOF || fflush(stream))
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
