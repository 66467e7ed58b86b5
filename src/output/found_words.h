/* SPDX-License-Identifier: GPL-2.0-only */
/* What the forms of findings share: places in a repository, and text for each form. Private. */
#ifndef LEAKHOP_OUTPUT_FOUND_WORDS_H
#define LEAKHOP_OUTPUT_FOUND_WORDS_H

#include "output/found.h"

/*
 * Where a person looks first: the line that started what is left over, else that where it waits.
 * NULL: none has a line.
 */
const struct found_site *found_line(const struct found *found);

/* A file as the folder of the run has it; the path as it is where it lies elsewhere. */
const char *found_path(const struct found_summary *summary, const char *file);

/* "server (71): 1 thread left over: ...; in test TestA", not escaped. Returns buffer. */
const char *found_sentence(const struct found *found, char *buffer, size_t size);

/* The name of the case that it belongs to: its test, else its process. */
const char *found_case(const struct found *found);

/*
 * Writes text with each character through escape(), which returns what stands for it or NULL where
 * it stands for itself. What is no UTF-8, and controls but for tab and newline, become U+FFFD.
 */
void found_put(FILE *stream, const char *text, const char *(*escape)(char c));

#endif
