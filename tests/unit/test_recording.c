// SPDX-License-Identifier: GPL-2.0-only
/* Recordings: what was written is read back, whatever it is; and what others wrote does no harm. */
#include "unit.h"

#include "recorded.h"

#include "record/writer.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
	char folder[64];
	char path[96];
};

static int make_file(void **state)
{
	struct file *file = calloc(1, sizeof(*file));
	FILE *stream;

	strcpy(file->folder, "/tmp/leakhop-unit-XXXXXX");
	assert_non_null(mkdtemp(file->folder));
	snprintf(file->path, sizeof(file->path), "%s/a.leakhop", file->folder);
	stream = fopen(file->path, "w");
	assert_non_null(stream);
	fclose(stream);
	*state = file;
	return 0;
}

static int drop_file(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", ".2", ".2-wal" };
	struct file *file = *state;
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", file->path, suffixes[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(file->folder), 0);
	free(file);
	return 0;
}

static void assert_same(const struct record_table *table, const void *a, const void *b)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct record_column *column = &table->columns[i];
		const char *x = (const char *)a + column->offset;
		const char *y = (const char *)b + column->offset;
		bool same = column->kind == RECORD_TEXT ? !strcmp(x, y)
							: !memcmp(x, y, column->size);

		if (!same)
			fail_msg("%s.%s is not what was written", table->name, column->name);
	}
}

/* --- comparing --- */

static void assert_same_wait(const struct lc_wait *a, const struct lc_wait *b)
{
	uint32_t i;

	assert_int_equal(!a, !b);
	if (!a)
		return;
	assert_same(&record_wait, a, b);
	for (i = 0; i < a->owner_count; i++)
		assert_same(&record_owner, &a->owners[i], &b->owners[i]);
	for (i = 0; i < a->member_count; i++)
		assert_same(&record_member, &a->members[i], &b->members[i]);
}

static void assert_same_thread(const struct lc_thread *a, const struct lc_thread *b)
{
	struct record_thread_row x = { .thread = *a }, y = { .thread = *b };
	int i;

	assert_same(&record_thread, &x, &y);
	for (i = 0; i < LC_LONGEST_BLOCKS; i++)
		assert_same(&record_longest, &a->longest[i], &b->longest[i]);
	for (i = 0; i < LC_SITES; i++)
		assert_same(&record_place, &a->places[i], &b->places[i]);
	for (i = 0; i < LC_REPEATS; i++)
		assert_same(&record_repeat, &a->repeats[i], &b->repeats[i]);
	assert_same_wait(a->wait, b->wait);
}

static void assert_same_threads(const struct lc_model *a, const struct lc_model *b)
{
	const struct lc_thread *x = lc_snapshot_next(a, NULL), *y = lc_snapshot_next(b, NULL);
	const struct lc_holding *p = NULL, *q = NULL;

	for (; x && y; x = lc_snapshot_next(a, x), y = lc_snapshot_next(b, y))
		assert_same_thread(x, y);
	assert_true(!x && !y);
	do {
		p = lc_model_next_holding(a, p);
		q = lc_model_next_holding(b, q);
		assert_int_equal(!p, !q);
		if (p)
			assert_same(&record_holding, p, q);
	} while (p);
}

static void assert_same_stacks(const struct lc_stacks *a, const struct lc_stacks *b)
{
	uint32_t id, i;

	assert_int_equal(lc_stacks_count(a), lc_stacks_count(b));
	for (id = 1; id <= lc_stacks_count(a); id++) {
		const struct lc_stack *x = lc_stacks_get(a, id), *y = lc_stacks_get(b, id);

		assert_int_equal(x->end, y->end);
		assert_int_equal(x->raw_count, y->raw_count);
		for (i = 0; i < x->raw_count; i++)
			assert_true(x->raw[i].address == y->raw[i].address &&
				    x->raw[i].module == y->raw[i].module &&
				    x->raw[i].vaddr == y->raw[i].vaddr &&
				    x->raw[i].pid == y->raw[i].pid &&
				    x->raw[i].interrupted == y->raw[i].interrupted &&
				    x->raw[i].guessed == y->raw[i].guessed);
		assert_int_equal(!x->frames, !y->frames);
		assert_int_equal(x->frame_count, y->frame_count);
		for (i = 0; i < x->frame_count; i++) {
			const struct lc_frame *f = &x->frames[i], *g = &y->frames[i];

			assert_string_equal(f->function, g->function);
			assert_string_equal(f->file, g->file);
			assert_string_equal(f->module, g->module);
			assert_string_equal(f->build_id, g->build_id);
			assert_true(f->offset == g->offset && f->line == g->line &&
				    f->address == g->address && f->inlined == g->inlined &&
				    f->guessed == g->guessed && f->go == g->go && f->own == g->own);
		}
	}
}

