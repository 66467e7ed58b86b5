// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reachability, backwards and in passes over memory: see reach.h. Each pass finds who points to what the pass
 * before found; it ends when a pass finds nobody new.
 */
#include "golang/modules.h"
#include "golang/reach.h"
#include "golang/reach_parts.h"
#include "golang/timers.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PASSES_MAX 24
#define TIME_MAX \
	5000000000ull /* ns, of all passes together; a pass over 1 GB takes about a second */

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

	memset(search->filter, 0, (1u << REACH_FILTER_BITS) / 8);
	search->looked_from = from;
	search->frontier = search->node_count;
	for (i = search->looked_from; i < search->frontier; i++) {
		const struct node *node = search->by_number[i];
		const struct go_span *span = go_heap_span(&search->heap, node->key);
		uint64_t page;

		if (node->live || node->key & 1 || !span)
			continue;
		for (page = node->key & ~8191ull; page < node->key + span->size; page += 8192) {
			slot = reach_filter_slot(page);
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
		reach_search_roots(search);
		reach_search_stacks(search, /* of_dead= */ false);
		spread_life(search);
		if (all_live(search, questions, count))
			return 0;
		reach_search_heap(search);
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
		reach_search_stacks(search, /* of_dead= */ true);
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
	free(search->processors);
	free(search->filter);
	free(search->chunk);
	free(search->batch);
	go_specials_release(&search->specials);
	go_heap_release(&search->heap);
}

int go_reach(struct go_process *process, const struct lc_go_process *model,
	     struct go_question *questions, size_t count)
{
	struct search search = { .process = process,
				 .model = model,
				 .end_at = now_monotonic() + TIME_MAX };
	uint64_t unknown;
	struct node *root;
	size_t i;
	/* The globals of a module that is not known may hold anything. */
	int r = go_modules_have_grown(process, &unknown) ? -ENOENT
							 : go_heap_read(process, &search.heap);

	r = r ?: go_specials_read(process, &search.heap, &search.specials);
	r = r ?: reach_index_goroutines(&search);
	search.filter = calloc(1, (1u << REACH_FILTER_BITS) / 8);
	search.chunk = malloc(REACH_CHUNK);
	search.processors = calloc(GO_PROCESSORS_MAX, sizeof(*search.processors));
	search.batch = malloc(sizeof(*search.batch));
	if (!r && (!search.filter || !search.chunk || !search.batch || !search.processors))
		r = -ENOMEM;
	if (!r) {
		root = reach_get_node(&search, 1); /* of no goroutine */
		if (root)
			root->live = true;
		search.processor_count = go_processors(process, search.processors);
		reach_skip_descriptors(&search);
		reach_find_coroutines(&search);
		for (i = 0; i < count; i++)
			reach_goroutine_node(&search, &model->list[questions[i].place]);
		r = run_passes(&search, questions, count);
	}
	r = r ?: answer(&search, questions, count);
	release(&search);
	return r;
}
