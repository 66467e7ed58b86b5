// SPDX-License-Identifier: GPL-2.0-only
/*
 * One page that needs nothing else: html/page.html with its style and its script, which the build
 * puts together, and the report as data between them. What came from a process is only in the data,
 * where no byte of it can end the element that it stands in, and the script shows it as text.
 */
#include "output/format.h"
#include "output/html_data.h"

#include "html_page.inc"

#include <errno.h>

/* Of JSON's bytes those that HTML could take for markup; all others are ASCII already. */
static int put_data(const char *bytes, size_t size, void *context)
{
	FILE *stream = context;
	size_t i;

	for (i = 0; i < size; i++) {
		if (bytes[i] == '<' || bytes[i] == '>' || bytes[i] == '&')
			fprintf(stream, "\\u%04x", bytes[i]);
		else
			fputc(bytes[i], stream);
	}
	return ferror(stream) ? -1 : 0;
}

static int end(struct output_sink *sink, const struct output_report *report)
{
	json_t *data = html_data(sink->run, report);
	int r;

	if (!data)
		return -ENOMEM;
	fwrite(html_page_before, 1, sizeof(html_page_before) - 1, sink->stream);
	r = json_dump_callback(data, put_data, sink->stream,
			       JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	json_decref(data);
	fwrite(html_page_after, 1, sizeof(html_page_after) - 1, sink->stream);
	if (r < 0 || fflush(sink->stream) || ferror(sink->stream))
		return -EIO;
	return 0;
}

const struct output_format output_format_html = {
	.name = "html",
	.for_programs = true,
	.all_stacks = true,
	.is_file = true,
	.end = end,
};
