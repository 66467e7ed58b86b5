// SPDX-License-Identifier: GPL-2.0-only
/*
 * All goroutines as they are now, whatever the sweep saw: who is in the model, waits as it did then
 * and for something that only the program could give, may be dead; all others live.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROBES_MAX 1024 /* in a table that is half empty: nobody comes near, but by intent */

/*
 * What the program's own detector counts as waits that only the program can end. main is parked on
 * purpose.
 */
static bool may_be_dead(const struct lc_goroutine *goroutine)
{
	return goroutine->goid != 1 &&
	       (goroutine->state == LC_GO_WAITING || goroutine->state == LC_GO_LEAKED) &&
	       lc_go_is_internal(goroutine->kind);
}

static bool waits_as_before(const struct search *search, const struct lc_goroutine *known,
			    const struct go_descriptor *d)
{
	return known->goid == d->goid && known->tracking_seq == d->tracking_seq &&
	       known->state == go_descriptor_state(d) && known->reason == d->reason &&
	       known->raw_kind == go_descriptor_kind(search->process->kinds, d);
}

/* Of a select nobody is queued whose cases are all of nil channels (src/runtime/select.go). */
static uint8_t way_to_see(const struct search *search, enum lc_go_kind kind, uint64_t waiting)
{
	bool noted = search->process->version >= GO_VERSION(1, 26, 0);

	switch (kind) {
	case LC_GO_NIL_RECEIVE:
	case LC_GO_NIL_SEND:
	case LC_GO_SELECT_EMPTY:
		return REACH_BY_NOTHING;
	case LC_GO_COROUTINE:
		return REACH_BY_CORO;
	case LC_GO_CHAN_RECEIVE:
	case LC_GO_CHAN_SEND:
		return REACH_BY_QUEUE;
	case LC_GO_SELECT:
		return waiting ? REACH_BY_QUEUE : REACH_BY_NOTHING;
	case LC_GO_COND:
		return noted ? REACH_BY_QUEUE : REACH_BY_LIST;
	default:
		return noted ? REACH_BY_QUEUE : REACH_BY_TABLE;
	}
}

static void note(struct search *search, struct reach_goroutine *goroutine,
		 const struct go_descriptor *d)
{
	goroutine->goid = d->goid;
	goroutine->sp = d->sched_sp;
	goroutine->waiting = d->waiting;
	goroutine->status = d->status;
	goroutine->tracking_seq = d->tracking_seq;
	goroutine->state = go_descriptor_state(d) == LC_GO_NONE ? REACH_ENDED : REACH_LIVES;
	if (goroutine->state == REACH_ENDED)
		goroutine->goid = 0;
	goroutine->doubtful = false;
	(void)search;
}

static bool is_as_noted(const struct reach_goroutine *goroutine, const struct go_descriptor *d)
{
	if (go_descriptor_state(d) == LC_GO_NONE)
		return goroutine->state == REACH_ENDED;
	return !goroutine->doubtful && goroutine->goid == d->goid && !go_descriptor_runs(d) &&
	       goroutine->status == d->status && goroutine->tracking_seq == d->tracking_seq &&
	       goroutine->sp == d->sched_sp && goroutine->waiting == d->waiting;
}

uint32_t reach_goroutine_at(const struct search *search, uint64_t address)
{
	size_t at = (address >> 3) * 0x9e3779b97f4a7c15ull >> 24 & search->by_address_mask;

	while (search->by_address[at]) {
		if (search->goroutines[search->by_address[at] - 1].address == address)
			return search->by_address[at] - 1;
		at = (at + 1) & search->by_address_mask;
	}
	return REACH_NONE;
}

static bool index_addresses(struct search *search)
{
	size_t size = 1024, i, at, probes;

	while (size < search->goroutine_count * 2)
		size *= 2;
	free(search->by_address);
	search->by_address = calloc(size, sizeof(*search->by_address));
	if (!search->by_address)
		return false;
	search->by_address_mask = size - 1;
	for (i = 0; i < search->goroutine_count; i++) {
		at = (search->goroutines[i].address >> 3) * 0x9e3779b97f4a7c15ull >> 24 &
		     search->by_address_mask;
		for (probes = 0; search->by_address[at]; probes++) {
			/* No list of a runtime has a goroutine twice. */
			if (probes == PROBES_MAX ||
			    search->goroutines[search->by_address[at] - 1].address ==
				    search->goroutines[i].address)
				return false;
			at = (at + 1) & search->by_address_mask;
		}
		search->by_address[at] = i + 1;
	}
	return true;
}

