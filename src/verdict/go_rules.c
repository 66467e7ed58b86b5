// SPDX-License-Identifier: GPL-2.0-only
/*
 * From evidence to a verdict for a group of goroutines: docs/verdicts.md, "Goroutines", has each
 * rule with its reason. No rule knows a program's name; the patterns that prevent a leak are Go's
 * own.
 */
#include "model/go_holders.h"
#include "util/duration.h"
#include "verdict/go_remedy.h"
#include "verdict/goroutines.h"
#include "verdict/graph/words.h"
#include "verdict/report.h"
#include "verdict/rules/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct judging {
	struct verdict_goroutines *group;
	const struct go_surroundings *around;
	enum lc_go_kind kind;
	bool due; /* the oldest has stood for the threshold */
};

__attribute__((__format__(__printf__, 4, 5))) static void conclude(struct judging *j,
								   enum verdict verdict,
								   const char *rule,
								   const char *format, ...)
{
	struct conclusion *conclusion = &j->group->conclusion;
	va_list args;

	conclusion->verdict = verdict;
	conclusion->rule = rule;
	va_start(args, format);
	vsnprintf(conclusion->reason, sizeof(conclusion->reason), format, args);
	va_end(args);
}

__attribute__((__format__(__printf__, 2, 3))) static void prove(struct judging *j,
								const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(j->group->conclusion.proof, sizeof(j->group->conclusion.proof), format, args);
	va_end(args);
}

static void otherwise(struct judging *j, const char *text)
{
	snprintf(j->group->conclusion.otherwise, sizeof(j->group->conclusion.otherwise), "%s",
		 text);
}

static const char *count_words(const struct judging *j, char *buffer, size_t size)
{
	if (j->group->count == 1)
		snprintf(buffer, size, "it waits");
	else
		snprintf(buffer, size, "%zu wait", j->group->count);
	return buffer;
}

static bool is_runtimes(const struct judging *j)
{
	return lc_go_is_runtimes(j->group->process, j->group->goroutine);
}

/*
 * main waits for ever so that the program goes on: by select {}, or a channel or group that nobody
 * else has.
 */
static bool is_parked_main(const struct judging *j)
{
	return j->group->goroutine->goid == 1 &&
	       (lc_go_family_of(j->kind) == LC_GO_FAMILY_CHANNEL || j->kind == LC_GO_WAITGROUP);
}

static const char *object_word(enum lc_go_kind kind)
{
	switch (kind) {
	case LC_GO_SELECT:
		return "channels";
	case LC_GO_MUTEX:
	case LC_GO_RWMUTEX_READ:
	case LC_GO_RWMUTEX_WRITE:
		return "lock";
	case LC_GO_WAITGROUP:
		return "WaitGroup";
	case LC_GO_COND:
		return "Cond";
	case LC_GO_COROUTINE:
		return "iterator";
	default:
		return "channel";
	}
}

static const struct graph_node *node_of(const struct judging *j)
{
	return j->around->view && j->group->node != GRAPH_NONE
		       ? &j->around->view->graph.nodes[j->group->node]
		       : NULL;
}

/* Of the node that stands for the group: who holds the lock that it waits for, all of them. */
static const struct lc_go_held *known_holders(const struct judging *j)
{
	const struct graph_node *node = node_of(j);
	const struct lc_go_held *held = node && node->goroutine
						? lc_go_held_for(node->go, node->goroutine)
						: NULL;

	return held && held->known ? held : NULL;
}

/* Where nobody receives, whoever sends does not wait for the others. */
static bool is_circle(const struct judging *j)
{
	const struct graph_node *node = node_of(j);

	return node && node->in_cycle && (j->group->unreachable || known_holders(j)) &&
	       !graph_only_sends(&j->around->view->graph, j->group->node);
}

static void conclude_self(struct judging *j)
{
	const struct graph_node *node = node_of(j);
	bool reads = j->kind == LC_GO_RWMUTEX_WRITE;

	conclude(j, VERDICT_DEADLOCK, "self", "it waits for a lock that it holds itself%s",
		 reads ? ", to read" : "");
	prove(j,
	      "goroutine %llu would unlock it once more than it has locked it since: run forward, "
	      "by its own code",
	      (unsigned long long)node->goroutine->goid);
}

