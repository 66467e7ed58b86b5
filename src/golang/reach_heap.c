// SPDX-License-Identifier: GPL-2.0-only
/*
 * One pass over the heap and the global variables: who points to what is looked for. A queued waiter's record, the
 * descriptor's link to it and the runtime's own books are not holders: else every wait would keep itself alive.
 */
#include "golang/reach_parts.h"

#include <string.h>

/*
 * In a block of tiny objects a lock is known by its semaphore, the word behind its state; it may be the second field of
 * what a pointer leads to (sync.Once).
 */
static struct node *find_tiny(const struct search *search, uint64_t word)
{
	struct node *node = reach_find_node(search, word);

	node = node ?: reach_find_node(search, word + 4);
	return node ?: reach_find_node(search, word + 8);
}

static struct node *find_pointed_to(const struct search *search, uint64_t word)
{
	const struct go_span *span = go_heap_span(&search->heap, word);

	if (!span)
		return NULL;
	return span->tiny ? find_tiny(search, word)
			  : reach_find_node(search, go_heap_object(span, word));
}

struct node *reach_hit(struct search *search, uint64_t word)
{
	struct node *node;
	size_t slot;

	if (word < search->heap.low || word >= search->heap.high)
		return NULL;
	slot = reach_filter_slot(word);
	if (!(search->filter[slot / 8] >> (slot % 8) & 1))
		return NULL;
	node = find_pointed_to(search, word);
	if (!node || node->number < search->looked_from || node->number >= search->frontier)
		return NULL;
	return node;
}

/* A record of a waiter in a queue: its goroutine waits, and says nothing about who could come. */
static bool is_waiter(const struct search *search, const uint8_t *object, uint64_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	uint64_t g;

	if (o->sudog_size <= 0 || size < (uint64_t)o->sudog_size ||
	    size > (uint64_t)o->sudog_size + 32)
		return false;
	memcpy(&g, object + o->sudog_g, 8);
	return g && reach_goroutine_at(search, g);
}

/* A descriptor: the bounds of a stack, and twice the address where it gets short (src/runtime/runtime2.go). */
static bool is_descriptor(const struct search *search, const uint8_t *bytes, uint64_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	uint64_t words[4]; /* stack.lo, stack.hi, stackguard0, stackguard1 */

	if (o->g_size <= 0 || size < (uint64_t)o->g_size || size > (uint64_t)o->g_size + 64)
		return false;
	memcpy(words, bytes, sizeof(words));
	return words[0] && words[0] < words[2] && words[2] < words[1] && words[2] == words[3];
}

/*
 * What the runtime keeps of a thread: m, and the descriptors of its own stacks, which are not in the list of all. Old
 * pointers of the last thing it did for a goroutine hold nothing, nor does the end of a stack, where another object
 * may begin. m.g0 is m's first field.
 */
static bool is_threads(const struct search *search, uint64_t object, const uint8_t *bytes,
		       uint64_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	uint64_t g0;

	if (is_descriptor(search, bytes, size))
		return true;
	if (o->g_size <= 0 || size < (uint64_t)o->g_size || o->g_sched_g < 0 || o->g_m < 0)
		return false;
	memcpy(&g0, bytes, 8);
	return go_heap_span(&search->heap, g0) &&
	       go_word(search->process, g0 + o->g_sched_g) == g0 &&
	       go_word(search->process, g0 + o->g_m) == object;
}

/*
 * Of a p (src/runtime/runtime2.go) only its timers hold something. Its cache of pages has addresses that are no pointers,
 * and its buffer for the collector old ones.
 */
static bool is_processors(const struct search *search, uint64_t object, uint64_t at)
{
	const struct go_offsets *o = &search->process->offsets;
	int32_t timers = o->p_timers_heap >= 0 ? o->p_timers_heap : o->p_timers;
	size_t i;

	for (i = 0; i < search->processor_count; i++) {
		if (search->processors[i] == object)
			return timers < 0 || at != object + (uint64_t)timers;
	}
	return false;
}

/* At is the word in the object that points to the node's. */
static void held_by_object(struct search *search, const struct go_span *span, uint64_t object,
			   const uint8_t *bytes, uint64_t at, struct node *node)
{
	struct node *holder;

	if (object == node->key || reach_goroutine_at(search, object) ||
	    is_waiter(search, bytes, span->size) || is_processors(search, object, at) ||
	    is_threads(search, object, bytes, span->size) ||
	    !go_heap_in_use(search->process, span, object))
		return;
	holder = reach_get_node(search, object);
	if (!holder)
		return;
	if (go_specials_finalizes(&search->specials, object))
		holder->live = true;
	reach_add_edge(search, holder->number, node->number);
}

