// SPDX-License-Identifier: GPL-2.0-only
/* Rows by their description: see columns.h. */
#include "record/columns.h"
#include "model/types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SQL_BYTES 4096

int record_errno(sqlite3 *db)
{
	switch (sqlite3_errcode(db)) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_IOERR:
		return sqlite3_system_errno(db) > 0 ? -sqlite3_system_errno(db) : -EIO;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EACCES;
	default:
		return -EBADMSG;
	}
}

static void add(char *sql, const char *text)
{
	size_t used = strlen(sql);

	if (used + strlen(text) < SQL_BYTES)
		strcpy(sql + used, text);
}

static void add_names(char *sql, const struct record_table *table)
{
	size_t i;

	for (i = 0; i < table->key_count; i++) {
		add(sql, i ? ", " : "");
		add(sql, table->keys[i]);
	}
	for (i = 0; i < table->count; i++) {
		add(sql, ", ");
		add(sql, table->columns[i].name);
	}
}

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) != SQLITE_OK)
		return record_errno(db);
	return 0;
}

int record_prepare_put(sqlite3 *db, const struct record_table *table, sqlite3_stmt **ret)
{
	char sql[SQL_BYTES] = "INSERT OR REPLACE INTO ";
	size_t i;

	add(sql, table->name);
	add(sql, " (");
	add_names(sql, table);
	add(sql, ") VALUES (?");
	for (i = 1; i < table->key_count + table->count; i++)
		add(sql, ", ?");
	add(sql, ")");
	return prepare(db, sql, ret);
}

int record_prepare_get(sqlite3 *db, const struct record_table *table, size_t key_count,
		       sqlite3_stmt **ret)
{
	char sql[SQL_BYTES] = "SELECT ";
	size_t i;

	add_names(sql, table);
	add(sql, " FROM ");
	add(sql, table->name);
	if (table->where) {
		add(sql, " WHERE ");
		add(sql, table->where);
	}
	for (i = 0; i < key_count; i++) {
		add(sql, i || table->where ? " AND " : " WHERE ");
		add(sql, table->keys[i]);
		add(sql, " = ?");
	}
	add(sql, " ORDER BY ");
	for (i = 0; i < table->key_count; i++) {
		add(sql, i ? ", " : "");
		add(sql, table->keys[i]);
	}
	return prepare(db, sql, ret);
}

static uint64_t load_unsigned(const void *field, size_t size)
{
	uint64_t value = 0;

	/* Little-endian, as all that leakhop knows: the low bytes come first. */
	memcpy(&value, field, size);
	return value;
}

static int64_t load_signed(const void *field, size_t size)
{
	unsigned unused = 64 - 8 * (unsigned)size;

	return (int64_t)(load_unsigned(field, size) << unused) >> unused;
}

/* NULL is 0. */
static bool is_optional(const struct record_column *column)
{
	return column->kind == RECORD_TIME || column->kind == RECORD_STACK ||
	       column->kind == RECORD_OPTIONAL;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text, size_t size)
{
	sqlite3_bind_text(statement, at, text, (int)strnlen(text, size), SQLITE_STATIC);
}

static void bind(sqlite3_stmt *statement, int at, const struct record_column *column,
		 const char *field)
{
	uint64_t value;

	switch ((enum record_kind)column->kind) {
	case RECORD_SIGNED:
		sqlite3_bind_int64(statement, at, load_signed(field, column->size));
		return;
	case RECORD_TEXT:
		bind_text(statement, at, field, column->size);
		return;
	case RECORD_LETTER:
		if (*field)
			bind_text(statement, at, field, 1);
		else
			sqlite3_bind_null(statement, at);
		return;
	case RECORD_TIME:
	case RECORD_STACK:
	case RECORD_OPTIONAL:
	case RECORD_UNSIGNED:
	case RECORD_BOOLEAN:
		break;
	}
	value = load_unsigned(field, column->size);
	if (column->kind == RECORD_TIME)
		value = lc_bounded_time(value);
	if (!value && is_optional(column))
		sqlite3_bind_null(statement, at);
	else
		sqlite3_bind_int64(statement, at, (int64_t)value);
}

