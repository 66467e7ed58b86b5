/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One round: a sweep that feeds the model, then what is read of each thread that is due (its stack, what it waits
 * for, who could release it), then a sweep that shows of whom all that still holds.
 */
#ifndef LEAKHOP_CMD_ROUND_H
#define LEAKHOP_CMD_ROUND_H

#include "cmd/session.h"

/*
 * Takes the stack of each blocked thread that has none yet and stood still for stack_after_ns, and reads what it
 * waits for. What was read is kept only of threads whose switch counters are the same in the sweep after it;
 * attempts: how often the others are read again. Returns 0 or a negative errno.
 */
int round_run(struct session *session, uint64_t stack_after_ns, unsigned attempts);

/* Takes in an event: unwinds the stack that came with it. For collect_consume(); context is the session. */
int round_event(void *context, const struct lc_event *event);

#endif
