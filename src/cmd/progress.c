// SPDX-License-Identifier: GPL-2.0-only
/* The progress line of progress.h. */
#include "cmd/progress.h"
#include "util/now.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHOW_AFTER_NS 1000000000ull
#define SHOW_EVERY_NS 100000000ull

void progress_init(struct progress *progress, bool wanted)
{
	memset(progress, 0, sizeof(*progress));
	progress->wanted = wanted && isatty(STDERR_FILENO);
}

void progress_begin(struct progress *progress)
{
	progress->work_began = now_monotonic();
}

void progress_say(struct progress *progress, const char *format, ...)
{
	uint64_t now;
	char text[80];
	va_list args;
	char *c;

	if (!progress->wanted || !progress->work_began)
		return;
	now = now_monotonic();
	if (now - progress->work_began < SHOW_AFTER_NS ||
	    now - progress->last_shown < SHOW_EVERY_NS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?';
	}
	fprintf(stderr, "\r\033[K%s ...", text);
	progress->last_shown = now;
	progress->shown = true;
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->shown = false;
	progress->work_began = 0;
}
