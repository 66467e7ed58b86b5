/* SPDX-License-Identifier: GPL-2.0-only */
/* What all parts of the JSON are made of; each returns a new reference. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_JSON_PIECES_H
#define LEAKHOP_OUTPUT_JSON_PIECES_H

#include "output/output.h"

#include <jansson.h>

/*
 * A string from outside: bytes that are no UTF-8, which jansson refuses, become U+FFFD. NULL: no
 * memory.
 */
json_t *json_text(const char *string);

/* "0x1f" */
json_t *json_hex(uint64_t number);

/* A point of CLOCK_MONOTONIC as RFC 3339; null where it is not known. */
json_t *json_when(const struct output_run *run, uint64_t monotonic);

/* A wait as such. */
json_t *json_wait_of(const struct output_run *run, const struct lc_wait *wait);

json_t *json_stack(const struct output_run *run, uint32_t id);
json_t *json_trend(const struct growth_trend *trend);

/* A record of threads: json_record.c. */
json_t *json_record(const struct output_run *run, const struct verdict_record *record);

/* A group of goroutines: json_go.c. */
json_t *json_goroutines(const struct output_run *run, const struct verdict_goroutines *record);

/* Of probes: json_go_events.c. json_go_exact(): null where there are none. */
json_t *json_go_exact(const struct output_run *run, const struct verdict_goroutines *record);
json_t *json_go_events(const struct output_run *run, const struct lc_go *go);
json_t *json_go_events_cost(const struct output_run *run);

json_t *json_timers(const struct verdict_timers *timers);

/* What a thread waits for; null where that was not looked at. */
json_t *json_wait(const struct output_run *run, const struct lc_thread *thread);

/*
 * All that was read and concluded of the thread run->explain: json_explain.c. null: it was not
 * seen.
 */
json_t *json_explanation(const struct output_run *run);

/*
 * The same of the goroutine run->explain_goid; where more than one process has it, the others in
 * "others".
 */
json_t *json_go_explanation(const struct output_run *run, const struct output_report *report);

/* From the thread of a node to the end of its chain; a circle is told once. */
json_t *json_chain(const struct output_run *run, uint32_t node);

#endif
