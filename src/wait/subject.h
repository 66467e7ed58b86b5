/* SPDX-License-Identifier: GPL-2.0-only */
/* A blocked thread, as the one who asks what it waits for knows it. */
#ifndef LEAKHOP_WAIT_SUBJECT_H
#define LEAKHOP_WAIT_SUBJECT_H

#include "model/wait.h"

#define WAIT_FUNCTIONS_MAX 127

/* A blocked thread, as a sweep saw it. */
struct wait_subject {
	struct lc_task task; /* ns_tid and ns_pid may be 0: they are then read */
	char state;
	struct lc_syscall syscall;
	uint64_t sp, pc;	/* of user space; 0: not known */
	uint64_t blocked_since; /* ns, CLOCK_MONOTONIC; 0: not known */
	/*
	 * Names of the user stack's frames, innermost first, demangled or not; "" or NULL: not
	 * known.
	 */
	const char *const *functions;
	size_t function_count;
	size_t interrupted_at;	     /* the first of these that a signal interrupted; 0: none */
	const char *kernel_function; /* where it sleeps; NULL: wait_describe() asks wchan */
	struct lc_blocker blocker;
};

#endif
