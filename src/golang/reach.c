// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reachability, backwards and in passes over memory: see reach.h. Each pass finds who points to what the pass
 * before found; it ends when a pass finds nobody new. A queued waiter's record and the descriptor's link to it
 * are not holders: else every wait would keep itself alive.
 */
#include "golang/reach_private.h"
#include "golang/allgs.h"
#include "golang/waits.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PASSES_MAX 24
#define NODES_MAX (1u << 20)
#define EDGES_MAX (4u << 20)
#define TIME_MAX \
	5000000000ull /* ns, of all passes together; a pass over 1 GB takes about a second */
#define CHUNK (1u << 20)
#define FILTER_BITS 22
#define OBJECTS_MAX 16 /* of one goroutine: the cases of its select */

struct node *reach_find_node(const struct search *search, uint64_t key)
{
	struct node *node;

	HASH_FIND(hh, search->nodes, &key, sizeof(key), node);
	return node;
}

static struct node *get_node(struct search *search, uint64_t key)
{
	struct node *node = reach_find_node(search, key), **grown;

	if (node)
		return node;
	if (search->node_count == NODES_MAX) {
		search->full = true;
		return NULL;
	}
	if (search->node_count == search->node_room) {
		search->node_room = search->node_room * 2 + 256;
		grown = reallocarray(search->by_number, search->node_room, sizeof(*grown));
		if (!grown) {
			search->full = true;
			return NULL;
		}
		search->by_number = grown;
	}
	node = calloc(1, sizeof(*node));
	if (!node) {
		search->full = true;
		return NULL;
	}
	node->key = key;
	node->number = search->node_count++;
	search->by_number[node->number] = node;
	HASH_ADD(hh, search->nodes, key, sizeof(node->key), node);
	return node;
}

static void add_edge(struct search *search, uint32_t from, uint32_t to)
{
	struct edge *grown;

	if (search->edge_count == search->edge_room) {
		if (search->edge_room >= EDGES_MAX) {
			search->full = true;
			return;
		}
		search->edge_room = search->edge_room * 2 + 1024;
		grown = reallocarray(search->edges, search->edge_room, sizeof(*grown));
		if (!grown) {
			search->full = true;
			return;
		}
		search->edges = grown;
	}
	search->edges[search->edge_count++] = (struct edge){ from, to };
}

static size_t filter_slot(uint64_t address)
{
	return (address >> 13) * 0x9e3779b97f4a7c15ull >> (64 - FILTER_BITS);
}

/* --- goroutines -------------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const struct goroutine_at *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static int index_goroutines(struct search *search)
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
static void skip_descriptors(struct search *search)
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
static void find_coroutines(struct search *search)
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
		for (at = span->start; at < span->end; at += CHUNK / span->size * span->size) {
			if (target_memory_read(search->process->pid, at, search->chunk,
					       span->end - at < CHUNK ? span->end - at : CHUNK,
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
static bool may_be_dead(const struct lc_goroutine *goroutine)
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
static struct node *goroutine_node(struct search *search, const struct lc_goroutine *goroutine)
{
	uint64_t objects[OBJECTS_MAX];
	const struct go_span *span;
	struct node *node, *object;
	size_t count, i;

	node = reach_find_node(search, goroutine->address | 1);
	if (node)
		return node;
	node = get_node(search, goroutine->address | 1);
	if (!node)
		return NULL;
	if (!goroutine->goid) /* has ended: holds nothing */
		return node;
	if (!may_be_dead(goroutine)) {
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
		object = get_node(search, go_heap_object(span, objects[i]));
		if (object)
			add_edge(search, object->number, node->number);
	}
	return node;
}

/* --- one pass over memory ---------------------------------------------------------------------------- */

/* The node that a word points into, if it is one of those looked for in this pass. */
static struct node *hit(struct search *search, uint64_t word)
{
	const struct go_span *span;
	struct node *node;
	size_t slot;

