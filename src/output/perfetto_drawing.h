/* SPDX-License-Identifier: GPL-2.0-only */
/* A trace for Perfetto being drawn: see format_perfetto.c. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_PERFETTO_DRAWING_H
#define LEAKHOP_OUTPUT_PERFETTO_DRAWING_H

#include "output/output.h"
#include "output/perfetto_packets.h"

#define DRAWING_NOTE_BYTES 4096
#define DRAWING_PLACE_BYTES 400
#define DRAWING_GOROUTINES 2000 /* with tracks of their own */

struct goroutine_track {
	pid_t pid;
	uint64_t goid, track;
};

struct drawing {
	const struct output_run *run;
	struct perfetto *perfetto;
	size_t counts, known;
	struct goroutine_track goroutines[DRAWING_GOROUTINES];
};

/* Adds to what is noted of an event: nothing where the text is empty. */
void drawing_note(struct perfetto_event *event, const char *name, const char *text);
void drawing_note_number(struct perfetto_event *event, const char *name, uint64_t number);

/* "add_to_totals leaky-server.c:37"; "" where nothing is known. */
void drawing_location(const struct output_run *run, uint32_t stack, char *buffer, size_t size);

/* "futex_wait < lock < add_to_totals < main", as far as there is room. */
void drawing_stack(const struct output_run *run, uint32_t id, char *buffer, size_t size);

/* An event and its end. */
void drawing_slice(const struct drawing *drawing, const struct perfetto_event *begin,
		   uint64_t until);

/* How many a group had at each sweep, where there was more than one. */
void drawing_counts(struct drawing *drawing, pid_t pid, const char *process, const char *name,
		    const struct lc_series_key *key);

/* perfetto_threads.c: a thread from its birth on; and how many stand at a place. */
void drawing_thread(const struct drawing *drawing, const struct lc_thread *thread);
void drawing_thread_counts(struct drawing *drawing, const struct verdict_record *record);

/* perfetto_goroutines.c: those that stand together; and what probes have seen of a process. */
void drawing_group(struct drawing *drawing, const struct verdict_goroutines *record);
void drawing_go_blocks(struct drawing *drawing, const struct lc_go_process *process);

#endif
