// SPDX-License-Identifier: GPL-2.0-only
/*
 * What would have prevented it, by what was shown: of a circle by the kinds of its links, of a
 * fault of one thing by that thing. Where several patterns fit, none is named.
 */
#include "verdict/rules/private.h"

/* Kinds of links in a circle, as bits. */
enum {
	LINK_LOCK = 1 << 0,
	LINK_ONCE = 1 << 1,
	LINK_READ = 1 << 2, /* of a pipe or socket */
	LINK_WRITE = 1 << 3,
	LINK_THREAD = 1 << 4, /* its end */
	LINK_CHILD = 1 << 5,
	LINK_OTHER = 1 << 6,
};

static unsigned link_of(const struct lc_wait *wait)
{
	switch (wait->kind) {
	case LC_WAIT_MUTEX:
	case LC_WAIT_INTERNAL_LOCK:
	case LC_WAIT_RWLOCK:
	case LC_WAIT_FILE_LOCK:
	case LC_WAIT_GIL:
		return LINK_LOCK;
	case LC_WAIT_ONCE:
		return LINK_ONCE;
	case LC_WAIT_PIPE:
	case LC_WAIT_FIFO:
	case LC_WAIT_UNIX:
	case LC_WAIT_TCP:
		return wait->direction == LC_WAIT_WRITE ? LINK_WRITE : LINK_READ;
	case LC_WAIT_JOIN:
		return LINK_THREAD;
	case LC_WAIT_CHILD:
	case LC_WAIT_PIDFD:
		return LINK_CHILD;
	default:
		return LINK_OTHER;
	}
}

static unsigned links_of(const struct graph *graph, uint32_t start)
{
	unsigned links = 0;
	uint32_t at = start;

	do {
		const struct graph_node *node = &graph->nodes[at];

		if (node->goroutine)
			links |= LINK_OTHER;
		else if (node->thread && node->thread->wait)
			links |= link_of(node->thread->wait);
		at = node->next;
	} while (at != start);
	return links;
}

const char *remedy_of_circle(const struct graph *graph, uint32_t start)
{
	switch (links_of(graph, start)) {
	case LINK_LOCK:
		return "take these in one fixed order everywhere, or never hold one while waiting "
		       "for the other";
	case LINK_ONCE:
	case LINK_ONCE | LINK_LOCK:
		return "an initialiser must not need what another one initialises, nor a lock that "
		       "is held around it";
	case LINK_WRITE:
		return "read while writing (poll for both, or a thread for each direction): each "
		       "has filled what the other does not read";
	case LINK_READ:
		return "let one of them speak first: each waits for the other's word";
	case LINK_READ | LINK_WRITE:
		return "let who writes read as well: what it has filled is not read until it does";
	case LINK_THREAD:
		return "a thread must not wait for the end of one that waits for its own";
	case LINK_CHILD | LINK_WRITE:
		return "read the child's output to its end before waiting for the child's";
	case LINK_CHILD | LINK_READ:
		return "close what the child reads from before waiting for its end";
	case LINK_THREAD | LINK_LOCK:
	case LINK_CHILD | LINK_LOCK:
		return "don't hold a lock while waiting for the end of one that takes it";
	case LINK_READ | LINK_LOCK:
	case LINK_WRITE | LINK_LOCK:
	case LINK_READ | LINK_WRITE | LINK_LOCK:
		return "don't hold a lock while waiting for the word of one that takes it";
	default:
		return "one of them must not wait for the next, or not without a time-out";
	}
}

const char *remedy_of_self(enum lc_wait_kind kind)
{
	switch (kind) {
	case LC_WAIT_MUTEX:
		return "don't lock again what is locked; a recursive mutex only hides it";
	case LC_WAIT_FILE_LOCK:
		return "each open() of a file has a lock of its own: unlock the one before taking "
		       "the other";
	default:
		return "don't lock again what is locked";
	}
}

const char *remedy_of_lost_wake_up(enum lc_wait_kind kind)
{
	switch (kind) {
	case LC_WAIT_CONDITION:
		return "signal with the mutex held, and after the condition has changed";
	case LC_WAIT_ATOMIC:
		return "notify after each change of the value (notify_one, notify_all)";
	case LC_WAIT_PARK:
	case LC_WAIT_FUTEX:
		return "whoever changes the word must wake its sleepers afterwards";
	case LC_WAIT_PIPE:
	case LC_WAIT_UNIX:
	case LC_WAIT_EVENTFD:
	case LC_WAIT_EPOLL:
	case LC_WAIT_POLL:
		return "write to the descriptor after each change of what the loop tests; where "
		       "that is left out while the loop runs, it must say that it will wait "
		       "before it tests for the last time, with a full barrier between";
	default:
		return ""; /* who changes these wakes as well, in the library's own code */
	}
}
