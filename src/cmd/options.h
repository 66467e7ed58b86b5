/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of trace, dump, report and diff. Relies on argp. */
#ifndef LEAKHOP_CMD_OPTIONS_H
#define LEAKHOP_CMD_OPTIONS_H

#include "cmd/session.h"
#include "cmd/target.h"

#define OPTIONS_MOST_IDS 1024

/* Options and the storage they point to. */
struct options {
	struct session_options session;
	pid_t pids[OPTIONS_MOST_IDS];
	pid_t tids[OPTIONS_MOST_IDS];
	bool children_said;
	struct named_group group;
	const char *host_roots[2];
	bool reads; /* recordings: */
	char **files;
	size_t file_count;
};

/*
 * Parses the arguments of a command ("trace", "dump", "report", "diff"; argv[0] is the command).
 * Prints help and exits 0 where that was asked for. Returns 0 or an exit code, having said what is
 * wrong.
 */
int options_parse(struct options *options, const char *command, int argc, char **argv);

#endif
