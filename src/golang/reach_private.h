/* SPDX-License-Identifier: GPL-2.0-only */
/* The search behind reach.h: what reach.c collects, and reach_releasers.c reads. */
#ifndef LEAKHOP_GOLANG_REACH_PRIVATE_H
#define LEAKHOP_GOLANG_REACH_PRIVATE_H

#include "golang/heap.h"
#include "golang/reach.h"

#define REACH_ROOT 0u /* the node of all roots */

/* An object of the heap, or a goroutine. */
struct node {
	UT_hash_handle hh;
	uint64_t key; /* object's address; a goroutine's descriptor | 1 */
	uint32_t number;
	bool live;
};

struct edge {
	uint32_t from, to; /* if from lives, to does */
};

struct goroutine_at {
	uint64_t address;
	size_t place;
	uint64_t coroutine; /* its coro, where it is one; 0 */
};

struct search {
	struct go_process *process;
	const struct lc_go_process *model;
	struct go_heap heap;
	struct node *nodes; /* uthash */
	struct node **by_number;
	uint32_t node_count, node_room;
	uint32_t frontier; /* nodes from here on have not been looked for yet */
	struct edge *edges;
	size_t edge_count, edge_room;
	struct goroutine_at *goroutines; /* by address */
	size_t goroutine_count;
	uint8_t *filter;	/* bit for each page, hashed, that holds an object looked for */
	uint32_t looked_from;	/* nodes looked for in this pass: from here to frontier */
	uint64_t end_at;	/* ns, CLOCK_MONOTONIC */
	uint32_t searched_dead; /* nodes before it were looked for in the stacks of the dead, too */
	unsigned passes;
	bool full;
	uint8_t *chunk;
	struct go_batch *batch;
};

struct node *reach_find_node(const struct search *search, uint64_t key);

/* The goroutine of a descriptor's address; NULL: none. */
const struct lc_goroutine *reach_goroutine_at(const struct search *search, uint64_t address);

/* Fills in the releasers of the questions. Returns 0 or -ENOMEM. */
int reach_find_releasers(const struct search *search, struct go_question *questions, size_t count);

#endif
