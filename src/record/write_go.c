// SPDX-License-Identifier: GPL-2.0-only
/* Go processes as they stand now: see writer.h. */
#include "record/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct written_go {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t start_time;
	int64_t id;
	uint64_t written;
	struct row_hashes row, sites, goroutines, waits, releasers, held, paths, retained, locks,
		blocks;
	struct row_hashes sockets; /* ids of waits, by number of the go_wait; 0: none */
};

static void write_process(struct recorder *recorder, struct written_go *known,
			  const struct lc_go_process *process)
{
	struct record_go_row row;

	memset(&row, 0, sizeof(row));
	memcpy(&row.process, process, sizeof(row.process));
	memset(&row.process.hh, 0, sizeof(row.process.hh));
	row.has_events = process->events != NULL;
	if (process->events)
		row.events = *process->events;
	writer_put_changed(recorder, &known->row, 0, &record_go_process, &known->id, &row,
			   sizeof(row));
}

/* Rows from number count on are there no more. */
static void cut(struct recorder *recorder, struct row_hashes *hashes, size_t count,
		enum writer_sql sql, int64_t process)
{
	if (hashes->count <= count)
		return;
	WRITER_RUN(recorder, sql, process, (int64_t)count);
	memset(hashes->list + count, 0, (hashes->count - count) * sizeof(hashes->list[0]));
	hashes->count = count;
}

static void write_sites(struct recorder *recorder, struct written_go *known,
			const struct lc_go_process *process)
{
	size_t i;

	for (i = 0; i < process->site_count; i++)
		writer_put_changed(recorder, &known->sites, i, &record_go_site,
				   (const int64_t[]){ known->id, (int64_t)i }, &process->sites[i],
				   sizeof(process->sites[i]));
	cut(recorder, &known->sites, process->site_count, SQL_GO_SITE_DELETE, known->id);
}

static void write_goroutine(struct recorder *recorder, struct written_go *known, size_t place,
			    const struct lc_goroutine *goroutine)
{
	uint64_t *hash = writer_hash_at(recorder, &known->goroutines, place);
	const int64_t keys[] = { known->id, (int64_t)place };
	struct lc_goroutine row = *goroutine;

	if (!hash || (!goroutine->goid && !*hash))
		return;
	if (!goroutine->goid) {
		*hash = 0;
		WRITER_RUN(recorder, SQL_GOROUTINE_DELETE, keys[0], keys[1]);
		return;
	}
	row.sweep = row.group = row.reported = 0;
	writer_put_changed(recorder, &known->goroutines, place, &record_goroutine, keys, &row,
			   sizeof(row));
}

/* Returns how many of them there was no room for. */
static uint64_t write_goroutines(struct recorder *recorder, struct written_go *known,
				 const struct lc_go_process *process, uint64_t *room)
{
	uint64_t left_out = 0;
	size_t i;

	for (i = 0; i < process->count && !recorder->result; i++) {
		if (process->list[i].goid && !*room) {
			left_out++;
			continue;
		}
		*room -= process->list[i].goid != 0;
		write_goroutine(recorder, known, i, &process->list[i]);
	}
	cut(recorder, &known->goroutines, process->count, SQL_GOROUTINE_DELETE_FROM, known->id);
	return left_out;
}

static void write_socket(struct recorder *recorder, uint64_t *socket, const struct lc_go_wait *wait)
{
	if (!wait->has_socket && *socket) {
		WRITER_RUN(recorder, SQL_WAIT_DELETE, (int64_t)*socket);
		WRITER_RUN(recorder, SQL_OWNER_DELETE, (int64_t)*socket);
		WRITER_RUN(recorder, SQL_MEMBER_DELETE, (int64_t)*socket);
		*socket = 0;
	}
	if (!wait->has_socket)
		return;
	if (!*socket)
		*socket = (uint64_t)++recorder->last_wait;
	write_wait(recorder, (int64_t)*socket, &wait->socket);
}

