// SPDX-License-Identifier: GPL-2.0-only
/* The wait-for graph as the report itself: dot.c writes it. */
#include "output/format.h"

static int end(struct output_sink *sink, const struct output_report *report)
{
	(void)report;
	return output_dot(sink->stream, sink->run);
}

const struct output_format output_format_dot = {
	.name = "dot",
	.for_programs = true,
	.end = end,
};
