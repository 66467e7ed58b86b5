// SPDX-License-Identifier: GPL-2.0-only
/* Locks and who had them; groups and how many they were: see writer.h. */
#include "record/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct written_count {
	int64_t first_sweep; /* 0: none was written */
	uint32_t count;
};

void write_locks(struct recorder *recorder, const struct lc_model *threads)
{
	const struct lc_holding *holding = NULL;
	struct lc_holding row;
	int64_t n = 0;

	while ((holding = lc_model_next_holding(threads, holding))) {
		memcpy(&row, holding, sizeof(row));
		memset(&row.hh, 0, sizeof(row.hh));
		writer_put_changed(recorder, &recorder->locks, (size_t)n, &record_holding, &n, &row,
				   sizeof(row));
		n++;
	}
	if (recorder->locks.count > (size_t)n) {
		WRITER_RUN(recorder, SQL_LOCK_DELETE, n);
		memset(recorder->locks.list + n, 0,
		       (recorder->locks.count - (size_t)n) * sizeof(recorder->locks.list[0]));
		recorder->locks.count = (size_t)n;
	}
}

void write_cgroups(struct recorder *recorder, const struct lc_cgroups *cgroups)
{
	const struct lc_cgroup *cgroup;
	struct record_cgroup_row row;
	const void *state = NULL;
	int64_t n = 0;

	memset(&row, 0, sizeof(row));
	while (cgroups && (cgroup = lc_cgroups_next(cgroups, &state, &row.pid))) {
		row.cgroup = *cgroup;
		writer_put_changed(recorder, &recorder->cgroups, (size_t)n, &record_cgroup, &n,
				   &row, sizeof(row));
		n++;
	}
}

static struct written_count *count_of(struct recorder *recorder, uint32_t number)
{
	size_t capacity = recorder->count_capacity ? recorder->count_capacity : 64;
	struct written_count *grown;

	while (capacity < number)
		capacity *= 2;
	if (capacity != recorder->count_capacity) {
		grown = reallocarray(recorder->counts, capacity, sizeof(*grown));
		if (!grown) {
			writer_fail(recorder, -ENOMEM);
			return NULL;
		}
		memset(grown + recorder->count_capacity, 0,
		       (capacity - recorder->count_capacity) * sizeof(*grown));
		recorder->counts = grown;
		recorder->count_capacity = capacity;
	}
	return &recorder->counts[number - 1];
}

static void write_count(struct recorder *recorder, uint32_t number, uint32_t count)
{
	struct written_count *known = count_of(recorder, number);

	if (!known || (known->first_sweep && known->count == count))
		return;
	if (known->first_sweep)
		WRITER_RUN(recorder, SQL_COUNT_END, recorder->sweep - 1, number,
			   known->first_sweep);
	*known = (struct written_count){ recorder->sweep, count };
	WRITER_RUN(recorder, SQL_COUNT, number, recorder->sweep, count);
}

void write_groups(struct recorder *recorder, const struct lc_series *series,
		  struct record_sweep *sweep)
{
	const struct lc_series_group *group = NULL;
	const struct lc_series_sweep *last;
	struct lc_series_group row;
	int64_t number;

	memset(&row, 0, sizeof(row));
	while ((group = lc_series_next(series, group))) {
		if (!group->sweep_count)
			continue;
		row.key = group->key;
		row.first_at = group->first_at;
		row.joined = group->joined;
		row.left = group->left;
		number = group->number;
		writer_put_changed(recorder, &recorder->groups, group->number, &record_group,
				   &number, &row, sizeof(row));
		last = lc_series_sweep(group, group->sweep_count - 1);
		write_count(recorder, group->number, last->count);
		sweep->counted_at = last->at;
	}
}
