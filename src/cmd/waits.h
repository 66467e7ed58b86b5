/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the threads wait for: asked of the wait room for each that stood still long enough, and for those who
 * could release them, on to the end of each chain, whoever they belong to.
 */
#ifndef LEAKHOP_CMD_WAITS_H
#define LEAKHOP_CMD_WAITS_H

#include "cmd/session.h"

/* Threads outside of what was asked for that are looked at in one round. */
#define WAITS_MOST_OTHERS 4096

/*
 * Looks at each blocked thread that stood still for after_ns. One whose wait is known and confirmed is looked
 * at again only when it has stood still for twice as long as then, unless anew is true. Returns 0 or a
 * negative errno.
 */
int waits_look(struct session *session, uint64_t after_ns, bool anew);

/* The same of those whose answer a goroutine waits for, after goroutines_look(). */
int waits_look_behind_goroutines(struct session *session);

#endif
