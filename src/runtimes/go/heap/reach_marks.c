// SPDX-License-Identifier: GPL-2.0-only
/* Which objects were met, and who waits for them: see reach_search.h. */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LATE_OBJECTS (1ull << 26) /* that come into use while the heap is searched */
#define WAITS_MAX (1u << 24)
#define PROBES_MAX 1024	       /* in a table that is half empty: nobody comes near, but by intent */
#define STEPS_TIMED (1u << 18) /* of chains: after so many, the time is looked at */

void reach_fail(struct search *search, int error)
{
	if (!search->error)
		search->error = error;
}

bool reach_push(struct search *search, struct reach_list *list, uint64_t item)
{
	uint64_t *grown;

	if (list->count == list->capacity) {
		grown = reallocarray(list->items, list->capacity * 2 + 1024, sizeof(*grown));
		if (!grown) {
			reach_fail(search, -ENOMEM);
			return false;
		}
		list->items = grown;
		list->capacity = list->capacity * 2 + 1024;
	}
	list->items[list->count++] = item;
	return true;
}

int reach_marks_begin(struct search *search)
{
	search->bit_count = search->heap.objects + LATE_OBJECTS;
	search->marks = go_heap_table(search->bit_count / 64 + 1, sizeof(*search->marks));
	search->awaited = calloc(1, search->bit_count / 8 + 1);
	return search->marks && search->awaited ? reach_queue_begin(search) : -ENOMEM;
}

static bool is_met(const struct search *search, uint64_t number)
{
	return search->marks[number / 64].met >> (number % 64) & 1;
}

static void set_met(struct search *search, uint64_t number)
{
	search->marks[number / 64].met |= 1ull << (number % 64);
}

bool reach_is_awaited(const struct search *search, uint64_t number)
{
	return search->awaited[number / 8] >> (number % 8) & 1;
}

/* The same span as before, of the same objects, as far as can be seen; NULL: there was none. */
static const struct go_span *same_span(const struct go_heap *before, const struct go_span *span)
{
	const struct go_span *old = go_heap_span(before, span->start);

	return old && old->at == span->at && old->start == span->start && old->end == span->end &&
			       old->size == span->size && old->class == span->class
		       ? old
		       : NULL;
}

void reach_marks_take(struct search *search, const struct search *before)
{
	const struct go_span *span, *old;
	uint64_t count, i, number, object;
	size_t k;

	for (k = 0; k < search->heap.count; k++) {
		span = &search->heap.spans[k];
		old = same_span(&before->heap, span);
		count = old ? go_heap_room(span) : 0;
		for (i = 0; i < count && old->first + i < before->bit_count; i++) {
			number = old->first + i;
			if (!is_met(before, number))
				continue;
			number = span->first + i;
			object = span->start + i * span->size;
			/* Given back while the spans were read: its pages are another's. */
			if (go_heap_span(&search->heap, object) != span)
				continue;
			set_met(search, number);
			if (span->scan)
				reach_enqueue(search, object, number);
		}
	}
}

static size_t slot_of(uint64_t object, size_t mask)
{
	return ((object >> 3) * 0x9e3779b97f4a7c15ull >> 24) & mask;
}

/* Where an object is noted, or would be; NULL: no object is noted so far from its place. */
static uint32_t *slot_for(const struct search *search, uint64_t object)
{
	size_t at = slot_of(object, search->by_object_mask), probes;

	for (probes = 0; probes < PROBES_MAX; probes++) {
		if (!search->by_object[at] ||
		    search->waits[search->by_object[at] - 1].object == object)
			return &search->by_object[at];
		at = (at + 1) & search->by_object_mask;
	}
	return NULL;
}

const struct reach_wait *reach_first_wait(const struct search *search, uint64_t object)
{
	uint32_t *slot = search->by_object ? slot_for(search, object) : NULL;

	return slot && *slot ? &search->waits[*slot - 1] : NULL;
}

/* An object that is noted already, and in no other place of the table. False: too far from its own.
 */
static bool note_again(const struct search *search, uint32_t *table, size_t mask, uint32_t number)
{
	size_t at = slot_of(search->waits[number - 1].object, mask), probes;

	for (probes = 0; probes < PROBES_MAX && table[at]; probes++)
		at = (at + 1) & mask;
	if (probes < PROBES_MAX)
		table[at] = number;
	return probes < PROBES_MAX;
}

