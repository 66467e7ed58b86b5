// SPDX-License-Identifier: GPL-2.0-only
/*
 * Among those that can never go on: who has at hand what another waits for, on the stack or by at
 * most two steps from there (a closure, and a variable that it shares). By way of a registry that
 * holds all of a kind each would seem to have each, so there it ends.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/heap/reach_search.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 2
#define STEPS_DEEP 6 /* from what a library's loop serves: a connection, its table of calls */
#define DEEP_NS 500000000ull /* all such steps together */
#define LIVING_NS 1000000000ull
#define OBJECTS_MAX 1024  /* looked at for one goroutine */
#define OBJECT_MAX 65536  /* bytes of one that is looked into */
#define HOLDERS_MAX 65536 /* goroutines whose stacks are read */
#define LIVING_MAX 4096	  /* the same, one by one */
#define NOTES_MAX (1u << 20)
#define ROUNDS 4 /* who waits for who waits for one that is stuck */

/* A goroutine has an object at hand; those of one object stand side by side, once sorted. */
struct holding {
	uint64_t object, word;
	uint32_t holder;
	uint8_t steps; /* 0: on its stack */
};

struct holdings {
	const struct search *search;
	struct holding *list;
	size_t count, capacity;
	bool complete;
	struct search *living;	 /* the same as search: also what lives has counts; or NULL */
	struct reach_list queue; /* objects of the goroutine at hand, by steps */
	uint32_t holder;
	uint8_t steps;		       /* from its stack */
	uint64_t living_end, deep_end; /* ns, CLOCK_MONOTONIC */
	bool no_memory;
};

static void note(struct holdings *h, uint64_t object, uint64_t word)
{
	struct holding *grown;

	if (h->count == NOTES_MAX) {
		h->complete = false;
		return;
	}
	if (h->count == h->capacity) {
		grown = reallocarray(h->list, h->capacity * 2 + 256, sizeof(*grown));
		if (!grown) {
			h->no_memory = true;
			return;
		}
		h->list = grown;
		h->capacity = h->capacity * 2 + 256;
	}
	h->list[h->count++] = (struct holding){ object, word, h->holder, h->steps };
}

static void enqueue(struct holdings *h, uint64_t object)
{
	size_t i;

	for (i = 0; i < h->queue.count; i++) {
		if (h->queue.items[i] == object)
			return;
	}
	if (h->queue.count < h->queue.capacity)
		h->queue.items[h->queue.count++] = object;
}

/* What lives was met, and holds nothing that is of interest here. */
static void take_words(struct holdings *h, const uint8_t *bytes, size_t size)
{
	const struct go_span *span;
	uint64_t word, object;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		memcpy(&word, bytes + i, 8);
		span = go_heap_span(&h->search->heap, word);
		if (!span || (!h->living && reach_was_met(h->search, word, &object) && !span->tiny))
			continue;
		object = go_heap_object(span, word);
		if (reach_first_wait(h->search, object))
			note(h, object, word);
		if (span->scan && span->size <= OBJECT_MAX)
			enqueue(h, object);
	}
}

static void follow(struct holdings *h, uint8_t *bytes, unsigned most)
{
	size_t at = 0, end;

	for (h->steps = 1; h->steps <= most; h->steps++) {
		if (h->steps > STEPS_MAX && now_monotonic() > h->deep_end)
			return;
		for (end = h->queue.count; at < end; at++) {
			uint64_t object = h->queue.items[at];
			const struct go_span *span = go_heap_span(&h->search->heap, object);

			/* Where spans overlapped while they were read it may be another's. */
			if (span && span->size <= OBJECT_MAX &&
			    go_read(h->search->process, object, bytes, span->size) &&
			    !reach_is_book(h->search, object, bytes, span->size))
				take_words(h, bytes, span->size);
		}
	}
}

static void search_one(struct holdings *h, uint32_t number)
{
	const struct search *search = h->search;
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {};
	struct go_descriptor d;
	uint64_t from, to;
	size_t size, got;

	if (!go_read(search->process, search->goroutines[number].address, bytes,
		     allgs_size(search->process)))
		return;
	go_descriptor_read(&search->process->offsets, bytes, &d);
	reach_stack_range(&d, &from, &to);
	h->holder = number;
	h->steps = 0;
	h->queue.count = 0;
	for (; from < to; from += size) {
		size = to - from < REACH_CHUNK ? to - from : REACH_CHUNK;
		if (go_read_part(search->process, from, search->chunk, size, &got) < 0)
			break;
		take_words(h, search->chunk, got);
	}
	/* Deferred calls and the like. */
	memset(bytes, 0, 2 * sizeof(uint64_t));
	take_words(h, bytes, allgs_size(search->process));
	follow(h, search->chunk, STEPS_MAX);
}

