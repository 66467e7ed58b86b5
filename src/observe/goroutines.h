/* SPDX-License-Identifier: GPL-2.0-only */
/* The goroutines of the processes in an observer's model. Private to this folder. */
#ifndef LEAKHOP_OBSERVE_GOROUTINES_H
#define LEAKHOP_OBSERVE_GOROUTINES_H

#include "observe/observer.h"

/* Sweeps every Go process, and looks at what each group waits for. Returns 0 or -ENOMEM. */
int goroutines_sweep(struct observer *observer, unsigned attempts);

/* The process executed another program at that time. */
void goroutines_executed(struct observer *observer, pid_t pid, uint64_t at);

#endif
