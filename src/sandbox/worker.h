/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that reads files. */
#ifndef LEAKHOP_SANDBOX_WORKER_H
#define LEAKHOP_SANDBOX_WORKER_H

/* What the process does: returns an exit code. */
int worker_work(int socket);

#endif