	if (word < search->heap.low || word >= search->heap.high)
		return NULL;
	slot = filter_slot(word);
	if (!(search->filter[slot / 8] >> (slot % 8) & 1))
		return NULL;
	span = go_heap_span(&search->heap, word);
	node = span ? reach_find_node(search, go_heap_object(span, word)) : NULL;
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

static void held_by_object(struct search *search, const struct go_span *span, uint64_t object,
			   const uint8_t *bytes, struct node *node)
{
	struct node *holder;

	if (object == node->key || reach_goroutine_at(search, object) ||
	    is_waiter(search, bytes, span->size) || !go_heap_in_use(search->process, span, object))
		return;
	holder = get_node(search, object);
	if (holder)
		add_edge(search, holder->number, node->number);
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
		node = hit(search, words[i]);
		if (!node)
			continue;
		object = go_heap_object(span, start + i * 8);
		held_by_object(search, span, object,
			       object >= start ? bytes + (object - start) : bytes, node);
	}
}

/* A span too large to be read at once: always of one object. */
static void search_large(struct search *search, const struct go_span *span)
{
	uint64_t at;
	size_t got;

	for (at = span->start; at < span->end; at += CHUNK) {
		if (target_memory_read(search->process->pid, at, search->chunk,
				       span->end - at < CHUNK ? span->end - at : CHUNK, &got) < 0)
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
	       spans[next].end - start <= CHUNK)
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

static void search_heap(struct search *search)
{
	const struct go_span *span;
	size_t i = 0;

	while (i < search->heap.count && !search->full) {
		span = &search->heap.spans[i];
		if (span->scan && span->end - span->start <= CHUNK) {
			i = search_neighbours(search, i);
			continue;
		}
		if (span->scan)
			search_large(search, span);
		i++;
	}
}

static void search_range(struct search *search, uint64_t from, uint64_t to, uint32_t holder)
{
	const uint64_t *words = (const uint64_t *)search->chunk;
	struct node *node;
	size_t got, i;

	for (from &= ~7ull; from < to; from += CHUNK) {
		if (target_memory_read(search->process->pid, from, search->chunk,
				       to - from < CHUNK ? to - from : CHUNK, &got) < 0)
			continue;
		for (i = 0; i < got / 8; i++) {
			node = hit(search, words[i]);
			if (node)
				add_edge(search, holder, node->number);
		}
	}
}

static void search_globals(struct search *search)
{
	const struct go_module *module;
	size_t i;

	for (i = 0; i < search->process->module_count; i++) {
		module = &search->process->modules[i];
		search_range(search, module->data, module->ebss, REACH_ROOT);
	}
}

/* It waits for just this: it lives when that does, and tells nothing new. A million may do so. */
static bool waits_for_only(const struct search *search, const struct lc_goroutine *goroutine,
			   const struct node *node)
{
	const struct go_span *span;

	/* Of locks it is of interest who has them on the stack. */
	if (!may_be_dead(goroutine) || goroutine->kind == LC_GO_SELECT || !goroutine->object ||
	    lc_go_is_lock(goroutine->kind))
		return false;
	span = go_heap_span(&search->heap, goroutine->object);
	return span && go_heap_object(span, goroutine->object) == node->key;
}

static void search_stack_words(struct search *search, const struct lc_goroutine *goroutine,
			       const uint8_t *bytes, size_t size)
{
	struct node *node, *holder;
	uint64_t word;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		memcpy(&word, bytes + i, 8);
		node = hit(search, word);
		if (!node || waits_for_only(search, goroutine, node))
			continue;
		holder = goroutine_node(search, goroutine);
		if (holder)
			add_edge(search, holder->number, node->number);
	}
}

/* Of one that stands, from its sp up; of one that runs, all of it. */
static void stack_range(const struct go_descriptor *d, uint64_t *from, uint64_t *to)
{
	uint64_t pc;

	*from = d->stack_lo;
	*to = d->stack_hi;
	if (d->status == GO_STATUS_WAITING || d->status == GO_STATUS_LEAKED)
		go_descriptor_start(d, &pc, from);
	if (d->stack_hi <= d->stack_lo || d->stack_hi - d->stack_lo > GO_STACK_MAX ||
	    *from < d->stack_lo || *from > d->stack_hi)
		*from = *to;
}

