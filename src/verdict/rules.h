/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From evidence to a verdict, for each blocked thread: docs/verdicts.md has every rule with its reason. No
 * rule knows a program's or a function's name. Pure.
 */
#ifndef LEAKHOP_VERDICT_RULES_H
#define LEAKHOP_VERDICT_RULES_H

#include "model/wait.h"
#include "verdict/graph.h"

/* Rising by what matters. */
enum verdict {
	VERDICT_RUNNING, /* not blocked */
	VERDICT_IDLE,	 /* waits for work, or for someone who works */
	VERDICT_BLOCKED, /* what it waits for was not looked at or could not be told */
	VERDICT_SUSPECT, /* a leak and a healthy program share this wait word for word */
	VERDICT_STUCK,	 /* something is owed, and does not come */
	VERDICT_LEAK,	 /* nothing alive can release it, or its group only grows */
	VERDICT_DEADLOCK,
};

/* "running" to "deadlock". */
const char *verdict_name(enum verdict verdict);

/* What is concluded of one thread. Texts are leakhop's words; "" where there is nothing to say. */
struct conclusion {
	enum verdict verdict;
	const char *rule;    /* its name in docs/verdicts.md */
	char reason[200];    /* why this verdict */
	char proof[200];     /* LEAK, DEADLOCK: what shows that nobody can release it */
	char remedy[200];    /* what to do about the cause */
	char otherwise[200]; /* what would have changed the verdict */
	uint32_t root;	     /* node at the end of its chain; its own if there is none */
	uint32_t taker; /* node that has the lock waited for: its stack says where; GRAPH_NONE */
};

/*
 * Concludes for every node of the graph; conclusions has room for graph->count. A block shorter than
 * threshold_ns is concluded, too: the caller picks. Linear time. Returns 0 or -ENOMEM.
 */
int rules_conclude(const struct graph *graph, uint64_t now, uint64_t threshold_ns,
		   struct conclusion *conclusions);

/* May the other end owe this side of a socket something? Of a Unix socket nobody counts who spoke last. */
bool rules_asks(const struct lc_wait *socket);

#endif
