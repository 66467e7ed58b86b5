/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the search, which reach.c puts together: each has a file of its name. */
#ifndef LEAKHOP_GOLANG_REACH_PARTS_H
#define LEAKHOP_GOLANG_REACH_PARTS_H

#include "golang/reach_nodes.h"

/* reach_goroutines.c: by address. Returns 0 or -ENOMEM. */
int reach_index_goroutines(struct search *search);
const struct lc_goroutine *reach_goroutine_at(const struct search *search, uint64_t address);
void reach_skip_descriptors(struct search *search);
void reach_find_coroutines(struct search *search);
bool reach_may_be_dead(const struct lc_goroutine *goroutine);

/* Its node, and those of all that could wake it. NULL: no room. */
struct node *reach_goroutine_node(struct search *search, const struct lc_goroutine *goroutine);

/* reach_heap.c: the node that a word points into, if it is one of those looked for in this pass. */
struct node *reach_hit(struct search *search, uint64_t word);
void reach_search_heap(struct search *search);
void reach_search_roots(struct search *search);

/* reach_stacks.c: the stacks of goroutines that can run, or of those that may never again. */
void reach_search_stacks(struct search *search, bool of_dead);

/* reach_releasers.c: fills in the releasers of the questions. Returns 0 or -ENOMEM. */
int reach_find_releasers(const struct search *search, struct go_question *questions, size_t count);

#endif
