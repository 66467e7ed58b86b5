/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What trace and dump share: an observer, and the report made of what it sees. A session is opened,
 * its observer sweeps, what is new is told (session_report.h), and it is closed.
 */
#ifndef LEAKHOP_CMD_SESSION_H
#define LEAKHOP_CMD_SESSION_H

#include "cmd/exit_codes.h"
#include "cmd/file.h"
#include "cmd/progress.h"
#include "observe/observer.h"
#include "output/format.h"
#include "record/record.h"
#include "sandbox/sandbox.h"
#include "util/now.h"
#include "verdict/report.h"

struct session_options {
	struct observer_options observe;
	const char *command;	  /* "trace", "dump", "check" */
	uint64_t duration_ns;	  /* 0: until a signal */
	unsigned budget_permille; /* trace, check: of one core, for sweeps */
	uint64_t settle_ns;	  /* dump: look again within it, where an answer depends on that */
	bool all;
	bool life;
	bool quiet;
	bool verbose;
	unsigned fail_on; /* bit (1 << enum verdict): exit with EXIT_FOUND */
	pid_t explain;	  /* tid; 0: none */
	uint64_t explain_goid;
	const char *dot;       /* file for the wait-for graph; NULL: none */
	const char *output;    /* file for the report; NULL: stdout */
	const char *recording; /* file for a recording; NULL: none */
	uint64_t max_size;     /* of that; 0: no bound */
	const struct output_format *format;
	const char *core;  /* a core to look at instead of a live target; NULL: none */
	const char *exe;   /* the file of its program; NULL: as it says */
	bool reads_itself; /* without a reader: only ancestors may read its processes */
	bool writes_files; /* at the end, beside those named here */
	bool go_dump;	   /* dump --format=go, which is no report */
	/* Whether a sweep is to end now, with the session; NULL: as ending.h says. */
	bool (*stop)(void *session);
	char **child_argv; /* NULL: none */
};

struct session {
	struct session_options *options;
	struct file_document out;
	struct sandbox_spawner *spawner;
	struct target_access *access;
	struct target_access *careful; /* with a core: opens the files that it names */
	struct binary_files *files;
	struct emulator *emulator;
	struct observer observer;
	struct recorder *recorder; /* NULL: none */
	size_t stacks_named;	   /* so many there were when all had names */
	struct progress progress;
	int64_t started, realtime_offset;
	unsigned found;		     /* bit (1 << enum verdict) for each verdict of the report */
	unsigned reported;	     /* findings told so far: their number */
	unsigned findings, suspects; /* seen to come due so far */
};

/*
 * Where the report goes: the file that the options name, stdout, or stderr where stdout is a
 * command's own. Returns 0 or a negative errno.
 */
int session_open_output(const struct session_options *options, struct file_document *ret_output);

/*
 * Closes it, if it is open: code is what leakhop is to end with, and says whether there is a whole
 * report. Returns that code, or EXIT_COULD_NOT, with a message, if the report was lost after all.
 */
int session_close_output(const struct session_options *options, struct file_document *output,
			 int code);

/* Opens all; on failure prints what was wrong to stderr and returns an exit code, else 0. */
int session_open(struct session_options *options, struct session *session);

/* Closes all; code: see session_close_output(). */
int session_close(struct session *session, int code);

/* EXIT_FOUND where --fail-on asks for it, EXIT_COULD_NOT where the recording broke off, or
 * EXIT_RAN. */
int session_exit_code(const struct session *session);

/* Prints an error as leakhop does, with its way out, and returns the exit code that fits r. */
int session_fail(const struct session_options *options, int r, const struct error *error);

#endif
