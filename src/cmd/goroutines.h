/* SPDX-License-Identifier: GPL-2.0-only */
/* The goroutines of the processes in a session's model: looked at in each round, named when told. */
#ifndef LEAKHOP_CMD_GOROUTINES_H
#define LEAKHOP_CMD_GOROUTINES_H

#include "cmd/session.h"
#include "verdict/goroutines.h"

/* Sweeps every Go process, and looks at what each group waits for. Returns 0 or -ENOMEM. */
int goroutines_look(struct session *session, unsigned attempts);

/* Names the stacks of a record, and fills its labels. */
void goroutines_name(struct session *session, struct verdict_goroutines *record);

/* Names the stacks of the goroutines in the graph. */
void goroutines_name_graph(struct session *session, const struct graph *graph);

/* Looks up the goroutine that the thread of a record runs, and names its stack. */
void goroutines_of_thread(struct session *session, struct verdict_record *record);

/* Of how many goroutines it is not known whether anything can wake them, since a search gave up. */
uint64_t goroutines_unasked(const struct session *session);

/* Goroutines and groups that found no room. */
uint64_t goroutines_refused(const struct session *session);

/* The process executed another program at that time. */
void goroutines_executed(struct session *session, pid_t pid, uint64_t at);

#endif