static void conclude_circle(struct judging *j)
{
	const struct graph *graph = &j->around->view->graph;
	struct conclusion *conclusion = &j->group->conclusion;
	unsigned length = graph_circle_length(graph, j->group->node);
	char words[64];
	size_t used;

	if (length == 1) {
		conclude_self(j);
		return;
	}
	conclude(j, VERDICT_DEADLOCK, "circle",
		 length == 2 ? "two goroutines each wait for what the other has"
			     : "%u goroutines wait for each other in a circle, each for what the "
			       "next one has",
		 length);
	prove(j, "%s waits for",
	      graph_node_words(&graph->nodes[j->group->node], words, sizeof(words)));
	graph_add_circle(graph, j->group->node, NULL, conclusion->proof, sizeof(conclusion->proof));
	used = strlen(conclusion->proof);
	if (j->kind == LC_GO_NETWORK)
		return;
	snprintf(conclusion->proof + used, sizeof(conclusion->proof) - used, "; %s",
		 known_holders(j) ? "who holds the lock would unlock it by its own code"
				  : "nothing else that can run has it");
}

/* Whoever holds the lock can never run again, so nor can who waits for it. */
static bool judge_dead_end(struct judging *j)
{
	const struct graph_node *node = node_of(j);
	const struct lc_go_held *held = known_holders(j);
	char words[64];

	if (!held || node->alive || node->next == GRAPH_NONE)
		return false;
	node = &j->around->view->graph.nodes[node->next];
	conclude(j, VERDICT_LEAK, "dead-end", "%s holds the lock, and can never run again",
		 graph_node_words(node, words, sizeof(words)));
	prove(j, "%s would unlock it by its own code, and %s", words,
	      node->in_cycle ? "is in a circle of those that wait for each other"
			     : "nothing that lives has what it waits for");
	return true;
}

/* All goroutines of the process were asked what they would do, to their end. */
static bool judge_never_unlocked(struct judging *j)
{
	const struct lc_go_held *held = lc_go_held_for(j->group->process, j->group->goroutine);

	if (!held || !held->never || j->group->contended)
		return false;
	conclude(j, VERDICT_LEAK, "never-unlocked", "nobody will unlock the lock that %s for",
		 j->group->count == 1 ? "it waits" : "they wait");
	prove(j,
	      "all %u goroutines of the process were run forward by their own code, each to its "
	      "end or back to its wait, and none would unlock it",
	      held->runs);
	return true;
}

static const struct lc_go_releasers *releasers_of(const struct judging *j)
{
	return lc_go_releasers_of(j->group->process, j->group->goroutine->goid);
}

static void prove_unreachable(struct judging *j)
{
	const struct verdict_goroutines *group = j->group;
	char others[100] = "";

	if (group->others)
		snprintf(others, sizeof(others), "; of %zu more of this place something has it",
			 group->others);
	prove(j,
	      "%zu of %zu looked at, twice: no pointer to it in global variables, in the "
	      "heap that they reach, or on the stack of a goroutine that can run%s",
	      group->unreachable, group->asked, others);
}

/* A select whose every case is of a nil channel. */
static bool has_only_nil(const struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	uint32_t i;

	if (j->kind != LC_GO_SELECT || !wait || !wait->case_count ||
	    wait->case_total > wait->case_count)
		return false;
	for (i = 0; i < wait->case_count && !wait->cases[i].address; i++)
		;
	return i == wait->case_count;
}

