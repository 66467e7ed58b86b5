/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interned stacks: the same list of (module, vaddr) is stored once and has one id, so that a
 * thousand threads at one place cost one stack and one look-up of names.
 *
 * Bounded: past the bound (LC_STACKS_MAX by default) lc_stacks_intern() returns -ENOSPC and counts.
 * Pointers to a stack stay valid until the table is freed.
 */
#ifndef LEAKHOP_MODEL_STACKS_H
#define LEAKHOP_MODEL_STACKS_H

#include "model/types.h"

#define LC_STACKS_MAX 65536

struct lc_stacks;

int lc_stacks_create(size_t max, struct lc_stacks **ret_stacks);
void lc_stacks_free(struct lc_stacks *stacks);

/*
 * Stores count raw frames (copied) with their end and sets *ret_id (never 0). An equal stack gives
 * the same id. Returns 0, -ENOSPC at the bound, -ENOMEM.
 */
int lc_stacks_intern(struct lc_stacks *stacks, const struct lc_raw_frame *raw, size_t count,
		     enum lc_stack_end end, uint32_t *ret_id);

/* The stack of an id; NULL for 0 or an unknown id. */
const struct lc_stack *lc_stacks_get(const struct lc_stacks *stacks, uint32_t id);

/*
 * Gives a stack its names, once (a second call for the same id is ignored). Frames and their
 * strings are copied; equal strings are stored once. NULL strings become "". Returns 0, -ENOENT or
 * -ENOMEM.
 */
int lc_stacks_set_frames(struct lc_stacks *stacks, uint32_t id, const struct lc_frame *frames,
			 size_t count);

/*
 * Gives a stack that has names other ones, copied as by lc_stacks_set_frames(). Pointers to its
 * frames that were got before are void. Returns 0, -ENOENT or -ENOMEM.
 */
int lc_stacks_rename(struct lc_stacks *stacks, uint32_t id, const struct lc_frame *frames,
		     size_t count);

/* How many stacks are stored, and how many were refused because of the bound. */
size_t lc_stacks_count(const struct lc_stacks *stacks);
uint64_t lc_stacks_refused(const struct lc_stacks *stacks);

#endif
