/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finalizers and cleanups: the runtime keeps them outside the heap, and what they will be called
 * with lives. A goroutine may wait for the word of one. Layout: struct special of
 * src/runtime/mheap.go, 1.17 to 1.27.
 */
#ifndef LEAKHOP_RUNTIMES_GO_SPECIALS_H
#define LEAKHOP_RUNTIMES_GO_SPECIALS_H

#include "runtimes/go/heap/heap.h"

struct go_special {
	uint64_t object;       /* that has it; 0: not known */
	uint32_t first, count; /* of its words */
	bool gives; /* a finalizer, which gets the object, or a weak pointer, which gives it */
	bool waits_for_end; /* nothing is called before nothing has the object any more */
	bool marked;	    /* for who reads them */
};

struct go_specials {
	struct go_special *list;
	size_t count, capacity;
	uint64_t *words; /* of the records: functions and arguments, some of them pointers */
	size_t word_count, word_capacity;
};

/*
 * Reads those of all spans. Returns 0; -ENOENT: their layout is not known; -EFAULT: one could not
 * be read; -E2BIG: more than are taken; -ENOMEM. go_specials_release() releases.
 */
int go_specials_read(const struct go_process *process, const struct go_heap *heap,
		     struct go_specials *specials);

/*
 * Is one of them called as a function of the program, and not just of the standard library, which
 * closes files? Also where that cannot be told.
 */
bool go_specials_call(const struct go_process *process, const struct go_heap *heap);
void go_specials_release(struct go_specials *specials);

#endif