static bool judge_proven(struct judging *j)
{
	const struct lc_go_releasers *releasers = releasers_of(j);
	struct verdict_goroutines *group = j->group;
	char words[40];

	count_words(j, words, sizeof(words));
	if (is_parked_main(j)) {
		conclude(j, VERDICT_IDLE, "main", "main waits so that the program goes on");
		return true;
	}
	if (j->kind == LC_GO_NIL_RECEIVE || j->kind == LC_GO_NIL_SEND) {
		conclude(j, VERDICT_LEAK, "nil-channel", "%s for a nil channel, which never comes",
			 words);
		prove(j, "the channel is nil and there is no other case");
	} else if (j->kind == LC_GO_SELECT_EMPTY) {
		conclude(j, VERDICT_LEAK, "empty-select", "%s in a select without cases", words);
		prove(j, "a select without cases ends never");
	} else if (group->leaked) {
		conclude(j, VERDICT_LEAK, "own-profile",
			 "%zu can never run again: the program's own leak profile says so",
			 group->leaked);
		prove(j, "the garbage collector found that nothing reaches what they wait for");
	} else if (is_circle(j)) {
		conclude_circle(j);
	} else if (judge_dead_end(j) || judge_never_unlocked(j)) {
		; /* concluded */
	} else if (group->unreachable && has_only_nil(j)) {
		conclude(j, VERDICT_LEAK, "nil-channel",
			 "%s in a select of nil channels, which never come", words);
		prove(j, "each case of the select is a nil channel");
	} else if (group->unreachable) {
		conclude(
			j, VERDICT_LEAK, "unreachable", "nothing that lives has the %s that %s: %s",
			object_word(j->kind), group->count == 1 ? "it waits for" : "they wait for",
			lc_go_is_lock(j->kind) && releasers && releasers->known && !releasers->total
				? "locked twice, or returned without Unlock"
			: group->count == 1 ? "it can never go on"
					    : "they can never go on");
		prove_unreachable(j);
	} else {
		return false;
	}
	otherwise(j, "a pointer to it in anything that can run would leave room for a release");
	return true;
}

/* Server-side streams grow with their clients: not a leak while the connections are there. */
static bool is_with_connections(const struct judging *j, const struct trend *trend)
{
	uint64_t net = trend->joined > trend->left ? trend->joined - trend->left : 0;

	return j->around->new_connections * 10 >= net * 8;
}

/* A timer's channel among its cases: it wakes by itself. */
static bool has_timer(const struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	uint32_t i;

	for (i = 0; wait && i < wait->case_count; i++) {
		if (wait->cases[i].timer)
			return true;
	}
	return false;
}

/* When its wait ends by itself, for good; 0: never, or not known. */
static uint64_t ends_at(const struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	uint64_t until = 0;
	uint32_t i;

	if (wait && j->kind == LC_GO_SLEEP)
		return wait->until;
	for (i = 0; wait && i < wait->case_count; i++) {
		if (wait->cases[i].timer && wait->cases[i].until &&
		    (!until || wait->cases[i].until < until))
			until = wait->cases[i].until;
	}
	return until;
}

#define MANY_ENDING 10000.0

/*
 * Members that end by themselves after a while: of those there are at last as many as are started
 * in that time. Only if this is their first wait: a loop that sleeps goes on. If it is long and
 * would be very many, that is no better than a leak.
 */
static bool has_known_end(const struct judging *j, const struct trend *trend, uint64_t *ret_life,
			  double *ret_level)
{
	uint64_t ends = ends_at(j), life = ends > j->group->since ? ends - j->group->since : 0;
	double level = trend->slope_per_s * (double)life / 1e9;

	if (!life || j->group->unmoved * 10 < j->group->count * 9 ||
	    (life > LC_GO_TIMER_LASTS_NS && level > MANY_ENDING))
		return false;
	*ret_life = life;
	*ret_level = level;
	return true;
}

static bool judge_known_end(struct judging *j)
{
	uint64_t life;
	double level;
	char span[32];

	if (!has_known_end(j, &j->group->trend, &life, &level))
		return false;
	j->group->ends = true;
	conclude(j, VERDICT_IDLE, "ends-by-itself",
		 "each ends by itself, %s after it began to wait: at this rate there will be %.0f",
		 duration_format(life, span, sizeof(span)), level);
	otherwise(j, "growth beyond that time would make it a leak");
	return true;
}

