// SPDX-License-Identifier: GPL-2.0-only
/* What belongs to single records of a report: see reader.h and record.h. */
#include "record/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more; NULL: no memory. */
static void *grow(void **list, size_t *count, size_t size)
{
	char *grown;

	if (*count & (*count - 1) || *count == 1)
		return (char *)*list + (*count)++ * size;
	grown = reallocarray(*list, *count ? *count * 2 : 2, size);
	if (!grown)
		return NULL;
	*list = grown;
	return grown + (*count)++ * size;
}

static int take_wake(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct record_notes *notes = reader->recording->notes;
	struct noted_wake *wake = grow((void **)&notes->wakes, &notes->wake_count, sizeof(*wake));

	(void)context;
	if (!wake)
		return -ENOMEM;
	*wake = (struct noted_wake){ keys[0], *(const struct lc_futex_wake *)row };
	return 0;
}

static int take_return(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct record_notes *notes = reader->recording->notes;
	struct noted_return *last = grow((void **)&notes->returns, &notes->return_count,
					 sizeof(*last));

	(void)context;
	if (!last)
		return -ENOMEM;
	*last = (struct noted_return){ keys[0], *(const struct lc_epoll_return *)row };
	return 0;
}

static int take_exact(struct reader *reader, const int64_t *keys, const void *row, void *context)
{
	struct record_notes *notes = reader->recording->notes;
	struct record_go_exact *exact = grow((void **)&notes->exacts, &notes->exact_count,
					     sizeof(*exact));

	(void)keys;
	(void)context;
	if (!exact)
		return -ENOMEM;
	*exact = *(const struct record_go_exact *)row;
	return 0;
}

static int take_label(struct reader *reader, sqlite3_stmt *statement)
{
	struct record_notes *notes = reader->recording->notes;
	struct noted_label *label = grow((void **)&notes->labels, &notes->label_count,
					 sizeof(*label));
	const char *text = reader_text(statement, 2, RECORD_LABEL_TEXT - 1);
	int64_t pid, goid, count;

	if (!label)
		return -ENOMEM;
	if (!text || !reader_number(statement, 0, 1, INT32_MAX, &pid) ||
	    !reader_number(statement, 1, INT64_MIN, INT64_MAX, &goid) ||
	    !reader_number(statement, 3, 1, INT64_MAX, &count)) {
		notes->label_count--;
		return reader_bad(reader, "table go_label is not what it can be");
	}
	*label = (struct noted_label){ .pid = (pid_t)pid, .goid = (uint64_t)goid };
	strcpy(label->label.text, text);
	label->label.count = (size_t)count;
	return 0;
}

/* Takes each row of a query whose last column, by which it is ordered, numbers the rows. */
static int read_numbered(struct reader *reader, const char *query, int column, const char *table,
			 int (*take)(struct reader *reader, sqlite3_stmt *statement))
{
	sqlite3_stmt *statement = reader_prepare(reader, query);
	int64_t n = -1;
	int r = statement ? 0 : -EBADMSG;

	while (!r && (r = reader_step(reader, statement)) == 1)
		r = reader_number(statement, column, n + 1, INT64_MAX - 1, &n)
			    ? take(reader, statement)
			    : reader_bad(reader, "table %s is not in order", table);
	sqlite3_finalize(statement);
	return r;
}

static int read_labels(struct reader *reader)
{
	return read_numbered(reader, "SELECT pid, goid, text, count, n FROM go_label ORDER BY n", 4,
			     "go_label", take_label);
}

static int read_syscalls(struct reader *reader)
{
	struct recording *recording = reader->recording;
	sqlite3_stmt *statement = reader_prepare(reader,
						 "SELECT nr, name, args FROM syscall ORDER BY nr");
	struct record_syscall *list = calloc(RECORD_SYSCALLS, sizeof(*list));
	int64_t nr = INT64_MIN, args = 0;
	const char *name;
	int r = !statement ? -EBADMSG : list ? 0 : -ENOMEM;

	recording->syscalls = list;
	while (!r && (r = reader_step(reader, statement)) == 1) {
		name = reader_text(statement, 1, sizeof(list->name) - 1);
		if (!name || recording->syscall_count == RECORD_SYSCALLS ||
		    !reader_number(statement, 0, nr + 1, INT64_MAX - 1, &nr) ||
		    !reader_number(statement, 2, 0, LC_SYSCALL_ARGS, &args)) {
			r = reader_bad(reader, "table syscall is not what it can be");
			break;
		}
		list[recording->syscall_count].nr = nr;
		list[recording->syscall_count].args = (unsigned)args;
		strcpy(list[recording->syscall_count++].name, name);
		r = 0;
	}
	sqlite3_finalize(statement);
	return r;
}