/* Twice as many waits: the chains stay, only where they begin is found by another number. */
static bool make_room(struct search *search)
{
	size_t capacity = search->wait_capacity ? search->wait_capacity * 2 : 1024,
	       mask = capacity * 2 - 1, i;
	struct reach_wait *waits = reallocarray(search->waits, capacity, sizeof(*waits));
	uint32_t *table = calloc(mask + 1, sizeof(*table));

	search->waits = waits ?: search->waits;
	if (!waits || !table || capacity > WAITS_MAX) {
		free(table);
		reach_fail(search, capacity > WAITS_MAX ? -E2BIG : -ENOMEM);
		return false;
	}
	for (i = 0; search->by_object && i <= search->by_object_mask; i++) {
		if (search->by_object[i] && !note_again(search, table, mask, search->by_object[i]))
			reach_fail(search, -E2BIG);
	}
	free(search->by_object);
	search->by_object = table;
	search->by_object_mask = mask;
	search->wait_capacity = capacity;
	return true;
}

/* The number of an object among all, and where it begins; false: the word points into none. */
static bool number_of(const struct search *search, const struct go_span *span, uint64_t word,
		      uint64_t *ret_number, uint64_t *ret_object)
{
	uint64_t index = go_heap_index(span, word);

	if (span->count && index >= span->count)
		return false;
	*ret_number = span->first + index;
	*ret_object = span->start + index * span->size;
	return *ret_number < search->bit_count;
}

void reach_await(struct search *search, uint32_t goroutine, uint64_t word)
{
	const struct go_span *span = go_heap_find(search->process, &search->heap, word);
	uint64_t number, object;
	uint32_t *slot;

	if (reach_waits_for_holder(search, goroutine) || reach_is_left_out(search, goroutine, word))
		return;
	/* A global variable, or nothing that is known. */
	if (!span || !number_of(search, span, word, &number, &object)) {
		reach_lives(search, goroutine);
		return;
	}
	if (search->wait_count == search->wait_capacity && !make_room(search))
		return;
	slot = slot_for(search, object);
	if (!slot) {
		reach_fail(search, -E2BIG);
		return;
	}
	search->waits[search->wait_count] = (struct reach_wait){
		.object = object,
		.word = word,
		.goroutine = goroutine,
		.next = *slot ? *slot - 1 : REACH_NONE,
	};
	*slot = ++search->wait_count;
	search->awaited[number / 8] |= 1u << (number % 8);
	go_heap_await(&search->heap, span);
}

void reach_wake_met(struct search *search)
{
	const struct reach_wait *wait;
	const struct go_span *span;
	uint64_t number, object;
	size_t i;

	for (i = 0; i < search->wait_count; i++) {
		wait = &search->waits[i];
		span = go_heap_span(&search->heap, wait->word);
		/* Of a block of tiny objects each pointer counts. */
		if (span && !span->tiny && number_of(search, span, wait->word, &number, &object) &&
		    is_met(search, number))
			reach_lives(search, wait->goroutine);
	}
}

/*
 * In a block of tiny objects a pointer leads to those that begin with it or lie behind it: to the
 * one that it points into, wherever in that, and whose end is not known.
 */
static void wake(struct search *search, uint64_t object, uint64_t word, bool tiny)
{
	const struct reach_wait *wait = reach_first_wait(search, object);

	for (; wait && !search->error; search->steps++) {
		if (search->steps % STEPS_TIMED == STEPS_TIMED - 1 &&
		    now_monotonic() > search->end_at)
			reach_fail(search, -ETIME);
		if (!tiny || word <= wait->word) {
			reach_note_woken(search, wait->goroutine, object);
			reach_lives(search, wait->goroutine);
		}
		wait = wait->next == REACH_NONE ? NULL : &search->waits[wait->next];
	}
}

/* Who waits has it: only of what nothing that lives has. */
static void hold(struct search *search, uint64_t word)
{
	const struct go_span *span = go_heap_span(&search->heap, word);
	uint64_t number, object;
	uint8_t bit;

	if (!span || span->tiny || !number_of(search, span, word, &number, &object))
		return;
	bit = 1u << (number % 8);
	if (is_met(search, number) || search->held[number / 8] & bit)
		return;
	search->held[number / 8] |= bit;
	if (span->scan)
		reach_enqueue(search, object, number);
}

bool reach_is_held(const struct search *search, uint64_t object)
{
	const struct go_span *span = go_heap_span(&search->heap, object);
	uint64_t number, start;

	return span && number_of(search, span, object, &number, &start) &&
	       search->held[number / 8] >> (number % 8) & 1;
}

/* A pointer to an object of the heap, as the collector marks. */
static void meet(struct search *search, const struct go_span *span, uint64_t number,
		 uint64_t object, uint64_t word)
{
	bool met = is_met(search, number), awaited = reach_is_awaited(search, number);

	/* Of a block of tiny objects each pointer counts that leads to what is awaited. */
	if (met && !(span->tiny && awaited))
		return;
	if (search->paths && !met)
		reach_note_step(search, span, object);
	set_met(search, number);
	if (awaited)
		wake(search, object, word, span->tiny);
	if (span->scan)
		reach_enqueue(search, object, number);
}