/* A piece of a span that begins at an object's start and holds whole objects, or a part of a large one. */
static void search_piece(struct search *search, const struct go_span *span, uint64_t start,
			 const uint8_t *bytes, size_t size)
{
	const uint64_t *words = (const uint64_t *)bytes;
	struct node *node;
	uint64_t object;
	size_t i;

	for (i = 0; i < size / 8; i++) {
		node = reach_hit(search, words[i]);
		if (!node)
			continue;
		object = go_heap_object(span, start + i * 8);
		held_by_object(search, span, object,
			       object >= start ? bytes + (object - start) : bytes, start + i * 8,
			       node);
	}
}

/* A span too large to be read at once: always of one object. */
static void search_large(struct search *search, const struct go_span *span)
{
	uint64_t at;
	size_t got;

	for (at = span->start; at < span->end; at += REACH_CHUNK) {
		if (target_memory_read(search->process->pid, at, search->chunk,
				       span->end - at < REACH_CHUNK ? span->end - at : REACH_CHUNK,
				       &got) < 0)
			continue;
		search_piece(search, span, at, search->chunk, got);
	}
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Full of waiters' records, which hold nothing: need not be read in the next pass. */
static bool is_all_waiters(const struct search *search, const struct go_span *span,
			   const uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < span->count; i++) {
		if (!is_waiter(search, bytes + i * span->size, span->size) &&
		    !is_zero(bytes + i * span->size, span->size))
			return false;
	}
	return span->count > 0;
}

/* Spans that lie side by side, in one read. Returns the number of the span behind them. */
static size_t search_neighbours(struct search *search, size_t first)
{
	struct go_span *spans = search->heap.spans;
	uint64_t start = spans[first].start, end = spans[first].end;
	size_t next = first + 1, got, i, offset;

	while (next < search->heap.count && spans[next].scan && spans[next].start == end &&
	       spans[next].end - start <= REACH_CHUNK)
		end = spans[next++].end;
	if (target_memory_read(search->process->pid, start, search->chunk, end - start, &got) < 0)
		return next;
	for (i = first; i < next; i++) {
		offset = spans[i].start - start;
		if (offset + (spans[i].end - spans[i].start) > got)
			continue;
		search_piece(search, &spans[i], spans[i].start, search->chunk + offset,
			     spans[i].end - spans[i].start);
		if (is_all_waiters(search, &spans[i], search->chunk + offset))
			spans[i].scan = false;
	}
	return next;
}

void reach_search_heap(struct search *search)
{
	const struct go_span *span;
	size_t i = 0;

	while (i < search->heap.count && !search->full) {
		span = &search->heap.spans[i];
		if (span->scan && span->end - span->start <= REACH_CHUNK) {
			i = search_neighbours(search, i);
			continue;
		}
		if (span->scan)
			search_large(search, span);
		i++;
	}
}

/* The heap's own books have addresses of its parts, where objects begin. */
static bool is_heaps_own(const struct search *search, uint64_t address)
{
	uint64_t heap = search->process->heap;

	return address >= heap && search->process->offsets.mheap_size > 0 &&
	       address - heap < (uint64_t)search->process->offsets.mheap_size;
}

static void search_range(struct search *search, uint64_t from, uint64_t to, uint32_t holder)
{
	const uint64_t *words = (const uint64_t *)search->chunk;
	struct node *node;
	size_t got, i;

	for (from &= ~7ull; from < to; from += REACH_CHUNK) {
		if (target_memory_read(search->process->pid, from, search->chunk,
				       to - from < REACH_CHUNK ? to - from : REACH_CHUNK, &got) < 0)
			continue;
		for (i = 0; i < got / 8; i++) {
			node = reach_hit(search, words[i]);
			if (node && !is_heaps_own(search, from + i * 8))
				reach_add_edge(search, holder, node->number);
		}
	}
}

/* Global variables, and what finalizers and cleanups will be called with. */
void reach_search_roots(struct search *search)
{
	const struct go_module *module;
	struct node *node;
	size_t i;

	for (i = 0; i < search->process->module_count; i++) {
		module = &search->process->modules[i];
		search_range(search, module->data, module->ebss, REACH_ROOT);
	}
	for (i = 0; i < search->specials.count; i++) {
		node = reach_hit(search, search->specials.words[i]);
		if (node)
			reach_add_edge(search, REACH_ROOT, node->number);
	}
}
