/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recorder and what it knows of the file that it writes, so that only what has changed is
 * written. Private to this folder.
 *
 * The first failure stays in result, and nothing is written after it: what stands in memory then is
 * not what the file has.
 */
#ifndef LEAKHOP_RECORD_WRITER_H
#define LEAKHOP_RECORD_WRITER_H

#include "record/columns.h"
#include "record/rows.h"

#include <uthash.h>

#define WRITER_TABLES 32

/* Statements that are no row of a table of columns.h; writer.c has their text. */
enum writer_sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_STRING,
	SQL_MODULE,
	SQL_STACK,
	SQL_RAW_FRAME,
	SQL_FRAME,
	SQL_OBJECT,
	SQL_BLOCK,
	SQL_BLOCK_END,
	SQL_COUNT,
	SQL_COUNT_END,
	SQL_THREAD_GONE,
	SQL_THREAD_DELETE,
	SQL_LONGEST_DELETE,
	SQL_PLACE_DELETE,
	SQL_REPEAT_DELETE,
	SQL_WAIT_DELETE,
	SQL_OWNER_DELETE,
	SQL_MEMBER_DELETE,
	SQL_LOCK_DELETE,
	SQL_GO_DELETE,
	SQL_GO_SITE_DELETE,
	SQL_GOROUTINE_DELETE,
	SQL_GOROUTINE_DELETE_FROM,
	SQL_GO_WAIT_DELETE,
	SQL_GO_CASE_DELETE,
	SQL_GO_CASE_DELETE_FROM,
	SQL_GO_RELEASERS_DELETE,
	SQL_GO_HELD_DELETE,
	SQL_GO_PATH_DELETE,
	SQL_GO_RETAINED_DELETE,
	SQL_GO_LOCK_DELETE,
	SQL_GO_BLOCK_DELETE,
	SQL_FINDING,
	SQL_SYSCALL,
	SQL_SOCKET,
	SQL_FOUND,
	SQL_LABEL,
	SQL_LIMIT,
	SQL_WAIT_KIND,
	SQL_GO_KIND,
	SQL_THIN_BLOCKS,
	SQL_THIN_COUNTS,
	SQL_THIN_SWEEPS,
	SQL_THIN_THREADS,
	SQL_THIN_OBJECTS,
	SQL_THIN_FINDINGS,
	SQL_STATEMENTS
};

/* Hashes of rows as they were written last, by number; 0: there is no such row. */
struct row_hashes {
	uint64_t *list;
	size_t count, capacity;
};

struct written_text {
	UT_hash_handle hh;
	int64_t id;
	char text[];
};

struct recorder {
	sqlite3 *db;
	uint64_t max_bytes;
	uint64_t page_size;
	int result;
	bool begun;	/* a transaction */
	bool reported;	/* of the failure */
	int64_t sweep;	/* under way */
	int64_t oldest; /* that the file has */
	int64_t thinned_before;
	int64_t last_thread, last_wait, last_block, last_go;
	uint64_t written; /* calls of recorder_write() */
	sqlite3_stmt *puts[WRITER_TABLES], *statements[SQL_STATEMENTS];
	struct written_text *strings, *modules, *objects;
	int64_t string_count, module_count, object_count;
	uint8_t *stacks; /* by id - 1: 1 written, 2 with names */
	size_t stack_capacity;
	struct written_thread *threads[2]; /* others, asked for */
	struct written_go *go;
	struct row_hashes locks, groups, cgroups;
	struct written_count *counts; /* of groups, by number - 1 */
	size_t count_capacity;
	size_t exact_count, label_count, limit_count;
};

/* --- writer.c --- */

/* Each does nothing after a failure, and notes its own. */
void writer_put(struct recorder *recorder, const struct record_table *table, const int64_t *keys,
		const void *row);
void writer_run(struct recorder *recorder, enum writer_sql sql, const int64_t *numbers,
		size_t count);
/* For those with texts: bind, then writer_step(). NULL after a failure. */
sqlite3_stmt *writer_statement(struct recorder *recorder, enum writer_sql sql);
void writer_step(struct recorder *recorder, sqlite3_stmt *statement);
void writer_fail(struct recorder *recorder, int r);

#define WRITER_RUN(recorder, sql, ...)                              \
	writer_run(recorder, sql, (const int64_t[]){ __VA_ARGS__ }, \
		   sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

/* Of size bytes; never 0. */
uint64_t writer_hash(const void *bytes, size_t size, uint64_t seed);

/* The place of a row's hash, made if need be; NULL: no memory, which is noted. */
uint64_t *writer_hash_at(struct recorder *recorder, struct row_hashes *hashes, size_t number);

/* Writes a row whose bytes differ from those written last. Returns whether it did. */
bool writer_put_changed(struct recorder *recorder, struct row_hashes *hashes, size_t number,
			const struct record_table *table, const int64_t *keys, const void *row,
			size_t size);

/* A number for a text, from 1 on, made if need be. 0: no memory. */
int64_t writer_text(struct recorder *recorder, struct written_text **texts, int64_t *last,
		    const char *text, bool *ret_new);

void writer_release_texts(struct written_text **texts);

/* --- the others: what each is for, its name says --- */
void write_stacks(struct recorder *recorder, const struct lc_stacks *stacks);
void write_threads(struct recorder *recorder, const struct lc_snapshot *snapshot, bool exact,
		   struct record_sweep *sweep);
void write_wait(struct recorder *recorder, int64_t id, const struct lc_wait *wait);
void write_locks(struct recorder *recorder, const struct lc_model *threads);
void write_cgroups(struct recorder *recorder, const struct lc_cgroups *cgroups);
void write_groups(struct recorder *recorder, const struct lc_series *series,
		  struct record_sweep *sweep);
/* Returns how many goroutines found no room. */
uint64_t write_go(struct recorder *recorder, const struct lc_go *go, struct record_sweep *sweep);
void write_release_threads(struct recorder *recorder);
void write_release_go(struct recorder *recorder);
void thin(struct recorder *recorder);

#endif
