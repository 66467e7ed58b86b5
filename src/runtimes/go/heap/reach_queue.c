// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects that were met and not read yet: a list with a bound, and a bit for each object beyond it.
 * What the bits have is taken span by span, so that it is read in few pieces; the list, with what
 * was met last, comes first, or a chain of objects would be a sweep of all bits for each.
 */
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MOST 32768
#define DIGIT 11 /* bits */

int reach_queue_begin(struct search *search)
{
	struct reach_queue *queue = &search->queue;

	queue->bits = calloc(search->bit_count / 64 + 1, sizeof(*queue->bits));
	queue->sorted = calloc(2 * REACH_SORTED, sizeof(*queue->sorted));
	return queue->bits && queue->sorted ? 0 : -ENOMEM;
}

void reach_queue_release(struct reach_queue *queue)
{
	free(queue->list.items);
	free(queue->bits);
	free(queue->sorted);
	*queue = (struct reach_queue){};
}

bool reach_has_objects(const struct search *search)
{
	return search->queue.list.count || search->queue.bit_count;
}

void reach_enqueue(struct search *search, uint64_t object, uint64_t number)
{
	struct reach_queue *queue = &search->queue;
	uint64_t bit = 1ull << (number % 64);

	/* For a path those that were met first come first, and there are fewer. */
	if (search->paths || queue->list.count < LIST_MOST || !queue->bits) {
		reach_push(search, &queue->list, object);
		return;
	}
	queue->bit_count += !(queue->bits[number / 64] & bit);
	queue->bits[number / 64] |= bit;
}

/* One of the numbers of a word of bits. */
static uint64_t object_of(struct search *search, uint64_t number, const struct go_span **span)
{
	if (!*span || number < (*span)->first ||
	    (number - (*span)->first) * (*span)->size >= (*span)->end - (*span)->start)
		*span = go_heap_numbered(&search->heap, number);
	return *span ? (*span)->start + (number - (*span)->first) * (*span)->size : 0;
}

/* From where the last ones were taken on, and around. */
static size_t take_bits(struct search *search, uint64_t *objects, size_t most)
{
	struct reach_queue *queue = &search->queue;
	uint64_t words = search->bit_count / 64 + 1, steps, number, object;
	const struct go_span *span = NULL;
	size_t count = 0;

	for (steps = 0; queue->bit_count && count + 64 <= most && steps <= words; steps++) {
		uint64_t bits = queue->bits[queue->at];

		for (; bits; bits &= bits - 1) {
			number = queue->at * 64 + (uint64_t)__builtin_ctzll(bits);
			object = object_of(search, number, &span);
			if (object)
				objects[count++] = object;
			queue->bit_count--;
		}
		queue->bits[queue->at] = 0;
		queue->at = queue->at + 1 == words ? 0 : queue->at + 1;
	}
	return count;
}

/* By address, digit by digit of what they differ in. */
static void sort(const struct search *search, uint64_t *objects, size_t count)
{
	uint64_t *from = objects, *to = search->queue.sorted + REACH_SORTED, *other;
	uint64_t low = search->heap.low, high = (search->heap.high - low) >> 3;
	uint32_t ends[1u << DIGIT];
	unsigned shift;
	size_t i, sum;

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

size_t reach_dequeue(struct search *search, const uint64_t **ret_objects)
{
	struct reach_list *list = &search->queue.list;
	uint64_t *objects = search->queue.sorted;
	size_t count = list->count - list->first < REACH_SORTED ? list->count - list->first
								: REACH_SORTED;

	*ret_objects = objects;
	if (!count) {
		count = take_bits(search, objects, REACH_SORTED);
	} else if (search->paths) {
		memcpy(objects, list->items + list->first, count * sizeof(*objects));
		list->first += count;
		if (list->first == list->count)
			list->first = list->count = 0;
	} else {
		list->count -= count;
		memcpy(objects, list->items + list->count, count * sizeof(*objects));
	}
	sort(search, objects, count);
	return count;
}
