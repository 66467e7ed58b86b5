// SPDX-License-Identifier: GPL-2.0-only
/* Spans of the Go heap: see heap.h. */
#include "runtimes/go/heap/heap.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_SHIFT GO_PAGE_SHIFT
#define PAGE_SIZE GO_PAGE_SIZE
#define ARENA_SHIFT GO_ARENA_SHIFT
#define ARENA_PAGES (1u << (ARENA_SHIFT - PAGE_SHIFT))
#if defined(__x86_64__)
#define ARENA_BASE 0x800000000000ull
#else
#define ARENA_BASE 0ull
#endif
#define SPANS_MAX 8000000u
#define SPANS_LATE 65536u      /* that come into use while the heap is searched */
#define PAGES_MAX (1ull << 25) /* of all spans together: 256 GB */
#define OBJECTS_MAX (1ull << 32)
#define ARENAS_MAX (1u << 22)
#define ARENAS_NEAR 1024 /* the first ones, whose pages are in one table: 64 GB */
#define ARENAS_LATE 16	 /* behind the last one, in which memory may come into use meanwhile */
#define PAGE_UNKNOWN 0u
#define PAGE_NONE UINT32_MAX /* of a stack */
#define STATE_IN_USE 1
#define STATE_MANUAL 2
#define MOST_BSS (64u << 20)
#define BATCH 512
#define TRIES_MOST 3
#define HUGE_PAGE ((uintptr_t)2 << 20)
#define TINY_BLOCK 16
#define RECIPROCAL_SPAN (1u << 17) /* bytes of a span, and of an object, up to which */
#define RECIPROCAL_SIZE (1u << 15) /* multiplying by it is as good as dividing */
#define MOST_COUNTED 65536	   /* objects of a span whose bits are kept */

struct batch {
	uint64_t addresses[BATCH];
	struct target_piece pieces[BATCH];
	uint8_t bytes[BATCH][GO_SPAN_MAX];
};

void *go_heap_table(size_t count, size_t size)
{
	uint8_t *table = calloc(count, size);
	uintptr_t from = ((uintptr_t)table + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	uintptr_t to = table ? ((uintptr_t)table + count * size) & ~(HUGE_PAGE - 1) : 0;

	if (to > from)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
	return table;
}

static uint64_t get(const uint8_t *bytes, int32_t offset, unsigned size)
{
	uint64_t value = 0;

	if (offset >= 0 && offset + size <= GO_SPAN_MAX)
		memcpy(&value, bytes + offset, size);
	return value;
}

/* Returns false where it can't be so. */
static bool span_of(const struct go_process *process, uint64_t at, const uint8_t *bytes,
		    struct go_span *span)
{
	const struct go_offsets *o = &process->offsets;
	/* 1.22 made the two counts 16 bits wide. */
	unsigned width = process->version >= GO_VERSION(1, 22, 0) ? 2 : 8;
	uint64_t pages = get(bytes, o->span_npages, 8);

	*span = (struct go_span){
		.at = at,
		.start = get(bytes, o->span_start, 8),
		.size = get(bytes, o->span_elemsize, 8),
		.alloc_bits = get(bytes, o->span_alloc_bits, 8),
		.specials = get(bytes, o->span_specials, 8),
		.free_index = get(bytes, o->span_freeindex, width),
		.count = get(bytes, o->span_nelems, width),
		.class = get(bytes, o->span_class, 1),
		.arena = get(bytes, o->span_arena, 1) != 0,
		.scan = !(get(bytes, o->span_class, 1) & 1),
		.tiny = (get(bytes, o->span_class, 1) & 1) &&
			get(bytes, o->span_elemsize, 8) == TINY_BLOCK,
	};
	if (!span->start || span->start & (PAGE_SIZE - 1) || !pages || pages > PAGES_MAX ||
	    span->start > UINT64_MAX - (pages << PAGE_SHIFT))
		return false;
	span->end = span->start + (pages << PAGE_SHIFT);
	return true;
}

/*
 * Is this the first level of the map of arenas? It must lead from the list of goroutines to its
 * span. In a large heap whatever stands there leads somewhere, so that has to be a span.
 */
static bool is_arena_map(const struct go_process *process, uint64_t map, uint64_t list)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t arena = go_word(process, map + ((list + ARENA_BASE) >> ARENA_SHIFT) * 8), at;
	uint8_t bytes[GO_SPAN_MAX] = {};
	struct go_span span;

	if (!arena || o->span_size > GO_SPAN_MAX)
		return false;
	at = go_word(process,
		     arena + o->arena_spans + ((list >> PAGE_SHIFT) & (ARENA_PAGES - 1)) * 8);
	return at && go_read(process, at, bytes, o->span_size) &&
	       span_of(process, at, bytes, &span) && get(bytes, o->span_state, 1) == STATE_IN_USE &&
	       span.size >= 8 && span.start <= list && list < span.end;
}

