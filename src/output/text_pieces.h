/* SPDX-License-Identifier: GPL-2.0-only */
/* The small pieces that all parts of a text record are made of. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_PIECES_H
#define LEAKHOP_OUTPUT_TEXT_PIECES_H

#include "output/line.h"

#define LABEL_COLUMN 4
#define VALUE_COLUMN 18

/* "    waits for     ", where the value begins. */
void text_label(struct line *line, const char *name);

/*
 * A label and a text that is shown escaped, wrapped on a terminal; nothing where the text is empty.
 */
void text_labelled(struct line *line, const char *name, const char *text);

/* "3.2s", the time from at to the run's now. Returns buffer. */
const char *text_ago(const struct output_run *run, uint64_t at, char *buffer, size_t size);

/* "for 3.2s in ", or "in " where it is not known since when. */
void text_for(struct line *line, const struct output_run *run, uint64_t since);

/* "worker (4711)"; what wakes from an interrupt has tid 0. */
void text_task(struct line *line, const struct lc_task *task);

/* A line of the container, the pod and the unit that a process is in; nothing where it is in none.
 */
void text_where_it_runs(struct line *line, const struct output_run *run, pid_t pid);

/* "DEADLOCK" to "idle": loud where something is wrong. */
const char *text_verdict(enum verdict verdict);

#endif
