/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups over time: threads or goroutines of one process, spawn site and block site. A group that
 * only grows leaks, even where each member could still be released. Pure. Bounded: GROWTH_GROUPS
 * groups, the last GROWTH_SWEEPS sweeps of each.
 */
#ifndef LEAKHOP_VERDICT_GROWTH_H
#define LEAKHOP_VERDICT_GROWTH_H

#include "model/threads.h"

#define GROWTH_GROUPS 4096
#define GROWTH_SWEEPS 64

struct growth;

/* What is known of a group. */
struct growth_trend {
	uint32_t count;	 /* members now */
	uint32_t sweeps; /* looked at */
	uint64_t joined; /* since it was first seen; those there at first don't count */
	uint64_t left;
	double slope_per_s; /* of the number of members, least squares */
	double slope_error; /* its standard error */
	uint64_t watched_ns;
	bool rises; /* beyond doubt, from the first third to the last: no step at the start */
	bool grows; /* rises, and hardly anybody leaves */
};

int growth_create(struct growth **ret_growth);
void growth_free(struct growth *growth);

/* Whose members are counted together; what the numbers mean is the caller's affair. */
struct growth_key {
	uint32_t pid;
	uint32_t kind; /* 0: threads */
	uint32_t place;
	uint32_t site;
};

/*
 * A sweep: each member is given once with the number of the group that it was in at the sweep
 * before (0: none), and its number now is returned (0: no room). Who is in no group any more, or
 * has ended, leaves.
 */
uint32_t growth_member(struct growth *growth, const struct growth_key *key, uint32_t before);
void growth_leave(struct growth *growth, uint32_t before);

/*
 * A sweep's count of a group whose members are counted elsewhere. joined and left: since it was
 * first seen.
 */
void growth_count(struct growth *growth, const struct growth_key *key, uint32_t count,
		  uint64_t joined, uint64_t left);

/* Gives all threads of a model to growth_member(). */
void growth_note(struct growth *growth, struct lc_model *model);

/* Ends the sweep. */
void growth_close(struct growth *growth, uint64_t now);

/* The trend of a group, or of the one that a blocked thread is in; false: not known. */
bool growth_trend(const struct growth *growth, const struct growth_key *key,
		  struct growth_trend *ret_trend);
bool growth_of(const struct growth *growth, const struct lc_thread *thread,
	       struct growth_trend *ret_trend);

/* How many members found no room for their group, in the sweep where these were most. */
uint64_t growth_refused(const struct growth *growth);

#endif
