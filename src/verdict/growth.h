/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups over time: threads of one process, spawn site and block site. A group that only grows leaks, even
 * where each member could still be released. Pure. Bounded: GROWTH_GROUPS groups, the last GROWTH_SWEEPS
 * sweeps of each.
 */
#ifndef LEAKHOP_VERDICT_GROWTH_H
#define LEAKHOP_VERDICT_GROWTH_H

#include "lifecycle/model.h"

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
	bool grows; /* rises beyond doubt, and hardly anybody leaves */
};

int growth_create(struct growth **ret_growth);
void growth_free(struct growth *growth);

/* After each sweep: counts the members of each group. Returns 0 or -ENOMEM. */
int growth_note(struct growth *growth, struct lc_model *model, uint64_t now);

/* The trend of the group that a blocked thread is in; false: not known. */
bool growth_of(const struct growth *growth, const struct lc_thread *thread,
	       struct growth_trend *ret_trend);

/* Groups that found no room. */
uint64_t growth_refused(const struct growth *growth);

#endif
