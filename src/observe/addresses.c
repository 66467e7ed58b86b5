// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does anybody but the waiters have the address of what they wait for? Of an object on the heap a
 * word in the process's private memory that leads to it, or to the block that it is a part of, is
 * what somebody would find it by. Where there is none outside of the stacks of those that wait for
 * it, that is told: evidence, and never a verdict. Addresses may be kept in other forms, in
 * registers, or in memory that is shared.
 */
#include "observe/addresses.h"
#include "target/maps.h"
#include "target/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ASKED_MOST 256	  /* objects of a process */
#define WAITERS_MOST 4096 /* the same */
#define PROCESSES_MOST 256
#define BYTES_MOST (512ull << 20) /* of a process */
#define TIME_MOST 500000000ull	  /* ns, of all processes */
#define CHUNK (1u << 20)
#define BEFORE 4096 /* a pointer to the beginning of a block may be so far away */
#define BEHIND 64   /* the object itself */
#define ADDRESS_BITS 0xffffffffffffull /* the others may be a tag */

struct asked {
	uint64_t object;
	bool found;
};

struct asking {
	struct observer *observer;
	struct target_task task;
	struct target_maps maps;
	struct asked list[ASKED_MOST]; /* by object */
	size_t count, open;
	uint64_t waiters[WAITERS_MOST]; /* their stack pointers, rising */
	size_t waiter_count;
	pid_t processes[PROCESSES_MOST]; /* that were asked about */
	size_t process_count;
	uint64_t bytes, end_at;
	bool cut;
	uint64_t *chunk;
};

/* Kinds whose objects are the program's own, and made by whoever is to use them. */
static bool is_asked(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	return thread->blocked && !thread->ended_at && !thread->moving && wait &&
	       wait->key.space == LC_WAIT_SPACE_PRIVATE &&
	       (wait->kind == LC_WAIT_MUTEX || wait->kind == LC_WAIT_RWLOCK ||
		wait->kind == LC_WAIT_CONDITION || wait->kind == LC_WAIT_SEMAPHORE ||
		wait->kind == LC_WAIT_BARRIER);
}

/* A file's, or what follows it: a program's variables, whose addresses stand in its code. */
static bool is_of_file(const struct target_maps *maps, const struct target_mapping *mapping)
{
	if (!strcmp(mapping->path, "[heap]"))
		return false;
	while (!mapping->inode && mapping > maps->mappings && mapping[-1].end == mapping->start)
		mapping--;
	return mapping->inode;
}

static bool is_in(const struct target_mapping *mapping, uint64_t address)
{
	return address >= mapping->start && address < mapping->end;
}

/* On a thread's stack, or among its own variables: found by the registers of that thread. */
static bool is_of_thread(const struct asking *asking, const struct target_mapping *mapping)
{
	const struct lc_model *model = asking->observer->model;
	const struct lc_thread *thread = lc_model_next(model, NULL);

	for (; thread; thread = lc_model_next(model, thread)) {
		if (thread->task.pid == asking->task.pid &&
		    (is_in(mapping, thread->sp) || is_in(mapping, thread->thread_pointer)))
			return true;
	}
	return !strcmp(mapping->path, "[stack]");
}

static int by_object(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return x->object < y->object ? -1 : x->object > y->object;
}

static void add(struct asking *asking, uint64_t object)
{
	const struct target_mapping *mapping = target_maps_find(&asking->maps, object);
	size_t i;

	for (i = 0; i < asking->count && asking->list[i].object != object; i++)
		;
	if (i < asking->count || asking->count == ASKED_MOST || !mapping || mapping->shared ||
	    is_of_file(&asking->maps, mapping) || is_of_thread(asking, mapping))
		return;
	asking->list[asking->count++] = (struct asked){ .object = object };
	asking->open++;
}

/* All objects that a word may lead to. */
static void meet(struct asking *asking, uint64_t word)
{
	size_t low = 0, high = asking->count, middle;

	word &= ADDRESS_BITS;
	while (low < high) { /* the first that does not end before it */
		middle = (low + high) / 2;
		if (asking->list[middle].object + BEHIND <= word)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < asking->count && asking->list[low].object <= word + BEFORE; low++) {
		asking->open -= !asking->list[low].found;
		asking->list[low].found = true;
	}
}