static void search_stack(struct search *search, const struct lc_goroutine *goroutine, uint64_t from,
			 uint64_t to)
{
	size_t got;

	for (; from < to; from += CHUNK) {
		if (target_memory_read(search->process->pid, from, search->chunk,
				       to - from < CHUNK ? to - from : CHUNK, &got) < 0)
			return;
		search_stack_words(search, goroutine, search->chunk, got);
	}
}

/* A batch of goroutines: descriptors in one call, the tops of their stacks in another. */
static void search_batch(struct search *search, const size_t *places, size_t count)
{
	struct go_batch *batch = search->batch;
	const struct lc_goroutine *list = search->model->list;
	struct go_descriptor d;
	uint64_t from[GO_BATCH], to[GO_BATCH];
	size_t i;

	for (i = 0; i < count; i++)
		batch->pieces[i] = (struct target_piece){
			.address = list[places[i]].address,
			.buffer = batch->descriptor_bytes[i],
			.size = allgs_size(search->process),
		};
	target_memory_read_pieces(search->process->pid, batch->pieces, count);
	for (i = 0; i < count; i++) {
		from[i] = to[i] = 0;
		if (batch->pieces[i].read) {
			go_descriptor_read(&search->process->offsets, batch->descriptor_bytes[i],
					   &d);
			if (d.goid == list[places[i]].goid) {
				stack_range(&d, &from[i], &to[i]);
				/* Deferred calls, a panic's value, labels. */
				search_stack_words(search, &list[places[i]],
						   batch->descriptor_bytes[i],
						   allgs_size(search->process));
			}
		}
		batch->stack[i] = (struct target_piece){
			.address = from[i],
			.buffer = batch->stack_bytes[i],
			.size = to[i] - from[i] < GO_STACK_TOP ? to[i] - from[i] : GO_STACK_TOP,
		};
	}
	target_memory_read_pieces(search->process->pid, batch->stack, count);
	for (i = 0; i < count; i++) {
		if (batch->stack[i].read)
			search_stack_words(search, &list[places[i]], batch->stack_bytes[i],
					   batch->stack[i].size);
		search_stack(search, &list[places[i]], from[i] + batch->stack[i].size, to[i]);
	}
}

/* The stacks of goroutines that can run, or of those that may never again. */
static void search_stacks(struct search *search, bool of_dead)
{
	const struct lc_goroutine *goroutine;
	size_t places[GO_BATCH], count = 0, i;

	for (i = 0; i < search->model->count && !search->full; i++) {
		goroutine = &search->model->list[i];
		if (!goroutine->goid || may_be_dead(goroutine) != of_dead)
			continue;
		places[count++] = i;
		if (count == GO_BATCH) {
			search_batch(search, places, count);
			count = 0;
		}
	}
	search_batch(search, places, count);
}

/* --- all passes -------------------------------------------------------------------------------------- */

static void spread_life(struct search *search)
{
	bool changed = true;
	struct node *from, *to;
	size_t i;

	while (changed) {
		changed = false;
		for (i = 0; i < search->edge_count; i++) {
			from = search->by_number[search->edges[i].from];
			to = search->by_number[search->edges[i].to];
			if (from->live && !to->live)
				changed = to->live = true;
		}
	}
}

/* What is looked for: nodes from number from on, unless they are known to live: then their holders don't matter. */
static bool look_for(struct search *search, uint32_t from)
{
	bool any = false;
	uint32_t i;
	size_t slot;

	memset(search->filter, 0, (1u << FILTER_BITS) / 8);
	search->looked_from = from;
	search->frontier = search->node_count;
	for (i = search->looked_from; i < search->frontier; i++) {
		const struct node *node = search->by_number[i];
		const struct go_span *span = go_heap_span(&search->heap, node->key);
		uint64_t page;

		if (node->live || node->key & 1 || !span)
			continue;
		for (page = node->key & ~8191ull; page < node->key + span->size; page += 8192) {
			slot = filter_slot(page);
			search->filter[slot / 8] |= 1u << (slot % 8);
		}
		any = true;
	}
	return any;
}

