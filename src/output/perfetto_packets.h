/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets of a Perfetto trace (perfetto.dev/docs/reference/trace-packet-proto): tracks and what
 * happened on them. Texts are escaped here. Times: ns of CLOCK_MONOTONIC. Private to this folder.
 */
#ifndef LEAKHOP_OUTPUT_PERFETTO_PACKETS_H
#define LEAKHOP_OUTPUT_PERFETTO_PACKETS_H

#include "model/types.h"

#include <stdio.h>

#define PERFETTO_NOTES 12 /* of an event */

struct perfetto;

int perfetto_create(FILE *stream, struct perfetto **ret_perfetto);
void perfetto_free(struct perfetto *perfetto);

/* The first error; from then on nothing is written. */
int perfetto_error(const struct perfetto *perfetto);

/* The first packet: which clock the trace is told by, and what it shows at one moment. */
void perfetto_clocks(struct perfetto *perfetto, uint64_t monotonic, int64_t realtime);

/* The track of a thread, told when new; process: the name of its process, NULL: not known. */
uint64_t perfetto_thread(struct perfetto *perfetto, const struct lc_task *task,
			 const char *process);

/* A new track of a process, for events or (counts) for numbers. */
uint64_t perfetto_track(struct perfetto *perfetto, pid_t pid, const char *process, const char *name,
			bool counts);

/* What is noted of an event: text, or a number where that is NULL. */
struct perfetto_note {
	const char *name;
	const char *text;
	uint64_t number;
};

enum perfetto_type {
	PERFETTO_BEGIN = 1,
	PERFETTO_END = 2,
	PERFETTO_INSTANT = 3,
};

struct perfetto_event {
	enum perfetto_type type;
	uint64_t track, at;
	const char *category, *name; /* NULL at an end */
	struct perfetto_note notes[PERFETTO_NOTES];
	size_t note_count;
	uint64_t flow_from, flow_to; /* number of an arrow that begins, or ends, here; 0: none */
};

void perfetto_event(struct perfetto *perfetto, const struct perfetto_event *event);
void perfetto_count(struct perfetto *perfetto, uint64_t track, uint64_t at, uint64_t count);

/* A number for an arrow from one event to another. */
uint64_t perfetto_arrow(struct perfetto *perfetto);

#endif
