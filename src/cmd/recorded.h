/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording, read and judged: what report makes of a file. */
#ifndef LEAKHOP_CMD_RECORDED_H
#define LEAKHOP_CMD_RECORDED_H

#include "cmd/options.h"
#include "cmd/reporting.h"
#include "output/found.h"

struct recorded {
	struct recording recording;
	struct output_run run;
	struct verdict_view view;
	struct output_syscall *syscalls;
	struct founds founds; /* of a check */
};

/*
 * Reads a file, with the filters of the options; what they don't say is as it was recorded, and
 * then said by them. Returns 0 or a negative errno with error. recorded_release() frees.
 */
int recorded_read(struct options *options, const char *path, struct recorded *recorded,
		  struct error *error);
void recorded_release(struct recorded *recorded);

struct report_source recorded_source(struct recorded *recorded,
				     const struct session_options *options);

/* How many sweeps it has, as text. Returns buffer. */
const char *recorded_count(const struct recorded *recorded, char *buffer, size_t size);

#endif
