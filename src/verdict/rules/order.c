// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of judgement: releasers before waiters, cycles first. Families of rules are in files of
 * their own.
 */
#include "verdict/rules/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_RUNNING] = "running",	 [VERDICT_IDLE] = "idle",
		[VERDICT_BLOCKED] = "blocked",	 [VERDICT_SUSPECT] = "suspect",
		[VERDICT_STUCK] = "stuck",	 [VERDICT_LEAK] = "leak",
		[VERDICT_DEADLOCK] = "deadlock",
	};

	return names[verdict];
}

enum verdict verdict_find(const char *name)
{
	enum verdict verdict = VERDICT_RUNNING;

	while (verdict < VERDICT_COUNT && strcmp(name, verdict_name(verdict)) != 0)
		verdict++;
	return verdict;
}

/* Each of its releasers waits for the next, and the last one for the first. */
static void judge_cycle(struct judged *judged)
{
	const struct graph *graph = judged->rules->graph;
	uint32_t start = judged->node - graph->nodes, at = start;
	unsigned length = graph_circle_length(graph, start);
	bool goroutines = false;

	do {
		goroutines |= graph->nodes[at].goroutine != NULL;
		at = graph->nodes[at].next;
	} while (at != start);
	if (length == 1)
		judge(judged, VERDICT_DEADLOCK, "cycle",
		      "it waits for something that only it could release");
	else
		judge(judged, VERDICT_DEADLOCK, "cycle", "%u %s wait for each other in a circle",
		      length, goroutines ? "threads and goroutines" : "threads");
	judge_circle_proof(judged, length == 1 ? "itself" : NULL);
	judge_remedy(judged, "%s", remedy_of_circle(graph, start));
	judge_otherwise(judged, "one of them running, or with a time-out, would break the circle");
}

static void judge_dead_end(struct judged *judged)
{
	char words[64];

	judge(judged, VERDICT_STUCK, "dead-end", "it waits for %s, which can never run again",
	      judged->owner ? graph_node_words(judged->owner, words, sizeof(words)) : "somebody");
	judge_remedy(judged, "see to what the end of the chain waits for");
	judge_otherwise(judged, "a chain that ends at somebody who works would make it idle");
}

/*
 * What was read only once may have been another moment's, and proves nothing; nor does a circle or
 * chain of it.
 */
static void judge_unconfirmed(struct judged *judged)
{
	const char *verdict = verdict_name(judged->judgement->verdict);

	judge(judged, VERDICT_SUSPECT, "read-once",
	      "it looked like %s, but what it waits for was not the same when it was read again",
	      verdict);
	judge_proof(judged, "%s", "");
	judge_remedy(judged, "look again: what stands is read the same twice");
}

/* All that is against it is that Go's collector may find something to call that closes it. */
static void judge_collectable(struct judged *judged)
{
	const char *verdict = verdict_name(judged->judgement->verdict);

	judge(judged, VERDICT_SUSPECT, "unless-collected",
	      "%s, unless Go's collector, which runs every two minutes, closes a file that nobody "
	      "has any more",
	      verdict);
	judge_otherwise(judged,
			"after five minutes, in which the collector has run, it is a finding");
}

/*
 * Whom it waits for had not stood still since it was read who that is: what holds that one up
 * proves nothing here.
 */
static void judge_moved_on(struct judged *judged)
{
	char words[64];

	if (rules_contended(judged))
		return;
	judge(judged, VERDICT_BLOCKED, "moved-on",
	      "%s, for whom it waited, has run since that was read",
	      graph_node_words(judged->owner, words, sizeof(words)));
	judge_otherwise(judged,
			"if both stand still while it is read, it takes that one's verdict");
}

/* All threads of its process wait for each other's word, or behind who does. */
static void judge_nobody_left(struct judged *judged)
{
	unsigned threads = judged->wait->threads;
	const char *name = lc_wait_kind_name(judged->wait->kind);

	if (threads == 1)
		judge(judged, VERDICT_LEAK, "nobody-left",
		      "only its own process could release it, and that has no other thread");
	else
		judge(judged, VERDICT_LEAK, "nobody-left",
		      "only threads of its own process could release it, and none of its %u can "
		      "ever run again",
		      threads);
	judge_proof(judged,
		    "%s: of this address space only; process %d has %u thread%s, handles no signal "
		    "from outside%s, and nothing else can wake it",
		    judged->wait->object, judged->thread->task.pid, threads,
		    threads == 1 ? "" : "s, all of them asleep without a time-out",
		    judged->wait->flags & LC_WAIT_SIGNAL_HANDLER
			    ? " but SIGINT, of which Python only sets a flag"
			    : "");
	if (lc_is_lock(judged->wait->kind))
		judge_remedy(judged,
			     "look for who left this %s locked: a path without an unlock, "
			     "or another thread when the process was forked",
			     name);
	else
		judge_remedy(judged,
			     "look for who should have released this %s, and test what is "
			     "waited for before each wait, with its lock held",
			     name);
	judge_otherwise(judged, "one thread that runs, sleeps, or waits for something outside of "
				"the process would make it a suspect");
}

