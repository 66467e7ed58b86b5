// SPDX-License-Identifier: GPL-2.0-only
/* Rows of a recording, and all of it put together: see reader.h and record.h. */
#include "record/reader.h"
#include "util/now.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_NS 120000000000ull

int reader_bad(struct reader *reader, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return error_say(reader->error, -EBADMSG, "%s", text);
}

static int failed(struct reader *reader)
{
	int r = record_errno(reader->db);

	if (sqlite3_errcode(reader->db) == SQLITE_INTERRUPT)
		return reader_bad(reader, "it takes too long to be read");
	if (r == -EBADMSG || r == 0)
		return reader_bad(reader, "%s", sqlite3_errmsg(reader->db));
	return error_set(reader->error, r, "cannot read it");
}

sqlite3_stmt *reader_prepare(struct reader *reader, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(reader->db, sql, -1, &statement, NULL) != SQLITE_OK)
		failed(reader);
	return statement;
}

int reader_step(struct reader *reader, sqlite3_stmt *statement)
{
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		return 1;
	return r == SQLITE_DONE ? 0 : failed(reader);
}

const char *reader_text(sqlite3_stmt *statement, int column, size_t most)
{
	bool is = sqlite3_column_type(statement, column) == SQLITE_TEXT; /* before it is made one */
	const char *text = is ? (const char *)sqlite3_column_text(statement, column) : NULL;
	size_t length = text ? (size_t)sqlite3_column_bytes(statement, column) : 0;

	return !text || length > most || memchr(text, '\0', length) ? NULL : text;
}

bool reader_number(sqlite3_stmt *statement, int column, int64_t least, int64_t most, int64_t *ret)
{
	int64_t value = sqlite3_column_int64(statement, column);

	if (sqlite3_column_type(statement, column) != SQLITE_INTEGER || value < least ||
	    value > most)
		return false;
	*ret = value;
	return true;
}

static int statement_for(struct reader *reader, const struct record_table *table, size_t key_count,
			 sqlite3_stmt **ret)
{
	size_t i;
	int r;

	for (i = 0; i < READER_STATEMENTS && reader->statements[i].table; i++) {
		if (reader->statements[i].table == table) {
			*ret = reader->statements[i].statement;
			return 0;
		}
	}
	if (i == READER_STATEMENTS)
		return -ENOSPC;
	r = record_prepare_get(reader->db, table, key_count, ret);
	if (r < 0)
		return failed(reader);
	reader->statements[i].table = table;
	reader->statements[i].statement = *ret;
	return 0;
}

static bool is_greater(const int64_t *keys, const int64_t *before, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (keys[i] != before[i])
			return keys[i] > before[i];
	}
	return false;
}

int reader_each(struct reader *reader, const struct record_table *table, const int64_t *keys,
		size_t key_count, void *row, size_t row_size, reader_row *take, void *context)
{
	int64_t now[RECORD_KEYS] = {}, before[RECORD_KEYS] = {};
	sqlite3_stmt *statement;
	bool first = true;
	size_t i;
	int r = statement_for(reader, table, key_count, &statement);

	if (r < 0)
		return r;
	for (i = 0; i < key_count; i++)
		sqlite3_bind_int64(statement, (int)i + 1, keys[i]);
	while (!r && (r = reader_step(reader, statement)) == 1) {
		r = record_get(statement, table, row_size, &reader->stacks, now, row,
			       reader->error);
		/* A damaged tree may go in a circle. */
		if (!r && !first && !is_greater(now, before, table->key_count))
			r = reader_bad(reader, "table %s: not in order", table->name);
		memcpy(before, now, sizeof(now));
		first = false;
		r = r ?: take(reader, now, row, context);
	}
	sqlite3_reset(statement);
	return r;
}

static void release_statements(struct reader *reader)
{
	size_t i;

	for (i = 0; i < READER_STATEMENTS; i++)
		sqlite3_finalize(reader->statements[i].statement);
}

/* --- the run --- */

static int take_run(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	(void)keys;
	(void)context;
	reader->recording->run = *(const struct record_run *)row;
	return 0;
}

/* Sums of these and of times of the clock do not overflow. */
static bool is_date(int64_t ns)
{
	return ns > -(1ll << 61) && ns < 1ll << 62;
}

static int read_limits(struct reader *reader)
{
	struct recording *recording = reader->recording;
	sqlite3_stmt *statement = reader_prepare(reader, "SELECT text FROM limit_told ORDER BY n");
	const char *text;
	size_t count = 0;
	int r = statement ? 1 : -EBADMSG;

	while (r == 1 && (r = reader_step(reader, statement)) == 1) {
		text = reader_text(statement, 0, RECORD_LIMIT_TEXT - 1);
		if (!text || count == RECORD_LIMITS) {
			r = reader_bad(reader, "table limit_told is not what it can be");
			break;
		}
		strcpy(recording->run.limits[count], text);
		recording->limits[count] = recording->run.limits[count];
		count++;
	}
	sqlite3_finalize(statement);
	return r;
}

