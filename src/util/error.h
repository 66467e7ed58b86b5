/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What library code hands up when it fails: a sentence that names the fault and its subject, and,
 * where there is one, the way out. Rooms fill it and return a negative errno; only cmd prints it.
 */
#ifndef LEAKHOP_UTIL_ERROR_H
#define LEAKHOP_UTIL_ERROR_H

struct error {
	char text[512];	  /* "cannot read '/proc/41/maps': permission denied"; no full stop */
	char remedy[512]; /* "run it as root, or ..."; empty if there is none */
};

/*
 * Fills the text of error (NULL: ignored), clears its remedy, and returns code, so that a caller
 * can write "return error_set(error, -errno, ...)". ": <errno's words>" is added if code is
 * negative.
 */
int error_set(struct error *error, int code, const char *format, ...)
	__attribute__((__format__(__printf__, 3, 4)));

/* Like error_set(), without errno's words behind the text. */
int error_say(struct error *error, int code, const char *format, ...)
	__attribute__((__format__(__printf__, 3, 4)));

/* Sets the way out. Returns nothing; error may be NULL. */
void error_remedy(struct error *error, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif
