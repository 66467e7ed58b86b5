/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the model to what is told: threads at the same place become one record. Pure: no I/O, no
 * clock; links with nothing but model and util.
 *
 * "The same place" is the same process, user stack (kernel stack where there is no user stack),
 * system call and spawn site.
 */
#ifndef LEAKHOP_VERDICT_REPORT_H
#define LEAKHOP_VERDICT_REPORT_H

#include "model/goroutines.h"
#include "verdict/trend.h"
#include "verdict/rules/rules.h"

struct verdict_tid {
	pid_t tid;
	pid_t ns_tid; /* in its innermost PID namespace */
};

struct verdict_record {
	struct conclusion
		conclusion; /* of the member that stands for all: the worst, the longest */
	uint32_t node;	    /* that member's in the graph; GRAPH_NONE */
	uint32_t depends;   /* threads that wait, in the end, for it */
	const struct lc_thread *thread; /* that member; the model's */
	struct verdict_tid *tids;	/* rising */
	size_t count;
	size_t still_blocked;	 /* 0: all blocks of this place have ended */
	uint64_t blocked_ns;	 /* the longest of the group: so far, or of the ended ones */
	uint64_t since;		 /* ns CLOCK_MONOTONIC; 0: running */
	bool at_least;		 /* blocked for longer than that, it is not known by how much */
	struct lc_blocks blocks; /* ended ones of this place, of the threshold and longer */
	struct lc_syscall syscall;
	uint32_t user_stack;
	uint32_t kernel_stack;
	unsigned reported_before; /* VERDICT_NEW: one of this place was told (lc_thread.reported) */
	size_t at_place; /* likewise: blocked here for the threshold and longer, told or not */
	bool orphan;	 /* its spawner, a thread of the same process, has ended */
	bool has_futex_wake, has_epoll_return;
	bool has_trend;
	struct trend trend;
	const struct lc_goroutine *goroutine; /* that its call is for; by the caller; NULL */
	const struct lc_go_process *go;	      /* of that one */
	struct lc_futex_wake futex_wake;      /* filled by the caller, who can look */
	struct lc_epoll_return epoll_return;  /* likewise */
};

struct verdict_records {
	struct verdict_record *list; /* the worst first, then the longest blocked */
	size_t count;
	size_t threads; /* all members together */
};

enum verdict_scope {
	VERDICT_FINDINGS, /* something is wrong: stuck, leak, deadlock */
	VERDICT_SUSPECTS, /* can't be told from health */
	VERDICT_WAITS,	  /* idle by evidence, or not told; and blocks that have ended */
	VERDICT_NEW,	  /* findings and suspects that the user was not told of as such: told */
	VERDICT_THREADS,  /* every living thread, whatever its block's length */
};

/* What is concluded of all threads at one moment. The models must not change while it is used. */
struct verdict_view {
	struct lc_snapshot snapshot;
	struct graph graph;
	struct rules *rules;
	struct judgement *judgements; /* by node: the rules', overruled by growth */
};

/*
 * Builds the graph of a snapshot (copied, but not what it points to) and judges it. Returns 0 or
 * -ENOMEM.
 */
int verdict_view_create(const struct lc_snapshot *snapshot, struct verdict_view *view);
void verdict_view_release(struct verdict_view *view);

/* A node's judgement with its words. */
void verdict_conclude(const struct verdict_view *view, uint32_t number, struct conclusion *ret);

/*
 * Fills records, which the caller releases, and which live no longer than the view. Returns 0 or
 * -ENOMEM.
 */
int verdict_make(const struct verdict_view *view, enum verdict_scope scope,
		 struct verdict_records *records);
void verdict_release(struct verdict_records *records);

#endif