static bool judge_growth(struct judging *j)
{
	const struct trend *trend = &j->group->trend;
	char span[32];

	if (!j->group->has_trend || !trend->grows || trend->joined - trend->left <= j->group->apart)
		return false;
	duration_format(trend->watched_ns, span, sizeof(span));
	if (is_with_connections(j, trend)) {
		conclude(j, VERDICT_IDLE, "grows-with-connections",
			 "they grow in step with the process's connections");
		otherwise(j, "growth beyond that of the connections would make it a leak");
		return true;
	}
	if (judge_known_end(j))
		return true;
	conclude(j, VERDICT_LEAK, "growing", "%llu more in %s, and %llu ended: +%.2g a second",
		 (unsigned long long)trend->joined, span, (unsigned long long)trend->left,
		 trend->slope_per_s);
	otherwise(j, "members that leave about as often as they come would be no finding");
	prove(j, "%u now; +%.3g +- %.2g a second over %u sweeps; %llu came, %llu went",
	      trend->count, trend->slope_per_s, trend->slope_error, trend->sweeps,
	      (unsigned long long)trend->joined, (unsigned long long)trend->left);
	return true;
}

/* Locks that change hands: who waits comes in. */
static void conclude_contended(struct judging *j)
{
	const struct lc_go_process *process = j->group->process;
	const struct lc_go_served *served = lc_go_served_of(process, j->group->goroutine);
	char span[32], watched[32];

	duration_format(j->group->oldest_ns, span, sizeof(span));
	if (served)
		conclude(j, VERDICT_IDLE, "contended",
			 "the lock changes hands: %llu time%s seen in %s; it waits for its turn, "
			 "for %s so far",
			 (unsigned long long)served->count, served->count == 1 ? "" : "s",
			 duration_format(process->last_sweep_at - process->first_sweep_at, watched,
					 sizeof(watched)),
			 span);
	else
		conclude(j, VERDICT_IDLE, "contended",
			 "the locks change hands; the longest wait for a turn is %s", span);
	otherwise(j, "a lock that nobody is let in to any more would make it stuck");
}

static bool one_look(const struct judging *j)
{
	return j->group->process->sweep < 2;
}

/*
 * A lock that is held for moments is held at any one look, too: what counts is that nobody is let
 * in for long.
 */
static void judge_lock(struct judging *j)
{
	uint64_t held = j->around->threshold_ns > VERDICT_LOCK_HELD_NS ? j->around->threshold_ns
								       : VERDICT_LOCK_HELD_NS;
	char span[32];

	duration_format(j->group->unserved_ns, span, sizeof(span));
	if (j->group->contended == j->group->count) {
		conclude_contended(j);
		return;
	}
	if (one_look(j)) {
		conclude(j, VERDICT_SUSPECT, "lock-held",
			 "the lock was held at one look; whether it changes hands is not known");
		otherwise(j, "a trace tells whether anybody is let in");
	} else if (j->group->unserved_ns >= held) {
		conclude(j, VERDICT_STUCK, "lock-held",
			 "the lock was held for %s, and nobody was let in: locks are held for "
			 "moments",
			 span);
		otherwise(j, "somebody who is let in would make it idle");
	} else {
		/* How long it had been held before a dump came is not known. */
		conclude(j,
			 j->due || (j->around->once && j->group->at_least) ? VERDICT_SUSPECT
									   : VERDICT_IDLE,
			 "lock-held", "the lock was held for %s, and nobody was let in", span);
		otherwise(j, "the same for 5s, and for the threshold, would make it stuck");
	}
}

/* A select whose every case sends is a sender; a nil channel's case is none. */
static bool only_sends(const struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	bool any = false;
	uint32_t i;

	if (!wait || !wait->case_total || wait->case_total > wait->case_count)
		return false;
	for (i = 0; i < wait->case_count; i++) {
		if (wait->cases[i].address && !wait->cases[i].send)
			return false;
		any = any || wait->cases[i].address;
	}
	return any;
}

static bool has_receiver(const struct lc_go_wait *wait)
{
	uint32_t i;

	for (i = 0; wait && i < wait->case_count; i++) {
		if (wait->cases[i].send && wait->cases[i].receivers)
			return true;
	}
	return false;
}

/*
 * Results that nobody came for, or values that stand ready for who fetches one now and then; and a
 * busy machine may have no CPU for who would receive.
 */
