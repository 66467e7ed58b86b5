// SPDX-License-Identifier: GPL-2.0-only
/* The objects and goroutines that a search has met, and who holds whom: see reach_nodes.h. Relies on uthash. */
#include "golang/reach_nodes.h"

#include <stdlib.h>

#define NODES_MAX (1u << 20)
#define EDGES_MAX (4u << 20)

struct node *reach_find_node(const struct search *search, uint64_t key)
{
	struct node *node;

	HASH_FIND(hh, search->nodes, &key, sizeof(key), node);
	return node;
}

struct node *reach_get_node(struct search *search, uint64_t key)
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

void reach_add_edge(struct search *search, uint32_t from, uint32_t to)
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

uint64_t reach_key(const struct go_span *span, uint64_t address)
{
	return span->tiny ? address : go_heap_object(span, address);
}

size_t reach_filter_slot(uint64_t address)
{
	return (address >> 13) * 0x9e3779b97f4a7c15ull >> (64 - REACH_FILTER_BITS);
}
