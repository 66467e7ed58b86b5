/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot with something in every column of a recording, made by hand. */
#ifndef LEAKHOP_TESTS_UNIT_RECORDED_H
#define LEAKHOP_TESTS_UNIT_RECORDED_H

#include "record/columns.h"
#include "record/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000000000ull
#define STACKS 5

static inline void require(bool it)
{
	if (!it)
		abort();
}

static inline void fill_column(const struct record_column *column, unsigned seed, char *field)
{
	uint64_t value = seed;

	switch ((enum record_kind)column->kind) {
	case RECORD_TEXT:
		snprintf(field, column->size, "%s %u \xff'\"", column->name, seed);
		return;
	case RECORD_LETTER:
		*field = "SDRTt"[seed % 5];
		return;
	case RECORD_BOOLEAN:
		value = 1;
		break;
	case RECORD_STACK:
		value = 1 + seed % STACKS;
		break;
	case RECORD_UNSIGNED:
		value = column->most	    ? 1 + seed % column->most
			: column->size == 8 ? UINT64_MAX - seed
					    : (1ull << (8 * column->size)) - 1 - seed % 100;
		break;
	case RECORD_SIGNED:
		value = (uint64_t)(-(int64_t)seed - 2);
		break;
	case RECORD_TIME:
	case RECORD_OPTIONAL:
		value = 1000 * SECOND + seed;
		break;
	}
	memcpy(field, &value, column->size);
}

static inline void fill(const struct record_table *table, void *row, unsigned seed)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		fill_column(&table->columns[i], seed + (unsigned)i,
			    (char *)row + table->columns[i].offset);
}

struct models {
	struct lc_stacks *stacks;
	struct lc_model *threads, *others;
	struct lc_series *series;
	struct lc_go go;
	struct lc_snapshot snapshot;
	struct record_run run;
};

static inline void fill_wait(struct lc_wait *wait, unsigned seed)
{
	uint32_t i;

	memset(wait, 0, sizeof(*wait));
	fill(&record_wait, wait, seed);
	wait->owner_count = LC_WAIT_OWNERS;
	wait->member_count = LC_WAIT_MEMBERS;
	for (i = 0; i < LC_WAIT_OWNERS; i++)
		fill(&record_owner, &wait->owners[i], seed + i);
	for (i = 0; i < LC_WAIT_MEMBERS; i++)
		fill(&record_member, &wait->members[i], seed + i);
}

static inline void add_thread(struct lc_model *model, pid_t tid, unsigned seed)
{
	struct record_thread_row row;
	struct lc_wait wait;
	int i;

	memset(&row, 0, sizeof(row));
	fill(&record_thread, &row, seed);
	row.thread.task.tid = tid;
	row.thread.ended_at = 0;
	for (i = 0; i < LC_LONGEST_BLOCKS; i++)
		fill(&record_longest, &row.thread.longest[i], seed + (unsigned)i);
	for (i = 0; i < LC_SITES; i++)
		fill(&record_place, &row.thread.places[i], seed + (unsigned)i);
	for (i = 0; i < LC_REPEATS; i++)
		fill(&record_repeat, &row.thread.repeats[i], seed + (unsigned)i);
	fill_wait(&wait, seed);
	require(!(lc_model_restore(model, &row.thread, seed % 3 ? &wait : NULL)));
}

static inline void add_stacks(struct lc_stacks *stacks)
{
	unsigned i;
	uint32_t id;

	for (i = 0; i < STACKS; i++) {
		struct lc_raw_frame raw = { .module = i,
					    .vaddr = 0x1000 + i,
					    .address = UINT64_MAX - i,
					    .pid = i ? 0 : UINT32_MAX,
					    .interrupted = i & 1,
					    .guessed = i & 2 };
		struct lc_frame frames[] = {
			{ .function = "inner",
			  .file = "a.c",
			  .line = i,
			  .module = "/bin/a",
			  .build_id = "abcd",
			  .address = UINT64_MAX - i,
			  .offset = i,
			  .inlined = true },
			{ .function = "outer \xff",
			  .guessed = true,
			  .go = true,
			  .own = true,
			  .module = "[kernel]" },
		};

		require(!(lc_stacks_intern(stacks, &raw, 1, LC_STACK_WHOLE + i, &id)));
		if (i)
			require(!(lc_stacks_set_frames(stacks, id, frames, 2)));
	}
}

