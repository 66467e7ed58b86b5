/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finalizers and cleanups: the runtime keeps them outside the heap, and what they will be called
 * with lives. A goroutine may wait for the word of one. Layout: struct special of
 * src/runtime/mheap.go, 1.17 to 1.27.
 */
#ifndef LEAKHOP_RUNTIMES_GO_SPECIALS_H
#define LEAKHOP_RUNTIMES_GO_SPECIALS_H

#include "runtimes/go/heap/heap.h"

struct go_specials {
	uint64_t *words; /* of the records: functions and arguments, some of them pointers */
	size_t count, capacity;
	uint64_t *objects; /* that have a finalizer, which gets them, or a weak pointer, which gives
			      them */
	size_t object_count, object_capacity;
};

/*
 * Reads those of all spans. Returns 0; -ENOENT: their layout is not known; -EFAULT: one could not
 * be read; -E2BIG: more than are taken; -ENOMEM. go_specials_release() releases.
 */
int go_specials_read(const struct go_process *process, const struct go_heap *heap,
		     struct go_specials *specials);
void go_specials_release(struct go_specials *specials);

#endif
