/* SPDX-License-Identifier: GPL-2.0-only */
/* What goroutines hold and nothing else does, as text. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_RETAINED_H
#define LEAKHOP_OUTPUT_TEXT_RETAINED_H

#include "model/goroutines.h"
#include "output/line.h"

/* "3.1 GiB", "4 KiB", "80 bytes". Returns buffer. */
const char *text_bytes(uint64_t bytes, char *buffer, size_t size);

/*
 * "main.Session", "[]main.row", or "10 MiB without pointers" where the type is not known: of one.
 * Returns buffer.
 */
const char *text_retained_type(const struct lc_go_retained_type *type, char *buffer, size_t size);

/* "3.1 GiB that nothing else does: 312 of 10 MiB without pointers, ..."; nothing where it is NULL.
 */
void text_retained(struct line *line, const struct lc_go_retained *retained);

#endif
