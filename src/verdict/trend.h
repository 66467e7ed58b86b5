/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a group grows. One that only grows leaks, even where each member could still be released.
 * Pure.
 */
#ifndef LEAKHOP_VERDICT_TREND_H
#define LEAKHOP_VERDICT_TREND_H

#include "model/series.h"

struct trend {
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

/* The trend of a group, or of the one that a blocked thread is in; false: not known. */
bool trend_of(const struct lc_series *series, const struct lc_series_key *key,
	      struct trend *ret_trend);
bool trend_of_thread(const struct lc_series *series, const struct lc_thread *thread,
		     struct trend *ret_trend);

#endif
