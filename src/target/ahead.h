/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of another process, copied while who asked for it goes on: a thread does one request after
 * the other. It has a part in nothing but these, and no signal comes to it.
 */
#ifndef LEAKHOP_TARGET_AHEAD_H
#define LEAKHOP_TARGET_AHEAD_H

#include "target/memory.h"

#define TARGET_AHEAD_MOST 8 /* requests that wait for their end */

struct target_ahead;

/*
 * NULL: no memory, or there can be no thread, or nothing to run it on beside its owner.
 * target_ahead_free() waits for what is being read; what was only begun is not read any more.
 */
struct target_ahead *target_ahead_new(void);
void target_ahead_free(struct target_ahead *ahead);

/*
 * Begins what target_memory_read_pieces() does; the pieces are the thread's until the end of that.
 * What only the reader may read (access.h) is read here and now. At most TARGET_AHEAD_MOST.
 */
void target_ahead_begin(struct target_ahead *ahead, const struct target_task *task,
			struct target_piece *pieces, size_t count);

/*
 * Waits for the first one that was begun and has not ended, and meanwhile reads what the thread has
 * not come to; returns what the reading returned.
 */
int target_ahead_end(struct target_ahead *ahead);

#endif
