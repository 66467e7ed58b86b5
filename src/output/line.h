/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line of text output: built up in pieces that are escaped, shortened to the terminal, and
 * written with its colours. Private to this folder.
 */
#ifndef LEAKHOP_OUTPUT_LINE_H
#define LEAKHOP_OUTPUT_LINE_H

#include "output/output.h"

#define LINE_BYTES 4096

enum line_colour { LINE_PLAIN, LINE_BOLD, LINE_RED, LINE_FAINT, LINE_GREEN };

struct line {
	FILE *stream;
	const struct output_style *style;
	size_t columns; /* written so far */
	bool full;	/* the terminal's width is used up */
};

static inline struct line line_begin(FILE *stream, const struct output_style *style)
{
	return (struct line){ .stream = stream, .style = style };
}

/* Adds text; line_put()'s is escaped, line_add()'s must be leakhop's own words or numbers. */
void line_put(struct line *line, enum line_colour colour, const char *text);
void line_add(struct line *line, enum line_colour colour, const char *format, ...)
	__attribute__((__format__(__printf__, 3, 4)));

/* Fills up to a column with blanks, at least one if the line is not empty. */
void line_tab(struct line *line, size_t column);
void line_end(struct line *line);

#endif