/* The list of spans, where mheap_ would be: each begins with a span. */
static bool has_spans(const struct go_process *process, uint64_t heap)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t list = go_word(process, heap + o->mheap_allspans);
	uint64_t length = go_word(process, heap + o->mheap_allspans + 8);
	uint64_t first = list && length && length <= SPANS_MAX ? go_word(process, list) : 0;

	return first && go_word(process, first + o->span_start);
}

struct finding {
	struct go_process *process;
	uint64_t list;
};

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	const struct finding *finding = context;

	return words[0] && !(words[0] & 4095) &&
	       is_arena_map(finding->process, words[0], finding->list) &&
	       has_spans(finding->process, address - finding->process->offsets.mheap_arenas);
}

static bool find_in(struct go_process *process, uint64_t from, uint64_t to, uint64_t list)
{
	struct finding finding = { process, list };
	uint64_t address;

	if (go_search(process, from, to, MOST_BSS, fits, &finding, &address) < 0)
		return false;
	process->heap = address - process->offsets.mheap_arenas;
	return true;
}

static bool find_heap(struct go_process *process)
{
	uint64_t list, length;
	size_t i;

	if (process->heap)
		return true;
	if (process->heap_tries > TRIES_MOST || process->offsets.mheap_arenas < 0 ||
	    process->offsets.arena_spans < 0 || !go_process_allgs(process, &list, &length))
		return false;
	for (i = 0; i < process->module_count; i++) {
		const struct go_module *module = &process->modules[i];

		if (find_in(process, module->noptrbss, module->noptrbss_end, list) ||
		    find_in(process, module->bss, module->bss_end, list))
			return true;
	}
	process->heap_tries++;
	return false;
}

uint64_t go_heap_bytes(struct go_process *process)
{
	int32_t at = process->offsets.mheap_pages_in_use;
	uint64_t pages;

	if (at < 0 || !find_heap(process))
		return 0;
	pages = go_word(process, process->heap + at);
	return pages >> 40 ? 0 : pages << PAGE_SHIFT;
}

/* What is known of the pages of a span without it. */
static struct go_page page_for(const struct go_span *span, uint32_t what)
{
	struct go_page page = { .span = what };

	if (what == PAGE_NONE || !span->reciprocal || !span->count || span->count > UINT16_MAX ||
	    span->first + span->count > UINT32_MAX)
		return page;
	page.first = span->first;
	page.reciprocal = span->reciprocal;
	page.count = span->count;
	page.flags = GO_PAGE_KNOWN | (span->scan ? GO_PAGE_SCAN : 0);
	return page;
}

static struct go_page *page_at(const struct go_heap *heap, uint64_t address)
{
	return &heap->pages[(address - heap->low) >> ARENA_SHIFT]
			   [(address >> PAGE_SHIFT) & (ARENA_PAGES - 1)];
}

/*
 * Notes of each page what it belongs to; beyond the arenas that were counted on nothing is noted.
 */
static bool note_pages(struct go_heap *heap, const struct go_span *span, uint32_t what)
{
	struct go_page note = page_for(span, what);
	uint64_t page, arena;

	for (page = span->start; page < span->end; page += PAGE_SIZE, note.back++) {
		arena = (page - heap->low) >> ARENA_SHIFT;
		if (page < heap->low || arena >= heap->arenas)
			continue;
		if (!heap->pages[arena])
			heap->pages[arena] = arena < heap->near
						     ? heap->near_pages + arena * ARENA_PAGES
						     : calloc(ARENA_PAGES, sizeof(**heap->pages));
		if (!heap->pages[arena])
			return false;
		*page_at(heap, page) = note;
	}
	return true;
}