static void assert_same_series(const struct lc_series *a, const struct lc_series *b)
{
	const struct lc_series_group *x = NULL, *y = NULL;
	uint32_t i;

	do {
		x = lc_series_next(a, x);
		y = lc_series_next(b, y);
		assert_int_equal(!x, !y);
		if (!x)
			return;
		assert_same(&record_group, x, y);
		assert_int_equal(x->sweep_count, y->sweep_count);
		for (i = 0; i < x->sweep_count; i++) {
			assert_true(lc_series_sweep(x, i)->at == lc_series_sweep(y, i)->at);
			assert_int_equal(lc_series_sweep(x, i)->count,
					 lc_series_sweep(y, i)->count);
		}
	} while (x);
}

static void assert_same_heap(const struct lc_go_process *a, const struct lc_go_process *b)
{
	const struct lc_go_retained *r = NULL, *s = NULL;
	const struct lc_go_path *p = NULL, *q = NULL;

	do {
		p = lc_go_next_path(a, p);
		q = lc_go_next_path(b, q);
		assert_int_equal(!p, !q);
		if (p)
			assert_same(&record_go_path, p, q);
	} while (p);
	do {
		r = lc_go_next_retained(a, r);
		s = lc_go_next_retained(b, s);
		assert_int_equal(!r, !s);
		if (r)
			assert_same(&record_go_retained, r, s);
	} while (r);
}

static void assert_same_process(const struct lc_go_process *a, const struct lc_go_process *b)
{
	struct record_go_row x = { .process = *a }, y = { .process = *b };
	const struct lc_go_releasers *p = NULL, *q = NULL;
	const struct lc_go_held *held = NULL, *other = NULL;
	const struct lc_go_wait *v = NULL, *w = NULL;
	struct lc_go_lock *locks, *others;
	size_t i;

	x.has_events = a->events != NULL;
	y.has_events = b->events != NULL;
	x.events = *a->events;
	y.events = *b->events;
	assert_same(&record_go_process, &x, &y);
	assert_int_equal(a->events->kept, b->events->kept);
	for (i = 0; i < a->events->kept; i++)
		assert_same(&record_go_block, &a->events->blocks[i], &b->events->blocks[i]);
	assert_int_equal(a->site_count, b->site_count);
	for (i = 0; i < a->site_count; i++)
		assert_same(&record_go_site, &a->sites[i], &b->sites[i]);
	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		assert_same(&record_goroutine, &a->list[i], &b->list[i]);
		assert_ptr_equal(lc_go_by_goid(b, b->list[i].goid), &b->list[i]);
	}
	do {
		v = lc_go_next_wait(a, v);
		w = lc_go_next_wait(b, w);
		assert_int_equal(!v, !w);
		if (!v)
			break;
		assert_string_equal(v->reason, w->reason);
		assert_int_equal(v->case_count, w->case_count);
		assert_int_equal(v->has_socket, w->has_socket);
		for (i = 0; i < v->case_count; i++)
			assert_same(&record_go_case, &v->cases[i], &w->cases[i]);
		if (v->has_socket)
			assert_same_wait(&v->socket, &w->socket);
	} while (v);
	do {
		p = lc_go_next_releasers(a, p);
		q = lc_go_next_releasers(b, q);
		assert_int_equal(!p, !q);
		if (p)
			assert_same(&record_go_releasers, p, q);
	} while (p);
	do {
		held = lc_go_next_held(a, held);
		other = lc_go_next_held(b, other);
		assert_int_equal(!held, !other);
		if (held)
			assert_same(&record_go_held, held, other);
	} while (held);
	assert_same_heap(a, b);
	assert_int_equal(lc_go_list_locks(a, &locks), 4);
	assert_int_equal(lc_go_list_locks(b, &others), 4);
	for (i = 0; i < 4; i++)
		assert_same(&record_go_served, &locks[i], &others[i]);
	free(locks);
	free(others);
}

