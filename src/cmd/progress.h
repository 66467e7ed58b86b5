/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line on stderr that says what takes so long: only on a terminal, only after a second, and wiped
 * before anything else is printed.
 */
#ifndef LEAKHOP_CMD_PROGRESS_H
#define LEAKHOP_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool wanted;
	bool shown;
	uint64_t work_began; /* ns; 0: idle */
	uint64_t last_shown;
};

void progress_init(struct progress *progress, bool wanted);
void progress_begin(struct progress *progress);
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void progress_end(struct progress *progress);

#endif
