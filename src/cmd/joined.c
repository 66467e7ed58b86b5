// SPDX-License-Identifier: GPL-2.0-only
/* Finds the other ends of connections, and puts their processes beside the waiters: joined.h. */
#include "cmd/joined.h"
#include "output/message.h"
#include "verdict/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A connection of a process in one of the files. */
struct end {
	const struct record_socket *socket;
	size_t file;
};

struct joining {
	struct recorded *recorded;
	size_t file_count;
	struct end *by_ends, *by_owner; /* the same, sorted in two ways */
	size_t count;
	bool *leads; /* [from * files + to]: a wait leads there */
};

static const struct recording *recording_at(const struct joining *joining, size_t file)
{
	return &joining->recorded[file].recording;
}

static int compare_ends(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int r = strcmp(x->socket->local, y->socket->local);

	return r ? r : strcmp(x->socket->remote, y->socket->remote);
}

static int compare_owners(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->socket->pid != y->socket->pid)
		return x->socket->pid < y->socket->pid ? -1 : 1;
	return x->socket->fd < y->socket->fd ? -1 : x->socket->fd > y->socket->fd;
}

static int list_ends(struct joining *joining)
{
	size_t files = joining->file_count, total = 0, i, k;

	for (i = 0; i < files; i++)
		total += recording_at(joining, i)->socket_count;
	joining->by_ends = calloc(total + 1, sizeof(struct end));
	joining->by_owner = calloc(total + 1, sizeof(struct end));
	joining->leads = calloc(files * files, sizeof(bool));
	if (!joining->by_ends || !joining->by_owner || !joining->leads)
		return -ENOMEM;
	for (i = 0; i < files; i++) {
		for (k = 0; k < recording_at(joining, i)->socket_count; k++)
			joining->by_ends[joining->count++] =
				(struct end){ &recording_at(joining, i)->sockets[k], i };
	}
	memcpy(joining->by_owner, joining->by_ends, joining->count * sizeof(struct end));
	qsort(joining->by_ends, joining->count, sizeof(struct end), compare_ends);
	qsort(joining->by_owner, joining->count, sizeof(struct end), compare_owners);
	return 0;
}

/* An address that each host has for itself. */
static bool is_local(const char *address)
{
	return !strncmp(address, "127.", 4) || !strncmp(address, "[::1]", 5);
}

/* Ports are given again: what was open an hour before may be another connection. */
#define FAR_APART_NS (INT64_C(3600) * 1000000000)

static bool is_of_that_time(const struct recording *a, const struct recording *b)
{
	int64_t apart = (int64_t)((uint64_t)a->run.ended - (uint64_t)b->run.ended);

	return apart < FAR_APART_NS && apart > -FAR_APART_NS;
}

static bool may_meet(const struct joining *joining, const struct end *own, const struct end *other)
{
	const struct recording *here = recording_at(joining, own->file);
	const struct recording *there = recording_at(joining, other->file);

	return own->file != other->file && is_of_that_time(here, there) &&
	       (!is_local(own->socket->local) || !strcmp(here->run.host, there->run.host));
}

static const char *name_of(const struct recording *recording, pid_t pid)
{
	const struct lc_model *models[] = { recording->threads, recording->others };
	const struct lc_thread *thread;
	size_t i;

	for (i = 0; i < 2; i++) {
		thread = lc_model_next(models[i], NULL);
		for (; thread; thread = lc_model_next(models[i], thread)) {
			if (thread->task.pid == pid && !thread->ended_at)
				return thread->process_comm;
		}
	}
	return NULL;
}

static void add_owner(struct joining *joining, const struct end *own, const struct end *other,
		      struct lc_wait *wait)
{
	size_t files = joining->file_count;
	const char *comm = name_of(recording_at(joining, other->file), other->socket->pid);
	struct lc_wait_owner *owner;

	if (!comm || other->socket->pid >= VERDICT_FOREIGN)
		return;
	joining->leads[own->file * files + other->file] = true;
	wait->owner_total++;
	wait->recorded = LC_WAIT_RECORDED;
	if (wait->owner_count == LC_WAIT_OWNERS)
		return;
	owner = &wait->owners[wait->owner_count++];
	*owner = (struct lc_wait_owner){
		.pid = other->socket->pid + verdict_foreign_base(other->file),
		.fd = other->socket->fd,
		.role = LC_WAIT_PEER,
	};
	memcpy(owner->comm, comm, sizeof(owner->comm));
}