static void assert_same_go(const struct lc_go *a, const struct lc_go *b)
{
	const struct lc_go_process *x = a->processes, *y = b->processes;

	for (; x && y; x = x->hh.next, y = y->hh.next)
		assert_same_process(x, y);
	assert_true(!x && !y);
}

static void read_whole(const char *path, struct recording *recording)
{
	struct error error = {};

	if (recording_read(path, NULL, recording, &error))
		fail_msg("%s", error.text);
}

static void assert_read_back(const struct models *models, const char *path)
{
	struct recording recording;

	read_whole(path, &recording);
	assert_same(&record_run_table, &models->run, &recording.run);
	assert_string_equal(recording.limits[0], "one thing is not seen");
	assert_string_equal(recording.limits[1], "nor is another");
	assert_null(recording.limits[2]);
	assert_same_stacks(models->stacks, recording.stacks);
	assert_same_threads(models->threads, recording.threads);
	assert_same_threads(models->others, recording.others);
	assert_same_series(models->series, recording.series);
	assert_same_go(&models->go, &recording.go);
	recording_release(&recording);
}

static void open_recorder(const struct file *file, uint64_t max, struct recorder **ret)
{
	struct error error = {};

	if (recorder_open(file->path, max, ret, &error))
		fail_msg("%s", error.text);
}

static void write_models(struct recorder *recorder, const struct models *models)
{
	struct error error = {};

	if (recorder_write(recorder, &models->snapshot, models->stacks, &models->run, &error))
		fail_msg("%s", error.text);
}

/* What the file says of a run that was written once is all that it was. */
static void write_finished(const struct file *file, struct models *models)
{
	struct recorder *recorder;

	open_recorder(file, 0, &recorder);
	models->run.finished = true;
	write_models(recorder, models);
	recorder_close(recorder);
}

static void test_every_column_comes_back(void **state)
{
	const struct file *file = *state;
	struct models models;

	make_models(&models);
	write_finished(file, &models);
	assert_read_back(&models, file->path);
	release_models(&models);
}

/* Of fields that no column has: those that a table or the run under way owns, and padding. */
static void assert_covers(const struct record_table *table, size_t size, size_t without)
{
	size_t covered = 0, i;

	for (i = 0; i < table->count; i++)
		covered += table->columns[i].size;
	if (covered + without != size)
		fail_msg("table %s has %zu bytes of a struct of %zu: is a field new?", table->name,
			 covered, size);
}