/* Only words that are pointers for certain: of those that live each has to do with many. */
static void search_living(struct holdings *h, uint32_t number)
{
	struct search *search = h->living;
	struct reach_list one = {};

	h->holder = number;
	h->steps = 0;
	h->queue.count = 0;
	search->collected.count = 0;
	search->mode = REACH_COLLECTS;
	if (reach_push(search, &one, number))
		reach_read_stacks(search, &one);
	search->mode = REACH_MARKS;
	take_words(h, (const uint8_t *)search->collected.items,
		   search->collected.count * sizeof(uint64_t));
	follow(h, search->chunk, search->loops ? STEPS_DEEP : STEPS_MAX);
	free(one.items);
}

static int by_object(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->holder < y->holder ? -1 : x->holder > y->holder;
}

/* of: a byte for each goroutine, REACH_READ for those whose stacks are read. */
static int read_all(struct holdings *h, const uint8_t *of)
{
	const struct search *search = h->search;
	size_t i, n = 0;

	h->queue.items = calloc(OBJECTS_MAX, sizeof(*h->queue.items));
	h->queue.capacity = OBJECTS_MAX;
	if (!h->queue.items)
		return -ENOMEM;
	h->complete = true;
	for (i = 0; i < search->goroutine_count && !h->no_memory; i++) {
		if (of[i] != REACH_READ)
			continue;
		if (n++ == (h->living ? LIVING_MAX : HOLDERS_MAX) ||
		    (h->living && now_monotonic() > h->living_end)) {
			h->complete = false;
			break;
		}
		if (h->living)
			search_living(h, i);
		else
			search_one(h, i);
	}
	if (h->count)
		qsort(h->list, h->count, sizeof(*h->list), by_object);
	return h->no_memory ? -ENOMEM : 0;
}

static bool is_rwmutex(uint8_t kind)
{
	return kind == LC_GO_RWMUTEX_READ || kind == LC_GO_RWMUTEX_WRITE;
}

/* Readers and writers of one RWMutex wait at two of its words, side by side. */
static bool wait_for_the_same(const struct search *search, const struct reach_goroutine *a,
			      const struct reach_goroutine *b)
{
	uint64_t x = search->model->list[a->place].object, y = search->model->list[b->place].object;
	uint64_t apart = x > y ? x - y : y - x;

	return x && y && (!apart || (is_rwmutex(a->kind) && is_rwmutex(b->kind) && apart <= 8));
}

static void add(struct lc_go_releasers *releasers, uint64_t goid)
{
	uint32_t i;

	for (i = 0; i < releasers->count; i++) {
		if (releasers->goids[i] == goid)
			return;
	}
	releasers->total++;
	if (releasers->count < LC_GO_RELEASERS)
		releasers->goids[releasers->count++] = goid;
}

