// SPDX-License-Identifier: GPL-2.0-only
/*
 * Among those that can never go on: who has at hand what another waits for, on the stack or by at
 * most two steps from there (a closure, and a variable that it shares). By way of a registry that
 * holds all of a kind each would seem to have each, so there it ends.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 2
#define OBJECTS_MAX 1024  /* looked at for one goroutine */
#define OBJECT_MAX 65536  /* bytes of one that is looked into */
#define HOLDERS_MAX 65536 /* goroutines whose stacks are read */
#define LIVING_MAX 4096	  /* the same, one by one */
#define NOTES_MAX (1u << 20)

/* A goroutine has an object at hand; those of one object stand side by side, once sorted. */
struct holding {
	uint64_t object, word;
	uint32_t holder;
	bool on_stack;
};

struct holdings {
	const struct search *search;
	struct holding *list;
	size_t count, capacity;
	bool complete;
	struct search *living;	 /* the same as search: also what lives has counts; or NULL */
	struct reach_list queue; /* objects of the goroutine at hand, by steps */
	uint32_t holder;
	bool no_memory;
};

static void note(struct holdings *h, uint64_t object, uint64_t word, bool on_stack)
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
	h->list[h->count++] = (struct holding){ object, word, h->holder, on_stack };
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
static void take_words(struct holdings *h, const uint8_t *bytes, size_t size, bool on_stack)
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
			note(h, object, word, on_stack);
		if (span->scan && span->size <= OBJECT_MAX)
			enqueue(h, object);
	}
}

static void follow(struct holdings *h, uint8_t *bytes)
{
	size_t at = 0, end;
	unsigned steps;

	for (steps = 0; steps < STEPS_MAX; steps++) {
		for (end = h->queue.count; at < end; at++) {
			uint64_t object = h->queue.items[at];
			const struct go_span *span = go_heap_span(&h->search->heap, object);

			if (go_read(h->search->process, object, bytes, span->size) &&
			    !reach_is_book(h->search, object, bytes, span->size))
				take_words(h, bytes, span->size, /* on_stack= */ false);
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
	h->queue.count = 0;
	for (; from < to; from += size) {
		size = to - from < REACH_CHUNK ? to - from : REACH_CHUNK;
		if (go_read_part(search->process, from, search->chunk, size, &got) < 0)
			break;
		take_words(h, search->chunk, got, /* on_stack= */ true);
	}
	/* Deferred calls and the like. */
	memset(bytes, 0, 2 * sizeof(uint64_t));
	take_words(h, bytes, allgs_size(search->process), /* on_stack= */ true);
	follow(h, search->chunk);
}

/* Only words that are pointers for certain: of those that live each has to do with many. */
static void search_living(struct holdings *h, uint32_t number)
{
	struct search *search = h->living;
	struct reach_list one = {};

	h->holder = number;
	h->queue.count = 0;
	search->collected.count = 0;
	search->mode = REACH_COLLECTS;
	if (reach_push(search, &one, number))
		reach_read_stacks(search, &one);
	search->mode = REACH_MARKS;
	take_words(h, (const uint8_t *)search->collected.items,
		   search->collected.count * sizeof(uint64_t), /* on_stack= */ true);
	follow(h, search->chunk);
	free(one.items);
}

static int by_object(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->holder < y->holder ? -1 : x->holder > y->holder;
}

/* of: a byte for each goroutine, not zero for those whose stacks are read. */
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
		if (!of[i])
			continue;
		if (n++ == (h->living ? LIVING_MAX : HOLDERS_MAX)) {
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

/* The holders of one thing that is waited for. Who has a lock has it on the stack. */
static void add_holders(const struct holdings *h, const struct reach_wait *wait,
			struct lc_go_releasers *releasers)
{
	const struct search *search = h->search;
	const struct reach_goroutine *waiter = &search->goroutines[wait->goroutine], *holder;
	size_t low = 0, high = h->count, middle;
	const struct go_span *span = go_heap_span(&search->heap, wait->object);
	bool lock = lc_go_is_lock(waiter->kind);

	while (low < high) { /* the first of the object */
		middle = (low + high) / 2;
		if (h->list[middle].object < wait->object)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < h->count && h->list[low].object == wait->object; low++) {
		holder = &search->goroutines[h->list[low].holder];
		if (holder == waiter || (lock && !h->list[low].on_stack) ||
		    (span && span->tiny && h->list[low].word > wait->word) ||
		    wait_for_the_same(search, holder, waiter))
			continue;
		add(releasers, holder->goid);
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
		waiting[i] = search->goroutines[i].state == REACH_WAITS;
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

/*
 * Who waits for what just one of those who are stuck has at hand depends on that one, as far as is
 * known: others may have it, too.
 */
int reach_find_dependents(struct search *search, struct lc_go_process *model, const uint8_t *stuck)
{
	struct holdings h = { .search = search, .living = search };
	struct lc_go_releasers releasers;
	struct chains chains = {};
	int r = make_chains(search, &chains) ?: read_all(&h, stuck);
	size_t i;

	for (i = 0; i < search->goroutine_count && !r; i++) {
		if (stuck[i] || search->goroutines[i].state != REACH_LIVES || !chains.first[i])
			continue;
		find_holders(&h, &chains, i, &releasers);
		releasers.known = false;
		if (releasers.total == 1)
			r = lc_go_set_releasers(model, &releasers);
	}
	release(&h, &chains);
	return r == -ENOSPC ? 0 : r;
}
