// SPDX-License-Identifier: GPL-2.0-only
/* JSON as one document, and as lines: see format.h. */
#include "output/format.h"

static int thread_line(struct output_sink *sink, const struct verdict_record *record)
{
	return output_json_line(sink->stream, sink->run, record);
}

static int goroutines_line(struct output_sink *sink, const struct verdict_goroutines *record)
{
	return output_json_goroutines_line(sink->stream, sink->run, record);
}

static int timers_line(struct output_sink *sink, const struct verdict_timers *timers)
{
	return output_json_timers_line(sink->stream, sink->run, timers);
}

static int last_line(struct output_sink *sink, const struct output_report *report)
{
	return output_json_last_line(sink->stream, sink->run, report);
}

static int document(struct output_sink *sink, const struct output_report *report)
{
	return output_json(sink->stream, sink->run, report);
}

const struct output_format output_format_json = {
	.name = "json",
	.for_programs = true,
	.explains = true,
	.end = document,
};

const struct output_format output_format_json_lines = {
	.name = "json=lines",
	.as_due = true,
	.for_programs = true,
	.explains = true,
	.thread = thread_line,
	.goroutines = goroutines_line,
	.timers = timers_line,
	.end = last_line,
};
