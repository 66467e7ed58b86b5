/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wait-for graph: threads, goroutines, and processes any thread of which would do. Pure.
 *
 * Whoever is blocked has an edge to each who could release it; one of them is enough (an OR). A
 * node is alive if it runs, if it will wake by itself, if someone outside (another host, a user,
 * hardware) may wake it, if not all who could release it are known, or if one of them is alive.
 * What is left can never run again: each of its releasers waits, too, in the end for itself (a
 * cycle) or for someone who is gone. Building and solving take time linear in nodes and edges.
 *
 * A proof holds at one instant: the last samples of the model found each thread as it was since its
 * wait was read, and a link holds only if the other end, too, had stood still when that was. Else
 * the link is kept, but proves nothing.
 *
 * A Go process's threads without work run whatever goroutine can run: so each waits for a goroutine
 * of its process, where all of these are known, none can run or has a timer, and all had stood
 * still when the threads were found so (graph_still.c). What remains are finalizers, which the
 * runtime calls once its collector has run, every two minutes (src/runtime/proc.go, forcegcperiod).
 *
 * Of a process's goroutines those are here of which it was asked who could release them, those who
 * could, those that wait for a socket which was looked at, and those that have a thread: they wait
 * for it while it is in a call, and it waits for them while they are locked to it (a C thread that
 * called Go).
 */
#ifndef LEAKHOP_VERDICT_GRAPH_H
#define LEAKHOP_VERDICT_GRAPH_H

#include "model/snapshot.h"

#define GRAPH_NONE UINT32_MAX

struct graph_node {
	const struct lc_thread *thread;	      /* NULL: a goroutine or a process */
	const struct lc_goroutine *goroutine; /* NULL: a thread or a process */
	const struct lc_go_process *go;	      /* of goroutine */
	uint32_t locked; /* of a thread: the goroutine that it waits for; GRAPH_NONE */
	pid_t pid;
	bool alive;
	bool independent; /* alive by itself, without any of its releasers */
	bool gone;	  /* waits for someone recorded who no longer exists */
	bool in_cycle;	  /* is part of a cycle, not only behind one */
	bool complete;	  /* all who could release it are in the graph, and still are who could */
	bool any_thread;  /* any thread of its process could release it, and nobody else */
	bool linked;	  /* next stood still, or runs, ever since it was read that it is next */
	bool go_worker;	  /* a thread that runs goroutines, in a process none of which can run */
	bool collectable; /* a finalizer might release it, directly or one behind the other */
	uint64_t still_since; /* of a process: since when all its goroutines wait for others; 0 */
	uint32_t first_edge;  /* into edges; up to the next node's first_edge */
	uint32_t next;	   /* towards the root: the releaser that tells most; GRAPH_NONE: itself the
			      root */
	uint32_t pressing; /* of dependents those that do not just wait since the beginning for its
			      end */
	uint32_t dependents; /* threads that wait, directly or one behind the other, for this one */
};

struct graph {
	struct graph_node *nodes;
	uint32_t count;
	uint32_t *edges; /* indices of nodes */
	uint32_t edge_count;
	struct graph_index *by_tid, *by_pid; /* uthash */
	struct graph_go_index *by_goid;	     /* uthash */
	const struct lc_model *model;	     /* for what it knows of locks */
	uint64_t now;			     /* ns */
};

/* A process stands for a thread of it. */
static inline bool graph_is_process(const struct graph_node *node)
{
	return !node->thread && !node->goroutine;
}

/*
 * Builds the graph of all living threads and of the goroutines of a snapshot, which must outlive
 * it, and solves it. Returns 0 or -ENOMEM. graph_release() releases.
 */
int graph_build(const struct lc_snapshot *snapshot, struct graph *graph);

/*
 * The same as it will be if goroutines, which were read once, stand as they do when they are read
 * again.
 */
int graph_build_as_if_still(const struct lc_snapshot *snapshot, struct graph *graph);
void graph_release(struct graph *graph);

/*
 * The chain behind a node, link by link: begins with at = the node's own number and gives each next
 * number until GRAPH_NONE, at the root or when a circle has been told once. *entry (set it to
 * GRAPH_NONE first) keeps where the circle was entered.
 */
uint32_t graph_chain_next(const struct graph *graph, uint32_t at, uint32_t *entry);

/* The node of a thread; GRAPH_NONE if it is not in the graph. */
uint32_t graph_find(const struct graph *graph, pid_t tid);

/* The node of a goroutine; GRAPH_NONE if it is not in the graph. */
uint32_t graph_find_goroutine(const struct graph *graph, pid_t pid, uint64_t goid);

/*
 * Does each in this node's circle send to a channel? Then nobody receives, and it is no circle of
 * each other.
 */
bool graph_only_sends(const struct graph *graph, uint32_t number);

#endif
