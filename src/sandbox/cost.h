/* SPDX-License-Identifier: GPL-2.0-only */
/* What a worker does and took, as the kernel counts it. */
#ifndef LEAKHOP_SANDBOX_COST_H
#define LEAKHOP_SANDBOX_COST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* CPU time in ns, and the most memory in bytes; 0 of one that has ended. */
uint64_t worker_cpu_ns(pid_t pid);
uint64_t worker_peak_bytes(pid_t pid);

/* Does it have a processor, or wait for one? */
bool worker_runs(pid_t pid);

#endif
