// SPDX-License-Identifier: GPL-2.0-only
/* What a stream can show: terminal or not, its width, NO_COLOR (no-color.org). */
#include "output/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct output_style output_style_for(FILE *stream)
{
	struct output_style style = {};
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	struct winsize size;

	if (!isatty(fileno(stream)))
		return style;
	style.colour = !(no_color && *no_color) && terminal && strcmp(terminal, "dumb");
	if (!ioctl(fileno(stream), TIOCGWINSZ, &size) && size.ws_col >= 40)
		style.width = size.ws_col;
	return style;
}
