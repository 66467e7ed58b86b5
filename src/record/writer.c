// SPDX-License-Identifier: GPL-2.0-only
/* A recorder's file, transactions and statements: see writer.h and record.h. */
#include "record/writer.h"
#include "record/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const sql_text[SQL_STATEMENTS] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_STRING] = "INSERT INTO string VALUES (?, ?)",
	[SQL_MODULE] = "INSERT INTO module VALUES (?, ?, ?)",
	[SQL_STACK] = "INSERT OR REPLACE INTO stack VALUES (?, ?, ?, ?)",
	[SQL_RAW_FRAME] = "INSERT OR REPLACE INTO raw_frame VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_FRAME] = "INSERT INTO frame VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_OBJECT] = "INSERT INTO object VALUES (?, ?, ?)",
	[SQL_BLOCK] = "INSERT INTO block VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?)",
	[SQL_BLOCK_END] = "UPDATE block SET last_sweep = ? WHERE id = ?",
	[SQL_COUNT] = "INSERT INTO group_count VALUES (?, ?, NULL, ?)",
	[SQL_COUNT_END] =
		"UPDATE group_count SET last_sweep = ? WHERE grouped = ? AND first_sweep = ?",
	[SQL_THREAD_GONE] =
		"UPDATE thread SET gone_sweep = ?, wait = NULL, blocked = 0 WHERE id = ?",
	[SQL_THREAD_DELETE] = "DELETE FROM thread WHERE id = ?",
	[SQL_LONGEST_DELETE] = "DELETE FROM thread_longest WHERE thread = ?",
	[SQL_PLACE_DELETE] = "DELETE FROM thread_place WHERE thread = ?",
	[SQL_REPEAT_DELETE] = "DELETE FROM thread_repeat WHERE thread = ?",
	[SQL_WAIT_DELETE] = "DELETE FROM wait WHERE id = ?",
	[SQL_OWNER_DELETE] = "DELETE FROM wait_owner WHERE wait = ?",
	[SQL_MEMBER_DELETE] = "DELETE FROM wait_member WHERE wait = ?",
	[SQL_LOCK_DELETE] = "DELETE FROM lock WHERE n >= ?",
	[SQL_GO_DELETE] = "DELETE FROM go_process WHERE id = ?",
	[SQL_GO_SITE_DELETE] = "DELETE FROM go_site WHERE process = ? AND number >= ?",
	[SQL_GOROUTINE_DELETE] = "DELETE FROM goroutine WHERE process = ? AND place = ?",
	[SQL_GOROUTINE_DELETE_FROM] = "DELETE FROM goroutine WHERE process = ? AND place >= ?",
	[SQL_GO_WAIT_DELETE] = "DELETE FROM go_wait WHERE process = ? AND n >= ?",
	[SQL_GO_CASE_DELETE] = "DELETE FROM go_case WHERE process = ? AND wait = ?",
	[SQL_GO_CASE_DELETE_FROM] = "DELETE FROM go_case WHERE process = ? AND wait >= ?",
	[SQL_GO_HELD_DELETE] = "DELETE FROM go_held WHERE process = ? AND n >= ?",
	[SQL_GO_PATH_DELETE] = "DELETE FROM go_path WHERE process = ? AND n >= ?",
	[SQL_GO_RETAINED_DELETE] = "DELETE FROM go_retained WHERE process = ? AND n >= ?",
	[SQL_GO_RELEASERS_DELETE] = "DELETE FROM go_releasers WHERE process = ? AND n >= ?",
	[SQL_GO_LOCK_DELETE] = "DELETE FROM go_lock WHERE process = ? AND n >= ?",
	[SQL_GO_BLOCK_DELETE] = "DELETE FROM go_block WHERE process = ? AND n >= ?",
	[SQL_FINDING] =
		"INSERT INTO finding VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, ?)",
	[SQL_SYSCALL] = "INSERT OR REPLACE INTO syscall VALUES (?, ?, ?)",
	[SQL_SOCKET] = "INSERT INTO socket VALUES (NULL, ?, ?, ?, ?)",
	[SQL_FOUND] = "INSERT INTO check_finding VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_LABEL] = "INSERT INTO go_label VALUES (?, ?, ?, ?, ?)",
	[SQL_LIMIT] = "INSERT OR REPLACE INTO limit_told VALUES (?, ?)",
	[SQL_WAIT_KIND] = "INSERT INTO wait_kind VALUES (?, ?)",
	[SQL_GO_KIND] = "INSERT INTO go_kind VALUES (?, ?)",
	[SQL_THIN_BLOCKS] = "DELETE FROM block WHERE last_sweep < ?",
	[SQL_THIN_COUNTS] = "DELETE FROM group_count WHERE last_sweep < ?",
	[SQL_THIN_SWEEPS] = "DELETE FROM sweep WHERE number < ?",
	[SQL_THIN_THREADS] = "DELETE FROM thread WHERE gone_sweep < ? AND id NOT IN "
			     "(SELECT thread FROM block)",
	[SQL_THIN_OBJECTS] = "DELETE FROM object WHERE id NOT IN "
			     "(SELECT object FROM block WHERE object IS NOT NULL)",
	[SQL_THIN_FINDINGS] = "DELETE FROM finding WHERE sweep < ?",
};