static bool all_live(const struct search *search, const struct go_question *questions, size_t count)
{
	const struct node *node;
	size_t i;

	for (i = 0; i < count; i++) {
		node = reach_find_node(search, search->model->list[questions[i].place].address | 1);
		if (!node || !node->live)
			return false;
	}
	return true;
}

/* From what was found last back to its holders, until a pass finds nobody new. */
static int search_backwards(struct search *search, const struct go_question *questions,
			    size_t count)
{
	while (look_for(search, search->frontier)) {
		if (search->passes++ == PASSES_MAX || search->full ||
		    now_monotonic() > search->end_at)
			return -E2BIG;
		search_globals(search);
		search_stacks(search, /* of_dead= */ false);
		spread_life(search);
		if (all_live(search, questions, count))
			return 0;
		search_heap(search);
		spread_life(search);
	}
	return search->full ? -E2BIG : 0;
}

/*
 * Stacks of those that may be dead are searched last, and only if need be: there may be a million of them. Who is
 * found there brings in what it waits for, and that is traced back in turn.
 */
static int run_passes(struct search *search, const struct go_question *questions, size_t count)
{
	uint32_t nodes;
	size_t edges;
	int r;

	do {
		r = search_backwards(search, questions, count);
		if (r < 0 || all_live(search, questions, count))
			return r;
		nodes = search->node_count;
		edges = search->edge_count;
		look_for(search, search->searched_dead);
		search->searched_dead = search->node_count;
		search_stacks(search, /* of_dead= */ true);
		spread_life(search);
		search->frontier = nodes;
	} while (search->node_count > nodes || search->edge_count > edges);
	return search->full ? -E2BIG : 0;
}

static int answer(const struct search *search, struct go_question *questions, size_t count)
{
	const struct lc_goroutine *goroutine;
	const struct node *node;
	size_t i;

	for (i = 0; i < count; i++) {
		goroutine = &search->model->list[questions[i].place];
		node = reach_find_node(search, goroutine->address | 1);
		questions[i].unreachable = node && !node->live && goroutine->goid;
	}
	return reach_find_releasers(search, questions, count);
}

static void release(struct search *search)
{
	uint32_t i;

	HASH_CLEAR(hh, search->nodes);
	for (i = 0; i < search->node_count; i++)
		free(search->by_number[i]);
	free(search->by_number);
	free(search->edges);
	free(search->goroutines);
	free(search->filter);
	free(search->chunk);
	free(search->batch);
	go_heap_release(&search->heap);
}

int go_reach(struct go_process *process, const struct lc_go_process *model,
	     struct go_question *questions, size_t count)
{
	struct search search = { .process = process,
				 .model = model,
				 .end_at = now_monotonic() + TIME_MAX };
	struct node *root;
	size_t i;
	int r = go_heap_read(process, &search.heap);

	r = r ?: index_goroutines(&search);
	search.filter = calloc(1, (1u << FILTER_BITS) / 8);
	search.chunk = malloc(CHUNK);
	search.batch = malloc(sizeof(*search.batch));
	if (!r && (!search.filter || !search.chunk || !search.batch))
		r = -ENOMEM;
	if (!r) {
		root = get_node(&search, 1); /* of no goroutine */
		if (root)
			root->live = true;
		skip_descriptors(&search);
		find_coroutines(&search);
		for (i = 0; i < count; i++)
			goroutine_node(&search, &model->list[questions[i].place]);
		r = run_passes(&search, questions, count);
	}
	r = r ?: answer(&search, questions, count);
	release(&search);
	return r;
}