static void write_go_wait(struct recorder *recorder, struct written_go *known, size_t n,
			  const struct lc_go_wait *wait)
{
	uint64_t *hash = writer_hash_at(recorder, &known->waits, n), now;
	uint64_t *socket = writer_hash_at(recorder, &known->sockets, n);
	const int64_t keys[] = { known->id, (int64_t)n };
	struct record_go_wait_row row;
	uint32_t i;

	now = writer_hash(wait, sizeof(*wait), 0);
	if (!hash || !socket || *hash == now)
		return;
	*hash = now;
	write_socket(recorder, socket, wait);
	memset(&row, 0, sizeof(row));
	row.wait = *wait;
	row.socket = *socket;
	snprintf(row.reason, sizeof(row.reason), "%s", wait->reason ? wait->reason : "");
	writer_put(recorder, &record_go_wait, keys, &row);
	WRITER_RUN(recorder, SQL_GO_CASE_DELETE, keys[0], keys[1]);
	for (i = 0; i < wait->case_count; i++)
		writer_put(recorder, &record_go_case, (const int64_t[]){ keys[0], keys[1], i },
			   &wait->cases[i]);
}

static void write_waits(struct recorder *recorder, struct written_go *known,
			const struct lc_go_process *process)
{
	static const struct lc_go_wait none;
	const struct lc_go_wait *wait = NULL;
	size_t n = 0, i;

	while ((wait = lc_go_next_wait(process, wait)))
		write_go_wait(recorder, known, n++, wait);
	for (i = n; i < known->sockets.count; i++)
		write_socket(recorder, &known->sockets.list[i], &none);
	if (known->waits.count > n)
		WRITER_RUN(recorder, SQL_GO_CASE_DELETE_FROM, known->id, (int64_t)n);
	cut(recorder, &known->waits, n, SQL_GO_WAIT_DELETE, known->id);
}

static void write_releasers(struct recorder *recorder, struct written_go *known,
			    const struct lc_go_process *process)
{
	const struct lc_go_releasers *releasers = NULL;
	size_t n = 0;

	while ((releasers = lc_go_next_releasers(process, releasers))) {
		writer_put_changed(recorder, &known->releasers, n, &record_go_releasers,
				   (const int64_t[]){ known->id, (int64_t)n }, releasers,
				   sizeof(*releasers));
		n++;
	}
	cut(recorder, &known->releasers, n, SQL_GO_RELEASERS_DELETE, known->id);
}

static void write_held(struct recorder *recorder, struct written_go *known,
		       const struct lc_go_process *process)
{
	const struct lc_go_held *held = NULL;
	size_t n = 0;

	while ((held = lc_go_next_held(process, held))) {
		writer_put_changed(recorder, &known->held, n, &record_go_held,
				   (const int64_t[]){ known->id, (int64_t)n }, held, sizeof(*held));
		n++;
	}
	cut(recorder, &known->held, n, SQL_GO_HELD_DELETE, known->id);
}

static void write_paths(struct recorder *recorder, struct written_go *known,
			const struct lc_go_process *process)
{
	const struct lc_go_path *path = NULL;
	size_t n = 0;

	while ((path = lc_go_next_path(process, path))) {
		writer_put_changed(recorder, &known->paths, n, &record_go_path,
				   (const int64_t[]){ known->id, (int64_t)n }, path, sizeof(*path));
		n++;
	}
	cut(recorder, &known->paths, n, SQL_GO_PATH_DELETE, known->id);
}

static void write_retained(struct recorder *recorder, struct written_go *known,
			   const struct lc_go_process *process)
{
	const struct lc_go_retained *retained = NULL;
	size_t n = 0;

	while ((retained = lc_go_next_retained(process, retained))) {
		writer_put_changed(recorder, &known->retained, n, &record_go_retained,
				   (const int64_t[]){ known->id, (int64_t)n }, retained,
				   sizeof(*retained));
		n++;
	}
	cut(recorder, &known->retained, n, SQL_GO_RETAINED_DELETE, known->id);
}

static void write_go_locks(struct recorder *recorder, struct written_go *known,
			   const struct lc_go_process *process)
{
	struct lc_go_lock *list = NULL;
	int count = lc_go_list_locks(process, &list), i;

	if (count < 0)
		writer_fail(recorder, count);
	for (i = 0; i < count; i++)
		writer_put_changed(recorder, &known->locks, (size_t)i, &record_go_served,
				   (const int64_t[]){ known->id, i }, &list[i], sizeof(list[i]));
	if (count >= 0)
		cut(recorder, &known->locks, (size_t)count, SQL_GO_LOCK_DELETE, known->id);
	free(list);
}