static void test_no_field_is_forgotten(void **state)
{
	(void)state;
	assert_covers(&record_repeat, sizeof(struct lc_repeat), 4);
	assert_covers(&record_longest, sizeof(struct lc_block), 0);
	assert_covers(&record_place, sizeof(struct lc_site), 4);
	assert_covers(&record_owner, sizeof(struct lc_wait_owner), 6);
	assert_covers(&record_member, sizeof(struct lc_wait_member), 0);
	assert_covers(&record_goroutine, sizeof(struct lc_goroutine), 12 + 4);
	assert_covers(&record_go_site, sizeof(struct lc_go_site), 7);
	assert_covers(&record_go_case, sizeof(struct lc_go_channel), 3);
	assert_covers(&record_go_releasers, sizeof(struct lc_go_releasers), 7);
	assert_covers(&record_go_held, sizeof(struct lc_go_held), 5 + 4 + 4 * 7);
	assert_covers(&record_go_path, sizeof(struct lc_go_path), 0);
	assert_covers(&record_go_retained, sizeof(struct lc_go_retained),
		      4 + 7 * LC_GO_RETAINED_TYPES);
	assert_covers(&record_go_block, sizeof(struct lc_go_block), 3);
	assert_covers(&record_futex_wake, sizeof(struct lc_futex_wake), 0);
	assert_covers(&record_epoll_return, sizeof(struct lc_epoll_return), 4);
	assert_covers(&record_wait, offsetof(struct lc_wait, owners), 6 + 4);
	assert_covers(&record_thread,
		      sizeof(struct record_thread_row) - sizeof(UT_hash_handle) -
			      sizeof(((struct lc_thread *)NULL)->longest) -
			      sizeof(((struct lc_thread *)NULL)->places) -
			      sizeof(((struct lc_thread *)NULL)->repeats) -
			      sizeof(((struct lc_thread *)NULL)->goes_on) -
			      sizeof(((struct lc_thread *)NULL)->registers) -
			      sizeof(((struct lc_thread *)NULL)->thread_pointer),
		      25 + 45 + 40 /* wait, sweep, group, told twice; its process, held at, whose
					     descriptors; the rest is padding */);
}

/* --- sweep after sweep --- */

