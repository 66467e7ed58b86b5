/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What trace and dump share: the source of samples, the stacks, the model, and the report made of them.
 * A session is opened, fed by rounds (round.h), told (tell.h), and closed.
 */
#ifndef LEAKHOP_CMD_SESSION_H
#define LEAKHOP_CMD_SESSION_H

#include "cmd/progress.h"
#include "collect/collect.h"
#include "golang/golang.h"
#include "model/threads.h"
#include "output/output.h"
#include "stack/stack.h"
#include "util/now.h"
#include "verdict/report.h"

enum {
	EXIT_RAN = 0,
	EXIT_FOUND = 1, /* --fail-on */
	EXIT_USAGE = 2,
	EXIT_NOT_POSSIBLE = 3, /* not permitted, or not supported here */
	EXIT_NO_TARGET = 4,
};

enum session_format { SESSION_TEXT, SESSION_JSON, SESSION_JSON_LINES, SESSION_GO };

struct session_options {
	struct collect_options collect;
	const char *command;  /* "trace", "dump" */
	bool once;	      /* dump: every thread, now */
	uint64_t duration_ns; /* 0: until a signal */
	bool all;
	bool life;
	bool quiet;
	bool verbose;
	bool user_stacks, kernel_stacks;
	bool threads, goroutines; /* --no-threads, --no-go */
	unsigned max_stack;
	size_t max_threads;
	const char *symfs;
	unsigned fail_on; /* bit (1 << enum verdict): exit with EXIT_FOUND */
	pid_t explain;	  /* tid; 0: none */
	uint64_t explain_goid;
	const char *dot;    /* file for the wait-for graph; NULL: none */
	const char *output; /* file for the report; NULL: stdout, or stderr with child_argv */
	enum session_format format;
	char **child_argv; /* NULL: none */
};

struct session {
	const struct session_options *options;
	FILE *out;
	struct collect *collect;
	struct stack_engine *engine;
	struct golang *golang; /* NULL: not asked for */
	struct lc_go go;
	uint64_t reach_next; /* when heaps may be searched again */
	uint64_t go_first_sweep_ns,
		go_longest_sweep_ns; /* of all processes; the longest of the later ones */
	struct lc_model *model;
	struct lc_model *others; /* threads that nobody asked for, in chains of waits */
	struct growth *growth;
	struct lc_stacks *stacks;
	struct progress progress;
	int64_t started, realtime_offset;
	uint64_t started_monotonic;
	uint64_t sweeps;
	uint64_t lost_stacks;
	uint64_t lost_others; /* links of chains beyond the bound */
	/* --go-events: a program was executed, and sweeps follow quickly, to have probes in it soon */
	uint64_t quick_until, quick_step;
	uint64_t next_due;     /* when the next blocked thread passes the threshold; 0: none */
	size_t threads_seen;   /* all that were ever in the model */
	size_t threads_living; /* in the last sweep */
	unsigned found;	       /* bit (1 << enum verdict) for each verdict of the report */
	unsigned told;	       /* findings told so far: their number */
};

/* Opens all; on failure prints what was wrong to stderr and returns an exit code, else 0. */
int session_open(const struct session_options *options, struct session *session);
void session_close(struct session *session);

/* EXIT_RAN, or EXIT_FOUND where --fail-on asks for it. */
int session_exit_code(const struct session *session);

/* Prints an error as leakhop does, with its way out, and returns the exit code that fits r. */
int session_fail(const struct session_options *options, int r, const struct error *error);

#endif
