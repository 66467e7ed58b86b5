/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings whose processes talk to each other: a TCP connection that has its two ends in two of
 * them joins their graphs, so that who waits for an answer has the verdict of who owes it.
 *
 * What stands in the other recording counts as of its own time: it holds if that block had begun
 * when this one was read, by the clocks of both hosts.
 */
#ifndef LEAKHOP_CMD_JOINED_H
#define LEAKHOP_CMD_JOINED_H

#include "cmd/recorded.h"

/*
 * Adds to each recording the threads of those that its waits lead to, and judges it anew. Processes
 * of another file have numbers of verdict/groups.h (VERDICT_FOREIGN). Returns 0 or -ENOMEM.
 */
int joined_join(struct recorded *recorded, size_t count);

#endif
