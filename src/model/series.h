/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups over time: how many threads or goroutines of one process, spawn site and block site there
 * were at each sweep. Bounded: LC_SERIES_GROUPS groups, the last LC_SERIES_SWEEPS sweeps of each.
 * When there is no room, a new group takes the place, and the number, of one that has been empty.
 */
#ifndef LEAKHOP_MODEL_SERIES_H
#define LEAKHOP_MODEL_SERIES_H

#include "model/goroutines.h"
#include "model/threads.h"

#define LC_SERIES_GROUPS 32768
#define LC_SERIES_SWEEPS 64
#define LC_SERIES_EMPTY 8 /* sweeps without members, after which a group may make room */

struct lc_series;

enum lc_series_kind {
	LC_SERIES_THREADS,
	LC_SERIES_GOROUTINES, /* + kind of wait << 8 */
	LC_SERIES_GO_SITE,    /* all of a go statement, wherever they are */
	LC_SERIES_GO_TIMERS,  /* of a process */
};

/* Whose members are counted together. No padding: memcmp() compares. */
struct lc_series_key {
	uint32_t pid;
	uint32_t kind; /* enum lc_series_kind */
	uint32_t block_site;
	uint32_t spawn_site;
};

struct lc_series_sweep {
	uint64_t at;
	uint32_t count;
};

struct lc_series_group {
	UT_hash_handle hh;
	struct lc_series_key key;
	uint32_t number;
	uint32_t members; /* counted in the sweep under way */
	uint32_t empty;	  /* sweeps without members, up to the last one */
	uint32_t sweep_count, oldest;
	struct lc_series_sweep sweeps[LC_SERIES_SWEEPS]; /* see lc_series_sweep() */
	uint64_t first_at;
	uint64_t joined, left; /* since it was first seen; those there at first don't count */
};

/* The sweeps of a group by number, below sweep_count, the oldest first. */
static inline const struct lc_series_sweep *lc_series_sweep(const struct lc_series_group *group,
							    uint32_t number)
{
	return &group->sweeps[(group->oldest + number) % LC_SERIES_SWEEPS];
}

/* Returns 0 or -ENOMEM. */
int lc_series_create(struct lc_series **ret_series);
void lc_series_free(struct lc_series *series);

/*
 * A sweep: each member is given once with the number of the group that it was in at the sweep
 * before (0: none), and its number now is returned (0: no room). Who is in no group any more, or
 * has ended, leaves.
 */
uint32_t lc_series_member(struct lc_series *series, const struct lc_series_key *key,
			  uint32_t before);
void lc_series_leave(struct lc_series *series, uint32_t before);

/*
 * A sweep's count of a group whose members are counted elsewhere. joined and left: since it was
 * first seen.
 */
void lc_series_count(struct lc_series *series, const struct lc_series_key *key, uint32_t count,
		     uint64_t joined, uint64_t left);

/* Counts all threads of a model, and (series_go.c) all goroutines, go statements and timers. */
void lc_series_note_threads(struct lc_series *series, struct lc_model *model);
void lc_series_note_go(struct lc_series *series, struct lc_go *go);

/*
 * Has the group with that number (0: none) not changed in the later half of the sweeps that are
 * kept of it? As long as nobody joins it, it does not grow.
 */
bool lc_series_is_flat(const struct lc_series *series, uint32_t number);

/* Ends the sweep. */
void lc_series_close(struct lc_series *series, uint64_t now);

/* Whom a thread, a goroutine, a go statement (by its number) or timers are counted with. */
struct lc_series_key lc_series_thread_key(const struct lc_thread *thread);
struct lc_series_key lc_series_goroutine_key(const struct lc_go_process *process,
					     const struct lc_goroutine *goroutine);
struct lc_series_key lc_series_site_key(const struct lc_go_process *process, size_t site);
struct lc_series_key lc_series_timers_key(const struct lc_go_process *process);

/* NULL: not known. */
const struct lc_series_group *lc_series_find(const struct lc_series *series,
					     const struct lc_series_key *key);

/* How many members found no room for their group, in the sweep where these were most. */
uint64_t lc_series_refused(const struct lc_series *series);

/* For who keeps them elsewhere, as of lc_model_next_holding() and lc_model_restore(). */
const struct lc_series_group *lc_series_next(const struct lc_series *series,
					     const struct lc_series_group *before);
int lc_series_restore(struct lc_series *series, const struct lc_series_group *group);

#endif
