/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface of a source, and struct collect. Private to this folder. */
#ifndef LEAKHOP_COLLECT_SOURCE_H
#define LEAKHOP_COLLECT_SOURCE_H

#include "collect/collect.h"
#include "collect/features.h"

#define COLLECT_LIMITS 8

struct cpu_clocks; /* clock.h */

struct collect_source {
	const char *name;
	int (*open)(struct collect *collect, struct error *error);
	void (*close)(struct collect *collect);
	int (*sweep)(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
		     void *context);
	/* As of collect_sample_thread(); NULL: from /proc. */
	int (*sample_thread)(struct collect *collect, pid_t pid, pid_t tid,
			     struct lc_sample *ret_sample);
	int (*fd)(const struct collect *collect);
	int (*consume)(struct collect *collect, collect_event_fn fn, void *context);
	struct cpu_clocks *(*clocks)(const struct collect *collect);
	void (*lost)(const struct collect *collect, struct collect_lost *ret_lost);
};

struct collect {
	const struct collect_source *source;
	struct collect_options options;
	struct collect_features features; /* probed once, at the start */
	uint64_t load_ns;
	char limits[COLLECT_LIMITS][256];
	size_t limit_count;
	struct bpf_source *bpf;	  /* of bpf_source.c */
	struct proc_source *proc; /* of proc_source.c */
};

/*
 * Kernel threads wait for work all day: where nobody asked for them, only those in uninterruptible
 * sleep are of interest.
 */
static inline bool collect_busy_kernel_threads_only(const struct collect_filter *filter)
{
	return filter->user_threads && !filter->pid_count && !filter->tid_count && !filter->comm;
}

extern const struct collect_source collect_bpf_source;
extern const struct collect_source collect_proc_source;

void collect_add_limit(struct collect *collect, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif
