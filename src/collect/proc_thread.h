/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread, read from /proc. Private to this folder. */
#ifndef LEAKHOP_COLLECT_PROC_THREAD_H
#define LEAKHOP_COLLECT_PROC_THREAD_H

#include "collect/clock.h"
#include "model/events.h"

/*
 * Fills a sample, but for process_comm. clocks tells when it last ran, where the kernel has
 * /proc/PID/sched. Returns 0, -ESRCH, -EPERM, or another negative errno.
 */
int proc_thread_sample(const struct cpu_clocks *clocks, pid_t pid, pid_t tid,
		       struct lc_sample *sample);

#endif
