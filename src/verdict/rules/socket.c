// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: only the side that asked can be owed an answer, and an answer outstanding is no finding
 * by itself (subscriptions, long polls and queues look the same). What makes it one: the request
 * lies unread, does not get through, nobody is there to read it, or whoever should is a finding.
 */
#include "verdict/rules/private.h"
#include "util/duration.h"
#include "util/plural.h"

#include <stdio.h>

/* What bounds the wait, by what the thing is: only TCP notices a host that has gone. */
static const char *timeout_words(const struct lc_wait *wait)
{
	bool tcp = wait->kind == LC_WAIT_TCP;

	switch (wait->direction) {
	case LC_WAIT_CONNECT:
		return "connect without blocking, and poll";
	case LC_WAIT_WRITE:
		return tcp ? "SO_SNDTIMEO or poll; TCP_USER_TIMEOUT for a peer that has gone"
			   : "SO_SNDTIMEO or poll";
	default:
		return tcp ? "SO_RCVTIMEO or poll; TCP_USER_TIMEOUT, keep-alive for a peer that "
			     "has gone"
			   : "SO_RCVTIMEO or poll";
	}
}

static void remedy_timeout(struct judged *judged)
{
	if (judged->wait->fd < 0)
		judge_remedy(judged, "give the wait a time-out");
	else
		judge_remedy(judged, "set a time-out on fd %d (%s)", judged->wait->fd,
			     timeout_words(judged->wait));
}

/* What is wrong with the connection itself, if anything. */
const char *rules_socket_trouble(const struct lc_wait *wait)
{
	if (wait->flags & LC_WAIT_NOT_ACCEPTED)
		return "the connection has not been accepted";
	if (wait->flags & LC_WAIT_PEER_UNREAD)
		return "the peer has not read what this end sent";
	if (wait->flags & LC_WAIT_PEER_UNHELD)
		return "no process has the other end any more";
	if (wait->flags & LC_WAIT_ZERO_WINDOW)
		return "the peer takes no more data (window 0)";
	if (wait->flags & LC_WAIT_RETRANSMITS)
		return "what was sent does not arrive (retransmits)";
	return NULL;
}

/* "process 41 (server)": who has the other end, or listens. */
static const char *other_words(const struct lc_wait *wait, char *buffer, size_t size)
{
	snprintf(buffer, size, "process %d (%.15s)", wait->owners[0].pid, wait->owners[0].comm);
	return buffer;
}

/* What shows comes first: the names of long addresses may not leave room for it. */
static void prove_not_accepted(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	char words[48], who[96] = "the other end is in its listener's queue";

	if (wait->owner_count)
		snprintf(who, sizeof(who), "%s listens, and has not accepted it",
			 other_words(wait, words, sizeof(words)));
	if (wait->flags & LC_WAIT_PEER_UNREAD)
		judge_proof(judged, "%s; %u byte%s unread: %s", who, wait->tcp.peer_receive_queue,
			    wait->tcp.peer_receive_queue == 1 ? " lies" : "s lie", wait->object);
	else
		judge_proof(judged, "%s: %s", who, wait->object);
}

static void prove_unread(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	char words[48], holder[64] = "";

	if (wait->owner_count)
		snprintf(holder, sizeof(holder), ", held by %s",
			 other_words(wait, words, sizeof(words)));
	judge_proof(judged, "%u byte%s unread at the other end%s: %s", wait->tcp.peer_receive_queue,
		    wait->tcp.peer_receive_queue == 1 ? " lies" : "s lie", holder, wait->object);
}

/* The counters that show it, and who should read. */
static void prove_trouble(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (wait->flags & LC_WAIT_NOT_ACCEPTED)
		prove_not_accepted(judged);
	else if (wait->flags & LC_WAIT_PEER_UNREAD)
		prove_unread(judged);
	else if (wait->flags & LC_WAIT_PEER_UNHELD)
		judge_proof(judged, "%s: the other end is among no process's descriptors",
			    wait->object);
	else
		judge_proof(judged,
			    "%s: segments not acknowledged: %u, retransmits: %u, bytes not yet "
			    "acknowledged or sent: %u",
			    wait->object, wait->tcp.unacknowledged, wait->tcp.retransmits,
			    wait->tcp.send_queue);
}

/* Where it is known who should read or accept, that is the place to look at. */
static void remedy_trouble(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	bool accept = wait->flags & (LC_WAIT_NOT_ACCEPTED | LC_WAIT_BACKLOG_FULL);
	char words[48];

	if (!wait->owner_count || !(accept || (wait->flags & LC_WAIT_PEER_UNREAD))) {
		remedy_timeout(judged);
		return;
	}
	judge_remedy(judged,
		     "look at what %s does, which should %s; a time-out on fd %d (%s) bounds the "
		     "wait",
		     other_words(wait, words, sizeof(words)),
		     accept ? "accept it" : "read the request", wait->fd, timeout_words(wait));
}

/*
 * An answer that has not come. A subscription that was busy and is quiet now looks like one that
 * was answered quickly before; a queue that others are served from, like their being answered
 * meanwhile. Both together do not.
 */