static void judge_senders(struct judging *j)
{
	char span[32];

	duration_format(j->group->oldest_ns, span, sizeof(span));
	conclude(j, VERDICT_SUSPECT, "send",
		 "%zu goroutines, each with a channel of its own that nobody receives from, for %s",
		 j->group->count, span);
	otherwise(j, "nothing left that has the channel would make it a finding");
}

static void judge_send(struct judging *j)
{
	if (j->due && j->group->oldest_ns >= VERDICT_LOCK_HELD_NS && j->group->count > 1 &&
	    !j->group->shares_object)
		judge_senders(j);
	else if (has_receiver(j->group->wait))
		conclude(j, VERDICT_IDLE, "send", "a receiver is there");
	else {
		conclude(j, VERDICT_SUSPECT, "send", "nobody receives");
		otherwise(j, "more of them, or nothing left that has the channel, would make it a "
			     "finding");
	}
}

/*
 * A worker waits for work with others at one channel; who waits alone for an ended parent is odd.
 */
static void judge_receive(struct judging *j)
{
	const struct verdict_goroutines *group = j->group;

	if (has_timer(j)) {
		conclude(j, VERDICT_IDLE, "timer", "a timer will wake it");
	} else if (group->orphans && group->count > 1 && !group->shares_object &&
		   j->kind == LC_GO_CHAN_RECEIVE) {
		conclude(j, VERDICT_SUSPECT, "orphaned-receivers",
			 "each waits at a channel of its own, and whoever started %zu of them has "
			 "ended",
			 group->orphans);
		otherwise(j, "growth, or nothing left that has the channel, would make it a leak");
	} else {
		conclude(j, VERDICT_IDLE, "waits-for-word", "%s",
			 group->shares_object ? "they wait for work together"
					      : "it waits for work, or for a word to end");
	}
}

static void judge_waitgroup(struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;

	if (j->group->goroutine->goid == 1 || j->group->count == 1) {
		conclude(j, VERDICT_IDLE, "waits-for-others", "it waits until others are done");
		if (wait && wait->address)
			snprintf(j->group->conclusion.otherwise,
				 sizeof(j->group->conclusion.otherwise),
				 "growth, or none left to call Done, would make it a leak");
		return;
	}
	conclude(j, VERDICT_SUSPECT, "waitgroups", "%zu wait until others are done",
		 j->group->count);
	otherwise(j, "growth, or none left to call Done, would make it a leak");
}

static void judge_coroutine(struct judging *j)
{
	conclude(j, j->due ? VERDICT_SUSPECT : VERDICT_IDLE, "coroutine",
		 "nobody asks the iterator for its next value");
	otherwise(j, "growth, or nothing left that has the iterator, would make it a leak");
}

#define SERVED_SOON_NS \
	1000000000ull /* less than this a request may lie at a server that is at work */
#define SYN_SENT 2    /* of TCP, netinet/tcp.h */
#define LISTEN 10

/* The other end's threads can never run again, or are stuck. */
static bool follow_peer(struct judging *j)
{
	const struct verdict_view *view = j->around->view;
	const struct graph_node *node = node_of(j);
	enum verdict theirs;
	char words[64];

	if (!node || node->next == GRAPH_NONE)
		return false;
	theirs = view->judgements[node->next].verdict;
	if (theirs < VERDICT_STUCK)
		return false;
	conclude(j, VERDICT_STUCK, "peer-is-a-finding",
		 "it waits for an answer of %s, which is itself a finding (%s)",
		 graph_node_words(&view->graph.nodes[node->next], words, sizeof(words)),
		 verdict_name(theirs));
	return true;
}

static bool is_awaited(const struct judging *j)
{
	return j->group->awaited + j->group->timed == j->group->count;
}

