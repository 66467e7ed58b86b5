// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads as they stand now, and which were blocked when: see writer.h. A thread's row is written
 * where anything of it has changed; a block's once, and once more when it is over.
 */
#include "record/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a thread is blocked. No padding: memcmp() compares. */
struct block_id {
	uint64_t since;
	int64_t syscall;
	uint64_t object; /* a hash of it */
	uint32_t user_stack, kernel_stack;
};

struct written_thread {
	UT_hash_handle hh;
	pid_t tid;
	bool had_block; /* the file tells of one */
	uint64_t start_time;
	int64_t id, wait; /* rows */
	uint64_t first_sweep;
	uint64_t hash, lists_hash;
	const struct lc_wait *wait_seen;
	uint64_t wait_read_at;
	uint64_t written; /* recorder.written */
	int64_t block;	  /* that goes on; 0: none */
	struct block_id block_id;
};

/* --- what it waits for --- */

static void write_owners(struct recorder *recorder, int64_t id, const struct lc_wait *wait)
{
	uint32_t i;

	WRITER_RUN(recorder, SQL_OWNER_DELETE, id);
	WRITER_RUN(recorder, SQL_MEMBER_DELETE, id);
	for (i = 0; i < wait->owner_count; i++)
		writer_put(recorder, &record_owner, (const int64_t[]){ id, i }, &wait->owners[i]);
	for (i = 0; i < wait->member_count; i++)
		writer_put(recorder, &record_member, (const int64_t[]){ id, i }, &wait->members[i]);
}

void write_wait(struct recorder *recorder, int64_t id, const struct lc_wait *wait)
{
	writer_put(recorder, &record_wait, &id, wait);
	write_owners(recorder, id, wait);
}

static void drop_wait(struct recorder *recorder, struct written_thread *known)
{
	if (!known->wait)
		return;
	WRITER_RUN(recorder, SQL_WAIT_DELETE, known->wait);
	WRITER_RUN(recorder, SQL_OWNER_DELETE, known->wait);
	WRITER_RUN(recorder, SQL_MEMBER_DELETE, known->wait);
	known->wait = 0;
}

static void note_wait(struct recorder *recorder, struct written_thread *known,
		      const struct lc_thread *thread)
{
	if (known->wait_seen == thread->wait && known->wait_read_at == thread->wait_read_at)
		return;
	known->wait_seen = thread->wait;
	known->wait_read_at = thread->wait_read_at;
	if (!thread->wait) {
		drop_wait(recorder, known);
		return;
	}
	if (!known->wait)
		known->wait = ++recorder->last_wait;
	write_wait(recorder, known->wait, thread->wait);
}

/* --- its lists --- */

static void write_lists(struct recorder *recorder, int64_t id, const struct lc_thread *thread)
{
	int i;

	WRITER_RUN(recorder, SQL_LONGEST_DELETE, id);
	WRITER_RUN(recorder, SQL_PLACE_DELETE, id);
	WRITER_RUN(recorder, SQL_REPEAT_DELETE, id);
	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++)
		writer_put(recorder, &record_longest, (const int64_t[]){ id, i },
			   &thread->longest[i]);
	for (i = 0; i < LC_SITES && thread->places[i].blocks.count; i++)
		writer_put(recorder, &record_place, (const int64_t[]){ id, i }, &thread->places[i]);
	for (i = 0; i < LC_REPEATS; i++) {
		if (thread->repeats[i].id.pc)
			writer_put(recorder, &record_repeat, (const int64_t[]){ id, i },
				   &thread->repeats[i]);
	}
}

static uint64_t hash_lists(const struct lc_thread *thread)
{
	uint64_t hash = writer_hash(thread->longest, sizeof(thread->longest), 1);

	hash = writer_hash(thread->places, sizeof(thread->places), hash);
	return writer_hash(thread->repeats, sizeof(thread->repeats), hash);
}

/* --- its row --- */

/* Without what changes with each look, and says nothing; hash_of() is of the rest. */
static void make_row(const struct written_thread *known, const struct lc_thread *thread, bool asked,
		     struct record_thread_row *row)
{
	const size_t lists = offsetof(struct lc_thread, longest);

	memset(row, 0, sizeof(*row));
	memcpy(&row->thread, thread, lists);
	memcpy(&row->thread.end_noted, &thread->end_noted,
	       sizeof(*thread) - offsetof(struct lc_thread, end_noted));
	memset(&row->thread.hh, 0, sizeof(row->thread.hh));
	row->thread.sweep = 0;
	row->thread.group = row->thread.reported = 0;
	row->thread.reported_as_suspect = false;
	row->thread.wait = NULL;
	row->asked = asked;
	row->sampled = thread->seen_at != 0;
	row->wait = (uint64_t)known->wait;
	row->first_sweep = known->first_sweep;
	if (!thread->ended_at)
		row->thread.seen_at = 0; /* at the last sweep, which the row need not say */
}

