/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that keeps the rights with which workers are begun, and does nothing but that: a worker
 * that replaces a lost one, after leakhop gave up its own, becomes nobody in an empty root as the
 * first did. It reads messages of a fixed size from leakhop alone, and nothing of a target.
 */
#ifndef LEAKHOP_SANDBOX_SPAWNER_H
#define LEAKHOP_SANDBOX_SPAWNER_H

#include "sandbox/spawn.h"

struct sandbox_spawner;

/* For sandbox_cost(): a worker that has begun, and one that is about to be killed. */
void spawner_know(struct sandbox_spawner *spawner, enum worker_role role, pid_t pid);
void spawner_lose(struct sandbox_spawner *spawner, pid_t pid);

/*
 * Has a worker begun that serves the other end of socket, which stays the caller's. Returns 0, its
 * number, and a descriptor of it (pidfd), which is the caller's; or a negative errno.
 */
int spawner_spawn(struct sandbox_spawner *spawner, enum worker_role role, int socket,
		  pid_t *ret_pid, int *ret_pidfd);

#endif