void writer_fail(struct recorder *recorder, int r)
{
	if (!recorder->result)
		recorder->result = r < 0 ? r : -EIO;
}

sqlite3_stmt *writer_statement(struct recorder *recorder, enum writer_sql sql)
{
	sqlite3_stmt **statement = &recorder->statements[sql];

	if (recorder->result)
		return NULL;
	if (!*statement && sqlite3_prepare_v3(recorder->db, sql_text[sql], -1,
					      SQLITE_PREPARE_PERSISTENT, statement, NULL))
		writer_fail(recorder, record_errno(recorder->db));
	return recorder->result ? NULL : *statement;
}

void writer_step(struct recorder *recorder, sqlite3_stmt *statement)
{
	if (!statement)
		return;
	if (sqlite3_step(statement) != SQLITE_DONE)
		writer_fail(recorder, record_errno(recorder->db));
	sqlite3_reset(statement);
}

void writer_run(struct recorder *recorder, enum writer_sql sql, const int64_t *numbers,
		size_t count)
{
	sqlite3_stmt *statement = writer_statement(recorder, sql);
	size_t i;

	for (i = 0; statement && i < count; i++)
		sqlite3_bind_int64(statement, (int)i + 1, numbers[i]);
	writer_step(recorder, statement);
}

static sqlite3_stmt *put_statement(struct recorder *recorder, const struct record_table *table)
{
	size_t i = 0;
	int r;

	while (record_tables[i] != table)
		i++;
	if (recorder->puts[i])
		return recorder->puts[i];
	r = record_prepare_put(recorder->db, table, &recorder->puts[i]);
	if (r < 0)
		writer_fail(recorder, r);
	return recorder->puts[i];
}

void writer_put(struct recorder *recorder, const struct record_table *table, const int64_t *keys,
		const void *row)
{
	sqlite3_stmt *statement = recorder->result ? NULL : put_statement(recorder, table);
	int r = statement ? record_put(statement, table, keys, row) : 0;

	if (r < 0)
		writer_fail(recorder, r);
}

uint64_t writer_hash(const void *bytes, size_t size, uint64_t seed)
{
	const char *at = bytes;
	uint64_t hash = seed ^ 0x9e3779b97f4a7c15ull, word;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * 0xff51afd7ed558ccdull;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, at, size);
	hash = (hash ^ word) * 0xc4ceb9fe1a85ec53ull;
	hash ^= hash >> 29;
	return hash ? hash : 1;
}

uint64_t *writer_hash_at(struct recorder *recorder, struct row_hashes *hashes, size_t number)
{
	size_t capacity = hashes->capacity ? hashes->capacity : 64;
	uint64_t *grown;

	while (capacity <= number)
		capacity *= 2;
	if (capacity != hashes->capacity) {
		grown = reallocarray(hashes->list, capacity, sizeof(*grown));
		if (!grown) {
			writer_fail(recorder, -ENOMEM);
			return NULL;
		}
		memset(grown + hashes->capacity, 0, (capacity - hashes->capacity) * sizeof(*grown));
		hashes->list = grown;
		hashes->capacity = capacity;
	}
	if (number >= hashes->count)
		hashes->count = number + 1;
	return &hashes->list[number];
}