static size_t first_of(const struct holdings *h, uint64_t object)
{
	size_t low = 0, high = h->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (h->list[middle].object < object)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Who has a lock has it on the stack. */
static bool could_end(const struct search *search, const struct holding *holding,
		      const struct reach_wait *wait)
{
	const struct reach_goroutine *waiter = &search->goroutines[wait->goroutine],
				     *holder = &search->goroutines[holding->holder];
	const struct go_span *span = go_heap_span(&search->heap, wait->object);

	return holder != waiter && !(lc_go_is_lock(waiter->kind) && holding->steps) &&
	       !(span && span->tiny && holding->word > wait->word) &&
	       !wait_for_the_same(search, holder, waiter);
}

/* The holders of one thing that is waited for. */
static void add_holders(const struct holdings *h, const struct reach_wait *wait,
			struct lc_go_releasers *releasers)
{
	size_t at = first_of(h, wait->object);

	for (; at < h->count && h->list[at].object == wait->object; at++) {
		if (could_end(h->search, &h->list[at], wait))
			add(releasers, h->search->goroutines[h->list[at].holder].goid);
	}
}

/* The waits of each goroutine, in a chain: number + 1. */
struct chains {
	uint32_t *first, *next;
};

static int make_chains(const struct search *search, struct chains *chains)
{
	size_t i;

	chains->first = calloc(search->goroutine_count ?: 1, sizeof(*chains->first));
	chains->next = calloc(search->wait_count ?: 1, sizeof(*chains->next));
	if (!chains->first || !chains->next)
		return -ENOMEM;
	for (i = 0; i < search->wait_count; i++) {
		chains->next[i] = chains->first[search->waits[i].goroutine];
		chains->first[search->waits[i].goroutine] = i + 1;
	}
	return 0;
}

static void find_holders(const struct holdings *h, const struct chains *chains, uint32_t number,
			 struct lc_go_releasers *releasers)
{
	uint32_t at;

	*releasers = (struct lc_go_releasers){ .goid = h->search->goroutines[number].goid,
					       .known = h->complete };
	for (at = chains->first[number]; at; at = chains->next[at - 1])
		add_holders(h, &h->search->waits[at - 1], releasers);
}

static void release(struct holdings *h, struct chains *chains)
{
	free(chains->first);
	free(chains->next);
	free(h->list);
	free(h->queue.items);
}

int reach_find_releasers(struct search *search, struct lc_go_process *model)
{
	struct holdings h = { .search = search };
	struct lc_go_releasers releasers;
	struct chains chains = {};
	uint8_t *waiting = calloc(1, search->goroutine_count + 1);
	int r = waiting ? make_chains(search, &chains) : -ENOMEM;
	size_t i;

	for (i = 0; i < search->goroutine_count && waiting; i++)
		waiting[i] = search->goroutines[i].state == REACH_WAITS ? REACH_READ : 0;
	r = r ?: read_all(&h, waiting);
	for (i = 0; i < search->goroutine_count && !r; i++) {
		if (!waiting[i])
			continue;
		find_holders(&h, &chains, i, &releasers);
		reach_take_holders(search, i, &releasers);
		r = lc_go_set_releasers(model, &releasers);
	}
	release(&h, &chains);
	free(waiting);
	return r == -ENOSPC ? 0 : r;
}

static bool is_served(const struct search *search, uint32_t waiter, uint32_t loop)
{
	size_t w = search->goroutines[waiter].place, l = search->goroutines[loop].place;

	return search->loops && w < search->model->count && l < search->model->count &&
	       search->loops->fn(search->loops->context, &search->model->list[w],
				 &search->model->list[l]);
}

/* Of all that it waits for: who has it at hand nearest to the stack; several may. */
static void find_nearest(const struct holdings *h, const struct chains *chains, uint32_t number,
			 struct lc_go_releasers *releasers)
{
	const struct search *search = h->search;
	const struct reach_wait *wait;
	unsigned steps = STEPS_DEEP + 1;
	uint32_t at;
	size_t i;

	*releasers = (struct lc_go_releasers){ .goid = search->goroutines[number].goid };
	for (at = chains->first[number]; at; at = chains->next[at - 1]) {
		wait = &search->waits[at - 1];
		for (i = first_of(h, wait->object);
		     i < h->count && h->list[i].object == wait->object; i++) {
			const struct holding *holding = &h->list[i];

			if (holding->steps > steps || !could_end(search, holding, wait) ||
			    (holding->steps > STEPS_MAX &&
			     !is_served(search, number, holding->holder)))
				continue;
			if (holding->steps < steps)
				releasers->count = releasers->total = 0;
			steps = holding->steps;
			add(releasers, search->goroutines[holding->holder].goid);
		}
	}
}

/* What was found of it before stands, where that can never run again. */
static bool is_told(const struct lc_go_process *model, uint64_t goid)
{
	const struct lc_go_releasers *known = lc_go_releasers_of(model, goid);
	const struct lc_goroutine *on = known && known->count
						? lc_go_by_goid(model, known->goids[0])
						: NULL;

	return on && on->flags & LC_GO_UNREACHABLE;
}

/*
 * Who waits for what just one of those who are stuck has at hand depends on that one, as far as is
 * known: others may have it, too.
 */
static int find_behind(struct search *search, struct lc_go_process *model, uint8_t *stuck,
		       size_t *ret_found)
{
	struct holdings h = { .search = search,
			      .living = search,
			      .living_end = now_monotonic() + LIVING_NS,
			      .deep_end = now_monotonic() + DEEP_NS };
	struct lc_go_releasers releasers;
	struct chains chains = {};
	int r = make_chains(search, &chains) ?: read_all(&h, stuck);
	size_t i;

	for (i = 0; i < search->goroutine_count && !r; i++) {
		if (stuck[i] || search->goroutines[i].state != REACH_LIVES || !chains.first[i] ||
		    is_told(model, search->goroutines[i].goid))
			continue;
		find_nearest(&h, &chains, i, &releasers);
		if (releasers.total != 1)
			continue;
		r = lc_go_set_releasers(model, &releasers);
		stuck[i] = REACH_BEHIND;
		++*ret_found;
	}
	release(&h, &chains);
	return r == -ENOSPC ? 0 : r;
}

int reach_find_dependents(struct search *search, struct lc_go_process *model, uint8_t *stuck)
{
	unsigned round;
	size_t found = 1, i;
	int r = 0;

	for (round = 0; round < ROUNDS && found && !r; round++) {
		found = 0;
		r = find_behind(search, model, stuck, &found);
		for (i = 0; i < search->goroutine_count; i++)
			stuck[i] = stuck[i] == REACH_BEHIND ? REACH_READ
				   : stuck[i]		    ? REACH_SETTLED
							    : 0;
	}
	return r;
}
