// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects that were met and not read yet: a bit for each object. As long as they are few, a list
 * tells where they are, or a chain of objects would be a sweep of all bits for each. When there are
 * many, the bits are swept from one end of the heap to the other and again, so that most of it is
 * read in few pieces; what is met meanwhile farther on is read in the same sweep.
 */
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MOST 8192
#define SWEEP_LEAST 1024 /* when fewer are left, they are listed again */
#define FEW 64
#define DIGIT 11 /* bits */

int reach_queue_begin(struct search *search)
{
	struct reach_queue *queue = &search->queue;

	queue->sorted = calloc(2 * REACH_SORTED, sizeof(*queue->sorted));
	return queue->sorted ? 0 : -ENOMEM;
}

void reach_queue_release(struct reach_queue *queue)
{
	free(queue->list.items);
	free(queue->sorted);
	*queue = (struct reach_queue){};
}

bool reach_has_objects(const struct search *search)
{
	return search->queue.bit_count;
}

void reach_enqueue(struct search *search, uint64_t object, uint64_t number)
{
	struct reach_queue *queue = &search->queue;
	uint64_t *unread = &search->marks[number / 64].unread, bit = 1ull << (number % 64);

	if (*unread & bit)
		return;
	*unread |= bit;
	queue->bit_count++;
	if (queue->sweeps)
		return;
	/* For a path those that were met first come first. */
	if (search->paths || queue->list.count < LIST_MOST) {
		reach_push(search, &queue->list, object);
		return;
	}
	queue->list.count = 0;
	queue->sweeps = true;
}

/* The first number from here on that has a bit, before to; to: none has. */
static uint64_t next_bit(const struct search *search, uint64_t number, uint64_t to)
{
	uint64_t bits;

	while (number < to) {
		bits = search->marks[number / 64].unread >> (number % 64);
		if (bits) {
			number += (uint64_t)__builtin_ctzll(bits);
			return number < to ? number : to;
		}
		number = (number / 64 + 1) * 64;
	}
	return to;
}

uint64_t reach_take(struct search *search, uint64_t number, uint64_t to)
{
	number = next_bit(search, number, to);
	if (number < to) {
		search->marks[number / 64].unread &= ~(1ull << (number % 64));
		search->queue.bit_count--;
	}
	return number;
}

/* The span of a number, which most often is the next one. */
static const struct go_span *span_of(const struct search *search, const struct go_span *last,
				     uint64_t number)
{
	const struct go_heap *heap = &search->heap;

	if (last && last + 1 < heap->spans + heap->count && number >= last[1].first &&
	    number < last[1].first + go_heap_room(&last[1]))
		return last + 1;
	return go_heap_numbered(heap, number);
}

/* From where the last ones were taken on, and around: as many as are read at once. */
static size_t take_bits(struct search *search, bool again, uint64_t *objects)
{
	struct reach_queue *queue = &search->queue;
	const struct go_span *span = NULL;
	uint64_t number, object, size = 0;
	size_t count = 0;
	bool around = !again;

	while (count < REACH_SORTED && size < REACH_CHUNK) {
		number = next_bit(search, queue->at, search->bit_count);
		if (number == search->bit_count) {
			queue->at = around || count ? number : 0;
			if (around || count)
				break;
			around = true;
			continue;
		}
		span = span_of(search, span, number);
		object = span ? span->start + (number - span->first) * span->size : 0;
		/* Its pages may have come to be another span's meanwhile. */
		if (!span || go_heap_span(&search->heap, object) != span) {
			reach_take(search, number, number + 1);
			continue;
		}
		objects[count++] = object;
		size += reach_is_read_whole(search, span) ? span->end - span->start : span->size;
		queue->at = reach_is_read_whole(search, span) ? span->first + go_heap_room(span)
							      : number + 1;
	}
	return count;
}

/* By address. */
static void sort_few(uint64_t *objects, size_t count)
{
	uint64_t object;
	size_t i, k;

	for (i = 1; i < count; i++) {
		object = objects[i];
		for (k = i; k > 0 && objects[k - 1] > object; k--)
			objects[k] = objects[k - 1];
		objects[k] = object;
	}
}

/* The same, digit by digit of what they differ in. */
static void sort(const struct search *search, uint64_t *objects, size_t count)
{
	uint64_t *from = objects, *to = search->queue.sorted + REACH_SORTED, *other;
	uint64_t low = search->heap.low, high = (search->heap.high - low) >> 3;
	uint32_t ends[1u << DIGIT];
	unsigned shift;
	size_t i, sum;

	for (i = 1; i < count && objects[i - 1] <= objects[i]; i++)
		;
	if (i < count && count <= FEW)
		sort_few(objects, count);
	if (i >= count || count <= FEW)
		return;
	for (shift = 3; high >> (shift - 3); shift += DIGIT) {
		memset(ends, 0, sizeof(ends));
		for (i = 0; i < count; i++)
			ends[(from[i] - low) >> shift & ((1u << DIGIT) - 1)]++;
		for (i = 0, sum = 0; i < 1u << DIGIT; i++) {
			size_t had = ends[i];

			ends[i] = sum;
			sum += had;
		}
		for (i = 0; i < count; i++)
			to[ends[(from[i] - low) >> shift & ((1u << DIGIT) - 1)]++] = from[i];
		other = from;
		from = to;
		to = other;
	}
	if (from != objects)
		memcpy(objects, from, count * sizeof(*objects));
}

static bool is_unread(const struct search *search, uint64_t object)
{
	const struct go_span *span = go_heap_span(&search->heap, object);
	uint64_t number = span ? span->first + go_heap_index(span, object) : UINT64_MAX;

	return number < search->bit_count && search->marks[number / 64].unread >> (number % 64) & 1;
}

/* But for those that were read with others since. */
static size_t take_list(struct search *search, uint64_t *objects)
{
	struct reach_list *list = &search->queue.list;
	size_t end = list->count - list->first < REACH_SORTED ? list->count
							      : list->first + REACH_SORTED;
	size_t count = 0;

	for (; list->first < end; list->first++) {
		if (is_unread(search, list->items[list->first]))
			objects[count++] = list->items[list->first];
	}
	if (list->first == list->count)
		list->first = list->count = 0;
	return count;
}

/* The few that are left go into the list. */
static void end_sweeps(struct search *search)
{
	struct reach_queue *queue = &search->queue;
	const struct go_span *span = NULL;
	uint64_t number;

	queue->sweeps = false;
	for (number = 0;; number++) {
		number = next_bit(search, number, search->bit_count);
		if (number == search->bit_count)
			break;
		span = span_of(search, span, number);
		if (span)
			reach_push(search, &queue->list,
				   span->start + (number - span->first) * span->size);
	}
}

void reach_queue_again(struct search *search)
{
	struct reach_queue *queue = &search->queue;

	queue->list.count = queue->list.first = 0;
	queue->sweeps = queue->bit_count;
}

size_t reach_dequeue(struct search *search, bool again, const uint64_t **ret_objects)
{
	struct reach_queue *queue = &search->queue;
	uint64_t *objects = queue->sorted;
	size_t count;

	/* What was told and not taken is found by its bits. */
	if (again && !queue->list.count)
		queue->sweeps = queue->bit_count;
	if (queue->sweeps && queue->bit_count < SWEEP_LEAST && again)
		end_sweeps(search);
	if (queue->sweeps)
		count = take_bits(search, again, objects);
	else
		do
			count = take_list(search, objects);
		while (!count && queue->list.count);
	sort(search, objects, count);
	*ret_objects = objects;
	return count;
}
