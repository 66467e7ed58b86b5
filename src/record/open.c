// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens a recording to be read: see reader.h. It is never written to. What a recorder that was
 * killed has left beside the file (FILE-wal) is read with it: in place where a recorder has the
 * file open, else in a copy.
 */
#include "record/reader.h"
#include "record/schema.h"
#include "util/cleanup.h"
#include "util/now.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_BYTES 100 /* www.sqlite.org/fileformat2.html, 1.3 */
#define HEADER_WRITE_VERSION 18
#define HEADER_USER_VERSION 60
#define HEADER_APPLICATION 68
#define WRITE_VERSION_WAL 2
#define STEPS_BETWEEN 100000

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static int check_header(struct reader *reader, const char *path, bool *ret_wal)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char header[HEADER_BYTES];
	struct stat stat;
	uint32_t version;

	if (fd < 0 || fstat(fd, &stat))
		return error_set(reader->error, -errno, "cannot read '%s'", path);
	if (!S_ISREG(stat.st_mode) || pread(fd, header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header, "SQLite format 3", 16) != 0 ||
	    big_endian(header + HEADER_APPLICATION) != RECORD_APPLICATION)
		return error_say(reader->error, -EBADMSG, "'%s' is no recording of leakhop", path);
	version = big_endian(header + HEADER_USER_VERSION);
	if (version != RECORD_VERSION)
		return error_say(reader->error, -ENOTSUP,
				 "'%s' is of %s leakhop: its form is %u, and this one reads %u",
				 path, version > RECORD_VERSION ? "a newer" : "another", version,
				 RECORD_VERSION);
	*ret_wal = header[HEADER_WRITE_VERSION] == WRITE_VERSION_WAL;
	return 0;
}

/* --- copies --- */

static int copy_file(const char *from, const char *to)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_close_ int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char buffer[65536];
	ssize_t n;

	if (in < 0 || out < 0)
		return -errno;
	while ((n = read(in, buffer, sizeof(buffer))) > 0) {
		if (write(out, buffer, (size_t)n) != n)
			return errno ? -errno : -ENOSPC;
	}
	return n < 0 ? -errno : 0;
}

static bool beside(const char *path, const char *suffix, char *buffer, size_t size)
{
	return snprintf(buffer, size, "%s%s", path, suffix) < (int)size;
}

void reader_drop_copy(char *copy)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char path[PATH_MAX], *slash;
	size_t i;

	if (!copy)
		return;
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (beside(copy, suffixes[i], path, sizeof(path)))
			unlink(path);
	}
	slash = strrchr(copy, '/');
	if (slash) {
		*slash = '\0';
		rmdir(copy);
	}
	free(copy);
}

/* A file of one's own in a folder of one's own, with its log; NULL with errno. */
static char *make_copy(const char *path)
{
	const char *folder = getenv("TMPDIR");
	char wal[PATH_MAX], copied_wal[PATH_MAX], *copy;
	int r = 0;

	copy = malloc(PATH_MAX);
	if (!copy)
		return NULL;
	snprintf(copy, PATH_MAX, "%s/leakhop-XXXXXX", folder && *folder ? folder : "/tmp");
	if (!mkdtemp(copy)) {
		free(copy);
		return NULL;
	}
	strcat(copy, "/copy");
	if (!beside(path, "-wal", wal, sizeof(wal)) ||
	    !beside(copy, "-wal", copied_wal, sizeof(copied_wal)))
		r = -ENAMETOOLONG;
	r = r ?: copy_file(path, copy);
	r = r ?: copy_file(wal, copied_wal);
	if (!r)
		return copy;
	reader_drop_copy(copy);
	errno = -r;
	return NULL;
}

/* --- as a database --- */

static bool exists(const char *path, const char *suffix)
{
	char name[PATH_MAX];
	struct stat stat;

	return beside(path, suffix, name, sizeof(name)) && !lstat(name, &stat) && stat.st_size;
}

/* A file that nobody writes, and nothing lies beside it. */
static char *immutable_uri(const char *path)
{
	static const char hex[] = "0123456789abcdef";
	size_t length = strlen(path), used = 0, i;
	char *uri = malloc(3 * length + 40);

	if (!uri)
		return NULL;
	used = (size_t)sprintf(uri, "file:");
	/* An absolute path begins with two slashes less: "file:/x" and "file:///x" are the same. */
	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)path[i];

		if (strchr("?#% ", c) || c < ' ' || c >= 0x7f) {
			uri[used++] = '%';
			uri[used++] = hex[c >> 4];
			uri[used++] = hex[c & 15];
		} else {
			uri[used++] = (char)c;
		}
	}
	strcpy(uri + used, "?immutable=1");
	return uri;
}