static void answer_outstanding(struct judged *judged)
{
	struct history history;
	char mean[32], longest[32];

	history_of(judged, &history);
	judge_otherwise(judged,
			"a request that lies unread, retransmits, or a peer that is stuck would "
			"make it a finding");
	duration_format(history.mean_ns, mean, sizeof(mean));
	duration_format(history.max_ns, longest, sizeof(longest));
	if (history.own && history.others && judged->thread->wait_confirmed) {
		judge(judged, VERDICT_STUCK, "answer-overdue",
		      "answers here took %s at most before, and others get theirs meanwhile: this "
		      "one "
		      "is overdue",
		      longest);
		judge_proof(judged,
			    "answers before: %llu to this thread, %llu to others at this place "
			    "from the "
			    "same peer, of %s on average and %s at most",
			    (unsigned long long)history.own, (unsigned long long)history.others,
			    mean, longest);
	} else if (history.own) {
		judge(judged, VERDICT_SUSPECT, "slower-than-before",
		      "it asked, and has heard nothing since; the %llu answers here before took %s "
		      "on "
		      "average and %s at most",
		      (unsigned long long)history.own, mean, longest);
	} else if (history.others) {
		judge(judged, VERDICT_SUSPECT, "others-are-answered",
		      "it asked, and has heard nothing since; others here got %llu answer%s from "
		      "this peer, in %s on average, and still get them",
		      (unsigned long long)history.others, plural(history.others), mean);
	} else {
		judge(judged, VERDICT_SUSPECT, "answer-outstanding",
		      "it asked, and has heard nothing since: a subscription, or an answer that is "
		      "overdue");
	}
	remedy_timeout(judged);
}

bool rules_order_is_unknown(const struct lc_wait *wait)
{
	if (!(wait->flags & LC_WAIT_CLIENT))
		return false;
	return wait->kind == LC_WAIT_UNIX ||
	       !(wait->flags & (LC_WAIT_SPOKE_LAST | LC_WAIT_HEARD_LAST | LC_WAIT_NEVER_SPOKE));
}

static void perhaps_outstanding(struct judged *judged)
{
	if (judged->wait->has_timeout) {
		judge(judged, VERDICT_IDLE, "time-out", "it wakes by itself when its time is over");
		return;
	}
	if (rules_follow(judged, "peer-is-a-finding"))
		return;
	judge(judged, VERDICT_SUSPECT, "answer-outstanding",
	      judged->wait->kind == LC_WAIT_UNIX
		      ? "whether it asked or heard last is not recorded of a Unix socket: "
			"an answer may be outstanding"
		      : "it spoke and heard within a few ms, and which came last is not "
			"known: an answer may be outstanding");
	judge_otherwise(judged,
			"a request that lies unread, retransmits, or a peer that is stuck would "
			"make it a finding");
	remedy_timeout(judged);
}

static void read_socket(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	/* Of a pair of Unix sockets nobody accepted. */
	bool may_be_owed = wait->kind == LC_WAIT_TCP ? wait->flags & LC_WAIT_CLIENT
						     : !(wait->flags & LC_WAIT_SERVER);
	const char *why = rules_socket_trouble(wait);

	if (why && may_be_owed) {
		judge(judged, rules_stalled(judged), "request-stands", "%s", why);
		prove_trouble(judged);
		remedy_trouble(judged);
	} else if (wait->flags & LC_WAIT_GOES_ON) {
		(void)rules_asked(judged);
	} else if (wait->flags & LC_WAIT_SLEEPS_AGAIN) {
		if (!rules_follow(judged, "peer-is-a-finding"))
			(void)rules_asked(judged);
	} else if (wait->flags & LC_WAIT_SERVER) {
		judge(judged, VERDICT_IDLE, "accepting-side",
		      "nothing is owed to the side that accepted");
	} else if ((wait->flags & LC_WAIT_SPOKE_LAST) && may_be_owed) {
		if (!rules_follow(judged, "peer-is-a-finding"))
			answer_outstanding(judged);
	} else if (rules_order_is_unknown(wait)) {
		perhaps_outstanding(judged);
	} else if (wait->kind != LC_WAIT_UNIX || !rules_follow(judged, "peer-is-a-finding")) {
		judge(judged, VERDICT_IDLE, "heard-last",
		      "it waits for the peer's next word; nothing is owed");
	}
}

bool rules_asks(const struct lc_wait *socket)
{
	return !(socket->flags & LC_WAIT_SERVER) &&
	       (socket->kind == LC_WAIT_UNIX || (socket->flags & LC_WAIT_SPOKE_LAST) ||
		rules_order_is_unknown(socket));
}

void rules_socket(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	bool long_enough = judged->rules->now - judged->thread->blocked_since >=
			   judged->rules->threshold_ns;

	switch (wait->direction) {
	case LC_WAIT_ACCEPT:
		judge(judged, VERDICT_IDLE, "accept", "it waits for a connection");
		return;
	case LC_WAIT_CONNECT:
		judge(judged, rules_stalled(judged), "connect", "%s",
		      wait->flags & LC_WAIT_BACKLOG_FULL
			      ? "the listener does not accept: its queue is full"
			      : "the connection does not come about");
		if (wait->flags & LC_WAIT_BACKLOG_FULL)
			prove_not_accepted(judged);
		remedy_trouble(judged);
		return;
	case LC_WAIT_WRITE:
		if (long_enough) {
			judge(judged, rules_stalled(judged), "write",
			      "it wants to send, and the peer does not read");
			remedy_timeout(judged);
			return;
		}
		break;
	default:
		break;
	}
	if (wait->kind == LC_WAIT_TCP || wait->kind == LC_WAIT_UNIX)
		read_socket(judged);
	else
		judge(judged, VERDICT_IDLE, "datagrams",
		      "it waits for a datagram; nothing is owed");
}
