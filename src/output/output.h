/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a run is shown: text for people, JSON for programs. The public header of this folder; it only
 * renders what verdict found. Every string that came from a process or a file is escaped here.
 */
#ifndef LEAKHOP_OUTPUT_OUTPUT_H
#define LEAKHOP_OUTPUT_OUTPUT_H

#include "model/go_trace.h"
#include "verdict/goroutines.h"
#include "verdict/report.h"

#include <stdio.h>

#define OUTPUT_SCHEMA "leakhop/1"

/* What a run cost leakhop and the host. */
struct output_cost {
	uint64_t user_ns, system_ns; /* of leakhop itself */
	uint64_t rss_bytes;	     /* its highest */
	uint64_t load_ns;	     /* to load and attach */
	uint64_t sweeps;
	uint64_t go_first_sweep_ns;    /* over all goroutines; 0: there are none */
	uint64_t go_longest_sweep_ns;  /* of the later ones; 0: there was but one */
	uint64_t bpf_runs, bpf_ns;     /* of all programs; 0 where the kernel does not count */
	struct lc_go_counts go_events; /* seen by probes */
	uint64_t go_probe_ns;	       /* for a hit of one, all told; 0: not known, or none */
};

struct output_lost {
	uint64_t events;     /* ring buffer full */
	uint64_t stacks;     /* not copied, torn, or past the bound */
	uint64_t threads;    /* past the bound of the model or of the filter */
	uint64_t goroutines; /* past the bound of their model */
	uint64_t unasked; /* goroutines of which a search should have told whether anything can wake
			     them */
};

/* A system call, whose number is a machine's own. */
struct output_syscall {
	int64_t nr;
	const char *name;
	unsigned args; /* that it takes */
};

/* What this machine calls a number; false: nothing. */
bool output_syscall(int64_t nr, struct output_syscall *ret);

/* Everything about a run but its records. Strings are the caller's. */
struct output_run {
	const char *command; /* "dump", "trace", "check" */
	const char *version;
	const char *host;
	const char *kernel;
	const char *source;
	const char *const *limits; /* NULL-terminated */
	int64_t started, ended;	   /* ns since 1970; ended 0: still going on */
	int64_t realtime_offset;   /* ns to add to CLOCK_MONOTONIC */
	uint64_t now;		   /* CLOCK_MONOTONIC */
	uint64_t threshold_ns;
	struct output_lost lost;
	struct output_cost cost;
	const struct lc_stacks *stacks;
	const struct verdict_view *view; /* the graph behind the records */
	bool user_stacks, kernel_stacks, life, verbose;
	bool go_events;	       /* probes were asked for */
	pid_t explain;	       /* in JSON: a thread of which all is told; 0: none */
	uint64_t explain_goid; /* a goroutine; 0: none */
	bool ended_in_full;    /* blocks that have ended, each as a record */
	bool show_ended;       /* in the summary: also blocks that have ended, a line each */
	bool names_hidden;     /* kernel functions have none */
	const struct output_syscall *syscalls; /* where it ran, rising; NULL: those of here */
	size_t syscall_count;
};

/* It is of a core: one moment, of which it is not known how long it had been so. */
bool output_is_of_core(const struct output_run *run);

/* How text is to look. */
struct output_style {
	bool colour;
	unsigned width; /* columns; 0: do not shorten */
};

/* The style for a stream: colour only on a terminal, and NO_COLOR respected. */
struct output_style output_style_for(FILE *stream);

/*
 * A record in full, numbered (0: no number). Returns 0, or -EIO if the stream failed; so do the
 * others.
 */
int output_text_record(FILE *stream, const struct output_style *style, const struct output_run *run,
		       const struct verdict_record *record, unsigned number);

/* More threads at the place of a finding that was told before: one line. */
int output_text_more(FILE *stream, const struct output_style *style, const struct output_run *run,
		     const struct verdict_record *record);

struct founds;

/* A report's three parts, and for a dump or --all every thread. */
struct output_report {
	struct verdict_records findings;
	struct verdict_records suspects;
	struct verdict_records waits;
	struct verdict_records threads;
	bool has_threads;
	size_t threads_seen;
	struct verdict_goroutine_records goroutines; /* all groups, the worst first */
	size_t go_processes;
	const struct lc_go *go;
	const struct founds *founds; /* of a check's recording; NULL */
};

/* A group of goroutines in full, numbered (0: no number). */
int output_text_goroutines(FILE *stream, const struct output_style *style,
			   const struct output_run *run, const struct verdict_goroutines *record,
			   unsigned number);

/* A process whose timers grow. */
int output_text_timers(FILE *stream, const struct output_style *style,
		       const struct verdict_timers *timers, unsigned number);

/* The end of a trace: one line for each group, losses, cost. */
int output_text_summary(FILE *stream, const struct output_style *style,
			const struct output_run *run, const struct output_report *report);

/* A whole document. */
int output_json(FILE *stream, const struct output_run *run, const struct output_report *report);

/*
 * JSON lines: a line for a finding or suspect as it comes due, and a last one that closes the
 * trace.
 */
int output_json_line(FILE *stream, const struct output_run *run,
		     const struct verdict_record *record);
int output_json_goroutines_line(FILE *stream, const struct output_run *run,
				const struct verdict_goroutines *record);
int output_json_timers_line(FILE *stream, const struct output_run *run,
			    const struct verdict_timers *timers);
int output_json_last_line(FILE *stream, const struct output_run *run,
			  const struct output_report *report);

/* All that was read and concluded of one thread, for --explain. node: in the view's graph. */
int output_text_explanation(FILE *stream, const struct output_style *style,
			    const struct output_run *run, uint32_t node);

/* The same of the goroutine run->explain_goid, in its group. */
int output_text_go_explanation(FILE *stream, const struct output_style *style,
			       const struct output_run *run,
			       const struct verdict_goroutines *record);

/*
 * A goroutine as Go's own dump has it; between two of them that has an empty line. Returns 0 or
 * -EIO.
 */
int output_go_trace(FILE *stream, const struct lc_go_trace *trace);

/* The wait-for graph of all that waits for somebody, in Graphviz's DOT language. */
int output_dot(FILE *stream, const struct output_run *run);

#endif