void go_heap_await(struct go_heap *heap, const struct go_span *span)
{
	uint64_t page = span->start;

	/* Of no other one is it asked. */
	for (; span->reciprocal && page < span->end && page < heap->high; page += PAGE_SIZE) {
		if (page >= heap->low)
			page_at(heap, page)->flags |= GO_PAGE_AWAITED;
	}
}

static int add_span(struct go_process *process, struct go_heap *heap, uint64_t at,
		    const uint8_t *bytes)
{
	unsigned state = get(bytes, process->offsets.span_state, 1);
	struct go_span span;

	if (state != STATE_IN_USE && state != STATE_MANUAL)
		return 0;
	if (!span_of(process, at, bytes, &span) || (state == STATE_IN_USE && span.size < 8))
		return -EFAULT;
	span.first = state == STATE_MANUAL ? UINT64_MAX : 0;
	heap->spans[heap->count++] = span;
	return 0;
}

static int read_spans(struct go_process *process, struct go_heap *heap, uint64_t list,
		      uint64_t length)
{
	_cleanup_free_ struct batch *batch = malloc(sizeof(*batch));
	size_t size = process->offsets.span_size, count, i;
	uint64_t at;
	int r = 0;

	if (!batch)
		return -ENOMEM;
	if (!size || size > GO_SPAN_MAX)
		return -ENOENT;
	for (at = 0; at < length && !r; at += count) {
		count = length - at < BATCH ? length - at : BATCH;
		if (!go_read(process, list + at * 8, batch->addresses, count * 8))
			return -EFAULT;
		for (i = 0; i < count; i++)
			batch->pieces[i] = (struct target_piece){
				.address = batch->addresses[i],
				.buffer = batch->bytes[i],
				.size = size,
			};
		r = go_read_pieces(process, batch->pieces, count);
		for (i = 0; i < count && !r; i++)
			r = batch->pieces[i].read
				    ? add_span(process, heap, batch->addresses[i], batch->bytes[i])
				    : -EFAULT;
	}
	return r;
}

/* The arenas that the spans lie in, and some behind. */
static int find_bounds(struct go_heap *heap)
{
	uint64_t pages = 0, arenas;
	size_t i;

	heap->low = UINT64_MAX;
	for (i = 0; i < heap->count; i++) {
		const struct go_span *span = &heap->spans[i];

		pages += (span->end - span->start) >> PAGE_SHIFT;
		if (span->first == UINT64_MAX)
			continue;
		heap->low = span->start < heap->low ? span->start : heap->low;
		heap->high = span->end > heap->high ? span->end : heap->high;
	}
	if (!heap->high)
		return -ENOENT;
	heap->low &= ~((1ull << ARENA_SHIFT) - 1);
	arenas = ((heap->high - heap->low) >> ARENA_SHIFT) + 1 + ARENAS_LATE;
	if (pages > PAGES_MAX || arenas > ARENAS_MAX)
		return -E2BIG;
	heap->arenas = arenas;
	heap->high = heap->low + (arenas << ARENA_SHIFT);
	heap->near = arenas < ARENAS_NEAR ? arenas : ARENAS_NEAR;
	heap->pages = calloc(arenas, sizeof(*heap->pages));
	heap->near_pages = go_heap_table(heap->near * ARENA_PAGES, sizeof(*heap->near_pages));
	return heap->pages && heap->near_pages ? 0 : -ENOMEM;
}

/* The error is below size / 2^32 for each byte, and below 1 for a whole span. */
static uint32_t reciprocal_of(const struct go_span *span)
{
	return span->end - span->start <= RECIPROCAL_SPAN && span->size <= RECIPROCAL_SIZE &&
			       span->size > 1
		       ? UINT32_MAX / (uint32_t)span->size + 1
		       : 0;
}

static bool give_numbers(struct go_heap *heap, struct go_span *span)
{
	span->reciprocal = reciprocal_of(span);
	span->first = heap->objects;
	heap->objects += go_heap_room(span);
	return heap->objects <= OBJECTS_MAX;
}

static int by_start(const void *a, const void *b)
{
	const struct go_span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Objects that lie beside each other then have numbers that do. */
static void sort_spans(struct go_heap *heap)
{
	size_t i;

	for (i = 1; i < heap->count && heap->spans[i - 1].start <= heap->spans[i].start; i++)
		;
	if (i < heap->count)
		qsort(heap->spans, heap->count, sizeof(*heap->spans), by_start);
}

/* Numbers pages and objects; the spans of stacks are known by their pages only. */
static int index_spans(struct go_heap *heap)
{
	size_t i, n = 0;
	int r = find_bounds(heap);

	sort_spans(heap);

	for (i = 0; i < heap->count && !r; i++) {
		struct go_span *span = &heap->spans[i];

		if (span->first == UINT64_MAX) {
			r = note_pages(heap, span, PAGE_NONE) ? 0 : -ENOMEM;
			continue;
		}
		heap->spans[n] = *span;
		if (!give_numbers(heap, &heap->spans[n]))
			r = -E2BIG;
		else
			r = note_pages(heap, &heap->spans[n], n + 1) ? 0 : -ENOMEM;
		n++;
	}
	heap->count = n;
	return r;
}

int go_heap_read(struct go_process *process, struct go_heap *heap)
{
	uint64_t list, length;
	int r;

	*heap = (struct go_heap){};
	if (!find_heap(process))
		return -ENOENT;
	length = go_word(process, process->heap + process->offsets.mheap_allspans + 8);
	list = go_word(process, process->heap + process->offsets.mheap_allspans);
	heap->map = go_word(process, process->heap + process->offsets.mheap_arenas);
	if (!list || !length || !heap->map)
		return -ENOENT;
	if (length > SPANS_MAX)
		return -E2BIG;
	heap->capacity = length + SPANS_LATE;
	heap->spans = go_heap_table(heap->capacity, sizeof(*heap->spans));
	if (!heap->spans)
		return -ENOMEM;
	r = read_spans(process, heap, list, length);
	r = r ?: index_spans(heap);
	if (r < 0)
		go_heap_release(heap);
	return r;
}

void go_heap_release(struct go_heap *heap)
{
	size_t i;

	for (i = heap->near; i < heap->arenas && heap->pages; i++)
		free(heap->pages[i]);
	for (i = 0; i < heap->count && heap->spans; i++)
		free(heap->spans[i].bits);
	free(heap->near_pages);
	free(heap->pages);
	free(heap->spans);
	*heap = (struct go_heap){};
}

static uint32_t page_of(const struct go_heap *heap, uint64_t address)
{
	const struct go_page *page;

	if (address < heap->low || address >= heap->high)
		return PAGE_NONE;
	page = go_heap_page(heap, address);
	return page ? page->span : PAGE_UNKNOWN;
}

const struct go_span *go_heap_span(const struct go_heap *heap, uint64_t address)
{
	uint32_t page = page_of(heap, address);

	return page == PAGE_UNKNOWN || page == PAGE_NONE ? NULL : &heap->spans[page - 1];
}

/* A page that belonged to no span when the spans were read. */
static const struct go_span *look_up(const struct go_process *process, struct go_heap *heap,
				     uint64_t address)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t arena = go_heap_arena(process, heap, address);
	uint64_t page = (address >> PAGE_SHIFT) & (ARENA_PAGES - 1), at;
	uint8_t bytes[GO_SPAN_MAX] = {};
	struct go_span span;

	at = arena ? go_word(process, arena + o->arena_spans + page * 8) : 0;
	if (!at || !go_read(process, at, bytes, o->span_size) ||
	    get(bytes, o->span_state, 1) != STATE_IN_USE || !span_of(process, at, bytes, &span) ||
	    span.size < 8 || address < span.start || address >= span.end)
		return NULL;
	heap->late_pages += (span.end - span.start) >> PAGE_SHIFT;
	if (heap->count == heap->capacity || heap->late_pages > PAGES_MAX ||
	    !give_numbers(heap, &span) || !note_pages(heap, &span, heap->count + 1)) {
		heap->full = true;
		return NULL;
	}
	heap->spans[heap->count++] = span;
	return &heap->spans[heap->count - 1];
}

const struct go_span *go_heap_find(const struct go_process *process, struct go_heap *heap,
				   uint64_t address)
{
	uint32_t page = page_of(heap, address);

	if (page == PAGE_NONE)
		return NULL;
	return page == PAGE_UNKNOWN ? look_up(process, heap, address) : &heap->spans[page - 1];
}

uint64_t go_heap_arena(const struct go_process *process, const struct go_heap *heap,
		       uint64_t address)
{
	return go_word(process, heap->map + ((address + ARENA_BASE) >> ARENA_SHIFT) * 8);
}

uint64_t go_heap_large_type(const struct go_process *process, const struct go_span *span)
{
	const struct go_offsets *o = &process->offsets;
	uint8_t bytes[GO_SPAN_MAX] = {};
	struct go_span now;

	if (o->span_large_type < 0 || !go_read(process, span->at, bytes, o->span_size) ||
	    !span_of(process, span->at, bytes, &now) || now.start != span->start ||
	    now.size != span->size || now.class != span->class)
		return 0;
	return get(bytes, o->span_large_type, 8);
}

const struct go_span *go_heap_numbered(const struct go_heap *heap, uint64_t number)
{
	size_t low = 0, high = heap->count, middle;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (heap->spans[middle].first <= number)
			low = middle;
		else
			high = middle;
	}
	return high > low && number >= heap->spans[low].first &&
			       number - heap->spans[low].first < go_heap_room(&heap->spans[low])
		       ? &heap->spans[low]
		       : NULL;
}

uint64_t go_heap_object(const struct go_span *span, uint64_t address)
{
	return span->start + go_heap_index(span, address) * span->size;
}

/* Are there bits that tell what is in use behind the first ones? */
static bool has_bits(const struct go_span *span)
{
	return span->alloc_bits && span->free_index < span->count && span->count <= MOST_COUNTED;
}

/*
 * As they were at the first question: what was in use then may be taken for in use. NULL: not
 * readable.
 */
static const uint8_t *bits_of(const struct go_process *process, struct go_span *span)
{
	size_t size = span->count / 8 + 1;

	if (span->bits || span->count > MOST_COUNTED)
		return span->bits;
	span->bits = malloc(size);
	if (span->bits && !go_read(process, span->alloc_bits, span->bits, size)) {
		free(span->bits);
		span->bits = NULL;
	}
	return span->bits;
}

void go_heap_read_bits(const struct go_process *process, const struct go_heap *heap,
		       const struct go_span *const *spans, size_t count)
{
	struct target_piece pieces[BATCH];
	struct go_span *of[BATCH], *span;
	size_t i, n;

	for (; count; spans += i, count -= i) {
		for (i = 0, n = 0; i < count && n < BATCH; i++) {
			span = &heap->spans[spans[i] - heap->spans];
			if (span->bits || !has_bits(span))
				continue;
			span->bits = malloc(span->count / 8 + 1);
			if (!span->bits)
				continue;
			of[n] = span;
			pieces[n++] = (struct target_piece){ .address = span->alloc_bits,
							     .buffer = span->bits,
							     .size = span->count / 8 + 1 };
		}
		if (go_read_pieces(process, pieces, n) < 0)
			memset(pieces, 0, sizeof(pieces));
		while (n--) {
			if (pieces[n].read)
				continue;
			free(of[n]->bits);
			of[n]->bits = NULL;
		}
	}
}

/* The bits move with each collection, and their memory is used again: true where they did. */
static bool is_free_now(const struct go_process *process, const struct go_span *span,
			uint64_t index)
{
	size_t size = process->offsets.span_size;
	uint8_t bytes[GO_SPAN_MAX] = {}, bits;
	struct go_span before, after;

	if (!go_read(process, span->at, bytes, size) ||
	    !span_of(process, span->at, bytes, &before) || index < before.free_index ||
	    !go_read(process, before.alloc_bits + index / 8, &bits, 1) || bits >> (index % 8) & 1 ||
	    !go_read(process, span->at, bytes, size) || !span_of(process, span->at, bytes, &after))
		return false;
	return after.alloc_bits == before.alloc_bits && after.start == span->start &&
	       index >= after.free_index;
}

bool go_heap_in_use(const struct go_process *process, const struct go_heap *heap,
		    const struct go_span *span, uint64_t object)
{
	uint64_t index = go_heap_index(span, object);
	const uint8_t *bits;

	if (index < span->free_index || !span->alloc_bits)
		return true;
	bits = bits_of(process, &heap->spans[span - heap->spans]);
	if (bits && index < span->count && bits[index / 8] >> (index % 8) & 1)
		return true;
	return !is_free_now(process, span, index);
}