/* A wait of a process for what comes over one of its connections, whose other end was not there. */
static bool link_wait(struct joining *joining, size_t file, pid_t pid, int fd, struct lc_wait *wait)
{
	const struct record_socket wanted = { .pid = pid, .fd = fd };
	const struct end key = { &wanted, file };
	const struct end *own, *other, *last = joining->by_ends + joining->count;
	struct record_socket turned;
	struct end turned_key = { &turned, 0 };

	if (!joining->count || wait->kind != LC_WAIT_TCP || fd < 0 ||
	    wait->recorded != LC_WAIT_OUTSIDE)
		return false;
	own = bsearch(&key, joining->by_owner, joining->count, sizeof(key), compare_owners);
	if (!own)
		return false;
	memcpy(turned.local, own->socket->remote, sizeof(turned.local));
	memcpy(turned.remote, own->socket->local, sizeof(turned.remote));
	other = bsearch(&turned_key, joining->by_ends, joining->count, sizeof(key), compare_ends);
	while (other && other > joining->by_ends && !compare_ends(other - 1, &turned_key))
		other--;
	for (; other && other < last && !compare_ends(other, &turned_key); other++) {
		if (may_meet(joining, own, other))
			add_owner(joining, own, other, wait);
	}
	return wait->owner_count > 0;
}

/* Numbers that no kernel gives are not for a file to have: here they mean another one. */
static void drop_foreign(struct lc_wait *wait)
{
	uint32_t i;

	for (i = 0; i < wait->owner_count; i++) {
		if (wait->owners[i].pid >= VERDICT_FOREIGN)
			wait->owners[i].pid = wait->owners[i].tid = 0;
	}
}

static void drop_foreign_threads(struct lc_model *model)
{
	struct lc_thread *thread = model ? lc_model_next(model, NULL) : NULL;

	for (; thread; thread = lc_model_next(model, thread)) {
		if (thread->wait)
			drop_foreign(thread->wait);
	}
}

static int drop_foreign_goroutines(const struct recording *recording)
{
	struct lc_go_process *process = recording->go.processes;
	const struct lc_go_wait *wait;
	struct lc_go_wait changed;
	int r = 0;

	for (; process && !r; process = process->hh.next) {
		wait = NULL;
		while (!r && (wait = lc_go_next_wait(process, wait))) {
			changed = *wait;
			drop_foreign(&changed.socket);
			r = lc_go_set_wait(process, &changed);
		}
	}
	return r;
}

static int drop_all_foreign(struct recorded *recorded, size_t count)
{
	size_t i;
	int r = 0;

	for (i = 0; i < count && !r; i++) {
		drop_foreign_threads(recorded[i].recording.threads);
		drop_foreign_threads(recorded[i].recording.others);
		r = drop_foreign_goroutines(&recorded[i].recording);
	}
	return r;
}

static void link_threads(struct joining *joining, size_t file, struct lc_model *model)
{
	struct lc_thread *thread = lc_model_next(model, NULL);

	for (; thread; thread = lc_model_next(model, thread)) {
		if (thread->blocked && thread->wait)
			(void)link_wait(joining, file, thread->task.pid, thread->wait->fd,
					thread->wait);
	}
}

static int link_goroutines(struct joining *joining, size_t file)
{
	struct lc_go_process *process = recording_at(joining, file)->go.processes;
	const struct lc_go_wait *wait;
	struct lc_go_wait changed;
	int r = 0;

	for (; process && !r; process = process->hh.next) {
		wait = NULL;
		while (!r && (wait = lc_go_next_wait(process, wait))) {
			changed = *wait;
			if (wait->has_socket &&
			    link_wait(joining, file, process->pid, wait->fd, &changed.socket))
				r = lc_go_set_wait(process, &changed);
		}
	}
	return r;
}

/* Who is led to may lead on. */
static void close_over(struct joining *joining)
{
	size_t files = joining->file_count, via, from, to;

	for (via = 0; via < files; via++) {
		for (from = 0; from < files; from++) {
			for (to = 0; joining->leads[from * files + via] && to < files; to++)
				joining->leads[from * files + to] |=
					joining->leads[via * files + to];
		}
	}
}

/* A time of one host's clock on that of another; 0 stays 0. */
static uint64_t shifted(uint64_t time, int64_t by)
{
	if (!time)
		return 0;
	return by < 0 && time <= -(uint64_t)by ? 1 : time + (uint64_t)by;
}

