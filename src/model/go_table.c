// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines over sweeps: see goroutines.h. */
#include "model/goroutines.h"
#include "model/go_holders.h"
#include "model/go_locks.h"
#include "model/go_waits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct lc_go_site_key {
	uint64_t spawn_pc, entry_pc;
};

struct lc_go_site_index {
	UT_hash_handle hh;
	struct lc_go_site_key key;
	uint32_t number;
};

void lc_go_forget(struct lc_go *go, struct lc_go_process *process)
{
	struct lc_go_site_index *index, *next;

	HASH_DEL(go->processes, process);
	go->count--;
	HASH_ITER(hh, process->site_index, index, next) {
		HASH_DEL(process->site_index, index);
		free(index);
	}
	lc_go_drop_waits(process);
	lc_go_drop_releasers(process, /* all= */ true);
	lc_go_drop_held(process, /* all= */ true);
	lc_go_drop_paths(process, /* all= */ true);
	lc_go_drop_retained(process, /* all= */ true);
	lc_go_drop_locks(process);
	free(process->by_goid);
	free(process->on_threads);
	free(process->events);
	free(process->sites);
	free(process->list);
	free(process);
}

void lc_go_release(struct lc_go *go)
{
	while (go->processes)
		lc_go_forget(go, go->processes);
}

struct lc_go_process *lc_go_find(const struct lc_go *go, pid_t pid)
{
	struct lc_go_process *process;

	HASH_FIND(hh, go->processes, &pid, sizeof(pid), process);
	return process;
}

struct lc_go_process *lc_go_get(struct lc_go *go, pid_t pid, uint64_t start_time)
{
	struct lc_go_process *process = lc_go_find(go, pid);

	if (process && process->start_time == start_time)
		return process;
	if (process)
		lc_go_forget(go, process);
	if (go->count == LC_GO_PROCESSES_MAX) {
		go->refused++;
		return NULL;
	}
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = pid;
	process->start_time = start_time;
	HASH_ADD(hh, go->processes, pid, sizeof(pid), process);
	go->count++;
	return process;
}

void lc_go_begin_sweep(struct lc_go_process *process, uint64_t now)
{
	process->sweep++;
	process->living = 0;
	process->last_sweep_at = now;
	if (!process->first_sweep_at)
		process->first_sweep_at = now;
	lc_go_drop_waits(process);
	free(process->by_goid);
	process->by_goid = NULL;
}

static bool make_room(struct lc_go_process *process, size_t place)
{
	size_t capacity = process->capacity ? process->capacity : 64;
	struct lc_goroutine *grown;

	if (place >= LC_GO_MAX)
		return false;
	while (capacity <= place)
		capacity += capacity / 2;
	if (capacity > process->capacity) {
		grown = reallocarray(process->list, capacity, sizeof(*grown));
		if (!grown)
			return false;
		memset(grown + process->capacity, 0,
		       (capacity - process->capacity) * sizeof(*grown));
		process->list = grown;
		process->capacity = capacity;
	}
	if (place >= process->count)
		process->count = place + 1;
	return true;
}

/* The number of a site, or UINT32_MAX. */
static uint32_t site_of(struct lc_go_process *process, uint64_t spawn_pc, uint64_t entry_pc,
			bool *ret_new)
{
	struct lc_go_site_key key = { spawn_pc, entry_pc };
	struct lc_go_site_index *index;
	struct lc_go_site *grown;

	*ret_new = false;
	HASH_FIND(hh, process->site_index, &key, sizeof(key), index);
	if (index)
		return index->number;
	if (process->site_count == LC_GO_SITES_MAX)
		return UINT32_MAX;
	if (process->site_count == process->site_capacity) {
		process->site_capacity = process->site_capacity * 2 + 16;
		grown = reallocarray(process->sites, process->site_capacity, sizeof(*grown));
		if (!grown)
			return UINT32_MAX;
		process->sites = grown;
	}
	index = calloc(1, sizeof(*index));
	if (!index)
		return UINT32_MAX;
	index->key = key;
	index->number = process->site_count++;
	process->sites[index->number] = (struct lc_go_site){};
	HASH_ADD(hh, process->site_index, key, sizeof(key), index);
	*ret_new = true;
	return index->number;
}

struct lc_go_site *lc_go_site_at(struct lc_go_process *process, uint64_t spawn_pc,
				 uint64_t entry_pc, bool *ret_new)
{
	uint32_t number = site_of(process, spawn_pc, entry_pc, ret_new);

	return number == UINT32_MAX ? NULL : &process->sites[number];
}