void reach_mark(struct search *search, uint64_t word)
{
	const struct go_span *span;
	uint64_t number, object;

	if (word < search->heap.low || word >= search->heap.high || search->error)
		return;
	if (search->mode == REACH_HOLDS) {
		hold(search, word);
		return;
	}
	if (search->mode == REACH_COLLECTS) {
		reach_push(search, &search->collected, word);
		return;
	}
	span = go_heap_find(search->process, &search->heap, word);
	if (!span || !number_of(search, span, word, &number, &object)) {
		if (search->heap.full || (span && span->first + span->count > search->bit_count))
			reach_fail(search, -E2BIG);
		return;
	}
	if (search->mode != REACH_COLOURS)
		meet(search, span, number, object, word);
	else if (!is_met(search, number))
		reach_colour(search, span, object);
}

/*
 * It has been on its way for a while: what is known of its page was fetched, so now the bits of its
 * object are. No page: it is to be looked at as any other word.
 */
static void look_up(struct search *search, struct reach_pending *pending)
{
	const struct go_page *page = pending->page;
	uint64_t offset, index;

	if (!page)
		return;
	if (!(page->flags & GO_PAGE_KNOWN)) {
		pending->page = NULL;
		return;
	}
	offset = pending->word % GO_PAGE_SIZE + page->back * GO_PAGE_SIZE;
	index = offset * page->reciprocal >> 32;
	if (index >= page->count) { /* behind the last one */
		*pending = (struct reach_pending){};
		return;
	}
	pending->number = page->first + index;
	if (pending->number >= search->bit_count)
		pending->page = NULL;
	else
		__builtin_prefetch(&search->marks[pending->number / 64], /* write */ 1);
}

/* As meet() does, of one that nobody waits for. */
static void meet_fast(struct search *search, const struct reach_pending *pending)
{
	struct reach_word *marks = &search->marks[pending->number / 64];
	uint64_t bit = 1ull << (pending->number % 64);
	const struct go_span *span;

	if (marks->met & bit)
		return;
	marks->met |= bit;
	if (!(pending->page->flags & GO_PAGE_SCAN))
		return;
	if (search->queue.sweeps) {
		search->queue.bit_count += !(marks->unread & bit);
		marks->unread |= bit;
		return;
	}
	span = &search->heap.spans[pending->page->span - 1];
	reach_enqueue(search, span->start + (pending->number - span->first) * span->size,
		      pending->number);
}

static void mark_pending(struct search *search, struct reach_pending *pending)
{
	if (!pending->word || search->error)
		return;
	if (pending->page && !(pending->page->flags & GO_PAGE_AWAITED))
		meet_fast(search, pending);
	else
		reach_mark(search, pending->word);
}

void reach_mark_soon(struct search *search, uint64_t word)
{
	struct reach_soon *soon = &search->soon;
	struct reach_pending *pending;

	if (word < search->heap.low || word >= search->heap.high)
		return;
	/* Elsewhere it counts at once what it was met from. */
	if (search->mode != REACH_MARKS || search->paths) {
		reach_mark(search, word);
		return;
	}
	pending = &soon->list[soon->at];
	mark_pending(search, pending);
	pending->word = word;
	pending->page = go_heap_page(&search->heap, word);
	if (pending->page)
		__builtin_prefetch(pending->page);
	look_up(search, &soon->list[(soon->at + REACH_SOON / 2) % REACH_SOON]);
	soon->at = (soon->at + 1) % REACH_SOON;
}

void reach_mark_rest(struct search *search)
{
	struct reach_soon *soon = &search->soon;
	unsigned i;

	/* The later half was not looked up yet. */
	for (i = 0; i < REACH_SOON / 2; i++)
		look_up(search, &soon->list[(soon->at + REACH_SOON / 2 + i) % REACH_SOON]);
	for (i = 0; i < REACH_SOON; i++) {
		mark_pending(search, &soon->list[i]);
		soon->list[i] = (struct reach_pending){};
	}
}

void reach_mark_words(struct search *search, const uint8_t *bytes, size_t size)
{
	uint64_t word;
	size_t i;

	/* What may be a pointer holds nothing for certain. */
	for (i = 0; i + 8 <= size && !reach_is_sure(search); i += 8) {
		memcpy(&word, bytes + i, 8);
		reach_mark_soon(search, word);
	}
}

bool reach_was_met(const struct search *search, uint64_t word, uint64_t *ret_object)
{
	const struct go_span *span = go_heap_span(&search->heap, word);
	uint64_t number;

	if (!span || !number_of(search, span, word, &number, ret_object))
		return true;
	return is_met(search, number);
}
