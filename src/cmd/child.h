/* SPDX-License-Identifier: GPL-2.0-only */
/* A program started by leakhop and held before its first instruction until the tracing stands. */
#ifndef LEAKHOP_CMD_CHILD_H
#define LEAKHOP_CMD_CHILD_H

#include "util/error.h"

#include <sys/types.h>

struct child {
	pid_t pid;     /* 0: none */
	int go_fd;     /* closing it lets the program start */
	int failed_fd; /* gives the errno of a failed exec, or end of file */
};

/* Forks; the new process waits. Returns 0, or a negative errno with error. */
int child_prepare(struct child *child, char **argv, struct error *error);

/* Lets it start. Returns 0, or the negative errno of its exec. */
int child_start(struct child *child, char **argv, struct error *error);

/* Ends one that was never started, and closes what is open. One that runs goes on. */
void child_release(struct child *child);

#endif
