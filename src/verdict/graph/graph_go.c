// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines in the wait-for graph: see graph.h. Relies on uthash. */
#include "verdict/graph/private.h"

#include "model/go_holders.h"
#include "model/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct graph_go_key {
	uint64_t goid;
	uint64_t pid;
};

struct graph_go_index {
	UT_hash_handle hh;
	struct graph_go_key key;
	uint32_t node;
};

static struct graph_go_index *find(const struct graph *graph, pid_t pid, uint64_t goid)
{
	struct graph_go_key key = { .goid = goid, .pid = (uint64_t)pid };
	struct graph_go_index *entry;

	HASH_FIND(hh, graph->by_goid, &key, sizeof(key), entry);
	return entry;
}

uint32_t graph_find_goroutine(const struct graph *graph, pid_t pid, uint64_t goid)
{
	const struct graph_go_index *entry = find(graph, pid, goid);

	return entry ? entry->node : GRAPH_NONE;
}

void graph_go_release(struct graph *graph)
{
	struct graph_go_index *entry, *next;

	HASH_ITER(hh, graph->by_goid, entry, next) {
		HASH_DEL(graph->by_goid, entry);
		free(entry);
	}
}

/* Those that wait for a lock of which it was found who holds it. */
static const struct lc_go_held *held_at(const struct lc_go_process *process, size_t place)
{
	const struct lc_goroutine *goroutine = &process->list[place];
	const struct lc_go_held *held = NULL;

	if (process->held && goroutine->goid && lc_go_is_lock(goroutine->kind))
		held = lc_go_held_for(process, goroutine);
	return held && held->count ? held : NULL;
}

static size_t room_of(const struct lc_go_process *process)
{
	const struct lc_go_releasers *releasers = NULL;
	const struct lc_go_wait *wait = NULL;
	const struct lc_go_held *held;
	size_t most = process->on_thread_count, i;

	for (i = 0; i < process->count; i++) {
		held = held_at(process, i);
		most += held ? 1 + held->count : 0;
	}

	while ((releasers = lc_go_next_releasers(process, releasers)))
		most += 1 + releasers->count;
	while ((wait = lc_go_next_wait(process, wait)))
		most += wait->has_socket;
	return most;
}

size_t graph_go_capacity(const struct lc_go *go)
{
	const struct lc_go_process *process;
	size_t most = 0;

	for (process = go->processes; process; process = process->hh.next)
		most += room_of(process);
	return most;
}

static int add(struct graph *graph, const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(process, goid);
	struct graph_go_index *entry;

	if (!goroutine || find(graph, process->pid, goid))
		return 0;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->key = (struct graph_go_key){ .goid = goid, .pid = (uint64_t)process->pid };
	entry->node = graph->count;
	HASH_ADD(hh, graph->by_goid, key, sizeof(entry->key), entry);
	graph->nodes[graph->count++] = (struct graph_node){
		.goroutine = goroutine,
		.go = process,
		.pid = process->pid,
		.locked = GRAPH_NONE,
	};
	return 0;
}

/* Those with a thread that is in the graph; who is locked to one that waits, is waited for. */
static int add_on_thread(struct graph *graph, const struct lc_go_process *process, size_t place)
{
	const struct lc_goroutine *goroutine = &process->list[place];
	uint32_t number = graph_find(graph, goroutine->tid);
	struct graph_node *node = number == GRAPH_NONE ? NULL : &graph->nodes[number];
	int r;

	if (!node || node->pid != process->pid || goroutine->state == LC_GO_RUNNING ||
	    goroutine->kind == LC_GO_RUNTIME || lc_go_is_runtimes(process, goroutine))
		return 0;
	r = add(graph, process, goroutine->goid);
	if (!r && goroutine->state >= LC_GO_WAITING && goroutine->locked && node->thread->blocked)
		node->locked = graph_find_goroutine(graph, process->pid, goroutine->goid);
	return r;
}

/* Who waits for a lock, and who holds it. */
static int add_held(struct graph *graph, const struct lc_go_process *process, size_t place)
{
	const struct lc_go_held *held = held_at(process, place);
	int r = held ? add(graph, process, process->list[place].goid) : 0;
	uint32_t i;

	for (i = 0; held && i < held->count && !r; i++)
		r = add(graph, process, held->holders[i].goid);
	return r;
}