bool writer_put_changed(struct recorder *recorder, struct row_hashes *hashes, size_t number,
			const struct record_table *table, const int64_t *keys, const void *row,
			size_t size)
{
	uint64_t *known = writer_hash_at(recorder, hashes, number);
	uint64_t hash = writer_hash(row, size, 0);

	if (!known || *known == hash)
		return false;
	*known = hash;
	writer_put(recorder, table, keys, row);
	return true;
}

int64_t writer_text(struct recorder *recorder, struct written_text **texts, int64_t *last,
		    const char *text, bool *ret_new)
{
	struct written_text *entry;
	size_t length = strlen(text);

	*ret_new = false;
	HASH_FIND(hh, *texts, text, length, entry);
	if (entry)
		return entry->id;
	entry = calloc(1, sizeof(*entry) + length + 1);
	if (!entry) {
		writer_fail(recorder, -ENOMEM);
		return 0;
	}
	memcpy(entry->text, text, length + 1);
	entry->id = ++*last;
	*ret_new = true;
	HASH_ADD_KEYPTR(hh, *texts, entry->text, length, entry);
	return entry->id;
}

void writer_release_texts(struct written_text **texts)
{
	struct written_text *entry, *next;

	HASH_ITER(hh, *texts, entry, next) {
		HASH_DEL(*texts, entry);
		free(entry);
	}
}

/* --- open, close --- */

static void write_kinds(struct recorder *recorder)
{
	sqlite3_stmt *statement;
	int i;

	for (i = 0; i < LC_WAIT_KIND_COUNT; i++) {
		statement = writer_statement(recorder, SQL_WAIT_KIND);
		sqlite3_bind_int(statement, 1, i);
		sqlite3_bind_text(statement, 2, lc_wait_kind_name(i), -1, SQLITE_STATIC);
		writer_step(recorder, statement);
	}
	for (i = 0; i < LC_GO_KIND_COUNT; i++) {
		statement = writer_statement(recorder, SQL_GO_KIND);
		sqlite3_bind_int(statement, 1, i);
		sqlite3_bind_text(statement, 2, lc_go_kind_name(i), -1, SQLITE_STATIC);
		writer_step(recorder, statement);
	}
}

static int run_plain(struct recorder *recorder, const char *sql)
{
	return sqlite3_exec(recorder->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : record_errno(recorder->db);
}

static int bound(struct recorder *recorder)
{
	char sql[80];

	if (!recorder->max_bytes)
		return 0;
	sqlite3_snprintf(sizeof(sql), sql, "PRAGMA max_page_count = %lld",
			 (long long)(recorder->max_bytes / recorder->page_size));
	return run_plain(recorder, sql);
}

/*
 * The tables are in the file itself before what comes goes to the log beside it: so it says what it
 * is from its first page on.
 */
static int create_tables(struct recorder *recorder)
{
	char sql[120];
	int r;

	sqlite3_snprintf(sizeof(sql), sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
			 RECORD_APPLICATION, RECORD_VERSION);
	r = run_plain(recorder, "PRAGMA page_size = 4096; PRAGMA journal_mode = MEMORY");
	r = r ?: bound(recorder);
	r = r ?: run_plain(recorder, "BEGIN IMMEDIATE");
	r = r ?: run_plain(recorder, sql);
	r = r ?: run_plain(recorder, record_schema);
	if (r)
		return r;
	write_kinds(recorder);
	r = recorder->result ?: run_plain(recorder, "COMMIT");
	return r
		       ?: run_plain(recorder,
				    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
				    "PRAGMA journal_size_limit = 4194304; "
				    "PRAGMA cache_size = -8192");
}

int recorder_open(const char *path, uint64_t max_bytes, struct recorder **ret_recorder,
		  struct error *error)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int r = 0;

	if (!recorder)
		return error_set(error, -ENOMEM, "cannot record into '%s'", path);
	recorder->max_bytes = max_bytes;
	recorder->page_size = 4096;
	if (sqlite3_open_v2(path, &recorder->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX,
			    NULL))
		r = recorder->db ? record_errno(recorder->db) : -ENOMEM;
	r = r ?: create_tables(recorder);
	if (r) {
		error_set(error, r, "cannot record into '%s'", path);
		recorder->result = r;
		recorder_close(recorder);
		return r;
	}
	recorder->oldest = 1;
	*ret_recorder = recorder;
	return 0;
}

