// SPDX-License-Identifier: GPL-2.0-only
/* The progress line of progress.h. */
#include "cmd/progress.h"
#include "util/duration.h"
#include "util/now.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SHOW_AFTER_NS 1000000000ull
#define SHOW_EVERY_NS 100000000ull
#define LIVE_AFTER_NS 60000000000ull
#define LIVE_EVERY_NS 1000000000ull
#define LINE_BYTES 160

void progress_init(struct progress *progress, bool wanted, bool alone)
{
	memset(progress, 0, sizeof(*progress));
	progress->alone = alone;
	progress->wanted = wanted && isatty(STDERR_FILENO);
	progress->run_began = now_monotonic();
}

void progress_begin(struct progress *progress)
{
	progress->work_began = now_monotonic();
}

/* Over the line that is there. One that is too long would wrap, and its first part stay. */
static void show(struct progress *progress, char *text)
{
	struct winsize size;
	char *c;

	for (c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?';
	}
	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col && strlen(text) >= size.ws_col)
		text[size.ws_col - 1] = '\0';
	fprintf(stderr, "\r\033[K%s", text);
	progress->last_shown = now_monotonic();
	progress->shown = true;
}

void progress_say(struct progress *progress, const char *format, ...)
{
	uint64_t now;
	char text[80], line[LINE_BYTES];
	va_list args;

	if (!progress->wanted || !progress->work_began)
		return;
	now = now_monotonic();
	if (now - progress->work_began < SHOW_AFTER_NS ||
	    now - progress->last_shown < SHOW_EVERY_NS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "%s ...", text);
	show(progress, line);
	progress->shown_work = true;
}

void progress_end(struct progress *progress)
{
	if (progress->shown_work)
		progress_clear(progress);
	progress->work_began = 0;
}

bool progress_is_long(const struct progress *progress)
{
	return progress->wanted && progress->alone &&
	       now_monotonic() - progress->run_began >= LIVE_AFTER_NS;
}

void progress_live(struct progress *progress, const char *format, ...)
{
	uint64_t now = now_monotonic();
	char text[LINE_BYTES], line[LINE_BYTES + 64], span[32];
	va_list args;

	if (!progress_is_long(progress) || now - progress->last_shown < LIVE_EVERY_NS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* To the second: a figure that runs faster only flickers. */
	duration_format((now - progress->run_began) / 1000000000 * 1000000000, span, sizeof(span));
	snprintf(line, sizeof(line), "leakhop: %s, %s", span, text);
	show(progress, line);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->shown = progress->shown_work = false;
}
