/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap of a Go process as its runtime sees it: spans of objects of one size. From any address
 * to the object that it lies in. Layouts: src/runtime/mheap.go, 1.17 to 1.27.
 */
#ifndef LEAKHOP_RUNTIMES_GO_HEAP_H
#define LEAKHOP_RUNTIMES_GO_HEAP_H

#include "runtimes/go/sched/process.h"

struct go_span {
	/* What is asked of it for each pointer. */
	uint64_t start;
	uint64_t size;	     /* of an object */
	uint64_t first;	     /* number of its first object among those of all spans */
	uint32_t reciprocal; /* of size, times 2^32; 0: it is divided by it */
	uint32_t count;	     /* of objects that it has room for */
	bool scan;	     /* may hold pointers */
	bool tiny; /* an object is a block of several, none with pointers (src/runtime/malloc.go,
		      maxTinySize) */

	uint8_t class; /* the runtime's spanclass: of size, doubled, and whether it has pointers */
	bool arena;    /* of GOEXPERIMENT=arenas: laid out in another way */
	uint32_t free_index; /* objects before it are in use; behind it the bits tell */
	uint64_t end;
	uint64_t at;	     /* of its descriptor, the runtime's mspan */
	uint64_t alloc_bits; /* address */
	uint64_t specials;   /* address of the first record; 0: none */
	uint8_t *bits;	     /* go_heap_in_use() */
};

struct go_heap {
	struct go_span *spans; /* in use, by address; those that came into use since are at the end */
	size_t count, capacity;
	uint64_t objects;   /* that all of them have room for */
	uint64_t low, high; /* addresses in question */
	uint32_t *
		*pages; /* by arena: of each page the number of its span + 1, or a word of heap.c */
	size_t arenas;
	uint64_t late_pages;
	uint64_t map; /* address of the runtime's map of arenas, for pages that came into use since
		       */
	bool full;    /* a bound was reached: what is in the heap is not known any more */
};

/* Bytes of all spans in use, as the runtime counts them: a word to read. 0: not known. */
uint64_t go_heap_bytes(struct go_process *process);

/*
 * Reads all spans in use. Returns 0; -ENOENT: the heap was not found; -EFAULT: a span could not be
 * read, or made no sense; -E2BIG: more than are taken; -ENOMEM. go_heap_release() releases.
 */
int go_heap_read(struct go_process *process, struct go_heap *heap);
void go_heap_release(struct go_heap *heap);

/*
 * The span that holds address, also one that has come into use since; NULL: none. Valid until the
 * release.
 */
const struct go_span *go_heap_find(const struct go_process *process, struct go_heap *heap,
				   uint64_t address);

/* The same, of those known already. */
const struct go_span *go_heap_span(const struct go_heap *heap, uint64_t address);

/*
 * What the runtime notes of an address's arena (heapArena), and where that begins; 0: none there.
 */
#define GO_ARENA_SIZE (64ull << 20)
uint64_t go_heap_arena(const struct go_process *process, const struct go_heap *heap,
		       uint64_t address);

/*
 * The type of the one object of a span of its own, as it is noted now (since 1.22); 0: it is not,
 * or the span is another one by now.
 */
uint64_t go_heap_large_type(const struct go_process *process, const struct go_span *span);

/* The number of an object among those of its span, from 0. */
static inline uint64_t go_heap_index(const struct go_span *span, uint64_t address)
{
	uint64_t offset = address - span->start;

	return span->reciprocal ? offset * span->reciprocal >> 32 : offset / span->size;
}

/* How many objects a span has numbers for: what it says of how many it has may be anything. */
static inline uint64_t go_heap_room(const struct go_span *span)
{
	return (span->end - span->start + span->size - 1) / span->size;
}

/* The span of an object's number among all; NULL: none. */
const struct go_span *go_heap_numbered(const struct go_heap *heap, uint64_t number);

/* The start of the object that address lies in. */
uint64_t go_heap_object(const struct go_span *span, uint64_t address);

/* Reads what go_heap_in_use() asks, of many spans at once. Where that fails, they are asked later. */
void go_heap_read_bits(const struct go_process *process, const struct go_heap *heap,
		       const struct go_span *const *spans, size_t count);

/*
 * Whether that object is in use: what is free still holds old pointers. Free only by a fresh look
 * at its span; in use also where it was so at a former question.
 */
bool go_heap_in_use(const struct go_process *process, const struct go_heap *heap,
		    const struct go_span *span, uint64_t object);

#endif
