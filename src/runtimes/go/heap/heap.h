/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap of a Go process as its runtime sees it: spans of objects of one size. From any address
 * to the object that it lies in. Layouts: src/runtime/mheap.go, 1.17 to 1.27.
 */
#ifndef LEAKHOP_RUNTIMES_GO_HEAP_H
#define LEAKHOP_RUNTIMES_GO_HEAP_H

#include "runtimes/go/sched/process.h"

#define GO_ARENA_SHIFT 26
#define GO_ARENA_SIZE (1ull << GO_ARENA_SHIFT)
#define GO_PAGE_SHIFT 13
#define GO_PAGE_SIZE (1ull << GO_PAGE_SHIFT)

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

/* Of a page of 8 KB: to the number of an object without a look at its span. */
enum {
	GO_PAGE_KNOWN = 1, /* else its span has to be asked */
	GO_PAGE_SCAN = 2,  /* its objects may hold pointers */
	GO_PAGE_AWAITED = 4,
};

struct go_page {
	uint32_t span; /* number + 1, or a word of heap.c */
	uint32_t first, reciprocal;
	uint16_t count; /* of objects */
	uint8_t back;	/* so many pages before it its span begins */
	uint8_t flags;
};

struct go_heap {
	struct go_span
		*spans; /* in use, by address; those that came into use since are at the end */
	size_t count, capacity;
	uint64_t objects;	    /* that all of them have room for */
	uint64_t low, high;	    /* addresses in question */
	struct go_page **pages;	    /* by arena, then by page */
	struct go_page *near_pages; /* of the first arenas */
	size_t arenas, near;
	uint64_t late_pages;
	uint64_t map; /* address of the runtime's map of arenas, for pages that came into use since
		       */
	bool full;    /* a bound was reached: what is in the heap is not known any more */
};

/*
 * Zeroed memory for what is asked at random places, as calloc() gives it, in huge pages where there
 * are any: else most of the time goes into the look-up of pages. To be freed with free().
 */
void *go_heap_table(size_t count, size_t size);

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

/* The page of an address from low to high; NULL: nothing is known of it. */
static inline const struct go_page *go_heap_page(const struct go_heap *heap, uint64_t address)
{
	const struct go_page *pages = heap->pages[(address - heap->low) >> GO_ARENA_SHIFT];

	return pages ? &pages[(address >> GO_PAGE_SHIFT) &
			      ((1u << (GO_ARENA_SHIFT - GO_PAGE_SHIFT)) - 1)]
		     : NULL;
}

/* Somebody waits for an object of this span: GO_PAGE_AWAITED. */
void go_heap_await(struct go_heap *heap, const struct go_span *span);

/*
 * What the runtime notes of an address's arena (heapArena), and where that begins; 0: none there.
 */
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

/* Reads what go_heap_in_use() asks, of many spans at once. Where that fails, they are asked later.
 */
void go_heap_read_bits(const struct go_process *process, const struct go_heap *heap,
		       const struct go_span *const *spans, size_t count);

/*
 * Whether that object is in use: what is free still holds old pointers. Free only by a fresh look
 * at its span; in use also where it was so at a former question.
 */
bool go_heap_in_use(const struct go_process *process, const struct go_heap *heap,
		    const struct go_span *span, uint64_t object);

#endif
