/* SPDX-License-Identifier: GPL-2.0-only */
/* The worker's process, as its parent has it. */
#ifndef LEAKHOP_SANDBOX_PROCESS_H
#define LEAKHOP_SANDBOX_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/spawn.h"

#define WORKERS_LOST_MAX 64

struct sandbox_spawner;

struct worker_process {
	struct sandbox_spawner *spawner; /* begins all but the first; NULL: there is none */
	bool begun;			 /* there was one */
	pid_t pid;			 /* 0: there is none */
	int pidfd;			 /* of it */
	int socket;			 /* -1 */
	/*
	 * Descriptors of those that were killed, and have not ended yet: one that hangs in the
	 * kernel may take its time.
	 */
	int lost[WORKERS_LOST_MAX];
	size_t lost_count;
};

/* Begins a worker. Returns 0 or a negative errno; -EBUSY: too many are lost. */
int worker_process_begin(struct worker_process *process, enum worker_role role);

/* Kills it, and waits for none. */
void worker_process_lose(struct worker_process *process);

/* Whether it has the processor or waits for one, and the time that it had, in ns. */
bool worker_process_runs(const struct worker_process *process, uint64_t *ret_cpu_ns);

#endif
