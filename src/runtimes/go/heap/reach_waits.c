// SPDX-License-Identifier: GPL-2.0-only
/* What goroutines wait for, read anew for each look and again at its end: see reach_search.h. */
#include "runtimes/go/heap/reach_search.h"

#include <stdlib.h>
#include <string.h>

#define MOST_CASES 65536 /* of a select */

static bool is_channels(enum lc_go_kind kind)
{
	return kind == LC_GO_CHAN_RECEIVE || kind == LC_GO_CHAN_SEND || kind == LC_GO_SELECT;
}

/* One thing that a goroutine waits for: noted, or summed up to be compared. */
static void take(struct search *search, uint32_t number, uint64_t record, uint64_t word, bool first,
		 uint64_t *evidence)
{
	struct reach_goroutine *goroutine = &search->goroutines[number];

	*evidence = (*evidence ^ record) * 0x9e3779b97f4a7c15ull + word + 1;
	if (!first)
		return;
	goroutine->evidence = *evidence;
	if (goroutine->state == REACH_WAITS && word)
		reach_await(search, number, word);
	else if (!word)
		reach_lives(search, number);
}

/* Who waits for nothing that can be seen, or for something else than before, is taken as alive. */
static void end(struct search *search, uint32_t number, bool first, bool known, uint64_t evidence)
{
	if (!known || (!first && evidence != search->goroutines[number].evidence)) {
		search->moved = search->moved || !first;
		reach_lives(search, number);
	}
}

/* The queues' records of a batch, level by level: a select has one for each case. */
static void read_queues(struct search *search, const uint32_t *numbers, size_t count, bool first)
{
	const struct go_process *process = search->process;
	struct go_batch *batch = search->batch;
	uint64_t at[GO_BATCH], evidence[GO_BATCH] = {}, g, word;
	bool known[GO_BATCH] = {};
	size_t left = 0, level, i;
	int32_t size = process->offsets.sudog_size;

	for (i = 0; i < count; i++) {
		at[i] = search->goroutines[numbers[i]].waiting;
		left += at[i] != 0;
	}
	for (level = 0; left && level < MOST_CASES; level++) {
		for (i = 0; i < count; i++)
			batch->waiter[i] = (struct target_piece){
				.address = at[i],
				.buffer = batch->waiter_bytes[i],
				.size = at[i] && size > 0 && size <= GO_WAITER_MAX ? size : 0,
			};
		if (go_read_pieces(process, batch->waiter, count) < 0)
			break;
		for (i = 0, left = 0; i < count; i++) {
			const uint8_t *waiter = batch->waiter_bytes[i];
			enum lc_go_kind kind = search->goroutines[numbers[i]].kind;

			if (!at[i])
				continue;
			memcpy(&g, waiter + process->offsets.sudog_g, 8);
			known[i] = batch->waiter[i].size && batch->waiter[i].read &&
				   g == search->goroutines[numbers[i]].address;
			if (!known[i]) {
				at[i] = 0;
				continue;
			}
			word = go_waiter_word(process, waiter,
					      is_channels(kind) ? process->offsets.sudog_c
								: process->offsets.sudog_elem);
			take(search, numbers[i], at[i], word, first, &evidence[i]);
			memcpy(&at[i], waiter + process->offsets.sudog_waitlink, 8);
			if (!is_channels(
				    kind)) /* there it leads to others that wait for the same */
				at[i] = 0;
			left += at[i] != 0;
		}
	}
	for (i = 0; i < count; i++)
		end(search, numbers[i], first, known[i] && !at[i], evidence[i]);
}

/*
 * The one thing that a goroutine waits for, where its descriptor does not lead to it. 0: not known.
 */
static uint64_t object_of(struct search *search, const struct reach_goroutine *goroutine)
{
	uint64_t object = search->model->list[goroutine->place].object;

	switch (goroutine->by) {
	case REACH_BY_TABLE:
		return go_semaphore_of(&search->semaphores, goroutine->address);
	case REACH_BY_LIST:
		return go_is_condition(search->process, &search->conditions, object,
				       goroutine->address)
			       ? object
			       : 0;
	case REACH_BY_CORO:
		object = goroutine->evidence;
		return object && go_word(search->process, object) == goroutine->address ? object
											: 0;
	default:
		return 0;
	}
}

static void read_one(struct search *search, uint32_t number, bool first)
{
	struct reach_goroutine *goroutine = &search->goroutines[number];
	uint64_t object = object_of(search, goroutine);

	if (first && object) {
		goroutine->evidence = object;
		reach_await(search, number, object);
	}
	end(search, number, first, object != 0, object);
}

void reach_read_waits(struct search *search, const uint32_t *numbers, size_t count, bool first)
{
	uint32_t queued[GO_BATCH];
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		switch (search->goroutines[numbers[i]].by) {
		case REACH_BY_NOTHING:
			break;
		case REACH_BY_QUEUE:
			queued[n++] = numbers[i];
			break;
		case REACH_BY_CORO:
			if (first) /* by a search of the heap, for all */
				break;
			/* fallthrough */
		default:
			read_one(search, numbers[i], first);
		}
	}
	if (n)
		read_queues(search, queued, n, first);
}

/* Of two that name it, one is old: which, is not known. */
static void take_coroutines(struct search *search, const struct go_span *span, uint64_t at,
			    size_t size)
{
	struct reach_goroutine *goroutine;
	uint32_t number;
	uint64_t word;
	size_t i;

	for (i = 0; i + span->size <= size; i += span->size) {
		memcpy(&word, search->chunk + i, 8);
		number = word ? reach_goroutine_at(search, word) : REACH_NONE;
		goroutine = number == REACH_NONE ? NULL : &search->goroutines[number];
		if (!goroutine || goroutine->state != REACH_WAITS || goroutine->by != REACH_BY_CORO)
			continue;
		if (goroutine->evidence)
			reach_lives(search, number);
		goroutine->evidence = at + i;
	}
}

static void search_span(struct search *search, const struct go_span *span)
{
	uint64_t at, step = REACH_CHUNK / span->size * span->size;
	size_t got, size;

	for (at = span->start; at < span->end; at += step) {
		size = span->end - at < step ? span->end - at : step;
		if (go_read_part(search->process, at, search->chunk, size, &got) < 0)
			return;
		take_coroutines(search, span, at, got);
	}
}

/*
 * A coroutine's goroutine is named by the first word of its coro (src/runtime/coro.go), which
 * next() and stop() have.
 */
void reach_find_coroutines(struct search *search)
{
	uint64_t size = search->process->offsets.coro_size;
	size_t i, asked = 0;

	for (i = 0; i < search->goroutine_count; i++)
		asked += search->goroutines[i].state == REACH_WAITS &&
			 search->goroutines[i].by == REACH_BY_CORO;
	for (i = 0; asked && i < search->heap.count; i++) {
		const struct go_span *span = &search->heap.spans[i];

		if (span->scan && span->size >= size && span->size <= size + 16)
			search_span(search, span);
	}
	for (i = 0; asked && i < search->goroutine_count; i++) {
		if (search->goroutines[i].state == REACH_WAITS &&
		    search->goroutines[i].by == REACH_BY_CORO)
			read_one(search, i, /* first= */ true);
	}
}
