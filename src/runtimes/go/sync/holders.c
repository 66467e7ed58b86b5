// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds the locks that goroutines wait for, as far as deferred calls tell, and writers that
 * wait for readers. Layouts: src/sync/{mutex,rwmutex}.go of Go 1.17 to 1.27.
 */
#include "runtimes/go/sync/holders.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOCKS_MAX 256	  /* sides of locks of one process that are asked about at once */
#define LOOKED_AT 20000	  /* goroutines whose stacks are */
#define TIME_NS 300000000 /* that this may take */
#define MUTEX_LOCKED 1u
#define RWMUTEX_READER_WAIT 20 /* readers that a waiting writer waits for */

static int by_lock(const void *a, const void *b)
{
	const struct lc_go_held *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (int)x->to_read - (int)y->to_read;
}

struct lc_go_held *go_holders_find(struct go_holders *holders, uint64_t address, bool to_read)
{
	const struct lc_go_held key = { .address = address, .to_read = to_read };

	return bsearch(&key, holders->locks, holders->count, sizeof(key), by_lock);
}

/* --- which locks --- */

/* All that wait for one, each once. Returns 0, -ENOENT: none; -ENOMEM. */
static int list_locks(struct go_holders *holders)
{
	const struct lc_go_process *model = holders->model;
	struct lc_go_held *list = calloc(model->count + 1, sizeof(*list));
	size_t i, n = 0;

	if (!list)
		return -ENOMEM;
	for (i = 0; i < model->count; i++) {
		const struct lc_goroutine *one = &model->list[i];

		if (one->goid && lc_go_lock_of(one))
			list[n++] = (struct lc_go_held){ .address = lc_go_lock_of(one),
							 .to_read = lc_go_waits_for_readers(one),
							 .asked_at = model->last_sweep_at };
	}
	if (n)
		qsort(list, n, sizeof(*list), by_lock);
	for (i = 0; i < n && holders->count < LOCKS_MAX; i++) {
		if (!holders->count || by_lock(&list[i], &list[holders->count - 1]))
			list[holders->count++] = list[i];
	}
	holders->locks = list;
	return holders->count ? 0 : -ENOENT;
}

/* One that is being handed over is nobody's: it is left out. */
static void read_locks(struct go_holders *holders)
{
	size_t i, n = 0;

	for (i = 0; i < holders->count; i++) {
		struct lc_go_held *held = &holders->locks[i];
		uint32_t word = 0;

		if (!go_read(holders->process,
			     held->address + (held->to_read ? RWMUTEX_READER_WAIT : 0), &word,
			     sizeof(word)))
			continue;
		if (held->to_read ? (int32_t)word <= 0 : !(word & MUTEX_LOCKED))
			continue;
		held->most = held->to_read ? word : 1;
		holders->locks[n++] = *held;
	}
	holders->count = n;
}

/* --- who holds them --- */

/* A writer that waits for readers to leave has locked out all others before. */
static void add_writer(struct go_holders *holders, const struct lc_goroutine *goroutine)
{
	const struct lc_go_holder holder = { .goid = goroutine->goid, .how = LC_GO_HOLDS_NEXT };
	struct lc_go_held *held = goroutine->kind == LC_GO_RWMUTEX_WRITE
					  ? go_holders_find(holders, lc_go_lock_of(goroutine),
							    /* to_read= */ false)
					  : NULL;

	if (held)
		lc_go_held_add(held, &holder);
}

static bool stands(const struct lc_go_process *model, const struct lc_goroutine *goroutine)
{
	return goroutine->goid && goroutine->stack &&
	       (goroutine->state == LC_GO_WAITING || goroutine->state == LC_GO_LEAKED ||
		goroutine->state == LC_GO_SYSCALL) &&
	       !lc_go_is_runtimes(model, goroutine);
}

static void look_at_all(struct go_holders *holders)
{
	size_t i, asked = 0;

	holders->end_at = now_monotonic() + TIME_NS;
	for (i = 0; i < holders->model->count; i++) {
		const struct lc_goroutine *one = &holders->model->list[i];

		if (!stands(holders->model, one))
			continue;
		add_writer(holders, one);
		if (asked++ < LOOKED_AT)
			go_holders_by_defers(holders, one);
	}
}

static int find_holders(struct golang *golang, struct go_process *process,
			struct lc_go_process *model)
{
	struct go_holders *holders = calloc(1, sizeof(*holders));
	size_t i;
	int r;

	if (!holders)
		return -ENOMEM;
	holders->golang = golang;
	holders->process = process;
	holders->model = model;
	r = list_locks(holders);
	if (!r) {
		read_locks(holders);
		look_at_all(holders);
	}
	for (i = 0; !r && i < holders->count; i++) {
		lc_go_held_conclude(&holders->locks[i]);
		r = lc_go_set_held(model, &holders->locks[i]);
	}
	free(holders->locks);
	free(holders);
	return r == -ENOENT || r == -ENOSPC ? 0 : r;
}

int golang_holders(struct runtime *runtime, struct lc_go_process *model)
{
	struct golang *golang = golang_of(runtime);
	struct go_process *process = go_known_process(golang, model->pid);

	return process ? find_holders(golang, process, model) : -ESRCH;
}
