/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to threads, as the model takes it in: samples of a sweep, and events between sweeps.
 * The source (a live kernel, /proc, a recording, a unit test) does not matter here. Times are ns of
 * CLOCK_MONOTONIC; 0 means "not known".
 */
#ifndef LEAKHOP_MODEL_EVENTS_H
#define LEAKHOP_MODEL_EVENTS_H

#include "model/go_events.h"
#include "model/types.h"

/* One thread, as a sweep saw it. */
struct lc_sample {
	struct lc_task task;
	char process_comm[LC_COMM_LEN];
	pid_t parent_pid;
	char state; /* as in /proc/PID/stat: R S D T t Z X I P */
	bool on_cpu;
	bool kernel_thread;
	bool unmoved; /* blocked, and all is as in the last sample: only task.tid, start_time, now
			 are set */
	uint64_t now;
	uint64_t start_time;  /* with the tid it is the thread's identity */
	uint64_t still_since; /* when it last ran; 0: the source can't tell */
	uint64_t run_ns;
	uint64_t voluntary_switches;
	uint64_t involuntary_switches;
	struct lc_syscall syscall;
	struct lc_registers registers; /* of user space, at the entry into the kernel */
	uint64_t thread_pointer;       /* FS base, TPIDR_EL0; 0: not known */
	uint64_t files; /* whose descriptors it has: equal where they are shared; 0: not known, or
			   those of another process as well */
	uint64_t last_wake_at;
	struct lc_task waker; /* valid if last_wake_at is set */
	struct lc_blocker blocker;
	const uint64_t
		*kernel_stack; /* addresses, innermost first; the source's, valid in the call */
	size_t kernel_depth;
};

enum lc_event_kind {
	LC_EVENT_BLOCK_ENDED = 1, /* woken after the threshold or more */
	LC_EVENT_SPAWN,
	LC_EVENT_EXEC,
	LC_EVENT_EXIT,
	LC_EVENT_BLOCK_STACK, /* the stack of a short block, just ended */
	LC_EVENT_SPAWN_FAILED,
	LC_EVENT_FIRST_RUN,
	LC_EVENT_GO_BLOCK, /* a goroutine was readied after the threshold or more */
};

struct lc_event {
	enum lc_event_kind kind;
	uint64_t at;
	struct lc_task task;	   /* whom it is about: the woken, the child, ... */
	struct lc_task other;	   /* BLOCK_ENDED: the waker; SPAWN: the parent; EXEC: tid before */
	struct lc_syscall syscall; /* BLOCK_ENDED, BLOCK_STACK: blocked in; SPAWN: the parent's */
	struct lc_registers registers; /* SPAWN: the parent's; BLOCK_STACK: its own */
	const void *stack; /* copy of the stack from sp up; the source's, valid in the call */
	size_t stack_size;
	uint64_t blocked_at;
	uint64_t blocked_ns;
	uint64_t start_time; /* SPAWN: the child's */
	bool same_process;   /* SPAWN: a thread */
	bool stack_follows;  /* BLOCK_ENDED: a BLOCK_STACK of the same block comes next */
	int error;	     /* SPAWN_FAILED: positive errno; EXIT: wait status */
	const struct lc_go_raw_block *go_block; /* GO_BLOCK; the source's, valid in the call */
};

#endif