static void write_blocks(struct recorder *recorder, struct written_go *known,
			 const struct lc_go_process *process)
{
	size_t count = process->events ? process->events->kept : 0, i;

	for (i = 0; i < count; i++)
		writer_put_changed(recorder, &known->blocks, i, &record_go_block,
				   (const int64_t[]){ known->id, (int64_t)i },
				   &process->events->blocks[i], sizeof(process->events->blocks[i]));
	cut(recorder, &known->blocks, count, SQL_GO_BLOCK_DELETE, known->id);
}

static void free_known(struct written_go *known)
{
	free(known->row.list);
	free(known->sites.list);
	free(known->goroutines.list);
	free(known->waits.list);
	free(known->releasers.list);
	free(known->held.list);
	free(known->paths.list);
	free(known->retained.list);
	free(known->locks.list);
	free(known->blocks.list);
	free(known->sockets.list);
	free(known);
}

static void forget(struct recorder *recorder, struct written_go *known)
{
	static const struct lc_go_process none;
	uint64_t room = 0;

	write_sites(recorder, known, &none);
	write_goroutines(recorder, known, &none, &room);
	write_waits(recorder, known, &none);
	cut(recorder, &known->releasers, 0, SQL_GO_RELEASERS_DELETE, known->id);
	cut(recorder, &known->held, 0, SQL_GO_HELD_DELETE, known->id);
	cut(recorder, &known->paths, 0, SQL_GO_PATH_DELETE, known->id);
	cut(recorder, &known->retained, 0, SQL_GO_RETAINED_DELETE, known->id);
	cut(recorder, &known->locks, 0, SQL_GO_LOCK_DELETE, known->id);
	cut(recorder, &known->blocks, 0, SQL_GO_BLOCK_DELETE, known->id);
	WRITER_RUN(recorder, SQL_GO_DELETE, known->id);
	HASH_DEL(recorder->go, known);
	free_known(known);
}

static struct written_go *known_for(struct recorder *recorder, const struct lc_go_process *process,
				    int64_t last_id)
{
	struct written_go *known;

	HASH_FIND(hh, recorder->go, &process->pid, sizeof(process->pid), known);
	if (known && (known->id <= last_id || known->start_time != process->start_time)) {
		forget(recorder, known);
		known = NULL;
	}
	if (known)
		return known;
	known = calloc(1, sizeof(*known));
	if (!known) {
		writer_fail(recorder, -ENOMEM);
		return NULL;
	}
	known->pid = process->pid;
	known->start_time = process->start_time;
	known->id = ++recorder->last_go;
	HASH_ADD(hh, recorder->go, pid, sizeof(known->pid), known);
	return known;
}

uint64_t write_go(struct recorder *recorder, const struct lc_go *go, struct record_sweep *sweep)
{
	uint64_t room = RECORD_GOROUTINES_MAX, left_out = 0;
	const struct lc_go_process *process;
	struct written_go *known, *next;
	int64_t last_id = 0;

	for (process = go->processes; process && !recorder->result; process = process->hh.next) {
		known = known_for(recorder, process, last_id);
		if (!known)
			return 0;
		last_id = known->id;
		known->written = recorder->written;
		write_process(recorder, known, process);
		write_sites(recorder, known, process);
		left_out += write_goroutines(recorder, known, process, &room);
		write_waits(recorder, known, process);
		write_releasers(recorder, known, process);
		write_held(recorder, known, process);
		write_paths(recorder, known, process);
		write_retained(recorder, known, process);
		write_go_locks(recorder, known, process);
		write_blocks(recorder, known, process);
		sweep->goroutines += process->living;
	}
	HASH_ITER(hh, recorder->go, known, next) {
		if (known->written != recorder->written)
			forget(recorder, known);
	}
	return left_out;
}

void write_release_go(struct recorder *recorder)
{
	struct written_go *known, *next;

	HASH_ITER(hh, recorder->go, known, next) {
		HASH_DEL(recorder->go, known);
		free_known(known);
	}
}