static void renumber_wait(struct lc_wait *wait, size_t from, size_t into)
{
	pid_t base = verdict_foreign_base(from);
	uint32_t i;

	if (wait->key.space == LC_WAIT_SPACE_PRIVATE || wait->key.space == LC_WAIT_SPACE_FD ||
	    wait->key.space == LC_WAIT_SPACE_PROCESS)
		wait->key.scope += (uint32_t)base;
	for (i = 0; i < wait->owner_count; i++) {
		struct lc_wait_owner *owner = &wait->owners[i];

		if (owner->pid >= VERDICT_FOREIGN) {
			if (verdict_foreign_file(owner->pid) == into)
				owner->pid -= verdict_foreign_base(into);
			continue;
		}
		owner->pid += owner->pid ? base : 0;
		owner->tid += owner->tid ? base : 0;
	}
}

/* With other numbers, on the other clock, and without stacks, which are in another table. */
static int import_thread(struct joining *joining, size_t from, size_t into,
			 const struct lc_thread *thread)
{
	const struct recording *other = recording_at(joining, from);
	const struct recording *own = recording_at(joining, into);
	int64_t by = (int64_t)((uint64_t)other->run.realtime_offset -
			       (uint64_t)own->run.realtime_offset);
	struct lc_thread copy = *thread;
	struct lc_wait wait;
	int r;

	if (thread->task.tid >= VERDICT_FOREIGN || thread->task.pid >= VERDICT_FOREIGN ||
	    thread->ended_at)
		return 0;
	if (thread->wait) {
		wait = *thread->wait;
		renumber_wait(&wait, from, into);
	}
	copy.task.tid += verdict_foreign_base(from);
	copy.task.pid += verdict_foreign_base(from);
	copy.user_stack = copy.kernel_stack = copy.spawn_stack = 0;
	memset(copy.repeats, 0, sizeof(copy.repeats));
	memset(copy.places, 0, sizeof(copy.places));
	memset(copy.longest, 0, sizeof(copy.longest));
	copy.seen_at = shifted(thread->seen_at, by);
	copy.ran_at = shifted(thread->ran_at, by);
	copy.blocked_since = shifted(thread->blocked_since, by);
	copy.wait_read_at = shifted(thread->wait_read_at, by);
	copy.steady_from = thread->blocked ? copy.blocked_since : copy.ran_at;
	r = lc_model_restore(own->others, &copy, thread->wait ? &wait : NULL);
	return r == -ENOMEM ? r : 0;
}

static int import_file(struct joining *joining, size_t from, size_t into)
{
	const struct recording *other = recording_at(joining, from);
	const struct lc_model *models[] = { other->threads, other->others };
	const struct lc_thread *thread;
	size_t i;
	int r = 0;

	for (i = 0; i < 2; i++) {
		thread = lc_model_next(models[i], NULL);
		for (; thread && !r; thread = lc_model_next(models[i], thread))
			r = import_thread(joining, from, into, thread);
	}
	return r;
}

static int judge_anew(struct joining *joining, size_t file)
{
	struct recorded *recorded = &joining->recorded[file];

	verdict_view_release(&recorded->view);
	return verdict_view_create(&recorded->recording.snapshot, &recorded->view);
}

static int import_all(struct joining *joining, size_t into)
{
	size_t files = joining->file_count, from;
	bool any = false;
	int r = 0;

	for (from = 0; from < files && !r; from++) {
		if (from == into || !joining->leads[into * files + from])
			continue;
		r = import_file(joining, from, into);
		any = true;
	}
	return r || !any ? r : judge_anew(joining, into);
}

static int join(struct joining *joining)
{
	size_t i;
	int r = list_ends(joining);

	for (i = 0; i < joining->file_count && !r && joining->count; i++) {
		if (!recording_at(joining, i)->threads)
			continue;
		link_threads(joining, i, recording_at(joining, i)->threads);
		link_threads(joining, i, recording_at(joining, i)->others);
		r = link_goroutines(joining, i);
	}
	if (!r)
		close_over(joining);
	for (i = 0; i < joining->file_count && !r && joining->count; i++)
		r = import_all(joining, i);
	return r;
}

int joined_join(struct recorded *recorded, size_t count)
{
	struct joining joining = { .recorded = recorded, .file_count = count };
	int r = drop_all_foreign(recorded, count);

	if (r < 0)
		return r;
	if (count > VERDICT_FOREIGN_FILES) {
		output_message("more than %d files: their connections to each other are left out",
			       VERDICT_FOREIGN_FILES);
		return 0;
	}
	r = join(&joining);
	free(joining.by_ends);
	free(joining.by_owner);
	free(joining.leads);
	return r;
}
