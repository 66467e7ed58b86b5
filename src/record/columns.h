/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How structs of the model lie in tables: each table is described once, and rows are written, read
 * back and checked by that. Private to this folder. What the tables are for: schema.sql.
 */
#ifndef LEAKHOP_RECORD_COLUMNS_H
#define LEAKHOP_RECORD_COLUMNS_H

#include "util/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_KEYS 3

enum record_kind {
	RECORD_UNSIGNED, /* of 1 to 8 bytes; the greatest of 8 are negative in the table */
	RECORD_SIGNED,
	RECORD_BOOLEAN,
	RECORD_TIME,	 /* ns; NULL: 0, not known */
	RECORD_TEXT,	 /* an array of char */
	RECORD_LETTER,	 /* a char; NULL: 0 */
	RECORD_OPTIONAL, /* unsigned; NULL: 0 */
	RECORD_STACK,	 /* the number of a stack; NULL: 0 */
};

struct record_column {
	const char *name;
	uint16_t offset, size;
	uint8_t kind;
	uint64_t most; /* UNSIGNED: no valid value is greater; 0: as the size has it */
};

struct record_table {
	const char *name;
	const char *keys[RECORD_KEYS]; /* integers, rising in this order */
	size_t key_count;
	const struct record_column *columns;
	size_t count;
	const char *where; /* which rows are read back; NULL: all */
};

extern const struct record_table record_run_table, record_sweep_table, record_thread,
	record_longest, record_place, record_repeat, record_wait, record_owner, record_member,
	record_holding, record_cgroup, record_group, record_go_process, record_go_site,
	record_goroutine, record_go_wait, record_go_case, record_go_releasers, record_go_held,
	record_go_path, record_go_retained, record_go_served, record_go_block, record_go_exact,
	record_futex_wake, record_epoll_return;

/* All of them; NULL at the end. */
extern const struct record_table *const record_tables[];

/* "INSERT OR REPLACE INTO t (keys, columns) VALUES (?, ...)". 0 or a negative errno. */
int record_prepare_put(sqlite3 *db, const struct record_table *table, sqlite3_stmt **ret);
/* "SELECT keys, columns FROM t WHERE key = ? ORDER BY keys", the first key_count being given. */
int record_prepare_get(sqlite3 *db, const struct record_table *table, size_t key_count,
		       sqlite3_stmt **ret);

/* Binds and steps. Returns 0, or a negative errno: record_errno(). */
int record_put(sqlite3_stmt *statement, const struct record_table *table, const int64_t *keys,
	       const void *row);

/* Of stacks as they are numbered in the file, their numbers in the table that was read. */
struct record_stack_map {
	const uint32_t *by_number;
	size_t count;
};

/*
 * Reads the row that the statement stands on into *row, which is zeroed first, and its keys.
 * Returns 0, or -EBADMSG with error: a value is not what it can be.
 */
int record_get(sqlite3_stmt *statement, const struct record_table *table, size_t row_size,
	       const struct record_stack_map *stacks, int64_t *keys, void *row,
	       struct error *error);

/* A negative errno for what SQLite says of its last failure. */
int record_errno(sqlite3 *db);

#endif
