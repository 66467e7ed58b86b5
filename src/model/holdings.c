// SPDX-License-Identifier: GPL-2.0-only
/* Locks and whether they change hands: see holdings.h. Relies on uthash. */
#include "model/holdings.h"

#include <errno.h>
#include <stdlib.h>

bool lc_is_lock(enum lc_wait_kind kind)
{
	return kind == LC_WAIT_MUTEX || kind == LC_WAIT_INTERNAL_LOCK || kind == LC_WAIT_RWLOCK ||
	       kind == LC_WAIT_FILE_LOCK || kind == LC_WAIT_GIL;
}

static struct lc_holding *find(const struct lc_holdings *holdings, const struct lc_wait_key *key)
{
	struct lc_holding *holding;

	HASH_FIND(hh, holdings->table, key, sizeof(*key), holding);
	return holding;
}

const struct lc_holding *lc_holdings_find(const struct lc_holdings *holdings,
					  const struct lc_wait_key *key)
{
	return key->space == LC_WAIT_SPACE_NONE ? NULL : find(holdings, key);
}

static void drop(struct lc_holdings *holdings, struct lc_holding *holding)
{
	HASH_DEL(holdings->table, holding);
	free(holding);
}

/*
 * Half of what is older than the middle of the time watched: the cost is shared by many insertions.
 */
static void make_room(struct lc_holdings *holdings, uint64_t at)
{
	struct lc_holding *holding, *next;
	uint64_t oldest = at, limit;

	for (holding = holdings->table; holding; holding = holding->hh.next)
		oldest = holding->seen_at < oldest ? holding->seen_at : oldest;
	limit = oldest + (at - oldest) / 2;
	HASH_ITER(hh, holdings->table, holding, next) {
		if (holding->seen_at > limit)
			continue;
		drop(holdings, holding);
		holdings->dropped++;
	}
}

static struct lc_holding *add(struct lc_holdings *holdings, const struct lc_wait_key *key,
			      uint64_t at)
{
	struct lc_holding *holding;

	if (HASH_COUNT(holdings->table) >= LC_HOLDINGS_MAX)
		make_room(holdings, at);
	holding = calloc(1, sizeof(*holding));
	if (!holding)
		return NULL;
	holding->key = *key;
	holding->first_seen = holding->since = at;
	HASH_ADD(hh, holdings->table, key, sizeof(holding->key), holding);
	return holding;
}

int lc_holdings_note(struct lc_holdings *holdings, const struct lc_wait_key *key, pid_t owner,
		     uint64_t at)
{
	struct lc_holding *holding;

	if (key->space == LC_WAIT_SPACE_NONE)
		return 0;
	holding = find(holdings, key) ?: add(holdings, key, at);
	if (!holding)
		return -ENOMEM;
	if (holding->owner && owner != holding->owner) {
		holding->changes++;
		holding->since = at;
	}
	holding->owner = owner;
	holding->seen_at = at;
	return 0;
}

void lc_holdings_served(struct lc_holdings *holdings, const struct lc_wait_key *key, uint64_t at)
{
	struct lc_holding *holding = key->space == LC_WAIT_SPACE_NONE ? NULL : find(holdings, key);

	if (!holding)
		return;
	holding->changes++;
	holding->owner = 0;
	holding->since = holding->seen_at = at;
}

void lc_holdings_release(struct lc_holdings *holdings)
{
	struct lc_holding *holding, *next;

	HASH_ITER(hh, holdings->table, holding, next) {
		drop(holdings, holding);
	}
}
