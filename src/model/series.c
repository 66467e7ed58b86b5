// SPDX-License-Identifier: GPL-2.0-only
/* Counting groups, sweep by sweep: see series.h. Relies on uthash. */
#include "model/series.h"
#include "model/threads_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct lc_series {
	struct lc_series_group *groups;
	struct lc_series_group *by_number[LC_SERIES_GROUPS];
	uint32_t count;
	uint32_t hand;		    /* where to look on for a group that is empty */
	bool full;		    /* there is none, in this sweep */
	uint64_t refusing, refused; /* members without a group: in this sweep, in the worst one */
};

int lc_series_create(struct lc_series **ret_series)
{
	*ret_series = calloc(1, sizeof(**ret_series));
	return *ret_series ? 0 : -ENOMEM;
}

void lc_series_free(struct lc_series *series)
{
	struct lc_series_group *group, *next;

	if (!series)
		return;
	HASH_ITER(hh, series->groups, group, next) {
		HASH_DEL(series->groups, group);
		free(group);
	}
	free(series);
}

struct lc_series_key lc_series_thread_key(const struct lc_thread *thread)
{
	return (struct lc_series_key){
		.pid = thread->task.pid,
		.block_site = thread->user_stack,
		.spawn_site = thread->spawn_stack,
	};
}

static struct lc_series_group *group_find(const struct lc_series *series,
					  const struct lc_series_key *key)
{
	struct lc_series_group *group;

	HASH_FIND(hh, series->groups, key, sizeof(*key), group);
	return group;
}

const struct lc_series_group *lc_series_find(const struct lc_series *series,
					     const struct lc_series_key *key)
{
	return group_find(series, key);
}

/*
 * Processes come and go, and each has groups of its own: one that nobody has been in for a while
 * gives way, with its number. NULL: there is none.
 */
static struct lc_series_group *take_empty(struct lc_series *series)
{
	struct lc_series_group *group;
	uint32_t number, looked;

	for (looked = 0; looked < series->count && !series->full; looked++) {
		group = series->by_number[series->hand];
		series->hand = (series->hand + 1) % series->count;
		if (group->empty < LC_SERIES_EMPTY || group->members)
			continue;
		HASH_DEL(series->groups, group);
		number = group->number;
		*group = (struct lc_series_group){ .number = number };
		return group;
	}
	series->full = true;
	return NULL;
}

static struct lc_series_group *group_get(struct lc_series *series, const struct lc_series_key *key)
{
	struct lc_series_group *group = group_find(series, key);

	if (group)
		return group;
	group = series->count < LC_SERIES_GROUPS ? calloc(1, sizeof(*group)) : take_empty(series);
	if (!group) {
		series->refusing++;
		return NULL;
	}
	group->key = *key;
	group->number = group->number ?: ++series->count;
	series->by_number[group->number - 1] = group;
	HASH_ADD(hh, series->groups, key, sizeof(group->key), group);
	return group;
}

void lc_series_leave(struct lc_series *series, uint32_t before)
{
	if (before && before <= series->count)
		series->by_number[before - 1]->left++;
}

/* Who is in another group than last time has left that one. */
uint32_t lc_series_member(struct lc_series *series, const struct lc_series_key *key,
			  uint32_t before)
{
	struct lc_series_group *group;
	uint32_t number;

	/* Nearly all of a million stay where they are. */
	group = before && before <= series->count ? series->by_number[before - 1] : NULL;
	if (!group || memcmp(&group->key, key, sizeof(*key)))
		group = group_get(series, key);
	number = group ? group->number : 0;
	if (before != number) {
		lc_series_leave(series, before);
		if (group && group->sweep_count)
			group->joined++;
	}
	if (group)
		group->members++;
	return number;
}

void lc_series_count(struct lc_series *series, const struct lc_series_key *key, uint32_t count,
		     uint64_t joined, uint64_t left)
{
	struct lc_series_group *group = group_get(series, key);

	if (!group)
		return;
	group->members = count;
	group->joined = joined;
	group->left = left;
}

static void close_sweep(struct lc_series_group *group, uint64_t now)
{
	uint32_t place = (group->oldest + group->sweep_count) % LC_SERIES_SWEEPS;

	group->sweeps[place] = (struct lc_series_sweep){ .at = now, .count = group->members };
	if (group->sweep_count == LC_SERIES_SWEEPS)
		group->oldest = (group->oldest + 1) % LC_SERIES_SWEEPS;
	else
		group->sweep_count++;
	group->empty = group->members ? 0 : group->empty + 1;
	if (!group->first_at)
		group->first_at = now;
	group->members = 0;
}

static void note_threads(struct lc_series *series, struct lc_thread *thread)
{
	struct lc_series_key key;

	for (; thread; thread = thread->process_next) {
		if (thread->blocked && !thread->ended_at && thread->user_stack) {
			key = lc_series_thread_key(thread);
			thread->group = lc_series_member(series, &key, thread->group);
			continue;
		}
		lc_series_leave(series, thread->group);
		thread->group = 0;
	}
}

void lc_series_note_threads(struct lc_series *series, struct lc_model *model)
{
	const struct lc_process *process;
	uint32_t i, number;

	for (process = model->processes; process; process = process->hh.next) {
		if (!process->rest.until)
			note_threads(series, process->threads);
		/* All of them are where they were. */
		for (i = 0; i < process->rest.group_count; i++) {
			number = process->rest.groups[i].number;
			if (number && number <= series->count)
				series->by_number[number - 1]->members +=
					process->rest.groups[i].count;
		}
	}
}

bool lc_series_is_flat(const struct lc_series *series, uint32_t number)
{
	const struct lc_series_group *group;
	uint32_t i, last;

	if (!number || number > series->count)
		return true;
	group = series->by_number[number - 1];
	last = group->sweep_count - 1;
	for (i = group->sweep_count / 2; i < group->sweep_count; i++) {
		if (lc_series_sweep(group, i)->count != lc_series_sweep(group, last)->count)
			return false;
	}
	return true;
}

void lc_series_close(struct lc_series *series, uint64_t now)
{
	struct lc_series_group *group;

	for (group = series->groups; group; group = group->hh.next)
		close_sweep(group, now);
	if (series->refusing > series->refused)
		series->refused = series->refusing;
	series->refusing = 0;
	series->full = false;
}

uint64_t lc_series_refused(const struct lc_series *series)
{
	return series->refused;
}

const struct lc_series_group *lc_series_next(const struct lc_series *series,
					     const struct lc_series_group *before)
{
	return before ? before->hh.next : series->groups;
}

int lc_series_restore(struct lc_series *series, const struct lc_series_group *group)
{
	struct lc_series_group *restored;
	UT_hash_handle handle;
	uint32_t number;

	if (group_find(series, &group->key))
		return -EEXIST;
	if (series->count == LC_SERIES_GROUPS)
		return -ENOSPC;
	restored = group_get(series, &group->key);
	if (!restored)
		return -ENOMEM;
	handle = restored->hh;
	number = restored->number;
	*restored = *group;
	restored->hh = handle;
	restored->number = number;
	restored->members = 0;
	return 0;
}
