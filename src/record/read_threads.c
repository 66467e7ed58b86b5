// SPDX-License-Identifier: GPL-2.0-only
/* Threads and what they wait for, locks, groups over time: see reader.h. */
#include "record/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- waits --- */

static int take_wait(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	(void)reader;
	(void)keys;
	*(struct lc_wait *)context = *(const struct lc_wait *)row;
	return 0;
}

/* Lists have no gaps, and end where their count says. */
static int check_number(struct reader *reader, const char *what, int64_t n, uint32_t count,
			uint32_t *read)
{
	if (n != *read || n >= count)
		return reader_bad(reader, "the %s of a wait are not so many", what);
	++*read;
	return 0;
}

struct filling {
	struct lc_wait *wait;
	uint32_t owners, members;
};

static int take_owner(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct filling *filling = context;
	int r = check_number(reader, "owners", keys[1], filling->wait->owner_count,
			     &filling->owners);

	if (!r)
		filling->wait->owners[keys[1]] = *(const struct lc_wait_owner *)row;
	return r;
}

static int take_member(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct filling *filling = context;
	int r = check_number(reader, "members", keys[1], filling->wait->member_count,
			     &filling->members);

	if (!r)
		filling->wait->members[keys[1]] = *(const struct lc_wait_member *)row;
	return r;
}

int read_wait(struct reader *reader, int64_t id, struct lc_wait *ret_wait)
{
	struct filling filling = { .wait = ret_wait };
	struct lc_wait_member member;
	struct lc_wait_owner owner;
	struct lc_wait wait;
	int r;

	memset(ret_wait, 0, sizeof(*ret_wait));
	ret_wait->fd = INT32_MIN;
	r = reader_each(reader, &record_wait, &id, 1, &wait, sizeof(wait), take_wait, ret_wait);
	if (!r && ret_wait->fd == INT32_MIN)
		r = reader_bad(reader, "table wait has no %lld", (long long)id);
	r = r
		    ?: reader_each(reader, &record_owner, &id, 1, &owner, sizeof(owner), take_owner,
				   &filling);
	r = r
		    ?: reader_each(reader, &record_member, &id, 1, &member, sizeof(member),
				   take_member, &filling);
	if (!r &&
	    (filling.owners != ret_wait->owner_count || filling.members != ret_wait->member_count))
		r = reader_bad(reader, "a wait lacks owners or members");
	return r;
}

/* --- threads --- */

static int take_longest(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	if (keys[1] < 0 || keys[1] >= LC_LONGEST_BLOCKS)
		return reader_bad(reader, "table thread_longest: n is not what it can be");
	((struct lc_thread *)context)->longest[keys[1]] = *(const struct lc_block *)row;
	return 0;
}

static int take_place(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	if (keys[1] < 0 || keys[1] >= LC_SITES)
		return reader_bad(reader, "table thread_place: n is not what it can be");
	((struct lc_thread *)context)->places[keys[1]] = *(const struct lc_site *)row;
	return 0;
}

static int take_repeat(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	if (keys[1] < 0 || keys[1] >= LC_REPEATS)
		return reader_bad(reader, "table thread_repeat: n is not what it can be");
	((struct lc_thread *)context)->repeats[keys[1]] = *(const struct lc_repeat *)row;
	return 0;
}

static int read_lists(struct reader *reader, int64_t id, struct lc_thread *thread)
{
	struct lc_block longest;
	struct lc_site place;
	struct lc_repeat repeat;
	int r = reader_each(reader, &record_longest, &id, 1, &longest, sizeof(longest),
			    take_longest, thread);

	r = r
		    ?: reader_each(reader, &record_place, &id, 1, &place, sizeof(place), take_place,
				   thread);
	return r
		       ?: reader_each(reader, &record_repeat, &id, 1, &repeat, sizeof(repeat),
				      take_repeat, thread);
}

static bool has_pid(const pid_t *pids, size_t count, pid_t pid)
{
	size_t i;

	for (i = 0; i < count && pids[i] != pid; i++)
		;
	return i < count;
}

/* As of a live run: what is given must all fit. */
static bool is_wanted(const struct record_filter *filter, const struct lc_thread *thread)
{
	if (!filter)
		return true;
	if (filter->pid_count && !has_pid(filter->pids, filter->pid_count, thread->task.pid))
		return false;
	if (filter->tid_count && !has_pid(filter->tids, filter->tid_count, thread->task.tid))
		return false;
	if (filter->comm && strcmp(filter->comm, thread->task.comm) != 0 &&
	    strcmp(filter->comm, thread->process_comm) != 0)
		return false;
	return thread->kernel_thread ? !filter->no_kernel_threads : !filter->no_user_threads;
}

static int take_thread(struct reader *reader, const int64_t *keys, const void *pointer,
		       void *context)
{
	struct record_thread_row row = *(const struct record_thread_row *)pointer;
	struct recording *recording = reader->recording;
	bool asked = row.asked && is_wanted(reader->filter, &row.thread);
	struct lc_wait *wait = context;
	int r = read_lists(reader, keys[0], &row.thread);

	if (!r && row.wait)
		r = read_wait(reader, (int64_t)row.wait, wait);
	if (r)
		return r;
	if (!row.sampled)
		row.thread.seen_at = 0;
	else if (!row.thread.seen_at)
		row.thread.seen_at = recording->run.now;
	r = lc_model_restore(asked ? recording->threads : recording->others, &row.thread,
			     row.wait ? wait : NULL);
	if (r == -EEXIST || r == -ENOSPC)
		return reader_bad(reader, "table thread has %d %s", row.thread.task.tid,
				  r == -EEXIST ? "twice" : "and more than there can be");
	return r;
}

