/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading of a recording that anybody may have written: each value is checked before it is used.
 * Private to this folder. Functions return 0 or a negative errno with reader.error.
 */
#ifndef LEAKHOP_RECORD_READER_H
#define LEAKHOP_RECORD_READER_H

#include "record/columns.h"
#include "record/rows.h"

#include <uthash.h>

#define READER_STATEMENTS 32

struct kept_text {
	UT_hash_handle hh;
	char text[];
};

struct noted_label {
	pid_t pid;
	uint64_t goid;
	struct record_label label;
};

struct noted_wake {
	int64_t tid;
	struct lc_futex_wake wake;
};

struct noted_return {
	int64_t tid;
	struct lc_epoll_return last;
};

struct record_notes {
	struct noted_wake *wakes;
	struct noted_return *returns;
	struct record_go_exact *exacts;
	struct noted_label *labels;
	size_t wake_count, return_count, exact_count, label_count;
	struct kept_text *texts;
};

struct reader {
	sqlite3 *db;
	struct error *error;
	const struct record_filter *filter;
	struct recording *recording;
	struct record_stack_map stacks;
	uint64_t give_up_at; /* CLOCK_MONOTONIC */
	struct {
		const struct record_table *table;
		sqlite3_stmt *statement;
	} statements[READER_STATEMENTS];
};

/* Takes in a row. */
typedef int reader_row(struct reader *reader, const int64_t *keys, const void *row, void *context);

/*
 * Gives each row of a table whose first keys are these, in rising order. row is where it is read
 * to.
 */
int reader_each(struct reader *reader, const struct record_table *table, const int64_t *keys,
		size_t key_count, void *row, size_t row_size, reader_row *take, void *context);

/* Sets the error and returns it. */
int reader_bad(struct reader *reader, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

/* A statement that is no table's, run once: step, and finalize. NULL: reader.error is set. */
sqlite3_stmt *reader_prepare(struct reader *reader, const char *sql);
/* 1: a row, 0: none any more. */
int reader_step(struct reader *reader, sqlite3_stmt *statement);
/* NULL: it is no text, or longer than that. Valid until the next step. */
const char *reader_text(sqlite3_stmt *statement, int column, size_t most);
bool reader_number(sqlite3_stmt *statement, int column, int64_t least, int64_t most, int64_t *ret);

int read_stacks(struct reader *reader);
int read_threads(struct reader *reader);
int read_cgroups(struct reader *reader);
int read_wait(struct reader *reader, int64_t id, struct lc_wait *ret_wait);
int read_series(struct reader *reader);
int read_go(struct reader *reader);
int read_notes(struct reader *reader);
const char *reader_keep(struct reader *reader, const char *text);

/* open.c: opens a file as a database that does what it is told, and checks that it is ours. */
int reader_open(struct reader *reader, const char *path, char **ret_copy);
/* Removes a copy; may be NULL. Frees the name. */
void reader_drop_copy(char *copy);

#endif
