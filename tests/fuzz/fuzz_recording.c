// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording that somebody has changed: what is read of it is judged and told. The input is a list
 * of changes to a good one, each of a value or of a byte. Built with clang -fsanitize=fuzzer.
 */
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/recorded.h"
#include "output/output.h"
#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHANGES_MOST 12
#define CHANGE_BYTES 6

static char *template;
static size_t template_size;

static void make_template(void)
{
	char path[] = "/tmp/leakhop-fuzz-XXXXXX";
	int fd = mkstemp(path);
	struct recorder *recorder;
	struct error error = {};
	struct models models;
	struct stat stat;

	require(fd >= 0);
	make_models(&models);
	models.run.finished = true;
	require(!recorder_open(path, 0, &recorder, &error));
	require(!recorder_write(recorder, &models.snapshot, models.stacks, &models.run, &error));
	recorder_close(recorder);
	release_models(&models);
	require(!fstat(fd, &stat));
	template_size = (size_t)stat.st_size;
	template = malloc(template_size);
	require(template && pread(fd, template, template_size, 0) == (ssize_t)template_size);
	close(fd);
	unlink(path);
}

static void put_value(sqlite3_stmt *statement, const uint8_t *change)
{
	static const int64_t numbers[] = { 0,	      -1,	 1,	    2,	       3,
					   5,	      15,	 16,	    64,	       255,
					   256,	      65535,	 65536,	    1ll << 31, 1ll << 32,
					   1ll << 61, INT64_MAX, INT64_MIN, 77,	       993 };

	switch (change[3] % 8) {
	case 0:
		sqlite3_bind_null(statement, 1);
		return;
	case 1:
		sqlite3_bind_text(statement, 1, "\xff%s\x1b", -1, SQLITE_STATIC);
		return;
	case 2:
		sqlite3_bind_zeroblob(statement, 1, change[4] * 9);
		return;
	case 3:
		sqlite3_bind_int(statement, 1, change[4]);
		return;
	default:
		sqlite3_bind_int64(statement, 1,
				   numbers[change[4] % (sizeof(numbers) / sizeof(numbers[0]))]);
	}
}

static void change_value(sqlite3 *db, const uint8_t *change)
{
	const struct record_table *table = record_tables[change[0] % 22];
	sqlite3_stmt *statement;
	char sql[200];

	snprintf(sql, sizeof(sql), "UPDATE OR IGNORE %s SET %s = ? WHERE (%s + %s) %% %d = %d",
		 table->name, table->columns[change[1] % table->count].name, table->keys[0],
		 table->keys[table->key_count - 1], 1 + change[2] % 4, change[5] % 4);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL))
		return;
	put_value(statement, change);
	sqlite3_step(statement);
	sqlite3_finalize(statement);
}

static void change_row(sqlite3 *db, const uint8_t *change)
{
	static const char *const sql[] = {
		"DELETE FROM frame WHERE n = 1",
		"DELETE FROM stack WHERE id = 2",
		"DELETE FROM wait_owner WHERE n > 3",
		"UPDATE wait SET owner_count = 0, member_count = 0",
		"DELETE FROM wait_owner",
		"DELETE FROM wait_member",
		"DELETE FROM go_site",
		"DELETE FROM goroutine WHERE place % 2",
		"DELETE FROM go_wait",
		"DELETE FROM sweep",
		"DELETE FROM group_count",
		"UPDATE go_wait SET case_count = 0",
		"DELETE FROM go_case",
		"UPDATE thread SET wait = NULL",
		"DELETE FROM thread WHERE asked",
		"UPDATE thread SET blocked = 1, ended_at = NULL, state = 'S'",
		"UPDATE wait_owner SET tid = (SELECT tid FROM thread LIMIT 1 OFFSET n)",
		"UPDATE wait SET recorded = 1, owner_total = owner_count, flags = 0",
	};

	sqlite3_exec(db, sql[change[1] % (sizeof(sql) / sizeof(sql[0]))], NULL, NULL, NULL);
}

static void change_file(int fd, const char *path, const uint8_t *data, size_t size)
{
	size_t i, count = size / CHANGE_BYTES;
	const uint8_t *change;
	sqlite3 *db = NULL;

	require(!sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL));
	sqlite3_exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
	for (i = 0; i < count && i < CHANGES_MOST; i++) {
		change = data + i * CHANGE_BYTES;
		if (change[0] < 200)
			change_value(db, change);
		else if (change[0] < 240)
			change_row(db, change);
	}
	sqlite3_close(db);
	for (i = 0; i < count && i < CHANGES_MOST; i++) {
		change = data + i * CHANGE_BYTES;
		if (change[0] >= 240)
			require(pwrite(fd, change + 4, 1,
				       (change[1] << 16 | change[2] << 8 | change[3]) %
					       (off_t)template_size) == 1);
	}
}

static void tell(const struct recording *recording)
{
	struct output_style style = {};
	struct output_report report = { .go = &recording->go,
					.go_processes = recording->go.count,
					.has_threads = true };
	struct verdict_view view;
	struct output_run run = { .command = "dump",
				  .version = "",
				  .host = recording->run.host,
				  .kernel = "",
				  .source = "bpf",
				  .limits = recording->limits,
				  .started = recording->run.started,
				  .ended = recording->run.ended,
				  .realtime_offset = recording->run.realtime_offset,
				  .now = recording->run.now,
				  .threshold_ns = recording->run.threshold_ns,
				  .stacks = recording->stacks,
				  .view = &view,
				  .user_stacks = true,
				  .kernel_stacks = true,
				  .life = true,
				  .verbose = true,
				  .go_events = true,
				  .show_ended = true };
	FILE *stream = fopen("/dev/null", "w");
	size_t i;

	require(stream && !verdict_view_create(&recording->snapshot, &view));
	require(!verdict_make(&view, VERDICT_FINDINGS, &report.findings));
	require(!verdict_make(&view, VERDICT_SUSPECTS, &report.suspects));
	require(!verdict_make(&view, VERDICT_WAITS, &report.waits));
	require(!verdict_make(&view, VERDICT_THREADS, &report.threads));
	require(!verdict_goroutines_make(&view.snapshot, &view, &report.goroutines));
	verdict_goroutines_join(&view, &report.goroutines);
	output_json(stream, &run, &report);
	for (i = 0; i < report.threads.count; i++)
		output_text_record(stream, &style, &run, &report.threads.list[i], 1);
	for (i = 0; i < report.goroutines.count; i++)
		output_text_goroutines(stream, &style, &run, &report.goroutines.list[i], 1);
	output_text_summary(stream, &style, &run, &report);
	output_dot(stream, &run);
	fclose(stream);
	verdict_release(&report.findings);
	verdict_release(&report.suspects);
	verdict_release(&report.waits);
	verdict_release(&report.threads);
	verdict_goroutines_release(&report.goroutines);
	verdict_view_release(&view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/dev/shm/leakhop-fuzz-XXXXXX";
	int fd = mkstemp(path);
	struct recording recording;
	struct error error = {};

	if (!template)
		make_template();
	require(fd >= 0);
	require(write(fd, template, template_size) == (ssize_t)template_size);
	change_file(fd, path, data, size);
	if (!recording_read(path, NULL, &recording, &error)) {
		tell(&recording);
		recording_release(&recording);
	}
	unlink(path);
	close(fd);
	return 0;
}