static int64_t ask(const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	int64_t answer;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

static void test_what_stands_is_written_once(void **state)
{
	const struct file *file = *state;
	struct recorder *recorder;
	struct models models;
	int before, i;

	make_models(&models);
	open_recorder(file, 0, &recorder);
	write_models(recorder, &models);
	for (i = 0; i < 3; i++) {
		before = sqlite3_total_changes(recorder->db);
		models.snapshot.now += SECOND;
		write_models(recorder, &models);
		/* The sweep, and the run. */
		assert_in_range(sqlite3_total_changes(recorder->db) - before, 2, 3);
	}
	recorder_close(recorder);
	assert_int_equal(ask(file->path, "SELECT count(*) FROM sweep"), 4);
	assert_int_equal(ask(file->path, "SELECT count(*) FROM block WHERE last_sweep IS NULL"),
			 20);
	release_models(&models);
}

static void test_a_block_has_its_interval(void **state)
{
	const struct file *file = *state;
	struct lc_thread *thread;
	struct recorder *recorder;
	struct models models;

	make_models(&models);
	open_recorder(file, 0, &recorder);
	write_models(recorder, &models);
	write_models(recorder, &models);
	thread = lc_model_next(models.threads, NULL);
	thread->blocked_since += SECOND;
	thread->user_stack = 3;
	write_models(recorder, &models);
	thread->blocked = false;
	write_models(recorder, &models);
	recorder_close(recorder);
	assert_int_equal(ask(file->path, "SELECT count(*) FROM block WHERE first_sweep = 1 AND "
					 "last_sweep = 2"),
			 1);
	assert_int_equal(ask(file->path, "SELECT user_stack FROM block WHERE first_sweep = 3 AND "
					 "last_sweep = 3"),
			 3);
	release_models(&models);
}

/* A tid that is used again; one that is gone; the order of all. */
static void test_threads_come_and_go(void **state)
{
	const struct file *file = *state;
	struct lc_thread *thread;
	struct recorder *recorder;
	struct models models;
	pid_t tid;

	make_models(&models);
	open_recorder(file, 0, &recorder);
	write_models(recorder, &models);
	thread = lc_model_next(models.threads, NULL);
	tid = thread->task.tid;
	thread->ended_at = 4000 * SECOND;
	thread->blocked = false;
	lc_model_drop_ended(models.threads, true);
	lc_series_close(models.series, 101 * SECOND);
	write_models(recorder, &models);
	assert_int_equal(ask(file->path, "SELECT count(*) FROM thread WHERE gone_sweep = 2"), 1);
	add_thread(models.threads, tid, 100);
	models.run.finished = true;
	lc_series_close(models.series, 102 * SECOND);
	write_models(recorder, &models);
	recorder_close(recorder);
	assert_read_back(&models, file->path);
	release_models(&models);
}

static void test_a_filter_keeps_others_as_links(void **state)
{
	const struct file *file = *state;
	const pid_t tids[] = { 993, 986 };
	const struct record_filter filter = { .tids = tids, .tid_count = 2 };
	struct recording recording;
	struct error error = {};
	struct models models;

	make_models(&models);
	write_finished(file, &models);
	assert_int_equal(recording_read(file->path, &filter, &recording, &error), 0);
	assert_int_equal(lc_model_count(recording.threads), 2);
	assert_non_null(lc_model_find(recording.threads, 993));
	assert_int_equal(lc_model_count(recording.others), 18);
	assert_int_equal(recording.go.count, 0);
	recording_release(&recording);
	release_models(&models);
}

static void test_notes(void **state)
{
	const struct file *file = *state;
	const struct record_label label = { "tenant: a", 3 };
	const struct record_syscall call = { 202, "futex", 6 };
	const struct record_socket socket = { 41, 7, "10.0.0.1:80", "[fe80::1]:40000" };
	struct record_label labels[RECORD_LABELS];
	struct record_go_exact exact = {};
	struct lc_futex_wake wake = {}, got_wake;
	struct lc_epoll_return last = {}, got_last;
	struct recorder *recorder;
	struct recording recording;
	struct models models;

	make_models(&models);
	fill(&record_go_exact, &exact, 1);
	exact.pid = 77;
	exact.goid = 101;
	fill(&record_futex_wake, &wake, 2);
	fill(&record_epoll_return, &last, 3);
	open_recorder(file, 0, &recorder);
	recorder_note_label(recorder, 77, 101, &label);
	recorder_note_exact(recorder, &exact);
	recorder_note_futex_wake(recorder, 993, &wake);
	recorder_note_epoll_return(recorder, 986, &last);
	recorder_note_syscall(recorder, &call);
	recorder_note_syscall(recorder, &call);
	recorder_note_socket(recorder, &socket);
	recorder_note_socket(recorder, &socket);
	write_models(recorder, &models);
	recorder_close(recorder);
	read_whole(file->path, &recording);
	assert_int_equal(recording_labels(&recording, 77, 101, labels), 1);
	assert_string_equal(labels[0].text, "tenant: a");
	assert_int_equal(labels[0].count, 3);
	assert_int_equal(recording_labels(&recording, 5, 101, labels), 0);
	assert_same(&record_go_exact, recording_exact(&recording, 77, 101), &exact);
	assert_null(recording_exact(&recording, 77, 102));
	assert_true(recording_futex_wake(&recording, 993, &got_wake));
	assert_same(&record_futex_wake, &got_wake, &wake);
	assert_false(recording_futex_wake(&recording, 986, &got_wake));
	assert_true(recording_epoll_return(&recording, 986, &got_last));
	assert_same(&record_epoll_return, &got_last, &last);
	assert_int_equal(recording.syscall_count, 1);
	assert_string_equal(recording.syscalls[0].name, "futex");
	assert_int_equal(recording.socket_count, 2);
	assert_memory_equal(&recording.sockets[1], &socket, sizeof(socket));
	recording_release(&recording);
	release_models(&models);
}

/* --- --max-size --- */

static uint64_t size_of(const char *path)
{
	struct stat stat_;

	return stat(path, &stat_) ? 0 : (uint64_t)stat_.st_size;
}

static void test_the_oldest_goes_first(void **state)
{
	const struct file *file = *state;
	const uint64_t most = RECORD_LEAST_SIZE;
	struct lc_thread *thread;
	struct recording recording;
	struct recorder *recorder;
	struct models models;
	int i;

	make_models(&models);
	open_recorder(file, most, &recorder);
	for (i = 0; i < 4000; i++) {
		for (thread = lc_model_next(models.threads, NULL); thread;
		     thread = lc_model_next(models.threads, thread))
			thread->blocked_since++;
		models.snapshot.now += SECOND;
		models.run.now = models.snapshot.now;
		models.run.finished = i == 3999;
		write_models(recorder, &models);
		if (i % 500 == 0)
			assert_in_range(size_of(file->path), 1, most);
	}
	recorder_close(recorder);
	assert_in_range(size_of(file->path), most / 4, most);
	assert_in_range(ask(file->path, "SELECT count(*) FROM sweep"), 65, 3000);
	assert_int_equal(ask(file->path, "SELECT max(number) FROM sweep"), 4000);
	read_whole(file->path, &recording);
	assert_true(recording.run.thinned_before == ask(file->path, "SELECT min(at) FROM sweep"));
	assert_same_threads(models.others, recording.others);
	recording_release(&recording);
	release_models(&models);
}

/* What stands now has no room: the recording ends with what was written before. */
static void test_a_full_file_is_told_once(void **state)
{
	const struct file *file = *state;
	struct recorder *recorder;
	struct recording recording;
	struct error error = {};
	struct models models;
	int i, r = 0;

	make_models(&models);
	open_recorder(file, RECORD_LEAST_SIZE, &recorder);
	write_models(recorder, &models);
	for (i = 0; i < 2000; i++)
		add_thread(models.threads, 5000 + i, 1 + (unsigned)i);
	r = recorder_write(recorder, &models.snapshot, models.stacks, &models.run, &error);
	assert_int_equal(r, -ENOSPC);
	assert_true(recorder_has_failed(recorder));
	assert_non_null(strstr(error.text, "cannot go on recording"));
	assert_int_equal(
		recorder_write(recorder, &models.snapshot, models.stacks, &models.run, &error), 0);
	recorder_close(recorder);
	read_whole(file->path, &recording);
	assert_int_equal(lc_model_count(recording.threads), 15);
	recording_release(&recording);
	release_models(&models);
}

/* --- what others wrote --- */

static char *load(const char *path, size_t *ret_size)
{
	size_t size = size_of(path);
	char *bytes = malloc(size);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, size, file), size);
	fclose(file);
	*ret_size = size;
	return bytes;
}

