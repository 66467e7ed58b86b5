// SPDX-License-Identifier: GPL-2.0-only
/* Lines of text output: see line.h. Columns are counted as characters; wide ones are rare here. */
#include "output/line.h"
#include "output/escape.h"

#include <stdarg.h>
#include <string.h>

static const char *const colours[] = {
	[LINE_PLAIN] = "",	  [LINE_BOLD] = "\033[1m",   [LINE_RED] = "\033[1;31m",
	[LINE_FAINT] = "\033[2m", [LINE_GREEN] = "\033[32m",
};

static size_t count_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

/* Cuts text in place to that many columns. */
static void cut(char *text, size_t columns)
{
	size_t seen = 0;

	for (; *text; text++) {
		if ((*text & 0xc0) != 0x80 && seen++ == columns) {
			*text = '\0';
			return;
		}
	}
}

static void line_write(struct line *line, enum line_colour colour, char *text)
{
	size_t columns = count_columns(text), width = line->style->width;
	bool shortened = false;

	if (line->full)
		return;
	if (width && line->columns + columns > width) {
		cut(text, width - line->columns ? width - line->columns - 1 : 0);
		line->full = shortened = true;
	}
	line->columns += columns;
	if (line->style->colour && colour != LINE_PLAIN)
		fprintf(line->stream, "%s%s%s\033[0m", colours[colour], text, shortened ? "…" : "");
	else
		fprintf(line->stream, "%s%s", text, shortened ? "…" : "");
}

void line_put(struct line *line, enum line_colour colour, const char *text)
{
	char buffer[LINE_BYTES];

	escape_text(text, buffer, sizeof(buffer));
	line_write(line, colour, buffer);
}

void line_add(struct line *line, enum line_colour colour, const char *format, ...)
{
	char buffer[LINE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, sizeof(buffer), format, args);
	va_end(args);
	line_write(line, colour, buffer);
}

void line_tab(struct line *line, size_t column)
{
	size_t blanks = line->columns < column ? column - line->columns : line->columns ? 1 : 0;

	line_add(line, LINE_PLAIN, "%*s", (int)blanks, "");
}

void line_end(struct line *line)
{
	fputc('\n', line->stream);
	*line = line_begin(line->stream, line->style);
}