static void search_mapping(struct asking *asking, const struct target_mapping *mapping)
{
	uint64_t least = asking->list[0].object - BEFORE,
		 most = asking->list[asking->count - 1].object + BEHIND, at, word;
	size_t got, i;

	for (at = mapping->start; at < mapping->end && asking->open; at += CHUNK) {
		if (asking->bytes >= BYTES_MOST || now_monotonic() > asking->end_at) {
			asking->cut = true;
			return;
		}
		if (target_memory_read(&asking->task, at, asking->chunk,
				       mapping->end - at < CHUNK ? mapping->end - at : CHUNK,
				       &got) < 0)
			continue;
		asking->bytes += got;
		for (i = 0; i < got / 8; i++) {
			word = asking->chunk[i] & ADDRESS_BITS;
			if (word >= least && word < most)
				meet(asking, word);
		}
	}
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The stack of somebody who waits for one of the objects: he has its address, of course. */
static bool is_waiters(const struct asking *asking, const struct target_mapping *mapping)
{
	size_t low = 0, high = asking->waiter_count, middle;

	while (low < high) { /* the first that does not lie before it */
		middle = (low + high) / 2;
		if (asking->waiters[middle] < mapping->start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < asking->waiter_count && asking->waiters[low] < mapping->end;
}

static void search_memory(struct asking *asking)
{
	const struct target_mapping *mapping;
	size_t i;

	qsort(asking->list, asking->count, sizeof(asking->list[0]), by_object);
	qsort(asking->waiters, asking->waiter_count, sizeof(asking->waiters[0]), by_number);
	for (i = 0; i < asking->maps.count && asking->open && !asking->cut; i++) {
		mapping = &asking->maps.mappings[i];
		if (mapping->protection & PROT_WRITE && !mapping->shared &&
		    !is_waiters(asking, mapping))
			search_mapping(asking, mapping);
	}
}

static void tell(const struct asking *asking, struct lc_wait *wait)
{
	struct asked key = { .object = wait->key.object }, *found;

	found = bsearch(&key, asking->list, asking->count, sizeof(key), by_object);
	if (!found || found->found)
		return;
	(void)snprintf(
		wait->address, sizeof(wait->address),
		"no word of %s%llu MiB of private memory leads to it, but on stacks of those "
		"that wait for such%s",
		asking->cut ? "the first " : "",
		(unsigned long long)((asking->bytes + (1 << 20) - 1) >> 20),
		asking->cut ? "; the rest was not searched" : "");
}

static void ask_process(struct asking *asking)
{
	struct lc_model *model = asking->observer->model;
	struct lc_thread *thread;

	asking->count = asking->open = asking->waiter_count = 0;
	asking->bytes = 0;
	asking->cut = false;
	if (target_maps_read(&asking->task, TARGET_MAPS_ALL, &asking->maps) < 0)
		return;
	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread)) {
		if (thread->task.pid != asking->task.pid || !is_asked(thread))
			continue;
		if (asking->waiter_count == WAITERS_MOST)
			return; /* of those that are left out the stacks would count */
		asking->waiters[asking->waiter_count++] = thread->sp;
		add(asking, thread->wait->key.object);
	}
	if (!asking->count)
		return;
	search_memory(asking);
	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread)) {
		if (thread->task.pid == asking->task.pid && is_asked(thread))
			tell(asking, thread->wait);
	}
}

/* Each process once. */
static bool is_new(struct asking *asking, pid_t pid)
{
	size_t i;

	for (i = 0; i < asking->process_count && asking->processes[i] != pid; i++)
		;
	if (i < asking->process_count || i == PROCESSES_MOST)
		return false;
	asking->processes[asking->process_count++] = pid;
	return true;
}

void addresses_ask(struct observer *observer)
{
	struct asking *asking;
	const struct lc_thread *thread;

	if (observer->addresses_asked)
		return;
	observer->addresses_asked = true;
	asking = calloc(1, sizeof(*asking));
	if (!asking)
		return;
	asking->observer = observer;
	asking->end_at = now_monotonic() + TIME_MOST;
	asking->chunk = malloc(CHUNK);
	thread = asking->chunk ? lc_model_next(observer->model, NULL) : NULL;
	for (; thread && now_monotonic() < asking->end_at && !observer_is_stopped(observer);
	     thread = lc_model_next(observer->model, thread)) {
		if (!is_asked(thread) || !is_new(asking, thread->task.pid))
			continue;
		asking->task = (struct target_task){ observer->options->access, thread->task.pid,
						     thread->task.pid };
		ask_process(asking);
	}
	target_maps_release(&asking->maps);
	free(asking->chunk);
	free(asking);
}
