/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line on stderr, only on a terminal: what takes so long, after a second of it; and from a minute
 * on, between sweeps, that the run lives. Wiped before anything else is printed.
 */
#ifndef LEAKHOP_CMD_PROGRESS_H
#define LEAKHOP_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool wanted;
	bool alone;		/* no command that was started writes to the same terminal */
	bool shown, shown_work; /* there is a line; it says what takes so long */
	uint64_t run_began;	/* ns, CLOCK_MONOTONIC, as the others */
	uint64_t work_began;	/* 0: idle */
	uint64_t last_shown;
};

void progress_init(struct progress *progress, bool wanted, bool alone);
void progress_begin(struct progress *progress);
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void progress_end(struct progress *progress);

/* Has the run come to where it says that it lives? Never beside what a command writes. */
bool progress_is_long(const struct progress *progress);

/* What the run has seen up to now, behind how long it has run; at most once a second. */
void progress_live(struct progress *progress, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

/* Wipes the line, if there is one. */
void progress_clear(struct progress *progress);

#endif
