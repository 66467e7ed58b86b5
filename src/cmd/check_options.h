/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of check. Relies on argp. */
#ifndef LEAKHOP_CMD_CHECK_OPTIONS_H
#define LEAKHOP_CMD_CHECK_OPTIONS_H

#include "cmd/session.h"

enum check_annotation { CHECK_ANNOTATE_NOTHING, CHECK_ANNOTATE_GITHUB, CHECK_ANNOTATE_GITLAB };

/* Times are in ns; 0: not asked for. */
struct check_options {
	struct session_options session;
	pid_t command; /* storage of the filter's pids */
	uint64_t grace_ns;
	uint64_t timeout_ns;
	uint64_t hang_after_ns, silence_ns;
	int exit_code;
	bool no_hold;
	const char *junit, *sarif, *annotations; /* files; NULL: none. "-" is no name for them */
	enum check_annotation annotate;
	const char *baseline;
	bool update_baseline;
};

/* As options_parse(): ends the process for --help and for wrong usage. */
void check_options_parse(struct check_options *options, int argc, char **argv);

#endif