static void end_goroutine(struct lc_go_process *process, struct lc_goroutine *goroutine)
{
	if (lc_go_is_lock(goroutine->kind))
		lc_go_note_served(process, goroutine, process->last_sweep_at);
	process->sites[goroutine->site].living--;
	process->sites[goroutine->site].ended += !process->events;
	goroutine->goid = 0;
	goroutine->state = LC_GO_NONE;
}

struct lc_goroutine *lc_go_note(struct lc_go_process *process, size_t place,
				const struct lc_go_sample *sample, uint64_t now, bool *ret_new_site)
{
	struct lc_goroutine *goroutine;
	uint32_t site;
	bool still;

	*ret_new_site = false;
	if (!make_room(process, place)) {
		process->refused++;
		return NULL;
	}
	goroutine = &process->list[place];
	if (goroutine->goid != sample->goid) {
		if (goroutine->goid)
			end_goroutine(process, goroutine);
		site = site_of(process, sample->spawn_pc, sample->entry_pc, ret_new_site);
		if (site == UINT32_MAX) {
			process->refused++;
			return NULL;
		}
		/* Its group is left as it was: the series see that another one is there. */
		*goroutine = (struct lc_goroutine){
			.goid = sample->goid,
			.address = sample->address,
			.parent_goid = sample->parent_goid,
			.first_seen_at = now,
			.still_since = now,
			.site = site,
			.group = goroutine->group,
		};
		process->sites[site].living++;
		process->sites[site].born += process->sweep > 1 && !process->events;
	}
	still = goroutine->state == sample->state && goroutine->raw_kind == sample->kind &&
		goroutine->tracking_seq == sample->tracking_seq;
	if (!still && lc_go_is_lock(goroutine->kind))
		lc_go_note_served(process, goroutine, now);
	if (!still) {
		goroutine->still_since = now;
		goroutine->stack = 0;
		goroutine->object = 0;
		goroutine->reported = 0;
		goroutine->flags &= LC_GO_PARENT_ENDED | LC_GO_EXACT_BIRTH;
		goroutine->kind = goroutine->raw_kind = sample->kind;
	}
	goroutine->state = sample->state;
	goroutine->reason = sample->reason;
	goroutine->tracking_seq = sample->tracking_seq;
	if (!(goroutine->flags & LC_GO_EXACT_SINCE))
		goroutine->waits_since = sample->waits_since;
	goroutine->stack_bytes = sample->stack_bytes;
	goroutine->tid = sample->tid;
	goroutine->locked = sample->locked;
	goroutine->sweep = process->sweep;
	process->living++;
	if (sample->goid > process->greatest_goid)
		process->greatest_goid = sample->goid;
	return goroutine;
}

#define PROBES_MAX 1024

static size_t bucket_of(const struct lc_go_process *process, uint64_t goid)
{
	return (goid * 0x9e3779b97f4a7c15ull >> 20) & process->by_goid_mask;
}

/*
 * Where a goid is in the index, or the free bucket for it; SIZE_MAX: neither is near. A list may
 * lie, with one goid again and again or with many that meet in one bucket: each costs no more than
 * this.
 */
static size_t find_bucket(const struct lc_go_process *process, uint64_t goid)
{
	size_t at = bucket_of(process, goid), probes;

	for (probes = 0; probes < PROBES_MAX; probes++) {
		if (!process->by_goid[at] || process->list[process->by_goid[at] - 1].goid == goid)
			return at;
		at = (at + 1) & process->by_goid_mask;
	}
	return SIZE_MAX;
}

/* Without memory for it nobody is found by goid in this sweep. */
static void index_goids(struct lc_go_process *process)
{
	size_t size = 64, i, at;

	while (size < process->living * 2)
		size *= 2;
	process->by_goid = calloc(size, sizeof(*process->by_goid));
	if (!process->by_goid)
		return;
	process->by_goid_mask = size - 1;
	for (i = 0; i < process->count; i++) {
		at = process->list[i].goid ? find_bucket(process, process->list[i].goid) : SIZE_MAX;
		if (at != SIZE_MAX && !process->by_goid[at])
			process->by_goid[at] = i + 1;
	}
}

struct lc_goroutine *lc_go_by_goid(const struct lc_go_process *process, uint64_t goid)
{
	size_t at;

