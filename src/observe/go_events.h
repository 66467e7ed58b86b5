/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact events of goroutines (--go-events): probes go into each Go process of the observer when a
 * sweep has first read it, and what they see is taken in after each sweep. Without the option all
 * of these do nothing.
 */
#ifndef LEAKHOP_OBSERVE_GO_EVENTS_H
#define LEAKHOP_OBSERVE_GO_EVENTS_H

#include "observe/observer.h"

/*
 * Some process has executed a program: if that is Go, probes go into it before the next sweep would
 * be due.
 */
void go_events_executed(struct observer *observer);

/* After the runtime has swept the process. Returns 0 or -ENOMEM. */
int go_events_take(struct observer *observer, struct lc_go_process *process);

/* A block that has ended. Returns 0 or -ENOMEM. */
int go_events_block(struct observer *observer, const struct lc_event *event);

/* Before the runtime forgets the process. */
void go_events_forget(struct observer *observer, pid_t pid);

#endif
