/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What probes have seen of goroutines. Private to this folder; nothing is written without probes.
 */
#ifndef LEAKHOP_OUTPUT_TEXT_GO_EVENTS_H
#define LEAKHOP_OUTPUT_TEXT_GO_EVENTS_H

#include "output/line.h"

/* Of the goroutine that stands for a record: its birth, and who readied it last. */
void text_go_exact(struct line *line, const struct output_run *run,
		   const struct verdict_goroutines *record);

/* At the end: of each process, and what it cost. */
void text_go_events(struct line *line, const struct output_run *run,
		    const struct output_report *report);

#endif