static void judge_by_kind(struct judged *judged)
{
	switch (judged->wait->kind) {
	case LC_WAIT_MUTEX:
	case LC_WAIT_INTERNAL_LOCK:
	case LC_WAIT_RWLOCK:
	case LC_WAIT_ONCE:
	case LC_WAIT_GIL:
	case LC_WAIT_FILE_LOCK:
		rules_lock(judged);
		return;
	case LC_WAIT_CONDITION:
	case LC_WAIT_SEMAPHORE:
	case LC_WAIT_BARRIER:
	case LC_WAIT_FUTURE:
	case LC_WAIT_ATOMIC:
	case LC_WAIT_PARK:
	case LC_WAIT_GO:
	case LC_WAIT_FUTEX:
	case LC_WAIT_SYSV_SEMAPHORE:
		rules_signal(judged);
		return;
	case LC_WAIT_UNIX:
	case LC_WAIT_TCP:
	case LC_WAIT_UDP:
	case LC_WAIT_NETLINK:
	case LC_WAIT_SOCKET:
		rules_socket(judged);
		return;
	case LC_WAIT_JOIN:
	case LC_WAIT_CHILD:
	case LC_WAIT_VFORK:
	case LC_WAIT_TRACER:
	case LC_WAIT_STOPPED:
	case LC_WAIT_FROZEN:
	case LC_WAIT_SUPERVISOR:
		rules_process(judged);
		return;
	default:
		rules_channel(judged);
	}
}

/* A circle of one thread, perhaps by way of its own process. */
static bool is_alone(const struct graph *graph, uint32_t number)
{
	uint32_t at = graph->nodes[number].next;

	while (at != number && graph_is_process(&graph->nodes[at]))
		at = graph->nodes[at].next;
	return at == number;
}

/* Whose stack tells where the lock was taken: the next one in its circle or chain, or itself. */
static uint32_t taker_of(const struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (judged->judgement->verdict < VERDICT_SUSPECT || !wait)
		return GRAPH_NONE;
	if (wait->kind != LC_WAIT_MUTEX && wait->kind != LC_WAIT_INTERNAL_LOCK &&
	    wait->kind != LC_WAIT_RWLOCK && wait->kind != LC_WAIT_FILE_LOCK)
		return GRAPH_NONE;
	if (wait->flags & LC_WAIT_OWNER_SELF)
		return judged->node - judged->rules->graph->nodes;
	return judged->owner && judged->owner->thread && judged->owner->thread->blocked
		       ? judged->node->next
		       : GRAPH_NONE;
}

/* As a link of a chain; its group is judged on its own (go_rules.c). */
static void judge_goroutine(struct judged *judged, uint32_t number)
{
	const struct graph_node *node = judged->node;

	if (node->goroutine->kind == LC_GO_NO_WAIT)
		judge(judged, VERDICT_RUNNING, "running", "it runs, or is about to");
	else if (node->alive)
		judge(judged, VERDICT_IDLE, "goroutine", "it can run again");
	else if (node->in_cycle && !graph_only_sends(judged->rules->graph, number))
		judge(judged, VERDICT_DEADLOCK, "circle", "it is part of a circle of waits");
	else if (lc_go_is_internal(node->goroutine->kind))
		judge(judged, VERDICT_LEAK, "unreachable", "nothing that lives can release it");
	else
		judge(judged, VERDICT_STUCK, "dead-end",
		      "it waits for somebody who can never run again");
}

static void judge_node(const struct rules *rules, uint32_t number, struct judgement *judgement,
		       struct conclusion *words)
{
	const struct graph_node *node = &rules->graph->nodes[number];
	struct judged judged = {
		.rules = rules,
		.node = node,
		.thread = node->thread,
		.wait = node->thread ? node->thread->wait : NULL,
		.judgement = judgement,
		.words = words,
	};
	char name[64];

