/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that reads files. */
#ifndef LEAKHOP_SANDBOX_WORKER_H
#define LEAKHOP_SANDBOX_WORKER_H

/* The argument by which this program becomes one; and what it does then: returns an exit code. */
#define FILES_WORKER "--worker"
int worker_work(int socket);

#endif