static void write_row(struct recorder *recorder, const struct written_thread *known,
		      const struct lc_thread *thread, bool asked, bool exact)
{
	struct record_thread_row row;

	make_row(known, thread, asked, &row);
	if (exact)
		row.thread.seen_at = thread->seen_at;
	writer_put(recorder, &record_thread, &known->id, &row);
}

/*
 * Of all that a row is made of. Its lists change with its counters only: a block has ended, or its
 * wait was read.
 */
static uint64_t hash_of(const struct lc_thread *thread)
{
#define FROM_TO(from, to, seed)    \
	writer_hash(&thread->from, \
		    offsetof(struct lc_thread, to) - offsetof(struct lc_thread, from), seed)
	uint64_t hash = FROM_TO(task, sweep, thread->kernel_thread);

	hash = FROM_TO(state, wait, hash);
	hash = FROM_TO(wait_confirmed, reported, hash);
	hash = FROM_TO(syscall, longest, hash);
	return writer_hash(&thread->end_noted,
			   sizeof(*thread) - offsetof(struct lc_thread, end_noted), hash);
#undef FROM_TO
}

/* --- its blocks --- */

#define OBJECTS_MAX 65536 /* that are kept in mind; then each is written anew */

static const char *object_key(const struct lc_wait *wait, char *key, size_t size)
{
	snprintf(key, size, "%d %.*s", wait->kind, LC_WAIT_OBJECT, wait->object);
	return key;
}

static int64_t object_id(struct recorder *recorder, const struct lc_wait *wait)
{
	char key[LC_WAIT_OBJECT + 8];
	sqlite3_stmt *statement;
	bool is_new;
	int64_t id;

	if (HASH_COUNT(recorder->objects) >= OBJECTS_MAX)
		writer_release_texts(&recorder->objects);
	object_key(wait, key, sizeof(key));
	id = writer_text(recorder, &recorder->objects, &recorder->object_count, key, &is_new);
	statement = is_new ? writer_statement(recorder, SQL_OBJECT) : NULL;
	if (statement) {
		sqlite3_bind_int64(statement, 1, id);
		sqlite3_bind_int(statement, 2, wait->kind);
		sqlite3_bind_text(statement, 3, wait->object, -1, SQLITE_TRANSIENT);
		writer_step(recorder, statement);
	}
	return id;
}

static void end_block(struct recorder *recorder, struct written_thread *known)
{
	if (known->block)
		WRITER_RUN(recorder, SQL_BLOCK_END, recorder->sweep - 1, known->block);
	known->block = 0;
}

