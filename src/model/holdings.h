/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks that were seen held while threads wait for them, and whether they change hands: a lock
 * whose waiters are served is contended; one that the same thread has had for long, while others
 * wait, is not. Plain data; bounded: at LC_HOLDINGS_MAX those that were seen the longest ago go.
 */
#ifndef LEAKHOP_MODEL_HOLDINGS_H
#define LEAKHOP_MODEL_HOLDINGS_H

#include "model/wait.h"

#include <uthash.h>

#define LC_HOLDINGS_MAX 16384

struct lc_holding {
	UT_hash_handle hh;
	struct lc_wait_key key;
	pid_t owner;	     /* tid of who had it when it was read last; 0: not known */
	uint64_t first_seen; /* ns, CLOCK_MONOTONIC */
	uint64_t since;	     /* as far as was seen, nobody else has had it since then */
	uint64_t seen_at;
	uint64_t changes; /* how often it was seen to have gone to somebody else */
};

struct lc_holdings {
	struct lc_holding *table; /* uthash, by key */
	uint64_t dropped;	  /* at the bound */
};

/* Kinds of waits that end when a thread lets go of a lock. */
bool lc_is_lock(enum lc_wait_kind kind);

/* owner was read to have the lock of that key. Returns 0 or -ENOMEM. */
int lc_holdings_note(struct lc_holdings *holdings, const struct lc_wait_key *key, pid_t owner,
		     uint64_t at);

/*
 * A thread no longer waits for that lock: it has got it, or given up. Of a lock never noted nothing
 * is kept.
 */
void lc_holdings_served(struct lc_holdings *holdings, const struct lc_wait_key *key, uint64_t at);

/* NULL: nothing is known. */
const struct lc_holding *lc_holdings_find(const struct lc_holdings *holdings,
					  const struct lc_wait_key *key);

void lc_holdings_release(struct lc_holdings *holdings);

#endif