static int read_run(struct reader *reader)
{
	struct record_run *run = &reader->recording->run, row;
	const int64_t key = 1;
	int r = reader_each(reader, &record_run_table, &key, 1, &row, sizeof(row), take_run, NULL);

	if (r)
		return r;
	if (!run->command[0])
		return reader_bad(reader, "nothing was recorded yet");
	if (strcmp(run->command, "trace") != 0 && strcmp(run->command, "dump") != 0 &&
	    strcmp(run->command, "check") != 0)
		return reader_bad(reader, "table run: command is not what it can be");
	if (!is_date(run->started) || !is_date(run->ended) || !is_date(run->realtime_offset) ||
	    !is_date(run->thinned_before))
		return reader_bad(reader, "table run: a date is not what it can be");
	return read_limits(reader);
}

static int count_sweeps(struct reader *reader)
{
	sqlite3_stmt *statement = reader_prepare(reader, "SELECT count(*) FROM sweep");
	int64_t count = 0;
	int r = statement ? reader_step(reader, statement) : -EBADMSG;

	if (r == 1)
		reader_number(statement, 0, 0, INT64_MAX, &count);
	sqlite3_finalize(statement);
	reader->recording->sweep_count = (uint64_t)count;
	return r < 0 ? r : 0;
}

/* --- all --- */

const char *reader_keep(struct reader *reader, const char *text)
{
	struct record_notes *notes = reader->recording->notes;
	size_t length = strlen(text);
	struct kept_text *kept;

	HASH_FIND(hh, notes->texts, text, length, kept);
	if (kept)
		return kept->text;
	kept = calloc(1, sizeof(*kept) + length + 1);
	if (!kept)
		return NULL;
	memcpy(kept->text, text, length + 1);
	HASH_ADD_KEYPTR(hh, notes->texts, kept->text, length, kept);
	return kept->text;
}

static int create_models(struct recording *recording)
{
	int r = lc_stacks_create(0, &recording->stacks);

	r = r ?: lc_model_create(RECORD_THREADS_MAX, &recording->threads);
	r = r ?: lc_model_create(RECORD_THREADS_MAX, &recording->others);
	r = r ?: lc_cgroups_create(&recording->cgroups);
	r = r ?: lc_series_create(&recording->series);
	recording->notes = calloc(1, sizeof(*recording->notes));
	return r ?: recording->notes ? 0 : -ENOMEM;
}

static int read_all(struct reader *reader)
{
	int r = read_run(reader);

	r = r ?: count_sweeps(reader);
	r = r ?: read_stacks(reader);
	r = r ?: read_threads(reader);
	r = r ?: read_cgroups(reader);
	r = r ?: read_series(reader);
	r = r ?: read_go(reader);
	return r ?: read_notes(reader);
}

static void close_reader(struct reader *reader, char *copy)
{
	release_statements(reader);
	sqlite3_close_v2(reader->db);
	reader_drop_copy(copy);
	free((void *)reader->stacks.by_number);
}

/* "'FILE' is damaged: why". */
static int name_file(const char *path, int r, struct error *error)
{
	struct error why = *error;

	if (r == -ENOMEM)
		return error_set(error, r, "cannot read '%s'", path);
	if (why.text[0] == '\'' || strstr(why.text, path))
		return r;
	return error_say(error, r, "'%s' is damaged: %s", path, why.text);
}

int recording_read(const char *path, const struct record_filter *filter,
		   struct recording *recording, struct error *error)
{
	struct reader reader = {
		.error = error,
		.filter = filter,
		.recording = recording,
		.give_up_at = now_monotonic() + PATIENCE_NS,
	};
	char *copy = NULL;
	int r;

	memset(recording, 0, sizeof(*recording));
	r = create_models(recording);
	if (r < 0)
		error_set(error, r, "cannot read '%s'", path);
	r = r ?: reader_open(&reader, path, &copy);
	recording->from_copy = copy != NULL;
	r = r ?: read_all(&reader);
	close_reader(&reader, copy);
	if (r < 0) {
		recording_release(recording);
		return name_file(path, r, error);
	}
	recording->snapshot = (struct lc_snapshot){
		.threads = recording->threads,
		.others = recording->others,
		.go = &recording->go,
		.series = recording->series,
		.cgroups = recording->cgroups,
		.now = recording->run.now,
		.threshold_ns = recording->run.threshold_ns,
		.once = recording->run.once,
	};
	return 0;
}

static void release_notes(struct record_notes *notes)
{
	struct kept_text *kept, *next;

	if (!notes)
		return;
	HASH_ITER(hh, notes->texts, kept, next) {
		HASH_DEL(notes->texts, kept);
		free(kept);
	}
	free(notes->wakes);
	free(notes->returns);
	free(notes->exacts);
	free(notes->labels);
	free(notes);
}

void recording_release(struct recording *recording)
{
	lc_model_free(recording->threads);
	lc_model_free(recording->others);
	lc_series_free(recording->series);
	lc_cgroups_free(recording->cgroups);
	lc_go_release(&recording->go);
	lc_stacks_free(recording->stacks);
	free(recording->syscalls);
	free(recording->sockets);
	free(recording->found);
	release_notes(recording->notes);
	memset(recording, 0, sizeof(*recording));
}
