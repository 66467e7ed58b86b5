/* SPDX-License-Identifier: GPL-2.0-only */
/* What goroutines wait for: shared by the files that tell the kinds apart. */
#ifndef LEAKHOP_RUNTIMES_GO_WAITS_H
#define LEAKHOP_RUNTIMES_GO_WAITS_H

#include "runtimes/go/private.h"

/* read.c: the record of a waiter, runtime.sudog; false: not readable. */
bool go_read_waiter(const struct go_process *process, uint64_t address,
		    uint8_t waiter[GO_WAITER_MAX]);

/* A pointer of it that has two words since 1.26: c or elem. */
uint64_t go_waiter_word(const struct go_process *process, const uint8_t *waiter, int32_t offset);

/* A channel; waiter: the record that tells the direction, or 0. False: not readable. */
bool go_read_channel(const struct go_process *process, uint64_t address, uint64_t waiter,
		     struct lc_go_channel *ret);

/*
 * pools.c: wait->pool, where all slots of one are in use that a goroutine waits for at its
 * channels, which are in wait already.
 */
void go_describe_pool(const struct go_process *process, const struct lc_stack *stack,
		      const struct go_descriptor *d, struct lc_go_wait *wait);

/*
 * select.c: adds the cases of a select whose channel is nil, where they are known, and tells which
 * of wait's channels is the Done of a context.
 */
void go_describe_select(struct go_process *process, const struct lc_goroutine *goroutine,
			const struct go_descriptor *d, struct lc_go_wait *wait);

/*
 * select.c: of those cases that are the Done of a context: are all of these contexts such as were
 * made of none that has an end? Then only who has their cancel function can end them.
 */
bool go_contexts_have_no_other_end(struct go_process *process, const struct go_descriptor *d,
				   const struct lc_go_wait *wait);

/* sync.c: locks, wait groups, conditions. goroutine->object is the semaphore's word. */
void go_describe_sync(const struct go_process *process, const struct lc_goroutine *goroutine,
		      struct lc_go_wait *wait);

/*
 * semaphores.c: where 1.25 and older note no object with the goroutine, it is looked up in the
 * runtime's table of semaphores. Fills goroutine->object of all that have none. Returns 0 or a
 * negative errno.
 */
int go_find_semaphores(struct go_process *process, struct lc_go_process *model);

/* Who waits at which word of a semaphore, by that table; by g. */
struct go_semaphore {
	uint64_t g, object;
};

struct go_semaphores {
	struct go_semaphore *found;
	size_t count, capacity, most;
};

/*
 * Empty where the table was not found; goroutines: how many the process has, which is its bound.
 * go_semaphore_of(): 0: g is not in it. go_semaphores_release() releases.
 */
void go_semaphores_read(const struct go_process *process, size_t goroutines,
			struct go_semaphores *list);
uint64_t go_semaphore_of(const struct go_semaphores *list, uint64_t g);
void go_semaphores_release(struct go_semaphores *list);

/*
 * conditions.c: the list of waiters of a Cond that a goroutine waits at, found by a word of its own
 * stack: 1.25 and older note it nowhere. 0: not found. Lists that were read are kept, of one sweep
 * or look; most: how many may wait at all of them. go_conditions_release() drops them.
 */
#define GO_CONDITIONS_LATE 1024 /* goroutines that came since they were counted */
struct go_conditions {
	struct go_semaphore *found; /* open hash by g; the objects are the lists */
	size_t count, mask, most;
	uint64_t last;	/* that was read */
	uint64_t steps; /* along all of them, with those that were read again */
};

uint64_t go_find_condition(const struct go_process *process, struct go_conditions *conditions,
			   uint64_t goroutine, const uint8_t *stack, size_t size);

/* The same, of a list that is known: is the goroutine in it? */
bool go_is_condition(const struct go_process *process, struct go_conditions *conditions,
		     uint64_t list, uint64_t goroutine);
void go_conditions_release(struct go_conditions *conditions);

/* network.c: the descriptor and deadline of a goroutine that waits for the network poller. */
void go_describe_network(struct go_process *process, const struct lc_go_process *model,
			 const struct lc_goroutine *goroutine, struct lc_go_wait *wait);

#endif
