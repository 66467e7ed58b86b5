/* SPDX-License-Identifier: GPL-2.0-only */
/* Which frame of a stack is the call site that a person looks for. Pure. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_CALL_SITE_H
#define LEAKHOP_OUTPUT_CALL_SITE_H

#include "model/types.h"

/*
 * Of count frames, innermost first: the innermost one of the program's own code, one with a line
 * before one without. Where there is none, the outermost one of a library, which says what the
 * thread is for; then the innermost address in the program, though it has no name; then the
 * outermost one of the language's own library. Never where a thread or process begins. NULL: none
 * of these.
 */
const struct lc_frame *call_site_of(const struct lc_frame *frames, size_t count);

/*
 * What everything of its language is made of, or where it begins: it says nothing of what is done.
 */
bool call_site_is_runtime(const struct lc_frame *frame);

#endif