static void judge_socket(struct judging *j)
{
	const struct lc_wait *socket = &j->group->wait->socket;
	const char *trouble = rules_socket_trouble(socket);
	/* Where TCP does not tell who spoke last, somebody who waits for the answer does. */
	bool owed = ((socket->kind != LC_WAIT_TCP || (socket->flags & LC_WAIT_CLIENT)) &&
		     (socket->flags & LC_WAIT_SPOKE_LAST)) ||
		    (is_awaited(j) && rules_order_is_unknown(socket));
	/*
	 * When it last spoke is noted with the connection, also of one that leakhop saw only now.
	 */
	uint64_t sent = owed && socket->tcp.known ? socket->tcp.sent_ms_ago * 1000000ull : 0;
	uint64_t stood = sent > j->group->oldest_ns ? sent : j->group->oldest_ns;
	bool due = stood >= j->around->threshold_ns;

	if (!due && !j->group->at_least) {
		conclude(j, VERDICT_IDLE, "not-yet", "it waits for less than the threshold");
		return;
	}
	if (socket->kind == LC_WAIT_TCP && socket->tcp.state == SYN_SENT) {
		conclude(j, j->due ? VERDICT_STUCK : VERDICT_SUSPECT, "connect", "%s",
			 socket->flags & LC_WAIT_BACKLOG_FULL
				 ? "the listener does not accept: its queue is full"
				 : "the connection does not come about");
	} else if (owed && judge_growth(j)) {
		return;
	} else if (rules_asks(socket) && follow_peer(j)) {
		return;
	} else if (trouble && owed) {
		conclude(j, due && stood >= SERVED_SOON_NS ? VERDICT_STUCK : VERDICT_SUSPECT,
			 "request-stands", "%s", trouble);
	} else if (j->group->wait->writes && j->due) {
		conclude(j,
			 j->group->oldest_ns >= VERDICT_LOCK_HELD_NS ? VERDICT_STUCK
								     : VERDICT_SUSPECT,
			 "write", "it wants to send, and nobody reads at the other end");
	} else if (owed && socket->tcp.known && stood < SERVED_SOON_NS) {
		/* One look in the midst of a request, of which every busy client has some. */
		conclude(j, VERDICT_IDLE, "not-yet", "it asked less than a second ago");
		otherwise(j, "an answer that is not there a second later would make it a suspect");
	} else if (owed && j->group->timed == j->group->count) {
		conclude(j, VERDICT_IDLE, "caller-has-deadline",
			 "who waits for the answer has a deadline, and gives up then");
	} else if (owed) {
		conclude(j, VERDICT_SUSPECT, "answer-outstanding",
			 "it asked, and has heard nothing since: a subscription, or an answer that "
			 "is overdue");
		otherwise(j, "a request that lies unread, or retransmits, would make it a finding");
	} else {
		/* Each kept connection of a client looks so: a suspect would be many. */
		conclude(j, VERDICT_IDLE, "network",
			 socket->kind == LC_WAIT_TCP && socket->tcp.state == LISTEN
				 ? "it waits for a connection"
			 : rules_order_is_unknown(socket)
				 ? "a kept connection, or an answer outstanding: what came last is "
				   "not known"
				 : "nothing is owed to it");
	}
}

/* It waits in a circle that leads through descriptors. */
static bool judge_network_circle(struct judging *j)
{
	const struct graph_node *node = node_of(j);

	if (!node || node->alive || !node->in_cycle)
		return false;
	conclude_circle(j);
	if (node->collectable)
		conclude(j, VERDICT_SUSPECT, "unless-collected",
			 "deadlock, unless Go's collector, which runs every two minutes, closes a "
			 "file that nobody has any more");
	return true;
}

static void judge_network(struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	char span[32];

	if (judge_network_circle(j))
		return;
	if (wait && wait->has_deadline && wait->until > j->around->now)
		conclude(j, VERDICT_IDLE, "deadline", "a deadline ends it in %s",
			 duration_format(wait->until - j->around->now, span, sizeof(span)));
	else if (wait && wait->has_socket)
		judge_socket(j);
	else
		conclude(j, VERDICT_IDLE, "network", "it waits for the network");
}

static void judge_sleep(struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	char span[32];

	if (wait && wait->until > j->around->now)
		conclude(j, VERDICT_IDLE, "sleep", "it wakes in %s",
			 duration_format(wait->until - j->around->now, span, sizeof(span)));
	else
		conclude(j, VERDICT_IDLE, "sleep", "it wakes by itself");
}

static const char *const slot_words[] = {
	[LC_GO_POOL_NONE] = "",
	[LC_GO_POOL_CHANNEL] = "slots",
	[LC_GO_POOL_SEMAPHORE] = "slots of the semaphore",
	[LC_GO_POOL_CONNECTIONS] = "connections to the database",
};

