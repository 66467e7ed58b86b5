/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check has found: copies that outlive the processes, and the forms that they are told in.
 * Every string that came from a process is escaped as each form asks for it.
 */
#ifndef LEAKHOP_OUTPUT_FOUND_H
#define LEAKHOP_OUTPUT_FOUND_H

#include "output/output.h"

#define FOUND_MAX 4096 /* findings of a check; what comes then is counted */

enum found_kind {
	FOUND_STUCK,   /* blocked past the threshold while it ran, and a finding */
	FOUND_LEFT,    /* a thread or goroutines that lived when their process ended */
	FOUND_PROCESS, /* one that lived when the command had ended */
};

/* Strings are never NULL: "" is not known. */
struct found_site {
	char *function, *file, *module;
	unsigned line; /* 0: not known */
};

struct found {
	enum found_kind kind;
	enum verdict verdict;
	bool goroutines;
	pid_t pid;
	char comm[LC_COMM_LEN];
	size_t count;	  /* the most that a look has seen there */
	size_t count_now; /* that the last look has seen so far: several records may be of one place
			   */
	const char *noun; /* "thread"; NULL: the title does not count them */
	struct found_site block, spawn;
	char *test;  /* that it is to blame */
	char *title; /* in a line, without the process */
	char *reason, *proof, *remedy;
	char *text;	   /* the whole record, as trace has it */
	char *fingerprint; /* functions and kind of wait: the same in each build and run */
	bool known;	   /* the baseline has it */
	bool reported;	   /* in full, while the command ran */
	/* whose place it is, for who looks again: the stacks' numbers */
	uint32_t stack, spawn_stack;
	uint64_t start_time; /* of a thread */
	uint64_t look;	     /* number of the last one that saw it */
};

struct founds {
	struct found *list;
	size_t count, capacity;
	uint64_t refused; /* at the bound */
};

/* Whose end was looked at: a case of a report where no test is known. */
struct found_process {
	pid_t pid;
	char comm[LC_COMM_LEN];
};

/*
 * Adds what a record tells, as left over or stuck; what is there at the same place of the same
 * process and test is taken for the same, and grows. look: kept in it. test may be NULL. Return 0,
 * -ENOSPC at the bound (counted), or -ENOMEM.
 */
int found_add_thread(struct founds *founds, enum found_kind kind, const struct output_run *run,
		     const struct verdict_record *record, const char *test, uint64_t look);
int found_add_goroutines(struct founds *founds, enum found_kind kind, const struct output_run *run,
			 const struct verdict_goroutines *record, const char *test, uint64_t look);
int found_add_timers(struct founds *founds, const struct output_run *run,
		     const struct verdict_timers *timers, uint64_t look);
int found_add_process(struct founds *founds, pid_t pid, const char *comm, const char *test,
		      const char *waits);

/* Removes what is for this process, stuck, and was not seen by that look: it has gone on. */
void found_drop_stuck(struct founds *founds, pid_t pid, uint64_t look);
void found_release(struct founds *founds);

/* The place in a stack that a person looks for; NULL: none. */
const struct lc_frame *found_frame(const struct output_run *run, uint32_t stack);

/* "left over", "stuck", "left behind" */
const char *found_kind_name(enum found_kind kind);

/* Those that a report does not have as findings of its own, numbered from number on. 0 or -EIO. */
int found_text_list(FILE *stream, const struct founds *founds, const struct output_report *report,
		    unsigned number);

/* How a check went, for the forms. */
struct found_summary {
	const struct founds *founds;
	const struct found_process *processes; /* that were looked at, some of them */
	size_t process_count;
	char *const *tests; /* that were seen to run */
	size_t test_count;
	const char *command; /* its words */
	const char *folder;  /* that it was run in: files below it are told by their path in it */
	const char *const *remarks; /* what could not be looked at, a sentence each */
	size_t remark_count;
	const char *const *gone; /* fingerprints that the baseline has, and nothing else */
	size_t gone_count;
	uint64_t ends; /* processes whose end was looked at */
	uint64_t duration_ns;
	size_t fresh; /* findings that no baseline has */
	int exit_code;
	const char *verdict_line; /* what stopped it (a time-out, a signal); NULL: nothing */
};

/* Each returns 0 or -EIO. */
int found_text(FILE *stream, const struct found_summary *summary);
int found_junit(FILE *stream, const struct found_summary *summary);
int found_sarif(FILE *stream, const struct found_summary *summary);
int found_annotate_github(FILE *stream, const struct found_summary *summary);
int found_annotate_gitlab(FILE *stream, const struct found_summary *summary);
int found_markdown(FILE *stream, const struct found_summary *summary);

#endif
