/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What leakhop sees of its targets, kept in the model: an observer is created, sweeps again and
 * again, takes in the events between sweeps, and is asked for names of what is told. It owns the
 * source of samples, the stacks, the runtimes and the models; verdicts are made of them elsewhere,
 * and nothing here prints.
 *
 * One sweep: samples feed the model, then there is read what is due of each thread (its stack, what
 * it waits for, who could release it), then another sample of all shows of whom that still holds.
 */
#ifndef LEAKHOP_OBSERVE_OBSERVER_H
#define LEAKHOP_OBSERVE_OBSERVER_H

#include "collect/collect.h"
#include "emulate/emulate.h"
#include "runtimes/runtime.h"
#include "model/snapshot.h"
#include "stack/stack.h"
#include "util/now.h"
#include "verdict/trend.h"

/* Threads outside of what was asked for that are looked at in one sweep: links of chains. */
#define OBSERVER_MOST_OTHERS 4096

struct observer_options {
	struct collect_options collect;
	bool once; /* dump: every thread, now */
	bool user_stacks, kernel_stacks;
	bool threads, goroutines;  /* --no-threads, --no-go */
	uint64_t explain_goid;	   /* --explain gN; 0 */
	bool retained;		   /* --retained: what each group of goroutines holds */
	bool forks_without_stacks; /* only births of threads are told with their place */
	unsigned max_stack;
	size_t max_threads;
	const char *symfs;
	const char *const *host_roots; /* as of target/container.h */
	/*
	 * What takes so long, and a remark for the user, each a line of text; either may be NULL.
	 */
	void (*progress)(void *context, const char *text);
	void (*remark)(void *context, const char *text);
	struct target_access *access; /* to processes; NULL: by itself. Outlives the observer */
	/*
	 * What reads files with code (NULL: this process), with observer_open_debug_file() as who
	 * opens debug files. Outlives the observer.
	 */
	struct binary_files *files;
	/* What runs threads forward; NULL: nothing does. Outlives the observer. */
	struct emulator *emulator;
	/* True: read nothing more, and let the sweep end. May be NULL. */
	bool (*stop)(void *context);
	void *context; /* of all three */
};

/* The fields are for those who report; only this folder changes them. */
struct observer {
	const struct observer_options *options;
	struct collect *collect;
	struct binary_files *own_files; /* NULL: the options' are used */
	struct stack_engine *engine;
	struct runtime *runtime; /* NULL: not asked for */
	struct lc_go go;
	uint64_t reach_next; /* when heaps may be searched again */
	uint64_t go_first_sweep_ns,
		go_longest_sweep_ns; /* of all processes; the longest of the later ones */
	struct lc_model *model;
	struct lc_model *others; /* threads that nobody asked for, in chains of waits */
	struct lc_series *series;
	struct lc_cgroups *cgroups;
	struct wait_book *book; /* NULL: not all processes are in the model */
	struct lc_stacks *stacks;
	uint64_t sweeps;
	uint64_t lost_stacks;
	bool stopped;	      /* the last sweep ended before all that was due was read */
	uint64_t lost_others; /* links of chains beyond the bound */
	/*
	 * --go-events: a program was executed, and sweeps follow quickly, to have probes in it soon
	 */
	uint64_t quick_until, quick_step;
	/* running threads forward: since when, how long it took; processes so far */
	uint64_t forward_begun, forward_ns, forward_worlds;
	bool addresses_asked; /* who has those of what is waited for: once */
	bool forward_due;     /* somebody's wait was read, or there was no time for all */
	uint64_t
		ask_again_at; /* a condition is so, and is to be looked at again then; 0: none is */
	uint64_t next_due;    /* when the next blocked thread passes the threshold; 0: none */
	size_t threads_seen;  /* all that were ever in the model */
	size_t threads_living; /* in the last sweep */
};

/*
 * options must outlive the observer. Returns 0; a negative errno as of collect_open(), with error;
 * *observer is then released.
 */
int observer_create(const struct observer_options *options, struct observer *observer,
		    struct error *error);
void observer_release(struct observer *observer);

/* Opens separate debug files: for struct binary_debug_files. context is the observer. */
int observer_open_debug_file(void *context, const struct binary_debug_request *request,
			     unsigned attempt, int *ret_fd);

/*
 * Takes the stack of each blocked thread that has none yet and stood still for stack_after_ns, and
 * reads what it waits for. What was read is kept only of threads whose switch counters are the same
 * in the samples after it; attempts: how often the others are read again. Returns 0 or a negative
 * errno.
 */
int observer_sweep(struct observer *observer, uint64_t stack_after_ns, unsigned attempts);

/*
 * When the next sweep is due, if it was due at next (ns): sooner, where a process has just executed
 * a program.
 */
uint64_t observer_next_sweep(const struct observer *observer, uint64_t next);

/*
 * Takes in an event: unwinds the stack that came with it. For collect_consume(); context is the
 * observer.
 */
int observer_event(void *context, const struct lc_event *event);

/* What it has seen up to now (ns), valid until it sweeps or takes in an event. */
void observer_snapshot(const struct observer *observer, uint64_t now,
		       struct lc_snapshot *ret_snapshot);

/* What was missed so far: at a bound, or because it could not be read. */
struct observer_losses {
	uint64_t events;
	uint64_t stacks;
	uint64_t threads;
	uint64_t goroutines; /* and groups of them */
	uint64_t unasked; /* goroutines of which it is not known whether anything can wake them: a
			     search gave up */
};

void observer_get_losses(const struct observer *observer, struct observer_losses *ret_losses);

/* ns, CLOCK_MONOTONIC; with a core always the same, when it was opened. */
uint64_t observer_now(const struct observer *observer);

/* Whether the sweep is to end now; notes it. */
bool observer_is_stopped(struct observer *observer);

/* Says what takes so long, where the caller wants to know. */
void observer_progress(const struct observer *observer, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void observer_remark(const struct observer *observer, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif
