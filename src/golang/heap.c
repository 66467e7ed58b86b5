// SPDX-License-Identifier: GPL-2.0-only
/* Spans of the Go heap: see heap.h. */
#include "golang/heap.h"
#include "target/memory.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT 13
#define ARENA_SHIFT 26
#define ARENA_PAGES (1u << (ARENA_SHIFT - PAGE_SHIFT))
#if defined(__x86_64__)
#define ARENA_BASE 0x800000000000ull
#else
#define ARENA_BASE 0ull
#endif
#define SPAN_MAX 256 /* bytes of a descriptor */
#define SPANS_MAX 8000000u
#define STATE_IN_USE 1
#define MOST_BSS (64u << 20)
#define BATCH 512
#define TRIES_MOST 3
#define TINY_BLOCK 16

struct batch {
	uint64_t addresses[BATCH];
	struct target_piece pieces[BATCH];
	uint8_t bytes[BATCH][SPAN_MAX];
};

static uint64_t get(const uint8_t *bytes, int32_t offset, unsigned size)
{
	uint64_t value = 0;

	if (offset >= 0 && offset + size <= SPAN_MAX)
		memcpy(&value, bytes + offset, size);
	return value;
}

/* Is this the first level of the map of arenas? It must lead from the list of goroutines to its span. */
static bool is_arena_map(const struct go_process *process, uint64_t map, uint64_t list)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t arena = go_word(process, map + ((list + ARENA_BASE) >> ARENA_SHIFT) * 8), span;
	uint64_t start;

	if (!arena)
		return false;
	span = go_word(process,
		       arena + o->arena_spans + ((list >> PAGE_SHIFT) & (ARENA_PAGES - 1)) * 8);
	if (!span)
		return false;
	start = go_word(process, span + o->span_start);
	return start <= list &&
	       list < start + (go_word(process, span + o->span_npages) << PAGE_SHIFT);
}

struct finding {
	struct go_process *process;
	uint64_t list;
};

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	const struct finding *finding = context;

	(void)address;
	return words[0] && !(words[0] & 4095) &&
	       is_arena_map(finding->process, words[0], finding->list);
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

static void add_span(const struct go_process *process, struct go_heap *heap, const uint8_t *bytes)
{
	const struct go_offsets *o = &process->offsets;
	/* 1.22 made the two counts 16 bits wide. */
	unsigned width = process->version >= GO_VERSION(1, 22, 0) ? 2 : 8;
	struct go_span span = {
		.start = get(bytes, o->span_start, 8),
		.size = get(bytes, o->span_elemsize, 8),
		.alloc_bits = get(bytes, o->span_alloc_bits, 8),
		.specials = get(bytes, o->span_specials, 8),
		.free_index = get(bytes, o->span_freeindex, width),
		.count = get(bytes, o->span_nelems, width),
		.scan = !(get(bytes, o->span_class, 1) & 1),
		.tiny = (get(bytes, o->span_class, 1) & 1) &&
			get(bytes, o->span_elemsize, 8) == TINY_BLOCK,
	};
	uint64_t pages = get(bytes, o->span_npages, 8);

	if (get(bytes, o->span_state, 1) != STATE_IN_USE || !span.start || !span.size ||
	    pages >> 32 || span.start > UINT64_MAX - (pages << PAGE_SHIFT))
		return;
	span.end = span.start + (pages << PAGE_SHIFT);
	heap->spans[heap->count++] = span;
}

static int by_start(const void *a, const void *b)
{
	const struct go_span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
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
	if (!size || size > SPAN_MAX)
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
		r = target_memory_read_pieces(process->pid, batch->pieces, count);
		for (i = 0; i < count && !r; i++) {
			if (batch->pieces[i].read)
				add_span(process, heap, batch->bytes[i]);
		}
	}
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
	if (!list || !length)
		return -ENOENT;
	if (length > SPANS_MAX)
		return -E2BIG;
	heap->spans = calloc(length, sizeof(*heap->spans));
	if (!heap->spans)
		return -ENOMEM;
	r = read_spans(process, heap, list, length);
	if (!r && !heap->count)
		r = -ENOENT;
	if (r < 0) {
		go_heap_release(heap);
		return r;
	}
	qsort(heap->spans, heap->count, sizeof(*heap->spans), by_start);
	heap->low = heap->spans[0].start;
	heap->high = heap->spans[heap->count - 1].end;
	return 0;
}

void go_heap_release(struct go_heap *heap)
{
	free(heap->spans);
	*heap = (struct go_heap){};
}

const struct go_span *go_heap_span(const struct go_heap *heap, uint64_t address)
{
	size_t low = 0, high = heap->count, middle;

	if (address < heap->low || address >= heap->high)
		return NULL;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (heap->spans[middle].start <= address)
			low = middle;
		else
			high = middle;
	}
	return address >= heap->spans[low].start && address < heap->spans[low].end
		       ? &heap->spans[low]
		       : NULL;
}

uint64_t go_heap_object(const struct go_span *span, uint64_t address)
{
	return span->start + (address - span->start) / span->size * span->size;
}

bool go_heap_in_use(const struct go_process *process, const struct go_span *span, uint64_t object)
{
	uint64_t index = (object - span->start) / span->size;
	uint8_t byte;

	if (index < span->free_index || !span->alloc_bits)
		return true;
	return !go_read(process, span->alloc_bits + index / 8, &byte, 1) ||
	       (byte >> (index % 8) & 1);
}