/*
 * All slots are in use, and for so long nobody gave one back, or it went to somebody else. One
 * alone that sends into a full channel waits for it, too.
 */
static bool judge_pool(struct judging *j)
{
	const struct lc_go_wait *wait = j->group->wait;
	char span[32] = "";

	if (!wait || !wait->pool.kind || has_timer(j) ||
	    (wait->pool.kind == LC_GO_POOL_CHANNEL && j->group->count > 1 &&
	     !j->group->shares_object))
		return false;
	if (j->group->oldest_ns)
		duration_format(j->group->oldest_ns, span, sizeof(span));
	conclude(j,
		 j->due || (j->around->once && j->group->at_least) ? VERDICT_SUSPECT : VERDICT_IDLE,
		 "pool-exhausted", "%llu of %llu %s are in use, and %zu wait%s for one%s%s",
		 (unsigned long long)wait->pool.used, (unsigned long long)wait->pool.size,
		 slot_words[wait->pool.kind], j->group->count, j->group->count == 1 ? "s" : "",
		 *span ? ", the longest for " : "", span);
	otherwise(j, "growth, or nothing left that could give one back, would make it a finding");
	return true;
}

/* The context and the connection, which it waits for, too, have no end of their own. */
static bool judge_body(struct judging *j)
{
	size_t count = j->group->count;

	if (!count || j->group->forgotten < count)
		return false;
	conclude(j, VERDICT_SUSPECT, "body-forgotten",
		 "%s waits until the body of its answer is read to the end or closed, and nothing "
		 "that lives has that body",
		 count == 1 ? "it" : "each");
	otherwise(j, "growth, or nothing left that could cancel the request, would make it a leak");
	return true;
}

static void judge_kind(struct judging *j)
{
	switch (j->kind) {
	case LC_GO_NO_WAIT:
		conclude(j, VERDICT_RUNNING, "running", "it runs, or is about to");
		break;
	case LC_GO_CHAN_SEND:
	case LC_GO_SELECT:
	case LC_GO_CHAN_RECEIVE:
		if (judge_pool(j) || judge_body(j))
			break;
		if (j->kind == LC_GO_CHAN_SEND || (j->kind == LC_GO_SELECT && only_sends(j)))
			judge_send(j);
		else
			judge_receive(j);
		break;
	case LC_GO_COND:
		judge_receive(j);
		break;
	case LC_GO_MUTEX:
	case LC_GO_RWMUTEX_READ:
	case LC_GO_RWMUTEX_WRITE:
		judge_lock(j);
		break;
	case LC_GO_WAITGROUP:
		judge_waitgroup(j);
		break;
	case LC_GO_COROUTINE:
		judge_coroutine(j);
		break;
	case LC_GO_SLEEP:
		judge_sleep(j);
		break;
	case LC_GO_IN_SYSCALL:
	case LC_GO_IN_CGO:
		conclude(j, VERDICT_IDLE, "in-a-call",
			 "it is in a call: its thread tells what that waits for");
		break;
	default:
		conclude(j, VERDICT_IDLE, "runtime", "the runtime's own");
	}
}

/*
 * Where the search gave up, it may be that nothing can wake them: that is not idle. A timer wakes
 * them whatever else.
 */
static void admit_ignorance(struct judging *j)
{
	const char *trouble = lc_go_search_trouble(j->group->process);

	if (!trouble || !j->group->unasked || is_runtimes(j) || is_parked_main(j) ||
	    j->group->conclusion.verdict != VERDICT_IDLE || has_timer(j))
		return;
	conclude(j, VERDICT_BLOCKED, "not-searched",
		 "whether anything can still wake %s is not known: %s",
		 j->group->count == 1 ? "it" : "them", trouble);
	otherwise(j, "a search of the heap that ends would tell");
}

/* They are called one after the other, by one goroutine or a few. */
static void note_callbacks(struct verdict_goroutines *group)
{
	struct conclusion *conclusion = &group->conclusion;
	size_t length = strlen(conclusion->reason);

	if (group->site->system == LC_GO_CALLS_BACK && conclusion->verdict >= VERDICT_SUSPECT)
		snprintf(conclusion->reason + length, sizeof(conclusion->reason) - length,
			 "; the finalizers or cleanups that are due behind it are not called, and "
			 "what they would free stays");
}

