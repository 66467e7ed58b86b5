// SPDX-License-Identifier: GPL-2.0-only
/*
 * A goroutine in the very words of Go's own dump of all goroutines, for tools that read that:
 * goroutineheader(), traceback2() and printcreatedby() of src/runtime/traceback.go.
 */
#include "output/escape.h"
#include "output/output.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define TEXT_BYTES 16384
#define NS_PER_MINUTE 60000000000ull

static void put(FILE *stream, const char *text)
{
	char buffer[TEXT_BYTES];

	fputs(escape_text(text, buffer, sizeof(buffer)), stream);
}

static bool needs_quotes(const char *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (!isascii(bytes[i]) || (!isalnum(bytes[i]) && !strchr("./_", bytes[i])) ||
		    !bytes[i])
			return true;
	}
	return false;
}

/*
 * printquoted() of src/runtime/print.go: ASCII, and escapes for all else. Returns the bytes it
 * took.
 */
static size_t put_quoted_one(FILE *stream, const char *bytes, size_t size)
{
	char one[5] = {};
	unsigned code;
	size_t length;

	memcpy(one, bytes, size < 4 ? size : 4);
	length = escape_utf8_length(one, &code);
	if (!length || length > size) {
		fprintf(stream, "\\x%02x", (unsigned char)*bytes);
		return 1;
	}
	switch (code) {
	case '\n':
		fputs("\\n", stream);
		break;
	case '\r':
		fputs("\\r", stream);
		break;
	case '\t':
		fputs("\\t", stream);
		break;
	case '\\':
	case '"':
		fprintf(stream, "\\%c", code);
		break;
	default:
		if (code >= ' ' && code <= '~')
			fputc((int)code, stream);
		else
			fprintf(stream,
				code < 0x7f	 ? "\\x%02x"
				: code < 0x10000 ? "\\u%04x"
						 : "\\U%08x",
				code);
	}
	return length;
}

static void put_label_part(FILE *stream, const char *bytes, size_t size, bool always_quoted)
{
	size_t at = 0;

	if (!always_quoted && !needs_quotes(bytes, size)) {
		fwrite(bytes, 1, size, stream);
		return;
	}
	fputc('"', stream);
	while (at < size)
		at += put_quoted_one(stream, bytes + at, size - at);
	fputc('"', stream);
}

static void put_labels(FILE *stream, const struct lc_go_trace *trace)
{
	const struct lc_go_label *label;
	size_t i;

	fputs(trace->labels_inside ? " labels:{" : " {", stream);
	for (i = 0; i < trace->label_count; i++) {
		label = &trace->labels[i];
		fputs(i ? ", " : "", stream);
		put_label_part(stream, label->key, label->key_size, trace->labels_inside);
		fputs(": ", stream);
		put_label_part(stream, label->value, label->value_size, trace->labels_inside);
	}
	fputc('}', stream);
}

static void put_heading(FILE *stream, const struct lc_go_trace *trace)
{
	uint64_t minutes = trace->waits_ns / NS_PER_MINUTE;

	fprintf(stream, "goroutine %llu [%s%s%s%s", (unsigned long long)trace->goid, trace->status,
		trace->leaked ? " (leaked)" : "", trace->scanned ? " (scan)" : "",
		trace->durable ? " (durable)" : "");
	if (minutes)
		fprintf(stream, ", %llu minutes", (unsigned long long)minutes);
	if (trace->locked)
		fputs(", locked to thread", stream);
	if (trace->bubble)
		fprintf(stream, ", synctest bubble %llu", (unsigned long long)trace->bubble);
	if (trace->label_count && trace->labels_inside)
		put_labels(stream, trace);
	fputc(']', stream);
	if (trace->label_count && !trace->labels_inside)
		put_labels(stream, trace);
	fputs(":\n", stream);
}

static void put_arguments(FILE *stream, const struct lc_go_trace_frame *frame)
{
	const struct lc_go_argument *argument;
	bool first = true;
	size_t i;

	for (i = 0; i < frame->argument_count; i++) {
		argument = &frame->arguments[i];
		if (!first && argument->kind != LC_GO_ARGUMENT_END)
			fputs(", ", stream);
		first = argument->kind == LC_GO_ARGUMENT_BEGIN;
		switch ((enum lc_go_argument_kind)argument->kind) {
		case LC_GO_ARGUMENT_VALUE:
			fprintf(stream, "0x%llx%s", (unsigned long long)argument->value,
				argument->uncertain ? "?" : "");
			break;
		case LC_GO_ARGUMENT_BEGIN:
			fputc('{', stream);
			break;
		case LC_GO_ARGUMENT_END:
			fputc('}', stream);
			break;
		case LC_GO_ARGUMENT_MORE:
			fputs("...", stream);
			break;
		case LC_GO_ARGUMENT_FAR:
			fputc('_', stream);
			break;
		}
	}
}

static void put_place(FILE *stream, const struct lc_go_trace_frame *frame)
{
	fputc('\t', stream);
	put(stream, frame->file[0] ? frame->file : "?");
	fprintf(stream, ":%u", frame->line);
	if (!frame->inlined && frame->offset)
		fprintf(stream, " +0x%llx", (unsigned long long)frame->offset);
	fputc('\n', stream);
}

static void put_frames(FILE *stream, const struct lc_go_trace *trace)
{
	const struct lc_go_trace_frame *frame;
	size_t i;

	for (i = 0; i < trace->frame_count; i++) {
		if (trace->left_out && i == trace->left_out_at)
			fprintf(stream, "...%llu frames elided...\n",
				(unsigned long long)trace->left_out);
		frame = &trace->frames[i];
		put(stream, frame->function);
		fputc('(', stream);
		if (frame->inlined)
			fputs("...", stream);
		else
			put_arguments(stream, frame);
		fputs(")\n", stream);
		put_place(stream, frame);
	}
	if (trace->more)
		fputs("...additional frames elided...\n", stream);
}

int output_go_trace(FILE *stream, const struct lc_go_trace *trace)
{
	put_heading(stream, trace);
	if (trace->has_stack)
		put_frames(stream, trace);
	else
		fputs("\tgoroutine running on other thread; stack unavailable\n", stream);
	if (trace->has_creator) {
		fputs("created by ", stream);
		put(stream, trace->creator.function);
		if (trace->parent_goid)
			fprintf(stream, " in goroutine %llu",
				(unsigned long long)trace->parent_goid);
		fputc('\n', stream);
		put_place(stream, &trace->creator);
	}
	return ferror(stream) ? -EIO : 0;
}
