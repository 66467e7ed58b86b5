/* SPDX-License-Identifier: GPL-2.0-only */
/* How this program becomes a worker: in which roles, and by which argument. */
#ifndef LEAKHOP_SANDBOX_SPAWN_H
#define LEAKHOP_SANDBOX_SPAWN_H

#include <sys/types.h>

#define WORKER_SOCKET 3 /* in the worker */

enum worker_role { WORKER_FILES, WORKER_READER, WORKER_FETCHER, WORKER_EMULATOR, WORKER_ROLES };

/* The arguments. */
#define FILES_WORKER "--worker"
#define READER_WORKER "--reader"
#define FETCHER_WORKER "--fetcher"
#define EMULATOR_WORKER "--emulator"

/*
 * Executes this program again in that role, with socket as WORKER_SOCKET. Returns 0, its number and
 * a descriptor of it, which is the caller's; or a negative errno.
 */
int worker_spawn(enum worker_role role, int socket, pid_t *ret_pid, int *ret_pidfd);

#endif
