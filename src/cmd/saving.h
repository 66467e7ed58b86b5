/* SPDX-License-Identifier: GPL-2.0-only */
/* -o FILE.leakhop: what a session sees goes into a recording, sweep by sweep. */
#ifndef LEAKHOP_CMD_SAVING_H
#define LEAKHOP_CMD_SAVING_H

#include "cmd/session.h"

/*
 * After a sweep, and what it has told. Where it cannot be written any more the user is told so
 * once, and the session goes on.
 */
void saving_sweep(struct session *session);

/* What is being told, for the file. */
void saving_record(struct session *session, const struct verdict_record *record, bool at_end);
void saving_goroutines(struct session *session, const struct verdict_goroutines *record,
		       bool at_end);
void saving_timers(struct session *session, const struct verdict_timers *timers, bool at_end);

/* Names whatever a report of the recording may show. Before the report at the end is made. */
void saving_name_all(struct session *session);

/* The report at the end, as it is about to be written. */
void saving_end(struct session *session, const struct output_run *run,
		const struct output_report *report);

#endif