static int take_socket(struct reader *reader, sqlite3_stmt *statement)
{
	struct recording *recording = reader->recording;
	const char *local = reader_text(statement, 2, RECORD_ADDRESS - 1);
	const char *remote = reader_text(statement, 3, RECORD_ADDRESS - 1);
	struct record_socket *one;
	int64_t pid, fd;

	if (!local || !remote || recording->socket_count == RECORD_SOCKETS ||
	    !reader_number(statement, 0, 1, INT32_MAX, &pid) ||
	    !reader_number(statement, 1, 0, INT32_MAX, &fd))
		return reader_bad(reader, "table socket is not what it can be");
	one = grow((void **)&recording->sockets, &recording->socket_count, sizeof(*one));
	if (!one)
		return -ENOMEM;
	*one = (struct record_socket){ .pid = (pid_t)pid, .fd = (int32_t)fd };
	strcpy(one->local, local);
	strcpy(one->remote, remote);
	return 0;
}

static int read_sockets(struct reader *reader)
{
	return read_numbered(reader, "SELECT pid, fd, local, remote, n FROM socket ORDER BY n", 4,
			     "socket", take_socket);
}

/* The numbers of a row of check_finding; false: one is not what it can be. */
static bool take_found_numbers(sqlite3_stmt *statement, struct record_found *ret)
{
	int64_t pid, count, goroutines, known, block_line, spawn_line;

	if (!reader_number(statement, 1, 1, INT32_MAX, &pid) ||
	    !reader_number(statement, 2, 0, INT64_MAX, &count) ||
	    !reader_number(statement, 3, 0, 1, &goroutines) ||
	    !reader_number(statement, 4, 0, 1, &known) ||
	    !reader_number(statement, 5, 0, UINT32_MAX, &block_line) ||
	    !reader_number(statement, 6, 0, UINT32_MAX, &spawn_line))
		return false;
	*ret = (struct record_found){
		.pid = (pid_t)pid,
		.count = (uint64_t)count,
		.goroutines = goroutines,
		.known = known,
		.block_line = (unsigned)block_line,
		.spawn_line = (unsigned)spawn_line,
	};
	return true;
}

static int take_found(struct reader *reader, sqlite3_stmt *statement)
{
	struct recording *recording = reader->recording;
	struct record_found found, *one;
	const char *text;
	int i;

	if (recording->found_count == RECORD_FOUND_MAX || !take_found_numbers(statement, &found))
		return reader_bad(reader, "table check_finding is not what it can be");
	for (i = 0; i < RECORD_FOUND_TEXTS; i++) {
		text = reader_text(statement, 7 + i, RECORD_FOUND_TEXT);
		if (!text)
			return reader_bad(reader, "table check_finding is not what it can be");
		found.texts[i] = reader_keep(reader, text);
		if (!found.texts[i])
			return -ENOMEM;
	}
	one = grow((void **)&recording->found, &recording->found_count, sizeof(*one));
	if (!one)
		return -ENOMEM;
	*one = found;
	return 0;
}

static int read_found(struct reader *reader)
{
	return read_numbered(reader, "SELECT * FROM check_finding ORDER BY n", 0, "check_finding",
			     take_found);
}

int read_notes(struct reader *reader)
{
	struct lc_futex_wake wake;
	struct lc_epoll_return last;
	struct record_go_exact exact;
	int r = reader_each(reader, &record_futex_wake, NULL, 0, &wake, sizeof(wake), take_wake,
			    NULL);

	r = r
		    ?: reader_each(reader, &record_epoll_return, NULL, 0, &last, sizeof(last),
				   take_return, NULL);
	r = r
		    ?: reader_each(reader, &record_go_exact, NULL, 0, &exact, sizeof(exact),
				   take_exact, NULL);
	r = r ?: read_labels(reader);
	r = r ?: read_sockets(reader);
	r = r ?: read_found(reader);
	return r ?: read_syscalls(reader);
}

/* --- look-ups --- */

bool recording_futex_wake(const struct recording *recording, pid_t tid, struct lc_futex_wake *ret)
{
	const struct record_notes *notes = recording->notes;
	size_t i;

	for (i = 0; i < notes->wake_count; i++) {
		if (notes->wakes[i].tid == tid) {
			*ret = notes->wakes[i].wake;
			return true;
		}
	}
	return false;
}

bool recording_epoll_return(const struct recording *recording, pid_t tid,
			    struct lc_epoll_return *ret)
{
	const struct record_notes *notes = recording->notes;
	size_t i;

	for (i = 0; i < notes->return_count; i++) {
		if (notes->returns[i].tid == tid) {
			*ret = notes->returns[i].last;
			return true;
		}
	}
	return false;
}

size_t recording_labels(const struct recording *recording, pid_t pid, uint64_t goid,
			struct record_label *ret_labels)
{
	const struct record_notes *notes = recording->notes;
	size_t count = 0, i;

	for (i = 0; i < notes->label_count && count < RECORD_LABELS; i++) {
		if (notes->labels[i].pid == pid && notes->labels[i].goid == goid)
			ret_labels[count++] = notes->labels[i].label;
	}
	return count;
}

const struct record_go_exact *recording_exact(const struct recording *recording, pid_t pid,
					      uint64_t goid)
{
	const struct record_notes *notes = recording->notes;
	size_t i;

	for (i = 0; i < notes->exact_count; i++) {
		if (notes->exacts[i].pid == pid && notes->exacts[i].goid == goid)
			return &notes->exacts[i];
	}
	return NULL;
}
