/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a run is ended from outside. INT, TERM and HUP ask for the report, which then comes within a
 * second or so with what is known; a second one ends leakhop at once. Whatever a target does to who
 * reads it, a run ends: ENDING_PATIENCE_NS after it was to, or when it stops working after that, on
 * a host so busy that this is too short.
 */
#ifndef LEAKHOP_CMD_ENDING_H
#define LEAKHOP_CMD_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#define ENDING_PATIENCE_NS 30000000000ull

/* Catches the signals; HUP not under nohup. Returns 0 or a negative errno. Once in a process. */
int ending_begin(void);

/* A descriptor that is readable as soon as one has come. */
int ending_fd(void);

/* One has come. */
bool ending_asked(void);

/* The run is to end at that moment (ns, CLOCK_MONOTONIC). */
void ending_set_deadline(uint64_t at);

/* It is time to report what is known, and to read nothing more. For observer_options.stop. */
bool ending_is_due(void *context);

#endif
