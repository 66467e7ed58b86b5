/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The forms that a report can have, each behind the same four calls. A new one is a file of its own
 * with a struct output_format, and its name in the list of format.c.
 */
#ifndef LEAKHOP_OUTPUT_FORMAT_H
#define LEAKHOP_OUTPUT_FORMAT_H

#include "output/output.h"

/*
 * Where a report goes, and of which run it is. told counts what has been told so far, which numbers
 * it.
 */
struct output_sink {
	FILE *stream;
	const struct output_run *run;
	unsigned reported;
};

/* Calls return 0, or -EIO if the stream failed. */
struct output_format {
	const char *name;
	bool as_due;	   /* says what comes due at once; else all is in the document at the end */
	bool for_programs; /* nobody reads remarks beside it */
	bool explains;	   /* has --explain */
	bool all_stacks;   /* tells of every thread, and names all stacks, as dump does */
	bool is_file;	   /* not to be read, but to be kept: no terminal gets it */
	int (*thread)(struct output_sink *sink, const struct verdict_record *record);
	int (*goroutines)(struct output_sink *sink, const struct verdict_goroutines *record);
	int (*timers)(struct output_sink *sink, const struct verdict_timers *timers);
	int (*end)(struct output_sink *sink, const struct output_report *report);
};

extern const struct output_format output_format_text;
extern const struct output_format output_format_json;
extern const struct output_format output_format_json_lines;
extern const struct output_format output_format_dot;
extern const struct output_format output_format_folded;
extern const struct output_format output_format_folded_count;
extern const struct output_format output_format_pprof;
extern const struct output_format output_format_perfetto;
extern const struct output_format output_format_html;

/* By its name; NULL: there is no such format. */
const struct output_format *output_format_find(const char *name);

/* The names of all, for a message: "text, json, ...". Returns buffer. 200 bytes are enough. */
const char *output_format_names(char *buffer, size_t size);

#endif
