/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows that are no struct of the model, or one with more to it. Private to this folder. */
#ifndef LEAKHOP_RECORD_ROWS_H
#define LEAKHOP_RECORD_ROWS_H

#include "model/go_holders.h"
#include "model/go_locks.h"
#include "record/record.h"

struct record_sweep {
	int64_t at; /* realtime */
	uint64_t now, counted_at;
	uint64_t threads, blocked, goroutines;
};

struct record_thread_row {
	struct lc_thread thread;
	bool asked;
	bool sampled;  /* else known by events only */
	uint64_t wait; /* 0: none */
	uint64_t first_sweep, gone_sweep;
};

struct record_cgroup_row {
	pid_t pid;
	struct lc_cgroup cgroup;
};

struct record_go_row {
	struct lc_go_process process;
	struct lc_go_events events;
	bool has_events;
};

struct record_go_wait_row {
	struct lc_go_wait wait;
	char reason[80];
	uint64_t socket; /* a wait; 0: none */
};

#endif