static int add_process(struct graph *graph, const struct lc_go_process *process)
{
	const struct lc_go_releasers *releasers = NULL;
	const struct lc_go_wait *wait = NULL;
	size_t i;
	int r = 0;

	for (i = 0; i < process->on_thread_count && !r; i++)
		r = add_on_thread(graph, process, process->on_threads[i]);
	for (i = 0; i < process->count && !r; i++)
		r = add_held(graph, process, i);
	while (!r && (releasers = lc_go_next_releasers(process, releasers))) {
		r = add(graph, process, releasers->goid);
		for (i = 0; i < releasers->count && !r; i++)
			r = add(graph, process, releasers->goids[i]);
	}
	while (!r && (wait = lc_go_next_wait(process, wait)))
		r = wait->has_socket ? add(graph, process, wait->goid) : 0;
	return r;
}

int graph_go_add_nodes(struct graph *graph, const struct lc_go *go)
{
	const struct lc_go_process *process;
	int r = 0;

	for (process = go->processes; process && !r; process = process->hh.next)
		r = add_process(graph, process);
	return r;
}

/*
 * Those that stand side by side at one place wait for a word from elsewhere, though each may have
 * the others' channels; of locks it is the usual circle.
 */
static bool are_siblings(const struct lc_goroutine *a, const struct lc_goroutine *b)
{
	return a->stack && a->stack == b->stack && a->site == b->site && a->kind == b->kind &&
	       !lc_go_is_lock(a->kind);
}

static uint32_t releaser_edges(const struct graph *graph, struct graph_node *node, uint32_t *edges)
{
	const struct lc_go_releasers *releasers = lc_go_releasers_of(node->go,
								     node->goroutine->goid);
	uint32_t count = 0, other, i;

	node->complete = (node->goroutine->flags & LC_GO_UNREACHABLE) ||
			 node->goroutine->state == LC_GO_LEAKED;
	for (i = 0; releasers && i < releasers->count; i++) {
		other = graph_find_goroutine(graph, node->pid, releasers->goids[i]);
		if (other == GRAPH_NONE ||
		    are_siblings(graph->nodes[other].goroutine, node->goroutine))
			continue;
		if (edges)
			edges[count] = other;
		count++;
	}
	node->gone = node->complete && !count;
	return count;
}

/*
 * A lock waits for who holds it, and for nobody else. Where they are likely only, and somebody else
 * may unlock it, that closes no circle.
 */
static uint32_t holder_edges(const struct graph *graph, struct graph_node *node,
			     const struct lc_go_held *held, uint32_t *edges)
{
	uint32_t count = 0, other, i;

	node->complete = held->known;
	for (i = 0; i < held->count; i++) {
		other = graph_find_goroutine(graph, node->pid, held->holders[i].goid);
		node->complete &= other != GRAPH_NONE;
		if (other == GRAPH_NONE)
			continue;
		if (edges)
			edges[count] = other;
		count++;
	}
	return count;
}

/* In a call it waits for its thread. */
static uint32_t thread_edge(const struct graph *graph, struct graph_node *node, uint32_t *edges)
{
	uint32_t thread = graph_find(graph, node->goroutine->tid);

	node->complete = thread != GRAPH_NONE;
	if (node->complete && edges)
		edges[0] = thread;
	return node->complete;
}

uint32_t graph_go_edges(const struct graph *graph, struct graph_node *node, uint32_t *edges)
{
	const struct lc_go_held *held = held_at(node->go, node->goroutine - node->go->list);
	const struct lc_go_wait *wait;

	if (node->goroutine->state == LC_GO_SYSCALL)
		return thread_edge(graph, node, edges);
	if (held && (held->known || !(node->goroutine->flags & LC_GO_UNREACHABLE)))
		return holder_edges(graph, node, held, edges);
	if (node->goroutine->kind != LC_GO_NETWORK)
		return releaser_edges(graph, node, edges);
	wait = lc_go_wait_of(node->go, node->goroutine->goid);
	if (!wait || !wait->has_socket)
		return 0;
	return graph_wait_edges(graph, node, &wait->socket, edges);
}

bool graph_go_alive_by_itself(const struct graph_node *node)
{
	const struct lc_goroutine *goroutine = node->goroutine;
	const struct lc_go_wait *wait;

	if (goroutine->kind == LC_GO_NIL_RECEIVE || goroutine->kind == LC_GO_NIL_SEND ||
	    goroutine->kind == LC_GO_SELECT_EMPTY)
		return goroutine->goid == 1;
	if (goroutine->kind == LC_GO_NETWORK) {
		wait = lc_go_wait_of(node->go, goroutine->goid);
		return !node->complete || (wait && wait->has_deadline);
	}
	return !node->complete;
}

bool graph_only_sends(const struct graph *graph, uint32_t number)
{
	uint32_t at = number;

	do {
		if (!graph->nodes[at].goroutine ||
		    graph->nodes[at].goroutine->kind != LC_GO_CHAN_SEND)
			return false;
		at = graph->nodes[at].next;
	} while (at != number);
	return true;
}
