// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who could end a wait, from what the search has found: goroutines that have the channel or lock at hand, on the
 * stack or by at most two steps from there (a closure, and a variable that it shares). By way of a registry that
 * holds all of a kind each would seem to have each, so there it ends.
 */
#include "golang/reach_parts.h"

#include <errno.h>
#include <stdlib.h>

#define STEPS_MAX 2
#define OBJECTS_MAX 1024  /* looked at for one goroutine */
#define HOLDERS_MAX 65536 /* looked at for one goroutine: a million may wait for one lock */

/* The edges by where they lead to. */
struct links {
	const struct search *search;
	uint32_t *first; /* by node, into from; up to the next node's */
	uint32_t *from;
	uint32_t *seen_by; /* by node: number of the last question that came to it */
	uint32_t question; /* from 1 on */
	bool *asked;	   /* by node */
};

struct step {
	uint32_t node;
	unsigned steps;
};

static void links_release(struct links *links)
{
	free(links->first);
	free(links->from);
	free(links->seen_by);
	free(links->asked);
}

static int links_make(const struct search *search, struct links *links)
{
	uint32_t *fill;
	size_t i;

	*links = (struct links){ .search = search };
	links->first = calloc(search->node_count + 2, sizeof(*links->first));
	links->from = calloc(search->edge_count + 1, sizeof(*links->from));
	links->seen_by = calloc(search->node_count + 1, sizeof(*links->seen_by));
	links->asked = calloc(search->node_count + 1, sizeof(*links->asked));
	if (!links->first || !links->from || !links->seen_by || !links->asked) {
		links_release(links);
		return -ENOMEM;
	}
	/* Counted two places further on, filled one place further on: first[] is right in the end. */
	for (i = 0; i < search->edge_count; i++)
		links->first[search->edges[i].to + 2]++;
	for (i = 2; i < search->node_count + 2; i++)
		links->first[i] += links->first[i - 1];
	fill = links->first + 1;
	for (i = 0; i < search->edge_count; i++)
		links->from[fill[search->edges[i].to]++] = search->edges[i].from;
	return 0;
}

static bool is_rwmutex(const struct lc_goroutine *goroutine)
{
	return goroutine->kind == LC_GO_RWMUTEX_READ || goroutine->kind == LC_GO_RWMUTEX_WRITE;
}

/* Readers and writers of one RWMutex wait at two of its words, side by side. */
static bool wait_for_the_same(const struct lc_goroutine *a, const struct lc_goroutine *b)
{
	uint64_t apart = a->object > b->object ? a->object - b->object : b->object - a->object;

	return a->object && b->object && (!apart || (is_rwmutex(a) && is_rwmutex(b) && apart <= 8));
}

/* Those that were asked themselves come first: of them it is known how it goes on. */
static void add_releaser(const struct links *links, struct lc_go_releasers *releasers,
			 uint32_t number, uint64_t goid)
{
	const struct node *other;
	uint32_t i;

	releasers->total++;
	if (releasers->count < LC_GO_RELEASERS) {
		releasers->goids[releasers->count++] = goid;
		return;
	}
	for (i = 0; links->asked[number] && i < LC_GO_RELEASERS; i++) {
		const struct lc_goroutine *known = lc_go_by_goid(links->search->model,
								 releasers->goids[i]);

		other = known ? reach_find_node(links->search, known->address | 1) : NULL;
		if (other && links->asked[other->number])
			continue;
		releasers->goids[i] = goid;
		return;
	}
}

static void note_holder(struct links *links, const struct lc_goroutine *waiter, uint32_t number,
			struct lc_go_releasers *releasers)
{
	const struct node *node = links->search->by_number[number];
	const struct lc_goroutine *holder = reach_goroutine_at(links->search, node->key & ~1ull);

	if (holder && holder->goid && holder != waiter && !wait_for_the_same(holder, waiter))
		add_releaser(links, releasers, number, holder->goid);
}

/* Everybody who has the object of a node, up to so many steps away. */
static void follow(struct links *links, const struct lc_goroutine *waiter, struct step *queue,
		   size_t count, unsigned most_steps, struct lc_go_releasers *releasers)
{
	size_t head = 0, left = HOLDERS_MAX;
	uint32_t i, from;

	while (head < count) {
		struct step at = queue[head++];

		for (i = links->first[at.node]; i < links->first[at.node + 1]; i++) {
			if (!left--) {
				releasers->known = false;
				return;
			}
			from = links->from[i];
			if (from == REACH_ROOT || links->seen_by[from] == links->question)
				continue;
			links->seen_by[from] = links->question;
			if (links->search->by_number[from]->key & 1)
				note_holder(links, waiter, from, releasers);
			else if (at.steps < most_steps && count < OBJECTS_MAX)
				queue[count++] = (struct step){ from, at.steps + 1 };
		}
	}
}

/* Where to begin: the lock's word, or whatever can wake the goroutine. */
static size_t begin(struct links *links, const struct lc_goroutine *waiter, struct step *queue)
{
	const struct search *search = links->search;
	const struct go_span *span = go_heap_span(&search->heap, waiter->object);
	const struct node *node;
	size_t count = 0;
	uint32_t i;

	if (lc_go_is_lock(waiter->kind)) {
		node = span ? reach_find_node(search, reach_key(span, waiter->object)) : NULL;
		if (node)
			queue[count++] = (struct step){ node->number, 0 };
		return count;
	}
	node = reach_find_node(search, waiter->address | 1);
	for (i = node ? links->first[node->number] : 0;
	     node && i < links->first[node->number + 1] && count < OBJECTS_MAX; i++)
		queue[count++] = (struct step){ links->from[i], 0 };
	return count;
}

static void ask(struct links *links, struct go_question *question, struct step *queue)
{
	const struct search *search = links->search;
	const struct lc_goroutine *waiter = &search->model->list[question->place];
	bool lock = lc_go_is_lock(waiter->kind);

	question->releasers = (struct lc_go_releasers){};
	links->question++;
	if (!waiter->goid || !(lock || question->unreachable))
		return;
	question->releasers.goid = waiter->goid;
	question->releasers.known = search->searched_dead > 0;
	/* Who holds a lock has it on the stack. */
	follow(links, waiter, queue, begin(links, waiter, queue), lock ? 0 : STEPS_MAX,
	       &question->releasers);
}

int reach_find_releasers(const struct search *search, struct go_question *questions, size_t count)
{
	struct step *queue = calloc(OBJECTS_MAX, sizeof(*queue));
	const struct node *node;
	struct links links;
	size_t i;
	int r = queue ? links_make(search, &links) : -ENOMEM;

	if (r < 0) {
		free(queue);
		return r;
	}
	for (i = 0; i < count; i++) {
		node = reach_find_node(search, search->model->list[questions[i].place].address | 1);
		if (node)
			links.asked[node->number] = true;
	}
	for (i = 0; i < count; i++)
		ask(&links, &questions[i], queue);
	links_release(&links);
	free(queue);
	return 0;
}