static void store(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static int try_to_read(const char *path, char *text, size_t size)
{
	struct recording recording;
	struct error error = {};
	int r = recording_read(path, NULL, &recording, &error);

	if (!r)
		recording_release(&recording);
	else
		assert_non_null(strstr(error.text, path));
	snprintf(text, size, "%s", error.text);
	return r;
}

static void test_a_part_of_a_file_is_an_error(void **state)
{
	const struct file *file = *state;
	struct models models;
	size_t size, length;
	char text[512];
	char *bytes;

	make_models(&models);
	write_finished(file, &models);
	bytes = load(file->path, &size);
	for (length = 0; length < size; length += 509) {
		store(file->path, bytes, length);
		assert_int_equal(try_to_read(file->path, text, sizeof(text)), -EBADMSG);
	}
	store(file->path, bytes, size);
	assert_int_equal(try_to_read(file->path, text, sizeof(text)), 0);
	free(bytes);
	release_models(&models);
}

static void test_flipped_bits_do_no_harm(void **state)
{
	const struct file *file = *state;
	struct models models;
	unsigned seed = 1, i, read = 0;
	char text[512];
	size_t size;
	char *bytes;

	make_models(&models);
	write_finished(file, &models);
	bytes = load(file->path, &size);
	for (i = 0; i < 500; i++) {
		size_t at;

		seed = seed * 1103515245 + 12345;
		at = (size_t)(seed >> 4) % size;
		bytes[at] ^= (char)(1 << (seed >> 28) % 8);
		store(file->path, bytes, size);
		read += !try_to_read(file->path, text, sizeof(text));
		bytes[at] ^= (char)(1 << (seed >> 28) % 8);
	}
	assert_in_range(read, 1, 500); /* some bytes are free, or in a text */
	free(bytes);
	release_models(&models);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	if (sqlite3_exec(db, sql, NULL, NULL, &message))
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

/* Each of these is a file that SQLite takes and nobody but a stranger writes. */
static void test_values_that_cannot_be(void **state)
{
	static const char *const lies[] = {
		"UPDATE run SET command = 'format'",
		"UPDATE run SET version = printf('%.*c', 500, 'x')",
		"UPDATE run SET now = 'noon'",
		"UPDATE run SET realtime_offset = 9223372036854775807",
		"UPDATE run SET started = -9223372036854775808",
		"DELETE FROM run",
		"INSERT INTO limit_told SELECT n + 10, text FROM limit_told UNION SELECT number + "
		"20, 'x' FROM grouped",
		"UPDATE thread SET user_stack = 65537",
		"UPDATE thread SET user_stack = -1",
		"UPDATE thread SET tid = 4294967296",
		"UPDATE thread SET tid = 7",
		"UPDATE thread SET comm = printf('%.*c', 16, 'x')",
		"UPDATE thread SET comm = x'410042'",
		"UPDATE thread SET comm = x'4142'",
		"UPDATE thread SET comm = CAST(x'410042' AS TEXT)",
		"UPDATE thread SET state = 'SS'",
		"UPDATE thread SET blocked = 2",
		"UPDATE thread SET run_ns = 1.5",
		"UPDATE thread SET seen_at = -5",
		"UPDATE thread SET wait = 9999 WHERE wait NOT NULL",
		"UPDATE thread_longest SET n = n + 100",
		"UPDATE thread_place SET n = n + 100",
		"UPDATE thread_repeat SET n = -n",
		"UPDATE wait SET kind = 200",
		"UPDATE wait SET owner_count = 17",
		"UPDATE wait SET owner_count = 15",
		"UPDATE wait SET member_count = 9",
		"UPDATE wait SET direction = -1",
		"DELETE FROM wait_owner WHERE n = 3",
		"UPDATE wait_owner SET role = 99",
		"UPDATE lock SET key_space = 1, key_scope = 1, key_id = 1, key_part = 1",
		"UPDATE stack SET frames = 3 WHERE frames",
		"UPDATE stack SET frames = 100000",
		"UPDATE stack SET ends = 77",
		"UPDATE stack SET raw_frames = 5000",
		"UPDATE stack SET raw_frames = 2",
		"UPDATE raw_frame SET n = n + 1",
		"UPDATE raw_frame SET pid = -1",
		"UPDATE raw_frame SET file = 'x'",
		"UPDATE raw_frame SET file = 1, vaddr = 1, pid = 0; UPDATE stack SET ends = 1",
		"UPDATE frame SET function = 1000",
		"UPDATE frame SET module = -1",
		"UPDATE frame SET n = n + 100000",
		"UPDATE string SET text = x'05'",
		"UPDATE string SET id = id + 3000000",
		"UPDATE sweep SET counted_at = 'x'",
		"UPDATE grouped SET kind = 9",
		"UPDATE grouped SET block_site = 60000 WHERE kind = 0",
		"UPDATE group_count SET count = -1",
		"UPDATE go_process SET pid = 3",
		"UPDATE go_process SET search = 100",
		"UPDATE go_site SET number = number + 1000",
		"UPDATE goroutine SET site = 3",
		"UPDATE goroutine SET kind = 100",
		"UPDATE goroutine SET state = 255",
		"UPDATE goroutine SET goid = 0",
		"UPDATE go_wait SET case_count = 8",
		"UPDATE go_wait SET socket = 12345",
		"DELETE FROM go_case WHERE n = 0",
		"UPDATE go_releasers SET count = 9",
		"UPDATE go_held SET count = 5",
		"UPDATE go_held SET how2 = 3",
		"UPDATE go_path SET count = 13",
		"UPDATE go_retained SET count = 7",
		"UPDATE go_lock SET address = 1",
		"UPDATE go_block SET n = n + 1000",
		"UPDATE go_process SET has_events = 0",
		"INSERT INTO check_finding (n, pid) VALUES (1, 0)",
		"INSERT INTO check_finding (n, pid, count, goroutines, known, block_line, "
		"spawn_line) VALUES (1, 1, 1, 2, 0, 0, 0)",
		"INSERT INTO check_finding (n, pid, count, goroutines, known, block_line, "
		"spawn_line, kind) VALUES (1, 1, 1, 0, 0, 0, 0, 'left over')",
		"CREATE TABLE more (a)",
		"CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END",
		"CREATE VIEW v AS SELECT randomblob(1000000000)",
		"DROP TABLE lock; CREATE VIEW lock AS SELECT * FROM sweep",
		"DROP TABLE lock",
		"CREATE INDEX i ON thread(abs(tid))",
		"PRAGMA user_version = 0",
		"PRAGMA application_id = 5",
		"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'kind "
		"INTEGER', 'kind AS (1)') WHERE name = 'go_kind'",
	};
	const struct file *file = *state;
	struct models models;
	char text[512];
	size_t size, i;
	char *bytes;
	int r;

	make_models(&models);
	write_finished(file, &models);
	bytes = load(file->path, &size);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		store(file->path, bytes, size);
		run_sql(file->path, lies[i]);
		r = try_to_read(file->path, text, sizeof(text));
		if (r != -EBADMSG && r != -ENOTSUP)
			fail_msg("%s: %d %s", lies[i], r, text);
	}
	free(bytes);
	release_models(&models);
}

static void test_another_version_is_told(void **state)
{
	const struct file *file = *state;
	struct models models;
	char text[512];

	make_models(&models);
	write_finished(file, &models);
	run_sql(file->path, "PRAGMA user_version = 1000");
	assert_int_equal(try_to_read(file->path, text, sizeof(text)), -ENOTSUP);
	assert_non_null(strstr(text, "newer"));
	assert_int_equal(try_to_read("/etc/passwd", text, sizeof(text)), -EBADMSG);
	assert_int_equal(try_to_read("/dev/null", text, sizeof(text)), -EBADMSG);
	assert_int_equal(try_to_read("/", text, sizeof(text)), -EBADMSG);
	assert_int_equal(try_to_read("/nonexistent", text, sizeof(text)), -ENOENT);
	release_models(&models);
}

/* As after kill -9: what is in the log counts, and nothing is written beside the file. */
static void test_what_a_killed_recorder_left(void **state)
{
	const struct file *file = *state;
	char path[128], wal[140], copied_wal[140];
	struct recording recording;
	struct recorder *recorder;
	struct models models;
	struct stat stat_;
	size_t size;
	char *bytes;

	make_models(&models);
	open_recorder(file, 0, &recorder);
	write_models(recorder, &models);
	models.snapshot.now += SECOND;
	models.run.now = models.snapshot.now;
	write_models(recorder, &models);
	snprintf(path, sizeof(path), "%s.2", file->path);
	snprintf(wal, sizeof(wal), "%s-wal", file->path);
	snprintf(copied_wal, sizeof(copied_wal), "%s-wal", path);
	bytes = load(file->path, &size);
	store(path, bytes, size);
	free(bytes);
	bytes = load(wal, &size);
	store(copied_wal, bytes, size);
	free(bytes);
	/* One that is being written can be read, too. */
	read_whole(file->path, &recording);
	assert_true(recording.run.now == models.snapshot.now);
	assert_false(recording.from_copy);
	recording_release(&recording);
	recorder_close(recorder);
	read_whole(path, &recording);
	assert_true(recording.run.now == models.snapshot.now);
	assert_int_equal(recording.sweep_count, 2);
	assert_true(recording.from_copy);
	recording_release(&recording);
	snprintf(wal, sizeof(wal), "%s-shm", path);
	assert_int_not_equal(stat(wal, &stat_), 0);
	release_models(&models);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_file, drop_file)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_column_comes_back),
		cmocka_unit_test(test_no_field_is_forgotten),
		TEST(test_what_stands_is_written_once),
		TEST(test_a_block_has_its_interval),
		TEST(test_threads_come_and_go),
		TEST(test_a_filter_keeps_others_as_links),
		TEST(test_notes),
		TEST(test_the_oldest_goes_first),
		TEST(test_a_full_file_is_told_once),
		TEST(test_a_part_of_a_file_is_an_error),
		TEST(test_flipped_bits_do_no_harm),
		TEST(test_values_that_cannot_be),
		TEST(test_another_version_is_told),
		TEST(test_what_a_killed_recorder_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
