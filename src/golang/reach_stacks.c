// SPDX-License-Identifier: GPL-2.0-only
/* One pass over stacks: which goroutines have what is looked for. See reach.h. */
#include "golang/allgs.h"
#include "golang/reach_parts.h"

#include <string.h>

/* It waits for just this: it lives when that does, and tells nothing new. A million may do so. */
static bool waits_for_only(const struct search *search, const struct lc_goroutine *goroutine,
			   const struct node *node)
{
	const struct go_span *span;

	/* Of locks it is of interest who has them on the stack. */
	if (!reach_may_be_dead(goroutine) || goroutine->kind == LC_GO_SELECT ||
	    !goroutine->object || lc_go_is_lock(goroutine->kind))
		return false;
	span = go_heap_span(&search->heap, goroutine->object);
	return span && reach_key(span, goroutine->object) == node->key;
}

static void search_stack_words(struct search *search, const struct lc_goroutine *goroutine,
			       const uint8_t *bytes, size_t size)
{
	struct node *node, *holder;
	uint64_t word;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		memcpy(&word, bytes + i, 8);
		node = reach_hit(search, word);
		if (!node || waits_for_only(search, goroutine, node))
			continue;
		holder = reach_goroutine_node(search, goroutine);
		if (holder)
			reach_add_edge(search, holder->number, node->number);
	}
}

/*
 * Of one that does not run, from its sp up: below are old frames, which hold nothing. Of one that runs, all of it. What
 * begins to run meanwhile has what it has from there.
 */
static void stack_range(const struct go_descriptor *d, uint64_t *from, uint64_t *to)
{
	uint64_t pc, sp;

	*from = d->stack_lo;
	*to = d->stack_hi;
	if (d->stack_hi <= d->stack_lo || d->stack_hi - d->stack_lo > GO_STACK_MAX) {
		*from = *to;
		return;
	}
	go_descriptor_start(d, &pc, &sp);
	if (d->status != GO_STATUS_RUNNING && d->status != GO_STATUS_COPYSTACK &&
	    sp >= d->stack_lo && sp <= d->stack_hi)
		*from = sp;
}

static void search_stack(struct search *search, const struct lc_goroutine *goroutine, uint64_t from,
			 uint64_t to)
{
	size_t got;

	for (; from < to; from += REACH_CHUNK) {
		if (target_memory_read(search->process->pid, from, search->chunk,
				       to - from < REACH_CHUNK ? to - from : REACH_CHUNK, &got) < 0)
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
				/* Deferred calls, a panic's value, labels; not the stack's own bounds. */
				memset(batch->descriptor_bytes[i], 0, 2 * sizeof(uint64_t));
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
void reach_search_stacks(struct search *search, bool of_dead)
{
	const struct lc_goroutine *goroutine;
	size_t places[GO_BATCH], count = 0, i;

	for (i = 0; i < search->model->count && !search->full; i++) {
		goroutine = &search->model->list[i];
		if (!goroutine->goid || reach_may_be_dead(goroutine) != of_dead)
			continue;
		places[count++] = i;
		if (count == GO_BATCH) {
			search_batch(search, places, count);
			count = 0;
		}
	}
	search_batch(search, places, count);
}
