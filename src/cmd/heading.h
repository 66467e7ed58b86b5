/* SPDX-License-Identifier: GPL-2.0-only */
/* The head of a report of a live session: where, when, what was lost, and what it cost. */
#ifndef LEAKHOP_CMD_HEADING_H
#define LEAKHOP_CMD_HEADING_H

#include "cmd/session.h"

#include <sys/utsname.h>

#define HEADING_LIMITS 8

/* With the strings it points to. */
struct heading {
	struct output_run run;
	struct utsname system;
	const char *limits[HEADING_LIMITS + 1];
};

/* As of now, without a view. The session must outlive it. */
void heading_fill(struct session *session, struct heading *ret_heading);

/* CPU time so far, with that of the workers, in ns. */
uint64_t heading_cpu_ns(const struct session *session);

/* The same, since it was before; 0 where a worker's has been lost with it. */
uint64_t heading_cpu_since(const struct session *session, uint64_t before);

/* The cost alone, which has risen meanwhile. */
void heading_fill_cost(struct session *session, struct output_cost *cost);

/* How many threads the report is about. */
size_t heading_threads_seen(const struct session *session);

#endif
