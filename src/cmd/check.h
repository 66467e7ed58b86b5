/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A check under way: what its parts share. Private to the files check*.c.
 *
 * The loop (check.c) waits for the keeper's events, signals and times; looks (check_look.c) make
 * findings of what a sweep sees; the black box (check_hang.c) tells of a tree that hangs; at the
 * end the reports are written (check_report.c).
 */
#ifndef LEAKHOP_CMD_CHECK_H
#define LEAKHOP_CMD_CHECK_H

#include "cmd/check_options.h"
#include "cmd/session.h"
#include "keeper/keeper.h"
#include "output/found.h"
#include "util/cleanup.h"
#include "verdict/baseline.h"
#include "verdict/blame.h"

#define CHECK_HOLDS                                                                   \
	256 /* processes held at a time; who comes then is not looked at, and counted \
	     */
#define CHECK_PROCESSES 1024 /* that the reports name */
#define CHECK_REMARKS 8

/* A process held at its end. */
struct check_hold {
	uint64_t id;
	pid_t pid, tid;
	int exit_code;
	uint64_t since, next; /* next: look again at */
	unsigned looks;
	bool judged; /* it may end; kept until it has, as a signal may have it ask again */
};

/* Signs of life of the tree, and since when there has been none. */
struct check_pulse {
	uint64_t run_ns;  /* of all that live */
	uint64_t births;  /* a hash of who lives */
	uint64_t written; /* bytes */
	size_t threads;
	uint64_t ran_at, wrote_at; /* the last signs of each */
	uint64_t ran_ns;	   /* run_ns as of the first one */
	bool reported_idle, reported_silent;
};

struct check {
	struct session session; /* the first: observer_options.context is both */
	struct check_options *options;
	struct keeper keeper;
	int signals; /* signalfd */
	bool own_group;
	uint64_t begun;
	uint64_t next_sweep, interval_ns;
	uint64_t consume_at; /* events may be taken in again */
	uint64_t look;	     /* number of the last one */
	uint64_t stop_at;    /* a look that must be done by then; 0: none */
	struct founds founds;
	struct baseline baseline;
	struct blame blame;
	struct check_hold holds[CHECK_HOLDS];
	size_t hold_count;
	struct found_process processes[CHECK_PROCESSES];
	size_t process_count;
	uint64_t ends, passed;	 /* as the keeper counts them */
	uint64_t unheld, unread; /* processes: at no hold; held, but not readable */
	bool refused;		 /* a sweep could read nothing */
	struct check_pulse pulse;
	bool ended, alone; /* the command; all */
	int status;	   /* of the command, as of waitpid() */
	uint64_t ended_at;
	uint64_t timed_out_at, kill_at; /* 0: not */
	char stopped_by[64];		/* "--timeout 10m", "SIGTERM"; "" */
	char remarks[CHECK_REMARKS][256];
	size_t remark_count;
};

/* A sentence for the end of the report: what could not be looked at, and why. Each once. */
void check_remark(struct check *check, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

/* check_look.c. Return 0 or a negative errno. */
int check_sweep(struct check *check);
int check_look(struct check *check, uint64_t blocked_ns, unsigned attempts, bool counts);
int check_look_at_hold(struct check *check, struct check_hold *hold, bool *ret_done);
int check_look_at_rest(struct check *check);

/*
 * check_hang.c: what the tree does, told at once. why: "no thread has run for 2m 0s". counts: what
 * is stuck then is a finding, however short of the threshold.
 */
int check_report_hang(struct check *check, const char *why, bool counts);
void check_take_pulse(struct check *check);
int check_pulse(struct check *check);
uint64_t check_pulse_due(const struct check *check);

/* check_blame.c: keeps who lives, after a sweep; and the tests of findings. */
int check_note_tests(struct check *check);
int check_add_goroutines(struct check *check, enum found_kind kind, const struct output_run *run,
			 const struct verdict_goroutines *record);
int check_add_thread(struct check *check, enum found_kind kind, const struct output_run *run,
		     const struct verdict_record *record);

/* check_baseline.c. Return 0 or a negative errno; the first with error. */
int check_read_baseline(struct check *check, struct error *error);
void check_apply_baseline(struct check *check);
int check_write_baseline(struct check *check);

/* check_report.c: returns the exit code. */
int check_report(struct check *check);

#endif
