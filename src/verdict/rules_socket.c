// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: only the side that asked can be owed an answer, and an answer outstanding is no finding by itself
 * (subscriptions, long polls and queues look the same). What makes it one: the request lies unread, does not
 * get through, nobody is there to read it, or whoever should is a finding.
 */
#include "verdict/rules_private.h"

static void remedy_timeout(struct judged *judged)
{
	if (judged->wait->fd >= 0)
		judge_remedy(judged,
			     "set a time-out on fd %d (SO_RCVTIMEO or poll; TCP_USER_TIMEOUT, "
			     "keep-alive "
			     "for a peer that has gone)",
			     judged->wait->fd);
}

/* What is wrong with the connection itself, if anything. */
static const char *trouble(const struct lc_wait *wait)
{
	if (wait->flags & LC_WAIT_PEER_UNREAD)
		return "the peer has not read what this end sent";
	if (wait->flags & LC_WAIT_NOT_ACCEPTED)
		return "the connection has not been accepted";
	if (wait->flags & LC_WAIT_PEER_UNHELD)
		return "no process has the other end any more";
	if (wait->flags & LC_WAIT_ZERO_WINDOW)
		return "the peer takes no more data (window 0)";
	if (wait->flags & LC_WAIT_RETRANSMITS)
		return "what was sent does not arrive (retransmits)";
	return NULL;
}

static void read_socket(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	bool may_be_owed = wait->kind != LC_WAIT_TCP || (wait->flags & LC_WAIT_CLIENT);
	const char *why = trouble(wait);

	if (why && may_be_owed) {
		judge(judged, VERDICT_STUCK, "request-stands", "%s", why);
		remedy_timeout(judged);
	} else if (wait->kind == LC_WAIT_TCP && (wait->flags & LC_WAIT_SERVER)) {
		judge(judged, VERDICT_IDLE, "accepting-side",
		      "nothing is owed to the side that accepted");
	} else if ((wait->flags & LC_WAIT_SPOKE_LAST) && may_be_owed) {
		if (rules_follow(judged, "peer-is-a-finding")) {
			remedy_timeout(judged);
			return;
		}
		judge(judged, VERDICT_SUSPECT, "answer-outstanding",
		      "it asked, and has heard nothing since: a subscription, or an answer that is "
		      "overdue");
		judge_otherwise(
			judged,
			"a request that lies unread, retransmits, or a peer that is stuck would "
			"make it a finding");
	} else if (wait->kind == LC_WAIT_UNIX && rules_follow(judged, "peer-is-a-finding")) {
		remedy_timeout(judged);
	} else {
		judge(judged, VERDICT_IDLE, "heard-last",
		      "it waits for the peer's next word; nothing is owed");
	}
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
		judge(judged, VERDICT_STUCK, "connect", "%s",
		      wait->flags & LC_WAIT_BACKLOG_FULL
			      ? "the listener does not accept: its queue is full"
			      : "the connection does not come about");
		remedy_timeout(judged);
		return;
	case LC_WAIT_WRITE:
		if (long_enough) {
			judge(judged, VERDICT_STUCK, "write",
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
