/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the model to what is told: threads at the same place become one record. Pure: no I/O, no clock;
 * links with nothing but lifecycle and util.
 *
 * "The same place" is the same process, user stack (kernel stack where there is no user stack), system
 * call and spawn site.
 */
#ifndef LEAKHOP_VERDICT_REPORT_H
#define LEAKHOP_VERDICT_REPORT_H

#include "lifecycle/model.h"

enum verdict {
	VERDICT_RUNNING, /* not blocked: in threads[] only */
	VERDICT_BLOCKED,
};

struct verdict_tid {
	pid_t tid;
	pid_t ns_tid; /* in its innermost PID namespace */
};

struct verdict_record {
	enum verdict verdict;
	const struct lc_thread *thread; /* the member that stood still the longest; the model's */
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
	bool has_futex_wake, has_epoll_return;
	struct lc_futex_wake futex_wake;     /* filled by the caller, who can look */
	struct lc_epoll_return epoll_return; /* likewise */
};

struct verdict_records {
	struct verdict_record *list; /* longest blocked first, running ones last */
	size_t count;
	size_t threads; /* all members together */
};

enum verdict_scope {
	VERDICT_FINDINGS, /* blocked for the threshold and longer, or were, again and again */
	VERDICT_NEW,	  /* of these, blocks that the user was not told of (lc_thread.told) */
	VERDICT_THREADS,  /* every living thread */
};

struct verdict_options {
	uint64_t now;
	uint64_t threshold_ns;
	enum verdict_scope scope;
};

/*
 * The number by which a living thread blocked at the same place was told (lc_thread.told), and at_place: how
 * many are blocked there for the threshold and longer, the record's own included. 0: none was told.
 */
unsigned verdict_told_before(struct lc_model *model, const struct verdict_options *options,
			     const struct verdict_record *record, size_t *ret_at_place);

/* Fills records, which the caller releases. The model must not change while they are used. 0 or -ENOMEM. */
int verdict_make(struct lc_model *model, const struct verdict_options *options,
		 struct verdict_records *records);
void verdict_release(struct verdict_records *records);

#endif
