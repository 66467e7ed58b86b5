// SPDX-License-Identifier: GPL-2.0-only
/* Fitting the trend of a group: see trend.h. */
#include "verdict/trend.h"

#include <math.h>

/* Fewer sweeps, or fewer new members, are no trend. */
#define LEAST_SWEEPS 6
#define LEAST_JOINED 4
#define LEAST_WATCHED_NS 2000000000ull /* looks in quick succession show a moment, not a trend */
/* A slope this many standard errors above zero is one by chance once in 30,000 times. */
#define SURE_ERRORS 4.0

/* Least squares over the sweeps kept: the slope per second and its standard error. */
static void fit(const struct lc_series_group *group, struct trend *trend)
{
	double n = group->sweep_count, sx = 0, sy = 0, sxx = 0, sxy = 0, rest = 0, x, y, a, b, d;
	const struct lc_series_sweep *first = lc_series_sweep(group, 0), *sweep;
	double base = first->count; /* so that what never changes has a slope of just 0 */
	uint32_t i;

	for (i = 0; i < group->sweep_count; i++) {
		sweep = lc_series_sweep(group, i);
		x = (sweep->at - first->at) / 1e9;
		y = sweep->count - base;
		sx += x;
		sy += y;
		sxx += x * x;
		sxy += x * y;
	}
	d = n * sxx - sx * sx;
	if (d <= 0 || n < 3)
		return;
	b = (n * sxy - sx * sy) / d;
	a = (sy - b * sx) / n;
	for (i = 0; i < group->sweep_count; i++) {
		sweep = lc_series_sweep(group, i);
		x = (sweep->at - first->at) / 1e9;
		y = sweep->count - base - (a + b * x);
		rest += y * y;
	}
	trend->slope_per_s = b;
	trend->slope_error = sqrt(rest / (n - 2) * n / d);
}

/* A pool that fills and a server that warms up rise as well, but not to the end. */
static bool rises_throughout(const struct lc_series_group *group)
{
	uint32_t last = group->sweep_count - 1, part = last < 12 ? last / 2 : last / 3;
	uint32_t at_last = lc_series_sweep(group, last)->count,
		 late = lc_series_sweep(group, last - part)->count,
		 early = lc_series_sweep(group, part)->count,
		 at_first = lc_series_sweep(group, 0)->count;

	return at_last > late && late >= early && early > at_first;
}

bool trend_of(const struct lc_series *series, const struct lc_series_key *key,
	      struct trend *ret_trend)
{
	const struct lc_series_group *group = lc_series_find(series, key);
	const struct lc_series_sweep *last;
	struct trend trend = {};

	if (!group || !group->sweep_count)
		return false;
	last = lc_series_sweep(group, group->sweep_count - 1);
	trend.count = last->count;
	trend.sweeps = group->sweep_count;
	trend.joined = group->joined;
	trend.left = group->left;
	trend.watched_ns = last->at - group->first_at;
	fit(group, &trend);
	trend.rises = trend.sweeps >= LEAST_SWEEPS && trend.joined >= LEAST_JOINED &&
		      trend.watched_ns >= LEAST_WATCHED_NS && trend.slope_per_s > 0 &&
		      trend.slope_per_s > SURE_ERRORS * trend.slope_error &&
		      rises_throughout(group);
	trend.grows = trend.rises && trend.left * 10 <= trend.joined;
	*ret_trend = trend;
	return true;
}

bool trend_of_thread(const struct lc_series *series, const struct lc_thread *thread,
		     struct trend *ret_trend)
{
	struct lc_series_key key = lc_series_thread_key(thread);

	return trend_of(series, &key, ret_trend);
}