static int open_immutable(struct reader *reader, const char *path)
{
	_cleanup_free_ char *uri = immutable_uri(path);

	if (!uri)
		return SQLITE_NOMEM;
	return sqlite3_open_v2(uri, &reader->db,
			       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
}

static int open_database(struct reader *reader, const char *path, bool wal, char **ret_copy)
{
	int r;

	*ret_copy = NULL;
	if (!wal || !exists(path, "-wal")) {
		r = open_immutable(reader, path);
	} else if (exists(path, "-shm")) {
		r = sqlite3_open_v2(path, &reader->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
				    NULL);
	} else {
		*ret_copy = make_copy(path);
		if (!*ret_copy)
			return error_set(reader->error, -errno,
					 "cannot make a copy of '%s' and of its -wal to read them",
					 path);
		r = sqlite3_open_v2(*ret_copy, &reader->db,
				    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	}
	if (r == SQLITE_NOMEM || !reader->db)
		return error_set(reader->error, -ENOMEM, "cannot read '%s'", path);
	return r ? error_set(reader->error, record_errno(reader->db), "cannot read '%s'", path) : 0;
}

/* A file made for it could let a look-up go on for ever. */
static int is_over_time(void *context)
{
	const struct reader *reader = context;

	return now_monotonic() > reader->give_up_at;
}

static void restrict_database(struct reader *reader)
{
	static const int off[] = {
		SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
		SQLITE_DBCONFIG_ENABLE_VIEW,	SQLITE_DBCONFIG_DQS_DDL,
		SQLITE_DBCONFIG_DQS_DML,	SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION
	};
	sqlite3 *db = reader->db;
	size_t i;

	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		sqlite3_db_config(db, off[i], 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
	sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 1 << 16);
	sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 128);
	sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 32);
	sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 4);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_exec(db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON", NULL, NULL,
		     NULL);
	sqlite3_progress_handler(db, STEPS_BETWEEN, is_over_time, reader);
}

/* Both have the same objects with the same text: so nothing is evaluated that is not ours. */
static int same_schema(struct reader *reader, sqlite3 *ours)
{
	static const char sql[] = "SELECT type, name, tbl_name, coalesce(sql, '') FROM "
				  "sqlite_schema ORDER BY type, name";
	sqlite3_stmt *a = NULL, *b = NULL;
	int more_a, more_b, i;
	bool same = true;

	if (sqlite3_prepare_v2(ours, sql, -1, &a, NULL) ||
	    sqlite3_prepare_v2(reader->db, sql, -1, &b, NULL))
		same = false;
	while (same) {
		more_a = sqlite3_step(a);
		more_b = sqlite3_step(b);
		same = more_a == more_b;
		if (more_a != SQLITE_ROW)
			break;
		for (i = 0; i < 4 && same; i++) {
			const char *x = (const char *)sqlite3_column_text(a, i);
			const char *y = (const char *)sqlite3_column_text(b, i);

			same = x && y && !strcmp(x, y);
		}
	}
	sqlite3_finalize(a);
	sqlite3_finalize(b);
	return same ? 0 : -EBADMSG;
}

static int check_schema(struct reader *reader, const char *path)
{
	sqlite3 *ours = NULL;
	int r = 0;

	if (sqlite3_open_v2(":memory:", &ours, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) ||
	    sqlite3_exec(ours, record_schema, NULL, NULL, NULL))
		r = error_set(reader->error, -ENOMEM, "cannot read '%s'", path);
	if (!r && same_schema(reader, ours))
		r = error_say(reader->error, -EBADMSG,
			      "'%s' is damaged, or was changed: its tables are not those of a "
			      "recording",
			      path);
	sqlite3_close(ours);
	return r;
}

int reader_open(struct reader *reader, const char *path, char **ret_copy)
{
	bool wal = false;
	int r = check_header(reader, path, &wal);

	*ret_copy = NULL;
	r = r ?: open_database(reader, path, wal, ret_copy);
	if (r)
		return r;
	restrict_database(reader);
	/* One state of it, whatever is written meanwhile. */
	sqlite3_exec(reader->db, "BEGIN", NULL, NULL, NULL);
	return check_schema(reader, path);
}
