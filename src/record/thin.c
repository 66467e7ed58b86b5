// SPDX-License-Identifier: GPL-2.0-only
/*
 * --max-size: the oldest of what has ended goes first, a step a sweep, before the file is full.
 * SQLite uses the room again.
 */
#include "record/writer.h"

#define KEPT_SWEEPS LC_SERIES_SWEEPS /* trends are made of these */
#define STEP 16			     /* so much of the sweeps at once */

static int64_t ask(struct recorder *recorder, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t answer = 0;

	if (recorder->result ||
	    sqlite3_prepare_v2(recorder->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(statement) == SQLITE_ROW)
		answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return answer;
}

static bool is_nearly_full(struct recorder *recorder)
{
	uint64_t pages = ask(recorder, "PRAGMA page_count") -
			 ask(recorder, "PRAGMA freelist_count");

	return pages * recorder->page_size > recorder->max_bytes / 4 * 3;
}

void thin(struct recorder *recorder)
{
	int64_t before;

	if (!recorder->max_bytes || !is_nearly_full(recorder))
		return;
	before = recorder->oldest + (recorder->sweep - recorder->oldest) / STEP + 1;
	if (before > recorder->sweep - KEPT_SWEEPS)
		before = recorder->sweep - KEPT_SWEEPS;
	if (before <= recorder->oldest)
		return;
	WRITER_RUN(recorder, SQL_THIN_BLOCKS, before);
	WRITER_RUN(recorder, SQL_THIN_COUNTS, before);
	WRITER_RUN(recorder, SQL_THIN_SWEEPS, before);
	WRITER_RUN(recorder, SQL_THIN_THREADS, before);
	WRITER_RUN(recorder, SQL_THIN_FINDINGS, before);
	writer_run(recorder, SQL_THIN_OBJECTS, NULL, 0);
	writer_release_texts(&recorder->objects); /* which of them are left is not known */
	recorder->oldest = before;
	recorder->thinned_before = ask(recorder, "SELECT min(at) FROM sweep");
}
