/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report made and written, whatever it is made of: a live session (session_report.h) or a
 * recording.
 */
#ifndef LEAKHOP_CMD_REPORTING_H
#define LEAKHOP_CMD_REPORTING_H

#include "cmd/progress.h"
#include "cmd/session.h"

/* What a report is made of. The functions look up what else is known of what is to be told. */
struct report_source {
	const struct session_options *options;
	const struct output_run *run;
	const struct verdict_view *view;
	struct progress *progress; /* may be NULL */
	size_t threads_seen;
	bool threads; /* are wanted */
	void (*name_record)(void *context, struct verdict_record *record);
	void (*name_goroutines)(void *context, struct verdict_goroutines *record);
	void *context;
	const struct founds *founds; /* of a check's recording; NULL */
};

/* Records of one scope, named. Returns 0 or -ENOMEM. */
int reporting_records(const struct report_source *source, enum verdict_scope scope,
		      struct verdict_records *records);
/* Groups of goroutines, not named. Returns 0 or -ENOMEM. */
int reporting_goroutines(const struct verdict_view *view,
			 struct verdict_goroutine_records *records);

/* All parts of a report. Returns 0 or -ENOMEM; reporting_release() in any case. */
int reporting_make(const struct report_source *source, struct output_report *report);
void reporting_release(struct output_report *report);

/* Writes it, and the graph where that was asked for. Returns 0 or a negative errno. */
int reporting_write(const struct report_source *source, FILE *stream, unsigned reported,
		    const struct output_report *report);

/* The verdicts in a report: bit (1 << enum verdict) for each. */
unsigned reporting_found(const struct output_report *report);

#endif