void verdict_goroutines_judge(struct verdict_goroutines *group,
			      const struct go_surroundings *around)
{
	struct judging j = {
		.group = group,
		.around = around,
		.kind = group->goroutine->kind,
		.due = group->oldest_ns >= around->threshold_ns,
	};

	group->conclusion = (struct conclusion){ .root = GRAPH_NONE };
	if (is_runtimes(&j) || j.kind == LC_GO_RUNTIME)
		conclude(&j, j.kind == LC_GO_NO_WAIT ? VERDICT_RUNNING : VERDICT_IDLE, "runtime",
			 "the runtime's own");
	else if (j.kind == LC_GO_NETWORK)
		judge_network(&j);
	else if (!judge_proven(&j) && !judge_growth(&j))
		judge_kind(&j);
	admit_ignorance(&j);
	note_callbacks(group);
	go_remedy(group);
}

void verdict_goroutines_judge_site(struct verdict_goroutines *group,
				   const struct go_surroundings *around)
{
	const struct trend *trend = &group->site_trend;
	struct judging j = { .group = group, .around = around, .kind = group->goroutine->kind };
	bool sure = trend->joined * 4 >= trend->left * 5;
	uint64_t life;
	double level;
	char span[32];

	if (is_with_connections(&j, trend) || has_known_end(&j, trend, &life, &level))
		return;
	j.kind = LC_GO_NO_WAIT; /* wherever they are */
	duration_format(trend->watched_ns, span, sizeof(span));
	group->whole_site = true;
	conclude(&j, sure ? VERDICT_LEAK : VERDICT_SUSPECT, "spawns-without-bound",
		 "%llu were started here in %s and %llu ended: +%.2g a second, %u now",
		 (unsigned long long)trend->joined, span, (unsigned long long)trend->left,
		 trend->slope_per_s, trend->count);
	prove(&j, "+%.3g +- %.2g a second over %u sweeps, wherever they are", trend->slope_per_s,
	      trend->slope_error, trend->sweeps);
	go_remedy(group);
}

#define LEAST_TIMERS 50

static const char *timers_remedy(const char *calls)
{
	if (!strcmp(calls, "time.sendTime"))
		return "make one timer before the loop and Reset it, instead of time.After in it; "
		       "Stop what NewTicker gives";
	if (!strncmp(calls, "context.", 8))
		return "call the cancel function of each context when its work is done (defer "
		       "cancel())";
	return *calls ? "Stop what time.AfterFunc gives once it is not needed" : "";
}

bool verdict_timers_judge(struct verdict_timers *timers, const struct go_surroundings *around)
{
	const struct trend *trend = &timers->trend;
	struct conclusion *conclusion = &timers->conclusion;
	double net = trend->slope_per_s * (double)trend->watched_ns / 1e9;
	/* As many as there will be when the first of them fire. */
	double level = trend->slope_per_s * (double)timers->process->timers_end_ns / 1e9;
	char span[32];

	/* A connection has a deadline or two, and they are timers. */
	if (!trend->rises || net < LEAST_TIMERS || net < 4.0 * (double)around->new_connections ||
	    (level && level < MANY_ENDING))
		return false;
	*conclusion = (struct conclusion){ .verdict = VERDICT_LEAK,
					   .rule = "timers-grow",
					   .root = GRAPH_NONE };
	snprintf(conclusion->reason, sizeof(conclusion->reason),
		 "%u timers that last, %+.3g a second for %s, and few of them end", trend->count,
		 trend->slope_per_s, duration_format(trend->watched_ns, span, sizeof(span)));
	snprintf(conclusion->proof, sizeof(conclusion->proof),
		 "%+.3g +- %.2g a second over %u sweeps, rising to the end", trend->slope_per_s,
		 trend->slope_error, trend->sweeps);
	snprintf(conclusion->remedy, sizeof(conclusion->remedy), "%s",
		 timers_remedy(timers->process->timer_function));
	return true;
}