static int take_lock(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	int r = lc_model_restore_holding(reader->recording->threads, row);

	(void)keys;
	(void)context;
	return r == -EEXIST || r == -ENOSPC
		       ? reader_bad(reader, "table lock has one twice, or too many")
		       : r;
}

int read_threads(struct reader *reader)
{
	struct lc_wait *wait = calloc(1, sizeof(*wait));
	struct record_thread_row row;
	struct lc_holding holding;
	int r = wait ? 0 : -ENOMEM;

	r = r ?: reader_each(reader, &record_thread, NULL, 0, &row, sizeof(row), take_thread, wait);
	free(wait);
	return r
		       ?: reader_each(reader, &record_holding, NULL, 0, &holding, sizeof(holding),
				      take_lock, NULL);
}

static int take_cgroup(struct reader *reader, const int64_t *keys, const void *pointer,
		       void *context)
{
	const struct record_cgroup_row *row = pointer;

	(void)keys;
	(void)context;
	return lc_cgroups_note(reader->recording->cgroups, row->pid, &row->cgroup, 1);
}

int read_cgroups(struct reader *reader)
{
	struct record_cgroup_row row;
	int r = reader_each(reader, &record_cgroup, NULL, 0, &row, sizeof(row), take_cgroup, NULL);

	return r == -ENOSPC ? reader_bad(reader, "table process_cgroup has too many") : r;
}

/* --- groups over time --- */

struct sweeps {
	int64_t number[LC_SERIES_SWEEPS];
	uint64_t at[LC_SERIES_SWEEPS];
	uint32_t count; /* the last ones, rising */
	sqlite3_stmt *counts;
};

static int read_sweeps(struct reader *reader, struct sweeps *sweeps)
{
	sqlite3_stmt *statement = reader_prepare(
		reader, "SELECT number, counted_at FROM (SELECT number, counted_at FROM sweep "
			"ORDER BY number DESC LIMIT 64) ORDER BY number");
	int64_t number = 0, at = 0;
	int r = statement ? 0 : -EBADMSG;

	while (!r && (r = reader_step(reader, statement)) == 1) {
		if (sweeps->count == LC_SERIES_SWEEPS ||
		    !reader_number(statement, 0, number + 1, INT64_MAX - 1, &number) ||
		    !reader_number(statement, 1, at, 1ll << 61, &at)) {
			r = reader_bad(reader, "table sweep is not what it can be");
			break;
		}
		sweeps->number[sweeps->count] = number;
		sweeps->at[sweeps->count++] = (uint64_t)at;
		r = 0;
	}
	sqlite3_finalize(statement);
	return r;
}

/* How many of a group there were at each of the sweeps. */
static int read_counts(struct reader *reader, const struct sweeps *sweeps, int64_t group,
		       uint32_t *counts)
{
	int64_t first, last, count, before = INT64_MIN + 1;
	uint32_t i;
	int r = 0;

	sqlite3_bind_int64(sweeps->counts, 1, group);
	while (!r && (r = reader_step(reader, sweeps->counts)) == 1) {
		last = INT64_MAX;
		if (!reader_number(sweeps->counts, 0, before, INT64_MAX - 1, &first) ||
		    (sqlite3_column_type(sweeps->counts, 1) != SQLITE_NULL &&
		     !reader_number(sweeps->counts, 1, INT64_MIN, INT64_MAX, &last)) ||
		    !reader_number(sweeps->counts, 2, 0, UINT32_MAX, &count)) {
			r = reader_bad(reader, "table group_count is not what it can be");
			break;
		}
		before = first + 1;
		for (i = 0; i < sweeps->count; i++) {
			if (sweeps->number[i] >= first && sweeps->number[i] <= last)
				counts[i] = (uint32_t)count;
		}
		r = 0;
	}
	sqlite3_reset(sweeps->counts);
	return r;
}

static bool map_site(const struct reader *reader, uint32_t *site)
{
	if (!*site)
		return true;
	if (*site >= reader->stacks.count || !reader->stacks.by_number[*site])
		return false;
	*site = reader->stacks.by_number[*site];
	return true;
}

static int take_group(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct lc_series_group group = *(const struct lc_series_group *)row;
	const struct sweeps *sweeps = context;
	uint32_t counts[LC_SERIES_SWEEPS] = {}, kind = group.key.kind & 255, i;
	int r;

	if (kind > LC_SERIES_GO_TIMERS ||
	    (kind <= LC_SERIES_GOROUTINES && !map_site(reader, &group.key.block_site)) ||
	    (kind == LC_SERIES_THREADS && !map_site(reader, &group.key.spawn_site)))
		return reader_bad(reader, "table grouped is not what it can be");
	r = read_counts(reader, sweeps, keys[0], counts);
	for (i = 0; i < sweeps->count; i++) {
		if (sweeps->at[i] < group.first_at)
			continue;
		group.sweeps[group.sweep_count].at = sweeps->at[i];
		group.sweeps[group.sweep_count++].count = counts[i];
	}
	r = r ?: lc_series_restore(reader->recording->series, &group);
	return r == -EEXIST || r == -ENOSPC
		       ? reader_bad(reader, "table grouped has one twice, or too many")
		       : r;
}

int read_series(struct reader *reader)
{
	struct lc_series_group group;
	struct sweeps sweeps = {};
	int r = read_sweeps(reader, &sweeps);

	if (r)
		return r;
	sweeps.counts = reader_prepare(reader, "SELECT first_sweep, last_sweep, count FROM "
					       "group_count WHERE grouped = ? ORDER BY "
					       "first_sweep");
	if (!sweeps.counts)
		return -EBADMSG;
	r = reader_each(reader, &record_group, NULL, 0, &group, sizeof(group), take_group, &sweeps);
	sqlite3_finalize(sweeps.counts);
	return r;
}