	if (!goid || !process->by_goid)
		return NULL;
	at = find_bucket(process, goid);
	return at != SIZE_MAX && process->by_goid[at] ? &process->list[process->by_goid[at] - 1]
						      : NULL;
}

/* A goid is never used again: who has ended stays so. Neighbours often have the same parent. */
static void note_parents(struct lc_go_process *process)
{
	struct lc_goroutine *goroutine;
	uint64_t parent = 0;
	bool ended = false;
	size_t i;

	for (i = 0; i < process->count; i++) {
		goroutine = &process->list[i];
		if (!goroutine->goid || !goroutine->parent_goid ||
		    (goroutine->flags & LC_GO_PARENT_ENDED))
			continue;
		if (goroutine->parent_goid != parent) {
			parent = goroutine->parent_goid;
			ended = !lc_go_by_goid(process, parent);
		}
		goroutine->flags |= ended ? LC_GO_PARENT_ENDED : 0;
	}
}

static void note_threads(struct lc_go_process *process)
{
	uint32_t *grown;
	size_t i;

	process->on_thread_count = 0;
	for (i = 0; i < process->count; i++) {
		if (!process->list[i].goid || !process->list[i].tid)
			continue;
		if (process->on_thread_count == process->on_thread_capacity) {
			grown = reallocarray(process->on_threads,
					     process->on_thread_capacity * 2 + 16, sizeof(*grown));
			if (!grown)
				return;
			process->on_threads = grown;
			process->on_thread_capacity = process->on_thread_capacity * 2 + 16;
		}
		process->on_threads[process->on_thread_count++] = i;
	}
}

const struct lc_goroutine *lc_go_by_thread(const struct lc_go_process *process, pid_t tid)
{
	size_t i;

	for (i = 0; i < process->on_thread_count; i++) {
		if (process->list[process->on_threads[i]].tid == tid)
			return &process->list[process->on_threads[i]];
	}
	return NULL;
}

void lc_go_end_sweep(struct lc_go_process *process)
{
	size_t i;

	for (i = 0; i < process->count; i++) {
		if (process->list[i].goid && process->list[i].sweep != process->sweep)
			end_goroutine(process, &process->list[i]);
	}
	if (process->sweep == 1)
		process->first_greatest_goid = process->greatest_goid;
	index_goids(process);
	note_parents(process);
	note_threads(process);
	lc_go_drop_releasers(process, /* all= */ false);
	lc_go_drop_held(process, /* all= */ false);
	lc_go_drop_paths(process, /* all= */ false);
	lc_go_drop_retained(process, /* all= */ false);
}

int lc_go_restore(struct lc_go *go, const struct lc_go_process *process,
		  const struct lc_go_events *events, struct lc_go_process **ret_process)
{
	struct lc_go_process *restored = NULL;
	UT_hash_handle handle;

	if (lc_go_find(go, process->pid))
		return -EEXIST;
	if (go->count == LC_GO_PROCESSES_MAX)
		return -ENOSPC;
	restored = lc_go_get(go, process->pid, process->start_time);
	if (!restored)
		return -ENOMEM;
	handle = restored->hh;
	*restored = *process;
	restored->hh = handle;
	restored->living = 0;
	if (events) {
		restored->events = malloc(sizeof(*events));
		if (!restored->events)
			return -ENOMEM;
		*restored->events = *events;
	}
	*ret_process = restored;
	return 0;
}

int lc_go_restore_site(struct lc_go_process *process, const struct lc_go_site *site)
{
	struct lc_go_site *grown;

	if (process->site_count == LC_GO_SITES_MAX)
		return -ENOSPC;
	if (process->site_count == process->site_capacity) {
		grown = reallocarray(process->sites, process->site_capacity * 2 + 16,
				     sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		process->sites = grown;
		process->site_capacity = process->site_capacity * 2 + 16;
	}
	process->sites[process->site_count++] = *site;
	return 0;
}

int lc_go_restore_goroutine(struct lc_go_process *process, const struct lc_goroutine *goroutine)
{
	size_t place = process->count;

	if (!make_room(process, place))
		return place >= LC_GO_MAX ? -ENOSPC : -ENOMEM;
	process->list[place] = *goroutine;
	process->list[place].sweep = process->sweep;
	process->list[place].group = process->list[place].reported = 0;
	process->living += goroutine->goid != 0;
	return 0;
}

void lc_go_restored(struct lc_go_process *process)
{
	free(process->by_goid);
	index_goids(process);
	note_threads(process);
}
