/* SPDX-License-Identifier: GPL-2.0-only */
/* What all parts of the JSON are made of; each returns a new reference. Private to this room. */
#ifndef LEAKHOP_OUTPUT_JSON_PIECES_H
#define LEAKHOP_OUTPUT_JSON_PIECES_H

#include "output/output.h"

#include <jansson.h>

/* A string from outside: bytes that are no UTF-8, which jansson refuses, become U+FFFD. NULL: no memory. */
json_t *json_text(const char *string);

/* "0x1f" */
json_t *json_hex(uint64_t number);

/* A point of CLOCK_MONOTONIC as RFC 3339; null where it is not known. */
json_t *json_when(const struct output_run *run, uint64_t monotonic);

/* What a thread waits for; null where that was not looked at. */
json_t *json_wait(const struct output_run *run, const struct lc_thread *thread);

/* From the thread of a node to the end of its chain; a circle is told once. */
json_t *json_chain(const struct output_run *run, uint32_t node);

#endif
