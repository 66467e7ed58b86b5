/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks as text. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_STACK_H
#define LEAKHOP_OUTPUT_TEXT_STACK_H

#include "output/output.h"

/* The frames of a stack, one on a line, indented. Nothing for id 0. */
void text_stack(FILE *stream, const struct output_style *style, const struct output_run *run,
		uint32_t id, size_t indent);

/* The place in a stack that a person looks for: call_site.h. NULL if there is none. */
const struct lc_frame *text_telling_frame(const struct output_run *run, uint32_t id);

/*
 * Does a stack of Go's stand in the program's own code, below which is nothing but what all is made
 * of? True: or unnamed.
 */
bool text_is_own(const struct output_run *run, uint32_t id);

/* "worker.c:88", the last part of a path. */
const char *text_basename(const char *path);

#endif
