/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search behind reach.h: who was asked for, the objects and goroutines met, and who holds whom. Private to the files
 * of the search.
 */
#ifndef LEAKHOP_GOLANG_REACH_NODES_H
#define LEAKHOP_GOLANG_REACH_NODES_H

#include "golang/heap.h"
#include "golang/private.h"
#include "golang/specials.h"

#define REACH_ROOT 0u	       /* the node of all roots */
#define REACH_CHUNK (1u << 20) /* of memory, read at once: search.chunk */
#define REACH_FILTER_BITS 22

/* A goroutine in question; places in the model's list. */
struct go_question {
	size_t place;
	bool unreachable;		  /* the answer */
	struct lc_go_releasers releasers; /* of locks, and of what is unreachable */
};

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
	struct go_specials specials;
	struct node *nodes; /* uthash */
	struct node **by_number;
	uint32_t node_count, node_room;
	uint32_t frontier; /* nodes from here on have not been looked for yet */
	struct edge *edges;
	size_t edge_count, edge_room;
	uint64_t *processors; /* addresses of the p's */
	size_t processor_count;
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

/* The node of a key; NULL: none. reach_get_node() makes it; NULL: at a bound, and search->full is set. */
struct node *reach_find_node(const struct search *search, uint64_t key);
struct node *reach_get_node(struct search *search, uint64_t key);

/* If from lives, to does. */
void reach_add_edge(struct search *search, uint32_t from, uint32_t to);

/*
 * The key of the object at an address: its start; of a lock in a block of tiny objects the lock's own word, since a
 * pointer to another of them does not lead to it.
 */
uint64_t reach_key(const struct go_span *span, uint64_t address);

/* The bit of the filter for the page of an address. */
size_t reach_filter_slot(uint64_t address);

#endif