	if (node->next != GRAPH_NONE && node->next != number) {
		judged.owner = &rules->graph->nodes[node->next];
		judged.owner_verdict = &rules->judgements[node->next];
	}
	judged.judgement->root = judged.owner && !node->in_cycle ? judged.owner_verdict->root
								 : number;
	if (node->goroutine) {
		judge_goroutine(&judged, number);
	} else if (!node->thread) {
		/* A process is what the thread is that it stands for. */
		judged.judgement->verdict = judged.owner ? judged.owner_verdict->verdict
							 : VERDICT_RUNNING;
		judged.judgement->rule = "process";
	} else if (!node->thread->blocked) {
		judge(&judged, VERDICT_RUNNING, "running", "it runs");
	} else if (node->thread->moving) {
		judge(&judged, VERDICT_RUNNING, "moving",
		      "it ran each time that it was read: it goes on");
	} else if (!judged.wait) {
		judge(&judged, VERDICT_BLOCKED, "not-looked-at",
		      "what it waits for was not looked at");
	} else if (judged.owner && !node->linked &&
		   judged.owner_verdict->verdict >= VERDICT_BLOCKED) {
		judge_moved_on(&judged);
	} else if (node->go_worker) {
		judge(&judged, VERDICT_IDLE, "go-worker",
		      "it runs goroutines, and none of its process can run");
	} else if (node->any_thread && !node->alive) {
		judge_nobody_left(&judged);
	} else if (node->in_cycle) {
		/* Of a circle of one, the thing itself tells more. */
		if (is_alone(rules->graph, number))
			judge_by_kind(&judged);
		if (judged.judgement->verdict < VERDICT_LEAK)
			judge_cycle(&judged);
	} else if (!node->alive && !node->gone && judged.owner &&
		   judged.owner_verdict->verdict >= VERDICT_STUCK &&
		   judged.wait->kind != LC_WAIT_CHILD) {
		judge_dead_end(&judged);
	} else if (node->locked != GRAPH_NONE) {
		judge(&judged, VERDICT_IDLE, "locked-to", "it waits for %s, which is locked to it",
		      graph_node_words(judged.owner, name, sizeof(name)));
	} else {
		judge_by_kind(&judged);
	}
	if (judged.judgement->verdict >= VERDICT_STUCK && node->collectable && !node->alive)
		judge_collectable(&judged);
	if (judged.wait && judged.judgement->verdict >= VERDICT_STUCK &&
	    !node->thread->wait_confirmed)
		judge_unconfirmed(&judged);
	judged.judgement->taker = taker_of(&judged);
}

/* Each node after the one it goes on to: an explicit stack, since chains may be long. */
static int judge_all(const struct rules *rules)
{
	const struct graph *graph = rules->graph;
	unsigned char *state = calloc(graph->count + 1, 1);
	uint32_t *stack = calloc(graph->count + 1, sizeof(*stack)), depth, i, at;

	if (!state || !stack) {
		free(state);
		free(stack);
		return -ENOMEM;
	}
	for (i = 0; i < graph->count; i++) {
		depth = 0;
		for (at = i; at != GRAPH_NONE && !state[at]; at = graph->nodes[at].next) {
			state[at] = 1;
			stack[depth++] = at;
		}
		while (depth--)
			judge_node(rules, stack[depth], &rules->judgements[stack[depth]], NULL);
	}
	free(state);
	free(stack);
	return 0;
}

/* Condition variables on which somebody has been woken: their other waiters are served in turn. */
static int note_served(struct rules *rules)
{
	struct served *served;
	uint32_t i;

	for (i = 0; i < rules->graph->count; i++) {
		const struct lc_thread *thread = rules->graph->nodes[i].thread;

		if (!thread || !thread->blocked || !thread->wait || !thread->last_wake_at ||
		    thread->wait->kind != LC_WAIT_CONDITION || rules_is_served(rules, thread->wait))
			continue;
		served = calloc(1, sizeof(*served));
		if (!served)
			return -ENOMEM;
		served->key = thread->wait->key;
		HASH_ADD(hh, rules->served, key, sizeof(served->key), served);
	}
	return 0;
}

static void served_release(struct rules *rules)
{
	struct served *served, *next;

	HASH_ITER(hh, rules->served, served, next) {
		HASH_DEL(rules->served, served);
		free(served);
	}
}

bool rules_is_served(const struct rules *rules, const struct lc_wait *wait)
{
	struct served *served;

	HASH_FIND(hh, rules->served, &wait->key, sizeof(wait->key), served);
	return served != NULL;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	history_release(rules);
	served_release(rules);
	free(rules->judgements);
	free(rules);
}

int rules_create(const struct graph *graph, uint64_t now, uint64_t threshold_ns,
		 struct rules **ret_rules)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	int r;

	if (!rules)
		return -ENOMEM;
	rules->copy = *graph;
	rules->graph = &rules->copy;
	rules->now = now;
	rules->threshold_ns = threshold_ns;
	rules->judgements = calloc(graph->count + 1, sizeof(rules->judgements[0]));
	r = rules->judgements ? note_served(rules) : -ENOMEM;
	r = r ?: history_note(rules);
	r = r ?: judge_all(rules);
	if (r < 0)
		rules_free(rules);
	else
		*ret_rules = rules;
	return r;
}

const struct judgement *rules_judgements(const struct rules *rules)
{
	return rules->judgements;
}

void rules_explain(const struct rules *rules, uint32_t number, struct conclusion *ret)
{
	struct judgement judgement = {};

	*ret = (struct conclusion){};
	judge_node(rules, number, &judgement, ret);
	ret->verdict = judgement.verdict;
	ret->rule = judgement.rule;
	ret->root = judgement.root;
	ret->taker = judgement.taker;
}
