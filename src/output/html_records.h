/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of a report for its page: in the words of text output. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_HTML_RECORDS_H
#define LEAKHOP_OUTPUT_HTML_RECORDS_H

#include "output/html_stacks.h"

/*
 * Findings, suspects and waits of all kinds, the worst first; each has its part. Past a bound the
 * rest of a part is counted in *ret_left_out. A new reference.
 */
json_t *html_records(const struct output_run *run, const struct output_report *report,
		     struct html_stacks *stacks, size_t *ret_left_out);

#endif