static inline void add_go(struct lc_go *go, pid_t pid)
{
	struct lc_go_process *process;
	struct lc_goroutine goroutine;
	struct lc_go_releasers releasers;
	struct lc_go_held held;
	struct lc_go_retained retained;
	struct lc_go_path path;
	struct record_go_wait_row wait;
	struct lc_go_site site;
	struct lc_go_lock lock;
	struct record_go_row row;
	unsigned i;

	memset(&row, 0, sizeof(row));
	fill(&record_go_process, &row, (unsigned)pid);
	row.process.pid = pid;
	for (i = 0; i < LC_GO_BLOCKS; i++)
		fill(&record_go_block, &row.events.blocks[i], i);
	row.events.kept = LC_GO_BLOCKS;
	require(!(lc_go_restore(go, &row.process, &row.events, &process)));
	for (i = 0; i < 3; i++) {
		memset(&site, 0, sizeof(site));
		fill(&record_go_site, &site, i);
		require(!(lc_go_restore_site(process, &site)));
	}
	for (i = 0; i < 10; i++) {
		memset(&goroutine, 0, sizeof(goroutine));
		fill(&record_goroutine, &goroutine, i);
		goroutine.goid = 100 + i;
		goroutine.site = i % 3;
		require(!(lc_go_restore_goroutine(process, &goroutine)));
	}
	lc_go_restored(process);
	for (i = 0; i < 4; i++) {
		memset(&wait, 0, sizeof(wait));
		fill(&record_go_wait, &wait, i);
		wait.wait.goid = 109 - i;
		wait.wait.case_count = i;
		memset(wait.wait.cases, 0, sizeof(wait.wait.cases));
		for (unsigned k = 0; k < i; k++)
			fill(&record_go_case, &wait.wait.cases[k], i);
		wait.wait.reason = "chan receive";
		wait.wait.has_socket = i & 1;
		if (i & 1)
			fill_wait(&wait.wait.socket, i);
		require(!(lc_go_set_wait(process, &wait.wait)));
		memset(&releasers, 0, sizeof(releasers));
		fill(&record_go_releasers, &releasers, i);
		releasers.goid = 109 - i;
		require(!(lc_go_set_releasers(process, &releasers)));
		memset(&held, 0, sizeof(held));
		fill(&record_go_held, &held, i);
		require(!(lc_go_set_held(process, &held)));
		memset(&path, 0, sizeof(path));
		fill(&record_go_path, &path, i);
		path.goid = 109 - i;
		require(!(lc_go_set_path(process, &path)));
		memset(&retained, 0, sizeof(retained));
		fill(&record_go_retained, &retained, i);
		retained.goid = 109 - i;
		require(!(lc_go_set_retained(process, &retained)));
		fill(&record_go_served, &lock, i);
		require(!(lc_go_restore_lock(process, &lock)));
	}
}

static inline void add_groups(struct lc_series *series)
{
	struct lc_series_group group;
	unsigned i, k;

	for (i = 0; i < 7; i++) {
		memset(&group, 0, sizeof(group));
		group.key = (struct lc_series_key){ .pid = 40 + i,
						    .kind = i % 4 + (i % 4 == 1 ? 3 << 8 : 0),
						    .block_site = i % 4 < 2 ? 1 + i % STACKS : 0,
						    .spawn_site = i % 4 == 0 ? 2 : i };
		group.first_at = 100 * SECOND;
		group.joined = i;
		group.left = 2 * i;
		for (k = 0; k < 1; k++) {
			group.sweeps[k].at = (100 + k) * SECOND;
			group.sweeps[k].count = i * k + 1;
		}
		group.sweep_count = k;
		require(!(lc_series_restore(series, &group)));
	}
}

static inline void make_models(struct models *models)
{
	struct lc_holding holding;
	unsigned i;

	memset(models, 0, sizeof(*models));
	require(!(lc_stacks_create(0, &models->stacks)));
	require(!(lc_model_create(0, &models->threads)));
	require(!(lc_model_create(0, &models->others)));
	require(!(lc_series_create(&models->series)));
	add_stacks(models->stacks);
	for (i = 0; i < 20; i++)
		add_thread(i % 4 ? models->threads : models->others, 1000 - (pid_t)i * 7, i);
	for (i = 0; i < 5; i++) {
		memset(&holding, 0, sizeof(holding));
		fill(&record_holding, &holding, i);
		require(!(lc_model_restore_holding(models->threads, &holding)));
	}
	add_groups(models->series);
	add_go(&models->go, 77);
	add_go(&models->go, 5);
	models->snapshot = (struct lc_snapshot){
		.threads = models->threads,
		.others = models->others,
		.series = models->series,
		.go = &models->go,
		.now = 5000 * SECOND,
		.threshold_ns = SECOND,
	};
	fill(&record_run_table, &models->run, 3);
	strcpy(models->run.command, "trace");
	models->run.now = models->snapshot.now;
	models->run.finished = false;
	models->run.not_recorded = models->run.thinned_before = 0; /* the recorder's */
	models->run.realtime_offset = 1700000000 * (int64_t)SECOND;
	strcpy(models->run.limits[0], "one thing is not seen");
	strcpy(models->run.limits[1], "nor is another");
}

static inline void release_models(struct models *models)
{
	lc_stacks_free(models->stacks);
	lc_model_free(models->threads);
	lc_model_free(models->others);
	lc_series_free(models->series);
	lc_go_release(&models->go);
}

#endif
