/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a dump is to look again: what one look cannot tell, and another a moment later can. Pure.
 */
#ifndef LEAKHOP_VERDICT_SETTLE_H
#define LEAKHOP_VERDICT_SETTLE_H

#include "model/snapshot.h"

/*
 * *ret_needed: it depends on time what is concluded of somebody (goroutines at a lock, which may
 * change hands, or in a send; a thread that wants a lock and looks at it again and again; a Go
 * process none of which seems able to run).
 * Returns 0 or -ENOMEM.
 */
int verdict_needs_time(const struct lc_snapshot *snapshot, bool *ret_needed);

#endif
