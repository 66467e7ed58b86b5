/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings that are known and accepted, as text that people review: a line for each, its
 *fingerprint and behind "#" why, a ticket, and until when it is accepted. Pure: no file, no clock.
 *
 *	goroutine | select | queue.run | queue.New  # closed with the process; ABC-12;
 *until=2027-01-31
 */
#ifndef LEAKHOP_VERDICT_BASELINE_H
#define LEAKHOP_VERDICT_BASELINE_H

#include "util/error.h"

#include <stdbool.h>
#include <stddef.h>

#define BASELINE_LINES 16384
#define BASELINE_DATE 11 /* "2027-01-31" */

struct baseline_line {
	char *fingerprint;
	char *comment;		   /* what stands behind "#"; "" */
	char until[BASELINE_DATE]; /* "": for good */
	bool found;
};

struct baseline {
	struct baseline_line *list;
	size_t count, capacity;
};

/*
 * Takes in a file's text, which is changed. Lines that begin with "#" are for people. Returns 0,
 * -EINVAL with the line in error, or -ENOMEM.
 */
int baseline_parse(struct baseline *baseline, char *text, struct error *error);
void baseline_release(struct baseline *baseline);

enum baseline_answer { BASELINE_NEW, BASELINE_KNOWN, BASELINE_EXPIRED };

/* Asks for a finding, on a day ("2026-11-28"), and notes that it was there. */
enum baseline_answer baseline_ask(struct baseline *baseline, const char *fingerprint,
				  const char *today, const struct baseline_line **ret_line);

/* Adds one that is new, for baseline_text(). Returns 0, -ENOSPC or -ENOMEM. */
int baseline_add(struct baseline *baseline, const char *fingerprint, const char *comment);

/* The text of all that were found, sorted; the caller frees it. NULL: no memory. */
char *baseline_text(struct baseline *baseline);

#endif