int record_put(sqlite3_stmt *statement, const struct record_table *table, const int64_t *keys,
	       const void *row)
{
	int r, at = 1;
	size_t i;

	for (i = 0; i < table->key_count; i++)
		sqlite3_bind_int64(statement, at++, keys[i]);
	for (i = 0; i < table->count; i++)
		bind(statement, at++, &table->columns[i],
		     (const char *)row + table->columns[i].offset);
	r = sqlite3_step(statement);
	sqlite3_reset(statement);
	return r == SQLITE_DONE ? 0 : record_errno(sqlite3_db_handle(statement)) ?: -EIO;
}

static uint64_t greatest(const struct record_column *column)
{
	if (column->kind == RECORD_BOOLEAN)
		return 1;
	if (column->kind == RECORD_TIME)
		return LC_TIME_MOST;
	if (column->most)
		return column->most;
	return column->size == 8 ? UINT64_MAX : (1ull << (8 * column->size)) - 1;
}

static bool get_text(sqlite3_stmt *statement, int at, size_t size, char *field)
{
	bool is = sqlite3_column_type(statement, at) == SQLITE_TEXT; /* before it is made one */
	const void *text = is ? sqlite3_column_text(statement, at) : NULL;
	size_t length = text ? (size_t)sqlite3_column_bytes(statement, at) : 0;

	if (!text || length >= size || memchr(text, 0, length))
		return false;
	memcpy(field, text, length);
	return true;
}

static bool get_stack(uint64_t number, const struct record_stack_map *stacks, char *field)
{
	if (number >= stacks->count || !stacks->by_number[number])
		return false;
	memcpy(field, &stacks->by_number[number], sizeof(stacks->by_number[number]));
	return true;
}

static bool get_value(sqlite3_stmt *statement, int at, const struct record_column *column,
		      const struct record_stack_map *stacks, char *field)
{
	int type = sqlite3_column_type(statement, at);
	int64_t value;

	if (column->kind == RECORD_TEXT)
		return get_text(statement, at, column->size, field);
	if (type == SQLITE_NULL)
		return is_optional(column) || column->kind == RECORD_LETTER;
	if (column->kind == RECORD_LETTER) {
		char letter[2] = "";

		if (!get_text(statement, at, sizeof(letter), letter))
			return false;
		*field = letter[0];
		return true;
	}
	if (type != SQLITE_INTEGER)
		return false;
	value = sqlite3_column_int64(statement, at);
	if (column->kind == RECORD_STACK)
		return get_stack((uint64_t)value, stacks, field);
	if (column->kind == RECORD_SIGNED) {
		if (load_signed(&value, column->size) != value)
			return false;
	} else if ((uint64_t)value > greatest(column)) {
		return false;
	}
	memcpy(field, &value, column->size);
	return true;
}

int record_get(sqlite3_stmt *statement, const struct record_table *table, size_t row_size,
	       const struct record_stack_map *stacks, int64_t *keys, void *row, struct error *error)
{
	int at = 0;
	size_t i;

	memset(row, 0, row_size);
	for (i = 0; i < table->key_count; i++) {
		if (sqlite3_column_type(statement, at) != SQLITE_INTEGER)
			return error_say(error, -EBADMSG, "table %s: a key is no number",
					 table->name);
		keys[i] = sqlite3_column_int64(statement, at++);
	}
	for (i = 0; i < table->count; i++) {
		if (!get_value(statement, at++, &table->columns[i], stacks,
			       (char *)row + table->columns[i].offset))
			return error_say(error, -EBADMSG, "table %s: %s is not what it can be",
					 table->name, table->columns[i].name);
	}
	return 0;
}