/* A place of the list is never given up: only those that were appended are new. */
static bool list_addresses(struct search *search, uint64_t *ret_list)
{
	size_t had = search->goroutine_count, i, count;
	uint64_t list, length, addresses[GO_BATCH];
	struct reach_goroutine *grown;

	if (!go_process_allgs(search->process, &list, &length) || length < had)
		return false;
	*ret_list = list;
	if (length == had)
		return true;
	grown = reallocarray(search->goroutines, length, sizeof(*grown));
	if (!grown)
		return false;
	memset(grown + had, 0, (length - had) * sizeof(*grown));
	search->goroutines = grown;
	for (; had < length; had += count) {
		count = length - had < GO_BATCH ? length - had : GO_BATCH;
		if (!go_read(search->process, list + had * 8, addresses, count * 8))
			return false;
		for (i = 0; i < count; i++) {
			grown[had + i].address = addresses[i];
			grown[had + i].place = had + i;
		}
	}
	search->goroutine_count = length;
	return index_addresses(search);
}

void reach_lives(struct search *search, uint32_t number)
{
	struct reach_goroutine *goroutine = &search->goroutines[number];

	if (goroutine->state != REACH_WAITS)
		return;
	goroutine->state = REACH_LIVES;
	search->open -= goroutine->by != REACH_BY_NOTHING;
	reach_push(search, &search->woken, number);
}

static void take_first(struct search *search, uint32_t number, const struct go_descriptor *d)
{
	struct reach_goroutine *goroutine = &search->goroutines[number];
	const struct lc_goroutine *known = number < search->model->count
						   ? &search->model->list[number]
						   : NULL;

	note(search, goroutine, d);
	if (goroutine->state == REACH_ENDED)
		return;
	if (!known || known->address != goroutine->address || !may_be_dead(known) ||
	    !waits_as_before(search, known, d)) {
		reach_push(search, &search->to_search, number);
		return;
	}
	goroutine->state = REACH_WAITS;
	goroutine->kind = known->kind;
	goroutine->by = way_to_see(search, known->kind, d->waiting);
	search->open += goroutine->by != REACH_BY_NOTHING;
}

/* Is the batch of those that were listed, and could all of it be read? */
static bool is_whole(const struct search *search, const struct go_descriptors *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		if (!batch->pieces[i].read ||
		    batch->addresses[i] != search->goroutines[batch->first + i].address)
			return false;
	}
	return true;
}

/* Returns whether it has to be searched (again). */
static bool take_again(struct search *search, uint32_t number, const struct go_descriptor *d)
{
	struct reach_goroutine *goroutine = &search->goroutines[number];

	if (is_as_noted(goroutine, d))
		return false;
	search->open -= goroutine->state == REACH_WAITS && goroutine->by != REACH_BY_NOTHING;
	note(search, goroutine, d);
	if (goroutine->state == REACH_ENDED)
		return true; /* what it had, somebody else may have */
	reach_push(search, &search->to_search, number);
	return true;
}

/* A look at all: the first one, or another. */
struct pass {
	struct search *search;
	bool first;
	bool moved; /* somebody has, since the look before */
};

static int take_batch(void *context, const struct go_descriptors *batch)
{
	struct pass *pass = context;
	struct search *search = pass->search;
	uint32_t waiting[GO_BATCH], number;
	struct go_descriptor d;
	size_t i, n = 0;

	if (!is_whole(search, batch))
		return -EFAULT;
	for (i = 0; i < batch->count; i++) {
		number = batch->first + i;
		go_descriptor_read(&search->process->offsets, batch->bytes[i], &d);
		if (pass->first)
			take_first(search, number, &d);
		else
			pass->moved |= take_again(search, number, &d);
		if (search->goroutines[number].state == REACH_WAITS)
			waiting[n++] = number;
	}
	reach_read_waits(search, waiting, n, pass->first);
	return search->error;
}

static int take_all(struct pass *pass)
{
	struct search *search = pass->search;
	uint64_t list;

	return list_addresses(search, &list)
		       ? go_each_descriptors(search->process, list, search->goroutine_count,
					     take_batch, pass)
		       : -EFAULT;
}

int reach_list_goroutines(struct search *search)
{
	struct pass pass = { .search = search, .first = true };

	return take_all(&pass);
}

bool reach_look_again(struct search *search)
{
	struct pass pass = { .search = search };
	int r;

	go_semaphores_release(&search->semaphores);
	go_semaphores_read(search->process, search->model->count, &search->semaphores);
	go_conditions_release(&search->conditions);
	r = take_all(&pass);
	if (r)
		reach_fail(search, r);
	search->moved |= pass.moved;
	return pass.moved || search->woken.count;
}
