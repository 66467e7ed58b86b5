/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of threads, files and functions are hostile: what may be shown of them. Private to this
 * folder.
 */
#ifndef LEAKHOP_OUTPUT_ESCAPE_H
#define LEAKHOP_OUTPUT_ESCAPE_H

#include <stddef.h>

/*
 * Copies text to buffer for a terminal: controls, characters that are not seen or turn the
 * direction of a line, and bytes that are no UTF-8 become \xHH. Cut at size. Returns buffer.
 */
const char *escape_text(const char *text, char *buffer, size_t size);

/*
 * Length in bytes of the UTF-8 character at text; 0 if it is none. *ret_code (may be NULL) is its
 * number.
 */
size_t escape_utf8_length(const char *text, unsigned *ret_code);

#endif