void recorder_close(struct recorder *recorder)
{
	size_t i;

	if (!recorder)
		return;
	for (i = 0; i < WRITER_TABLES; i++)
		sqlite3_finalize(recorder->puts[i]);
	for (i = 0; i < SQL_STATEMENTS; i++)
		sqlite3_finalize(recorder->statements[i]);
	if (!recorder->result) {
		/* One file, as it is to be copied; where a reader has it open it stays as it is. */
		run_plain(recorder, "PRAGMA wal_checkpoint(TRUNCATE)");
		run_plain(recorder, "PRAGMA journal_mode = DELETE");
	}
	sqlite3_close_v2(recorder->db);
	writer_release_texts(&recorder->strings);
	writer_release_texts(&recorder->modules);
	writer_release_texts(&recorder->objects);
	write_release_threads(recorder);
	write_release_go(recorder);
	free(recorder->locks.list);
	free(recorder->cgroups.list);
	free(recorder->groups.list);
	free(recorder->counts);
	free(recorder->stacks);
	free(recorder);
}

bool recorder_has_failed(const struct recorder *recorder)
{
	return recorder->result != 0;
}

/* --- a transaction --- */

static void begin(struct recorder *recorder)
{
	if (recorder->result || recorder->begun)
		return;
	recorder->sweep++;
	writer_run(recorder, SQL_BEGIN, NULL, 0);
	recorder->begun = !recorder->result;
}

static void write_run(struct recorder *recorder, const struct record_run *run,
		      uint64_t not_recorded)
{
	struct record_run row = *run;
	sqlite3_stmt *statement;
	const int64_t key = 1;

	row.thinned_before = recorder->thinned_before;
	row.not_recorded = not_recorded;
	writer_put(recorder, &record_run_table, &key, &row);
	while (recorder->limit_count < RECORD_LIMITS && run->limits[recorder->limit_count][0]) {
		statement = writer_statement(recorder, SQL_LIMIT);
		if (!statement)
			return;
		sqlite3_bind_int64(statement, 1, (int64_t)recorder->limit_count);
		sqlite3_bind_text(statement, 2, run->limits[recorder->limit_count++], -1,
				  SQLITE_STATIC);
		writer_step(recorder, statement);
	}
}

static int tell(struct recorder *recorder, struct error *error)
{
	if (recorder->reported)
		return 0;
	recorder->reported = true;
	if (recorder->begun)
		run_plain(recorder, "ROLLBACK");
	return error_set(error, recorder->result, "cannot go on recording");
}

int recorder_write(struct recorder *recorder, const struct lc_snapshot *snapshot,
		   const struct lc_stacks *stacks, const struct record_run *run,
		   struct error *error)
{
	struct record_sweep sweep = {
		.at = (int64_t)snapshot->now + run->realtime_offset,
		.now = snapshot->now,
		.counted_at = snapshot->now,
	};
	uint64_t not_recorded = 0;

	if (recorder->result)
		return tell(recorder, error);
	begin(recorder);
	recorder->written++;
	thin(recorder);
	write_stacks(recorder, stacks);
	write_threads(recorder, snapshot, /* exact= */ run->finished, &sweep);
	write_locks(recorder, snapshot->threads);
	write_cgroups(recorder, snapshot->cgroups);
	if (snapshot->series)
		write_groups(recorder, snapshot->series, &sweep);
	if (snapshot->go)
		not_recorded = write_go(recorder, snapshot->go, &sweep);
	writer_put(recorder, &record_sweep_table, &recorder->sweep, &sweep);
	write_run(recorder, run, not_recorded);
	writer_run(recorder, SQL_COMMIT, NULL, 0);
	if (recorder->result)
		return tell(recorder, error);
	recorder->begun = false;
	return 0;
}

/* --- notes --- */

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text ? text : "", -1, SQLITE_TRANSIENT);
}

