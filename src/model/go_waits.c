// SPDX-License-Identifier: GPL-2.0-only
/* What goroutines wait for, and who could end it: see goroutines.h. */
#include "model/go_waits.h"

#include <errno.h>
#include <stdlib.h>

struct lc_go_wait_slot {
	UT_hash_handle hh;
	struct lc_go_wait wait;
};

struct lc_go_releasers_slot {
	UT_hash_handle hh;
	struct lc_go_releasers releasers;
};

void lc_go_drop_waits(struct lc_go_process *process)
{
	struct lc_go_wait_slot *slot, *next;

	HASH_ITER(hh, process->waits, slot, next) {
		HASH_DEL(process->waits, slot);
		free(slot);
	}
}

static bool was_asked(const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(process, goid);

	return goroutine && (goroutine->flags & LC_GO_ASKED);
}

void lc_go_drop_releasers(struct lc_go_process *process, bool all)
{
	struct lc_go_releasers_slot *slot, *next;

	HASH_ITER(hh, process->releasers, slot, next) {
		if (!all && was_asked(process, slot->releasers.goid))
			continue;
		HASH_DEL(process->releasers, slot);
		free(slot);
	}
}

static struct lc_go_wait_slot *find_wait(const struct lc_go_process *process, uint64_t goid)
{
	struct lc_go_wait_slot *slot;

	HASH_FIND(hh, process->waits, &goid, sizeof(goid), slot);
	return slot;
}

int lc_go_set_wait(struct lc_go_process *process, const struct lc_go_wait *wait)
{
	struct lc_go_wait_slot *slot = find_wait(process, wait->goid);

	if (!slot) {
		slot = calloc(1, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		slot->wait.goid = wait->goid;
		HASH_ADD(hh, process->waits, wait.goid, sizeof(wait->goid), slot);
	}
	slot->wait = *wait;
	return 0;
}

const struct lc_go_wait *lc_go_wait_of(const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_wait_slot *slot = find_wait(process, goid);

	return slot ? &slot->wait : NULL;
}

const struct lc_go_wait *lc_go_next_wait(const struct lc_go_process *process,
					 const struct lc_go_wait *before)
{
	const struct lc_go_wait_slot *slot = process->waits;

	if (before) {
		slot = find_wait(process, before->goid);
		slot = slot ? slot->hh.next : NULL;
	}
	return slot ? &slot->wait : NULL;
}

static struct lc_go_releasers_slot *find_releasers(const struct lc_go_process *process,
						   uint64_t goid)
{
	struct lc_go_releasers_slot *slot;

	HASH_FIND(hh, process->releasers, &goid, sizeof(goid), slot);
	return slot;
}

int lc_go_set_releasers(struct lc_go_process *process, const struct lc_go_releasers *releasers)
{
	struct lc_go_releasers_slot *slot = find_releasers(process, releasers->goid);

	if (!slot) {
		if (HASH_COUNT(process->releasers) == LC_GO_RELEASERS_MAX)
			return -ENOSPC;
		slot = calloc(1, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		slot->releasers.goid = releasers->goid;
		HASH_ADD(hh, process->releasers, releasers.goid, sizeof(releasers->goid), slot);
	}
	slot->releasers = *releasers;
	return 0;
}

const struct lc_go_releasers *lc_go_releasers_of(const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_releasers_slot *slot = find_releasers(process, goid);

	return slot ? &slot->releasers : NULL;
}

const struct lc_go_releasers *lc_go_next_releasers(const struct lc_go_process *process,
						   const struct lc_go_releasers *before)
{
	const struct lc_go_releasers_slot *slot = process->releasers;

	if (before) {
		slot = find_releasers(process, before->goid);
		slot = slot ? slot->hh.next : NULL;
	}
	return slot ? &slot->releasers : NULL;
}

const char *lc_go_search_trouble(const struct lc_go_process *process)
{
	switch (process->search) {
	case LC_GO_SEARCH_TIME:
		return "the search of its heap was not done in time";
	case LC_GO_SEARCH_SIZE:
		return "its heap is larger than is searched";
	case LC_GO_SEARCH_UNREADABLE:
		return "a part of its memory could not be read";
	case LC_GO_SEARCH_UNKNOWN:
		return "its heap was not found, or is laid out in a way that is not known";
	case LC_GO_SEARCH_SKIPPED:
		return "the heaps of other processes took the time (-p PID looks at one)";
	case LC_GO_SEARCH_STOOD:
		return "its threads that run got no CPU meanwhile (a busy or stopped process), "
		       "and what they have in registers cannot be read";
	default:
		return NULL;
	}
}

uint64_t lc_go_unasked(const struct lc_go_process *process)
{
	const struct lc_goroutine *goroutine;
	uint64_t count = 0;
	size_t i;

	for (i = 0; lc_go_search_trouble(process) && i < process->count; i++) {
		goroutine = &process->list[i];
		count += goroutine->goid > 1 && lc_go_is_internal(goroutine->kind) &&
			 !lc_go_is_runtimes(process, goroutine) &&
			 !(goroutine->flags & LC_GO_ASKED);
	}
	return count;
}

const char *lc_go_kind_name(enum lc_go_kind kind)
{
	static const char *const names[LC_GO_KIND_COUNT] = {
		[LC_GO_NO_WAIT] = "nothing",
		[LC_GO_CHAN_RECEIVE] = "channel receive",
		[LC_GO_CHAN_SEND] = "channel send",
		[LC_GO_NIL_RECEIVE] = "receive from a nil channel",
		[LC_GO_NIL_SEND] = "send to a nil channel",
		[LC_GO_SELECT] = "select",
		[LC_GO_SELECT_EMPTY] = "select without cases",
		[LC_GO_MUTEX] = "Mutex",
		[LC_GO_RWMUTEX_READ] = "RWMutex, to read",
		[LC_GO_RWMUTEX_WRITE] = "RWMutex, to write",
		[LC_GO_WAITGROUP] = "WaitGroup",
		[LC_GO_COND] = "Cond",
		[LC_GO_SEMAPHORE] = "semaphore of the runtime",
		[LC_GO_COROUTINE] = "coroutine",
		[LC_GO_SYNCTEST] = "synctest bubble",
		[LC_GO_NETWORK] = "network",
		[LC_GO_SLEEP] = "sleep",
		[LC_GO_IN_SYSCALL] = "system call",
		[LC_GO_IN_CGO] = "cgo call",
		[LC_GO_RUNTIME] = "the runtime itself",
	};

	return kind < LC_GO_KIND_COUNT ? names[kind] : "?";
}

enum lc_go_family lc_go_family_of(enum lc_go_kind kind)
{
	if (kind >= LC_GO_CHAN_RECEIVE && kind <= LC_GO_SELECT_EMPTY)
		return LC_GO_FAMILY_CHANNEL;
	if (kind >= LC_GO_MUTEX && kind <= LC_GO_SYNCTEST)
		return LC_GO_FAMILY_SYNC;
	if (kind >= LC_GO_NETWORK && kind <= LC_GO_IN_CGO)
		return LC_GO_FAMILY_EXTERNAL;
	return LC_GO_FAMILY_NONE;
}
