/* SPDX-License-Identifier: GPL-2.0-only */
/* What a thread waits for and what is concluded from it, as text. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_WAIT_H
#define LEAKHOP_OUTPUT_TEXT_WAIT_H

#include "output/output.h"

/* The object, who holds it on to the end of the chain, why the verdict, and what to do. */
void text_wait(FILE *stream, const struct output_style *style, const struct output_run *run,
	       const struct verdict_record *record);

#endif
