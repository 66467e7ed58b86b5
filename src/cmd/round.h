/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One round: a sweep that feeds the model, stacks for those that are due, and a second sweep that shows
 * whose stack can be trusted.
 */
#ifndef LEAKHOP_CMD_ROUND_H
#define LEAKHOP_CMD_ROUND_H

#include "cmd/session.h"

/*
 * Sweeps; takes the stack of each blocked thread that has none yet and stood still for stack_after_ns.
 * A stack is kept only if the thread's switch counters are the same after its memory was read; attempts:
 * how often those that moved are looked at again. Returns 0 or a negative errno.
 */
int round_run(struct session *session, uint64_t stack_after_ns, unsigned attempts);

/* Takes in an event: unwinds the stack that came with it. For collect_consume(); context is the session. */
int round_event(void *context, const struct lc_event *event);

#endif
