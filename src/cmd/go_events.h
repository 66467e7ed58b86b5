/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact events of goroutines (--go-events): probes go into each Go process of the session when a sweep has first
 * read it, and what they see is taken in after each sweep. Without the option all of these do nothing.
 */
#ifndef LEAKHOP_CMD_GO_EVENTS_H
#define LEAKHOP_CMD_GO_EVENTS_H

#include "cmd/session.h"
#include "verdict/goroutines.h"

/* Some process has executed a program: if that is Go, probes go into it before the next sweep would be due. */
void go_events_executed(struct session *session);

/* When the next sweep is due, if it was due at next. */
uint64_t go_events_next_sweep(const struct session *session, uint64_t next);

/* After golang_sweep() of the process. Returns 0 or -ENOMEM. */
int go_events_take(struct session *session, struct lc_go_process *process);

/* A block that has ended. Returns 0 or -ENOMEM. */
int go_events_block(struct session *session, const struct lc_event *event);

/* Before golang forgets the process. */
void go_events_forget(struct session *session, pid_t pid);

/* What is exactly known of a record that is told, and of all processes for the report; with names. */
void go_events_name(struct session *session, struct verdict_goroutines *record);
void go_events_name_all(struct session *session);

/* What it costs: said at the start. */
void go_events_say(const struct session *session);

#endif
