/* SPDX-License-Identifier: GPL-2.0-only */
/* The stacks and frames that a page tells of, each once. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_HTML_STACKS_H
#define LEAKHOP_OUTPUT_HTML_STACKS_H

#include "output/output.h"

#include <jansson.h>

struct html_stacks;

int html_stacks_create(const struct output_run *run, struct html_stacks **ret_stacks);
void html_stacks_free(struct html_stacks *stacks);

/* The stack's place in the page's list; -1: there is no such stack, or it has no names. */
int html_stack(struct html_stacks *stacks, uint32_t id);

/*
 * The lists themselves, new references: of frames [name, file:line, module, inlined], and of
 * stacks, each a list of frames' places, the innermost first, and behind it where a person looks
 * first, or -1, and how the stack ends, "" if it is whole.
 */
json_t *html_stacks_frames(const struct html_stacks *stacks);
json_t *html_stacks_list(const struct html_stacks *stacks);

/* A string for the page, as text output has it: escaped. A new reference. */
json_t *html_text(const char *text);

#endif
