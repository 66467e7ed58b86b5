// SPDX-License-Identifier: GPL-2.0-only
/* Counting groups and fitting their trend: see growth.h. Relies on uthash. */
#include "verdict/growth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fewer sweeps, or fewer new members, are no trend. */
#define LEAST_SWEEPS 6
#define LEAST_JOINED 4
#define LEAST_WATCHED_NS 2000000000ull /* looks in quick succession show a moment, not a trend */
/* A slope this many standard errors above zero is one by chance once in 30,000 times. */
#define SURE_ERRORS 4.0

struct growth_group {
	UT_hash_handle hh;
	struct growth_key key;
	uint32_t number;
	uint32_t members; /* counted in the sweep under way */
	struct {
		uint64_t at;
		uint32_t count;
	} sweeps[GROWTH_SWEEPS];
	uint32_t sweep_count;
	uint64_t first_at;
	uint64_t joined, left;
};

struct growth {
	struct growth_group *groups;
	struct growth_group *by_number[GROWTH_GROUPS];
	uint32_t count;
	uint64_t refusing, refused; /* members without a group: in this sweep, in the worst one */
};

int growth_create(struct growth **ret_growth)
{
	*ret_growth = calloc(1, sizeof(**ret_growth));
	return *ret_growth ? 0 : -ENOMEM;
}

void growth_free(struct growth *growth)
{
	struct growth_group *group, *next;

	if (!growth)
		return;
	HASH_ITER(hh, growth->groups, group, next) {
		HASH_DEL(growth->groups, group);
		free(group);
	}
	free(growth);
}

static struct growth_key key_of(const struct lc_thread *thread)
{
	return (struct growth_key){
		.pid = thread->task.pid,
		.place = thread->user_stack,
		.site = thread->spawn_stack,
	};
}

static struct growth_group *group_find(const struct growth *growth, const struct growth_key *key)
{
	struct growth_group *group;

	HASH_FIND(hh, growth->groups, key, sizeof(*key), group);
	return group;
}

static struct growth_group *group_get(struct growth *growth, const struct growth_key *key)
{
	struct growth_group *group = group_find(growth, key);

	if (group)
		return group;
	if (growth->count == GROWTH_GROUPS) {
		growth->refusing++;
		return NULL;
	}
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->key = *key;
	group->number = ++growth->count;
	growth->by_number[group->number - 1] = group;
	HASH_ADD(hh, growth->groups, key, sizeof(group->key), group);
	return group;
}

void growth_leave(struct growth *growth, uint32_t before)
{
	if (before && before <= growth->count)
		growth->by_number[before - 1]->left++;
}

/* Who is in another group than last time has left that one. */
uint32_t growth_member(struct growth *growth, const struct growth_key *key, uint32_t before)
{
	struct growth_group *group;
	uint32_t number;

	/* Nearly all of a million stay where they are. */
	group = before && before <= growth->count ? growth->by_number[before - 1] : NULL;
	if (!group || memcmp(&group->key, key, sizeof(*key)))
		group = group_get(growth, key);
	number = group ? group->number : 0;
	if (before != number) {
		growth_leave(growth, before);
		if (group && group->sweep_count)
			group->joined++;
	}
	if (group)
		group->members++;
	return number;
}

void growth_count(struct growth *growth, const struct growth_key *key, uint32_t count,
		  uint64_t joined, uint64_t left)
{
	struct growth_group *group = group_get(growth, key);

	if (!group)
		return;
	group->members = count;
	group->joined = joined;
	group->left = left;
}

static void close_sweep(struct growth_group *group, uint64_t now)
{
	if (group->sweep_count == GROWTH_SWEEPS) {
		memmove(&group->sweeps[0], &group->sweeps[1],
			(GROWTH_SWEEPS - 1) * sizeof(group->sweeps[0]));
		group->sweep_count--;
	}
	group->sweeps[group->sweep_count].at = now;
	group->sweeps[group->sweep_count].count = group->members;
	group->sweep_count++;
	if (!group->first_at)
		group->first_at = now;
	group->members = 0;
}

void growth_note(struct growth *growth, struct lc_model *model)
{
	struct growth_key key;
	struct lc_thread *thread;

	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread)) {
		if (thread->blocked && !thread->ended_at && thread->user_stack) {
			key = key_of(thread);
			thread->group = growth_member(growth, &key, thread->group);
			continue;
		}
		growth_leave(growth, thread->group);
		thread->group = 0;
	}
}

void growth_close(struct growth *growth, uint64_t now)
{
	struct growth_group *group;

	for (group = growth->groups; group; group = group->hh.next)
		close_sweep(group, now);
	if (growth->refusing > growth->refused)
		growth->refused = growth->refusing;
	growth->refusing = 0;
}

/* Least squares over the sweeps kept: the slope per second and its standard error. */
static void fit(const struct growth_group *group, struct growth_trend *trend)
{
	double n = group->sweep_count, sx = 0, sy = 0, sxx = 0, sxy = 0, rest = 0, x, y, a, b, d;
	double base = group->sweeps[0].count; /* so that what never changes has a slope of just 0 */
	uint64_t origin = group->sweeps[0].at;
	uint32_t i;

	for (i = 0; i < group->sweep_count; i++) {
		x = (group->sweeps[i].at - origin) / 1e9;
		y = group->sweeps[i].count - base;
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
		x = (group->sweeps[i].at - origin) / 1e9;
		y = group->sweeps[i].count - base - (a + b * x);
		rest += y * y;
	}
	trend->slope_per_s = b;
	trend->slope_error = sqrt(rest / (n - 2) * n / d);
}

/* A pool that fills and a server that warms up rise as well, but not to the end. */
static bool rises_throughout(const struct growth_group *group)
{
	uint32_t last = group->sweep_count - 1, part = last < 12 ? last / 2 : last / 3;

	return group->sweeps[last].count > group->sweeps[last - part].count &&
	       group->sweeps[last - part].count >= group->sweeps[part].count &&
	       group->sweeps[part].count > group->sweeps[0].count;
}

bool growth_trend(const struct growth *growth, const struct growth_key *key,
		  struct growth_trend *ret_trend)
{
	const struct growth_group *group = group_find(growth, key);
	struct growth_trend trend = {};

	if (!group || !group->sweep_count)
		return false;
	trend.count = group->sweeps[group->sweep_count - 1].count;
	trend.sweeps = group->sweep_count;
	trend.joined = group->joined;
	trend.left = group->left;
	trend.watched_ns = group->sweeps[group->sweep_count - 1].at - group->first_at;
	fit(group, &trend);
	trend.rises = trend.sweeps >= LEAST_SWEEPS && trend.joined >= LEAST_JOINED &&
		      trend.watched_ns >= LEAST_WATCHED_NS && trend.slope_per_s > 0 &&
		      trend.slope_per_s > SURE_ERRORS * trend.slope_error &&
		      rises_throughout(group);
	trend.grows = trend.rises && trend.left * 10 <= trend.joined;
	*ret_trend = trend;
	return true;
}

bool growth_of(const struct growth *growth, const struct lc_thread *thread,
	       struct growth_trend *ret_trend)
{
	struct growth_key key = key_of(thread);

	return growth_trend(growth, &key, ret_trend);
}

uint64_t growth_refused(const struct growth *growth)
{
	return growth->refused;
}
