// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines in the search for who reaches what: which may be dead, and what could wake each. See reach.h. */
#include "golang/reach_parts.h"
#include "golang/waits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_MAX 16 /* of one goroutine: the cases of its select */

static int by_address(const void *a, const void *b)
{
	const struct goroutine_at *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

int reach_index_goroutines(struct search *search)
{
	size_t i, n = 0;

	search->goroutines = calloc(search->model->count ?: 1, sizeof(*search->goroutines));
	if (!search->goroutines)
		return -ENOMEM;
	for (i = 0; i < search->model->count; i++) {
		if (search->model->list[i].address)
			search->goroutines[n++] = (struct goroutine_at){
				.address = search->model->list[i].address, .place = i
			};
	}
	search->goroutine_count = n;
	qsort(search->goroutines, n, sizeof(*search->goroutines), by_address);
	return 0;
}

/*
 * Descriptors are read with the stacks, as what a goroutine holds: spans full of them need not be read again. With
 * a million goroutines that is most of the heap.
 */
void reach_skip_descriptors(struct search *search)
{
	struct go_span *span;
	size_t i, g = 0, count;

	for (i = 0; i < search->heap.count; i++) {
		span = &search->heap.spans[i];
		while (g < search->goroutine_count && search->goroutines[g].address < span->start)
			g++;
		for (count = 0;
		     g < search->goroutine_count && search->goroutines[g].address < span->end; g++)
			count++;
		if (count && count >= span->count)
			span->scan = false;
	}
}

static struct goroutine_at *index_at(const struct search *search, uint64_t address)
{
	struct goroutine_at key = { .address = address };

	return bsearch(&key, search->goroutines, search->goroutine_count, sizeof(key), by_address);
}

const struct lc_goroutine *reach_goroutine_at(const struct search *search, uint64_t address)
{
	const struct goroutine_at *found = index_at(search, address);

	return found ? &search->model->list[found->place] : NULL;
}

/* A coroutine's goroutine is named by the first word of its coro (src/runtime/coro.go), which next() and stop() have. */
void reach_find_coroutines(struct search *search)
{
	uint64_t size = search->process->offsets.coro_size, at;
	const struct go_span *span;
	struct goroutine_at *found;
	size_t i, j, got, asked = 0;

	for (i = 0; i < search->model->count; i++)
		asked += search->model->list[i].goid &&
			 search->model->list[i].kind == LC_GO_COROUTINE;
	for (i = 0; asked && i < search->heap.count; i++) {
		span = &search->heap.spans[i];
		if (!span->scan || span->size < size || span->size > size + 16)
			continue;
		for (at = span->start; at < span->end;
		     at += REACH_CHUNK / span->size * span->size) {
			if (target_memory_read(search->process->pid, at, search->chunk,
					       span->end - at < REACH_CHUNK ? span->end - at
									    : REACH_CHUNK,
					       &got) < 0)
				continue;
			for (j = 0; j + span->size <= got; j += span->size) {
				uint64_t word;

				memcpy(&word, search->chunk + j, 8);
				found = word ? index_at(search, word) : NULL;
				if (found &&
				    search->model->list[found->place].kind == LC_GO_COROUTINE)
					found->coroutine = at + j;
			}
		}
	}
}

/* What the program's own detector counts as waits that only the program can end. main is parked on purpose. */
bool reach_may_be_dead(const struct lc_goroutine *goroutine)
{
	if (goroutine->goid == 1)
		return false;
	if (goroutine->state != LC_GO_WAITING && goroutine->state != LC_GO_LEAKED)
		return false;
	return lc_go_is_internal(goroutine->kind);
}

/* Channels of a goroutine, or the word of its lock. Returns how many; 0: not known. */
static size_t objects_of(const struct search *search, const struct lc_goroutine *goroutine,
			 uint64_t objects[OBJECTS_MAX])
{
	const struct go_process *process = search->process;
	uint8_t waiter[GO_WAITER_MAX];
	struct go_descriptor d;
	size_t count = 0;
	uint64_t at;

	if (goroutine->kind == LC_GO_COROUTINE) {
		objects[0] = index_at(search, goroutine->address)->coroutine;
		return objects[0] != 0;
	}
	if (goroutine->kind >= LC_GO_MUTEX) {
		objects[0] = goroutine->object;
		return goroutine->object != 0;
	}
	if (!go_read_descriptor(process, goroutine, &d) ||
	    d.tracking_seq != goroutine->tracking_seq)
		return 0;
	for (at = d.waiting; at && count < OBJECTS_MAX;) {
		if (!go_read_waiter(process, at, waiter))
			return 0;
		objects[count++] = go_waiter_word(process, waiter, process->offsets.sudog_c);
		memcpy(&at, waiter + process->offsets.sudog_waitlink, 8);
	}
	return at ? 0 : count;
}

/* A goroutine lives if it is not blocked, or if one of the things that it waits for lives. */
struct node *reach_goroutine_node(struct search *search, const struct lc_goroutine *goroutine)
{
	uint64_t objects[OBJECTS_MAX];
	const struct go_span *span;
	struct node *node, *object;
	size_t count, i;

	node = reach_find_node(search, goroutine->address | 1);
	if (node)
		return node;
	node = reach_get_node(search, goroutine->address | 1);
	if (!node)
		return NULL;
	if (!goroutine->goid) /* has ended: holds nothing */
		return node;
	if (!reach_may_be_dead(goroutine)) {
		node->live = true;
		return node;
	}
	count = goroutine->kind == LC_GO_NIL_RECEIVE || goroutine->kind == LC_GO_NIL_SEND ||
				goroutine->kind == LC_GO_SELECT_EMPTY
			? 0
			: objects_of(search, goroutine, objects);
	if (!count && goroutine->kind != LC_GO_NIL_RECEIVE && goroutine->kind != LC_GO_NIL_SEND &&
	    goroutine->kind != LC_GO_SELECT_EMPTY)
		node->live = true; /* not known: taken as alive */
	for (i = 0; i < count; i++) {
		span = go_heap_span(&search->heap, objects[i]);
		if (!span) {
			node->live = true; /* a global variable */
			continue;
		}
		object = reach_get_node(search, reach_key(span, objects[i]));
		if (object)
			reach_add_edge(search, object->number, node->number);
	}
	return node;
}