void recorder_note_finding(struct recorder *recorder, const struct record_finding *finding)
{
	const char *const texts[] = { finding->verdict, finding->rule,	 finding->reason,
				      finding->proof,	finding->remedy, finding->kind };
	sqlite3_stmt *statement;
	int at = 1;
	size_t i;

	begin(recorder);
	statement = writer_statement(recorder, SQL_FINDING);
	if (!statement)
		return;
	sqlite3_bind_int64(statement, at++, finding->at);
	sqlite3_bind_int64(statement, at++, recorder->sweep);
	sqlite3_bind_int(statement, at++, finding->at_end);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bind_text(statement, at++, texts[i]);
	sqlite3_bind_int(statement, at++, finding->pid);
	bind_text(statement, at++, finding->comm);
	sqlite3_bind_int(statement, at++, finding->tid);
	sqlite3_bind_int64(statement, at++, (int64_t)finding->goid);
	sqlite3_bind_int64(statement, at++, (int64_t)finding->count);
	sqlite3_bind_int64(statement, at++, (int64_t)finding->blocked_ns);
	sqlite3_bind_int64(statement, at++, finding->stack);
	sqlite3_bind_int64(statement, at++, finding->spawn_stack);
	writer_step(recorder, statement);
}

void recorder_note_syscall(struct recorder *recorder, const struct record_syscall *syscall)
{
	sqlite3_stmt *statement;

	begin(recorder);
	statement = writer_statement(recorder, SQL_SYSCALL);
	if (!statement)
		return;
	sqlite3_bind_int64(statement, 1, syscall->nr);
	bind_text(statement, 2, syscall->name);
	sqlite3_bind_int(statement, 3, (int)syscall->args);
	writer_step(recorder, statement);
}

void recorder_note_socket(struct recorder *recorder, const struct record_socket *socket)
{
	sqlite3_stmt *statement;

	begin(recorder);
	statement = writer_statement(recorder, SQL_SOCKET);
	if (!statement)
		return;
	sqlite3_bind_int64(statement, 1, socket->pid);
	sqlite3_bind_int64(statement, 2, socket->fd);
	bind_text(statement, 3, socket->local);
	bind_text(statement, 4, socket->remote);
	writer_step(recorder, statement);
}

void recorder_note_futex_wake(struct recorder *recorder, pid_t tid,
			      const struct lc_futex_wake *wake)
{
	const int64_t key = tid;

	begin(recorder);
	writer_put(recorder, &record_futex_wake, &key, wake);
}

void recorder_note_epoll_return(struct recorder *recorder, pid_t tid,
				const struct lc_epoll_return *last)
{
	const int64_t key = tid;

	begin(recorder);
	writer_put(recorder, &record_epoll_return, &key, last);
}

void recorder_note_found(struct recorder *recorder, const struct record_found *found)
{
	sqlite3_stmt *statement;
	int at = 1;
	size_t i;

	begin(recorder);
	statement = writer_statement(recorder, SQL_FOUND);
	if (!statement)
		return;
	sqlite3_bind_int(statement, at++, found->pid);
	sqlite3_bind_int64(statement, at++, (int64_t)found->count);
	sqlite3_bind_int(statement, at++, found->goroutines);
	sqlite3_bind_int(statement, at++, found->known);
	sqlite3_bind_int64(statement, at++, found->block_line);
	sqlite3_bind_int64(statement, at++, found->spawn_line);
	for (i = 0; i < RECORD_FOUND_TEXTS; i++)
		bind_text(statement, at++, found->texts[i]);
	writer_step(recorder, statement);
}

void recorder_note_label(struct recorder *recorder, pid_t pid, uint64_t goid,
			 const struct record_label *label)
{
	sqlite3_stmt *statement;

	begin(recorder);
	statement = writer_statement(recorder, SQL_LABEL);
	if (!statement)
		return;
	sqlite3_bind_int64(statement, 1, (int64_t)recorder->label_count++);
	sqlite3_bind_int(statement, 2, pid);
	sqlite3_bind_int64(statement, 3, (int64_t)goid);
	bind_text(statement, 4, label->text);
	sqlite3_bind_int64(statement, 5, (int64_t)label->count);
	writer_step(recorder, statement);
}

void recorder_note_exact(struct recorder *recorder, const struct record_go_exact *exact)
{
	const int64_t key = (int64_t)recorder->exact_count++;

	begin(recorder);
	writer_put(recorder, &record_go_exact, &key, exact);
}
