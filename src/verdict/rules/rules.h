/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From evidence to a verdict, for each blocked thread: docs/verdicts.md has every rule with its
 * reason. No rule knows a program's or a function's name. Pure.
 */
#ifndef LEAKHOP_VERDICT_RULES_RULES_H
#define LEAKHOP_VERDICT_RULES_RULES_H

#include "model/wait.h"
#include "verdict/graph/graph.h"

/* Rising by what matters. */
enum verdict {
	VERDICT_RUNNING, /* not blocked */
	VERDICT_IDLE,	 /* waits for work, or for someone who works */
	VERDICT_BLOCKED, /* what it waits for was not looked at or could not be told */
	VERDICT_SUSPECT, /* a leak and a healthy program share this wait word for word */
	VERDICT_STUCK,	 /* something is owed, and does not come */
	VERDICT_LEAK,	 /* nothing alive can release it, or its group only grows */
	VERDICT_DEADLOCK,
	VERDICT_COUNT
};

/* "running" to "deadlock". */
const char *verdict_name(enum verdict verdict);
/* The verdict of that name; VERDICT_COUNT: there is none. */
enum verdict verdict_find(const char *name);

/* What is concluded of a node of the graph: a host may have 100,000 of them. */
struct judgement {
	enum verdict verdict;
	uint32_t root;	  /* node at the end of its chain; its own if there is none */
	uint32_t taker;	  /* node that has the lock waited for: its stack says where; GRAPH_NONE */
	const char *rule; /* its name in docs/verdicts.md */
};

/*
 * The same with its words, made for what is told. Texts are leakhop's words; "" where there is
 * nothing to say.
 */
struct conclusion {
	enum verdict verdict;
	uint32_t root, taker;
	const char *rule;
	char reason[400];    /* why this verdict */
	char proof[400];     /* LEAK, DEADLOCK: what shows that nobody can release it */
	char remedy[400];    /* what to do about the cause */
	char otherwise[400]; /* what would have changed the verdict */
};

struct rules;

/*
 * Judges every node of the graph, in linear time. A block shorter than threshold_ns is judged, too:
 * the caller picks. The nodes and edges of the graph must outlive the rules and stay as they are.
 * Returns 0 or -ENOMEM; rules_free() frees.
 */
int rules_create(const struct graph *graph, uint64_t now, uint64_t threshold_ns,
		 struct rules **ret_rules);
void rules_free(struct rules *rules);

/* Of all nodes, by their numbers. */
const struct judgement *rules_judgements(const struct rules *rules);

/* Judges one node again, to the same verdict, and says why. */
void rules_explain(const struct rules *rules, uint32_t number, struct conclusion *ret);

/*
 * The side that asked has spoken, and whether it has heard a word since is not known: the clocks of
 * TCP tell no less than some ms apart, and a Unix socket notes nothing.
 */
bool rules_order_is_unknown(const struct lc_wait *socket);

/*
 * May the other end owe this side of a socket something? Of a Unix socket nobody counts who spoke
 * last.
 */
bool rules_asks(const struct lc_wait *socket);

/* What is wrong with a socket's connection itself; NULL: nothing. */
const char *rules_socket_trouble(const struct lc_wait *socket);

#endif
