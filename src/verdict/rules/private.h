/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rules of one node see. Private to this folder. */
#ifndef LEAKHOP_VERDICT_RULES_PRIVATE_H
#define LEAKHOP_VERDICT_RULES_PRIVATE_H

#include "verdict/graph/words.h"
#include "verdict/rules/rules.h"

/* An object on which a waiter has been woken in this trace. */
struct served {
	UT_hash_handle hh;
	struct lc_wait_key key;
};

/* Answers that threads got at one place of a process from one peer: what a trace saw of them. */
struct answers_key {
	uint64_t peer;
	int64_t syscall_nr;
	uint32_t pid;
	uint32_t user_stack;
};

struct answers {
	UT_hash_handle hh;
	struct answers_key key;
	uint32_t threads;
	uint64_t count;
	uint64_t max_ns, total_ns;
	uint64_t last_at;
};

struct rules {
	const struct graph *graph;
	struct graph copy;	 /* what graph points to; its nodes are the caller's */
	struct served *served;	 /* uthash */
	struct answers *answers; /* uthash */
	struct judgement *judgements;
	uint64_t now, threshold_ns;
};

/* One thread under judgement. */
struct judged {
	const struct rules *rules;
	const struct graph_node *node;
	const struct lc_thread *thread;
	const struct lc_wait *wait;
	struct judgement *judgement;
	struct conclusion *words;	       /* NULL: the verdict is all that is asked for */
	const struct graph_node *owner;	       /* node->next; NULL: none */
	const struct judgement *owner_verdict; /* NULL: none */
};

/* Sets verdict, rule and reason; of texts nothing where no words are asked for. */
void judge(struct judged *judged, enum verdict verdict, const char *rule, const char *format, ...)
	__attribute__((__format__(__printf__, 4, 5)));
void judge_proof(struct judged *judged, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void judge_remedy(struct judged *judged, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void judge_otherwise(struct judged *judged, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

/* The proof of a circle: "7 waits for" and each in it, last as of graph_add_circle(). */
void judge_circle_proof(struct judged *judged, const char *last);

/* Has a waiter of the same condition variable been woken before? */
bool rules_is_served(const struct rules *rules, const struct lc_wait *wait);

/* history.c: what the trace saw of answers before, if this wait is far longer than those were. */
struct history {
	uint64_t own;	 /* answers to this thread here; 0: too few, or it is not far longer */
	uint64_t others; /* to others at the same place, also meanwhile; 0: the same */
	uint64_t mean_ns, max_ns; /* of these, as bounds */
};

int history_note(struct rules *rules);
void history_release(struct rules *rules);
void history_of(const struct judged *judged, struct history *ret);

/* The families of rules, each in its file. */
void rules_lock(struct judged *judged); /* mutex, rwlock, file lock, once: lock.c */
void rules_signal(
	struct judged *judged); /* condition, semaphore, barrier, park, future: signal.c */
void rules_socket(struct judged *judged);  /* socket.c */
void rules_channel(struct judged *judged); /* pipe, eventfd, tty, sets, timers: channel.c */
void rules_process(struct judged *judged); /* join, children, stops: process.c */

/*
 * Of a rule that rests on time alone: STUCK, where the wait has lasted for the threshold and for
 * what no busy host takes; SUSPECT before.
 */
enum verdict rules_stalled(const struct judged *judged);

/* The same of a time in which something else did not change. */
bool rules_is_long(const struct judged *judged, uint64_t ns);

/* signal.c: whose own code said, run forward, whether it would go on. Returns true if it did. */
bool rules_asked(struct judged *judged);

/* A lock that changes hands: says so, and returns true. */
bool rules_contended(struct judged *judged);

/* remedies.c: "" where none is known. */
const char *remedy_of_circle(const struct graph *graph, uint32_t start); /* a node of it */
const char *remedy_of_self(enum lc_wait_kind kind);
const char *remedy_of_lost_wake_up(enum lc_wait_kind kind);

/* Takes the verdict of whoever it waits for, where that is a finding. Returns true if it did. */
bool rules_follow(struct judged *judged, const char *rule);

#endif