static void begin_block(struct recorder *recorder, struct written_thread *known,
			const struct lc_thread *thread, const struct block_id *id)
{
	const char state[] = { thread->state ? thread->state : '?', '\0' };
	sqlite3_stmt *statement = writer_statement(recorder, SQL_BLOCK);
	int at = 1;

	if (!statement)
		return;
	known->block = ++recorder->last_block;
	known->block_id = *id;
	known->had_block = true;
	sqlite3_bind_int64(statement, at++, known->block);
	sqlite3_bind_int64(statement, at++, known->id);
	sqlite3_bind_int64(statement, at++, recorder->sweep);
	sqlite3_bind_int64(statement, at++, (int64_t)id->since);
	sqlite3_bind_text(statement, at++, state, 1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(statement, at++, id->syscall);
	sqlite3_bind_int64(statement, at++, id->user_stack);
	sqlite3_bind_int64(statement, at++, id->kernel_stack);
	if (id->object)
		sqlite3_bind_int64(statement, at, object_id(recorder, thread->wait));
	else
		sqlite3_bind_null(statement, at);
	writer_step(recorder, statement);
}

/* It has been looked at: it stood for the threshold. */
static bool is_due(const struct lc_thread *thread)
{
	return thread->blocked && !thread->ended_at &&
	       (thread->wait || thread->user_stack || thread->kernel_stack || thread->stack_error);
}

static void note_block(struct recorder *recorder, struct written_thread *known,
		       const struct lc_thread *thread)
{
	struct block_id id = {
		.since = thread->blocked_since,
		.syscall = thread->syscall.nr,
		.user_stack = thread->user_stack,
		.kernel_stack = thread->kernel_stack,
	};
	char key[LC_WAIT_OBJECT + 8];

	if (!is_due(thread)) {
		end_block(recorder, known);
		return;
	}
	if (thread->wait && thread->wait->object[0]) {
		object_key(thread->wait, key, sizeof(key));
		id.object = writer_hash(key, strlen(key), 0);
	}
	if (known->block && !memcmp(&id, &known->block_id, sizeof(id)))
		return;
	end_block(recorder, known);
	begin_block(recorder, known, thread, &id);
}

/* --- all of them --- */

static void forget(struct recorder *recorder, struct written_thread **table,
		   struct written_thread *known)
{
	end_block(recorder, known);
	drop_wait(recorder, known);
	WRITER_RUN(recorder, SQL_LONGEST_DELETE, known->id);
	WRITER_RUN(recorder, SQL_PLACE_DELETE, known->id);
	WRITER_RUN(recorder, SQL_REPEAT_DELETE, known->id);
	if (known->had_block)
		WRITER_RUN(recorder, SQL_THREAD_GONE, recorder->sweep, known->id);
	else
		WRITER_RUN(recorder, SQL_THREAD_DELETE, known->id);
	HASH_DEL(*table, known);
	free(known);
}

static struct written_thread *add(struct recorder *recorder, struct written_thread **table,
				  const struct lc_thread *thread)
{
	struct written_thread *known = calloc(1, sizeof(*known));

	if (!known) {
		writer_fail(recorder, -ENOMEM);
		return NULL;
	}
	known->tid = thread->task.tid;
	known->id = ++recorder->last_thread;
	known->first_sweep = (uint64_t)recorder->sweep;
	HASH_ADD(hh, *table, tid, sizeof(known->tid), known);
	return known;
}

/* Rows are read back in the order of their ids: a thread that stands elsewhere now gets a new one.
 */
static struct written_thread *known_for(struct recorder *recorder, struct written_thread **table,
					const struct lc_thread *thread, int64_t last_id)
{
	struct written_thread *known;

	HASH_FIND(hh, *table, &thread->task.tid, sizeof(thread->task.tid), known);
	if (known && (known->id <= last_id ||
		      (known->start_time && known->start_time != thread->start_time))) {
		forget(recorder, table, known);
		known = NULL;
	}
	if (!known)
		known = add(recorder, table, thread);
	if (known)
		known->start_time = thread->start_time;
	return known;
}

/* Ended ones without a block to tell of are in no report. */
static bool is_of_interest(const struct lc_thread *thread)
{
	return !thread->ended_at || thread->blocks.count;
}

static void write_thread(struct recorder *recorder, struct written_thread *known,
			 const struct lc_thread *thread, bool asked, bool exact)
{
	uint64_t hash = hash_of(thread), lists;

	known->written = recorder->written;
	/* Nearly all of many thousands have not moved. */
	if (hash == known->hash && known->wait_seen == thread->wait && !exact)
		return;
	known->hash = hash;
	note_wait(recorder, known, thread);
	lists = hash_lists(thread);
	if (lists != known->lists_hash)
		write_lists(recorder, known->id, thread);
	known->lists_hash = lists;
	write_row(recorder, known, thread, asked, exact);
	note_block(recorder, known, thread);
}

static void write_model(struct recorder *recorder, const struct lc_model *model, bool asked,
			bool exact, struct record_sweep *sweep)
{
	struct written_thread **table = &recorder->threads[asked], *known, *next;
	const struct lc_thread *thread = lc_snapshot_next(model, NULL);
	int64_t last_id = 0;

	for (; thread && !recorder->result; thread = lc_snapshot_next(model, thread)) {
		if (!is_of_interest(thread))
			continue;
		known = known_for(recorder, table, thread, last_id);
		if (!known)
			return;
		last_id = known->id;
		write_thread(recorder, known, thread, asked, exact);
		sweep->threads += asked && !thread->ended_at;
		sweep->blocked += asked && known->block != 0;
	}
	HASH_ITER(hh, *table, known, next) {
		if (known->written != recorder->written)
			forget(recorder, table, known);
	}
}

void write_threads(struct recorder *recorder, const struct lc_snapshot *snapshot, bool exact,
		   struct record_sweep *sweep)
{
	write_model(recorder, snapshot->threads, /* asked= */ true, exact, sweep);
	if (snapshot->others)
		write_model(recorder, snapshot->others, /* asked= */ false, exact, sweep);
}

void write_release_threads(struct recorder *recorder)
{
	struct written_thread *known, *next;
	int i;

	for (i = 0; i < 2; i++) {
		HASH_ITER(hh, recorder->threads[i], known, next) {
			HASH_DEL(recorder->threads[i], known);
			free(known);
		}
	}
}
