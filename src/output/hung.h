/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tree of processes does that hangs, or is about to be ended: told at once, for people. */
#ifndef LEAKHOP_OUTPUT_HUNG_H
#define LEAKHOP_OUTPUT_HUNG_H

#include "output/output.h"

#define HUNG_LINE 600

/*
 * The one line that a person needs first: who is hung, on what, and for whom. Returns buffer.
 */
const char *hung_line(const struct output_run *run, const struct output_report *report,
		      char *buffer, size_t size);

/*
 * All of it: that line, what is wrong in full, and a line for each place where something waits.
 * why: what it is told for; hung: it hangs, whatever can be said of it.
 */
int hung_text(FILE *stream, const struct output_run *run, const struct output_report *report,
	      const char *why, bool hung);

#endif
