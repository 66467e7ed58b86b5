// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots that are all in use: a channel of tokens that is full, the connections of a database
 * (database/sql.DB, src/database/sql/sql.go of 1.17 to 1.27) and golang.org/x/sync/semaphore.
 * Which of them a goroutine waits for, the function tells in which it waits; the pool is a word of
 * its stack that leads to a structure which makes sense, and whose queue has what it waits for.
 */
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/sync/waits.h"

#include <stdlib.h>
#include <string.h>

#define WAITERS_MOST 65536
#define OPENER_QUEUE 1000000 /* capacity of the channel that a DB's opener reads: sql.go */
#define SIZE_MOST (1ll << 40)

/* semaphore.Weighted: its list is that of container/list. */
struct weighted {
	int64_t size, current;
	uint64_t mutex;
	struct {
		uint64_t next, previous, list, value[2];
	} root;
	int64_t length;
};

/* The same to 1.22 and since, but for how requests are kept: a map and a number, or a slice. */
struct database {
	uint64_t head[5]; /* time waited, connector, connections closed, mutex */
	struct {
		uint64_t list;
		int64_t length, capacity;
	} free;
	uint64_t requests[3];
};

struct finding {
	const struct go_process *process;
	const struct lc_go_wait *wait;
	struct lc_go_pool *pool;
};

typedef bool fits_fn(const struct finding *finding, uint64_t address);

static bool waits_for(const struct lc_go_wait *wait, uint64_t channel)
{
	uint32_t i;

	for (i = 0; i < wait->case_count; i++) {
		if (channel && wait->cases[i].address == channel)
			return true;
	}
	return false;
}

/* Each element's value is an interface of {weight, channel}. */
static bool has_waiter(const struct finding *finding, const struct weighted *weighted,
		       uint64_t list)
{
	uint64_t element[5], waiter[2], at = weighted->root.next;
	int64_t i;

	for (i = 0; i < weighted->length && at != list; i++, at = element[0]) {
		if (!go_read(finding->process, at, element, sizeof(element)) ||
		    element[2] != list ||
		    !go_read(finding->process, element[4], waiter, sizeof(waiter)))
			return false;
		if (waits_for(finding->wait, waiter[1]))
			return true;
	}
	return false;
}

static bool fits_weighted(const struct finding *finding, uint64_t address)
{
	struct weighted weighted;

	if (!go_read(finding->process, address, &weighted, sizeof(weighted)) ||
	    weighted.size <= 0 || weighted.current < 0 || weighted.current > weighted.size ||
	    weighted.size > SIZE_MOST || weighted.length <= 0 || weighted.length > WAITERS_MOST ||
	    !has_waiter(finding, &weighted, address + offsetof(struct weighted, root)))
		return false;
	*finding->pool = (struct lc_go_pool){
		.kind = LC_GO_POOL_SEMAPHORE,
		.used = weighted.current,
		.size = weighted.size,
		.waiters = weighted.length,
	};
	return true;
}

/* The requests that wait, each {channel, its place}; -1: this one is not among them. */
static int64_t count_requests(const struct finding *finding, const struct database *database)
{
	uint64_t request[2], i;

	if (database->requests[1] > database->requests[2] || database->requests[1] > WAITERS_MOST)
		return -1;
	for (i = 0; i < database->requests[1]; i++) {
		if (!go_read(finding->process, database->requests[0] + i * sizeof(request), request,
			     sizeof(request)))
			return -1;
		if (waits_for(finding->wait, request[0]))
			return (int64_t)database->requests[1];
	}
	return -1;
}

static bool fits_database(const struct finding *finding, uint64_t address)
{
	bool slice = finding->process->version >= GO_VERSION(1, 23, 0);
	uint64_t rest = address + (slice ? sizeof(struct database) : sizeof(struct database) - 8);
	uint64_t words[7]; /* open, opener's channel, closed, two maps, idle, most */
	struct lc_go_channel opener;
	struct database database;
	int64_t waiters;

	if (!go_read(finding->process, address, &database, sizeof(database)) ||
	    database.free.length < 0 || database.free.length > database.free.capacity ||
	    !go_read(finding->process, rest, words, sizeof(words)) || (int64_t)words[6] <= 0 ||
	    words[6] > SIZE_MOST || words[0] > words[6] ||
	    !go_read_channel(finding->process, words[1], 0, &opener) ||
	    opener.capacity != OPENER_QUEUE)
		return false;
	/* A map begins with how many it has. */
	waiters = slice ? count_requests(finding, &database)
			: (int64_t)(go_word(finding->process, database.requests[0]) & UINT32_MAX);
	if (waiters <= 0)
		return false;
	*finding->pool = (struct lc_go_pool){
		.kind = LC_GO_POOL_CONNECTIONS,
		.used = words[0] - (uint64_t)database.free.length,
		.size = words[6],
		.waiters = waiters,
	};
	return true;
}

static const struct {
	const char *function; /* the end of its name: it may be a copy in a program's own module */
	fits_fn *fits;
} pools[] = {
	{ "database/sql.(*DB).conn", fits_database },
	{ "golang.org/x/sync/semaphore.(*Weighted).Acquire", fits_weighted },
};

static fits_fn *pool_of(const char *function)
{
	size_t length = strlen(function), tail, i;

	for (i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		tail = strlen(pools[i].function);
		if (length >= tail && !strcmp(function + length - tail, pools[i].function))
			return pools[i].fits;
	}
	return NULL;
}

/* The first function that is none of the runtime's. */
static fits_fn *pool_by_stack(const struct go_process *process, const struct lc_stack *stack)
{
	struct go_call calls[GO_INLINED_MAX];
	const struct go_module *module;
	size_t i, k, count;

	for (i = 0; stack && i < stack->raw_count; i++) {
		module = go_process_module(process, stack->raw[i].address);
		count = module ? pclntab_calls(module->image, stack->raw[i].vaddr,
					       stack->raw[i].interrupted, calls)
			       : 0;
		for (k = 0; k < count; k++) {
			if (strncmp(calls[k].function, "runtime.", 8) != 0)
				return pool_of(calls[k].function);
		}
	}
	return NULL;
}

static void find_pool(const struct finding *finding, fits_fn *fits, const struct go_descriptor *d)
{
	uint64_t *words, last = 0;
	size_t size = 0, i;
	bool found = false;

	words = (uint64_t *)go_read_stack(finding->process, d, &size);
	for (i = 0; words && i < size / 8 && !found; i++) {
		if (!words[i] || (words[i] & 7) || words[i] == last ||
		    (words[i] >= d->stack_lo && words[i] < d->stack_hi))
			continue;
		last = words[i];
		found = fits(finding, words[i]);
	}
	free(words);
}

/* Each that came in has put a token there, and takes one out when it leaves. */
static bool is_slots(const struct lc_go_wait *wait)
{
	const struct lc_go_channel *channel = &wait->cases[0];

	return wait->case_total == 1 && channel->send && channel->tokens && channel->capacity &&
	       channel->length == channel->capacity && !channel->closed;
}

void go_describe_pool(const struct go_process *process, const struct lc_stack *stack,
		      const struct go_descriptor *d, struct lc_go_wait *wait)
{
	struct finding finding = { process, wait, &wait->pool };
	fits_fn *fits;

	if (is_slots(wait)) {
		wait->pool = (struct lc_go_pool){
			.kind = LC_GO_POOL_CHANNEL,
			.used = wait->cases[0].length,
			.size = wait->cases[0].capacity,
			.waiters = wait->cases[0].senders,
		};
		return;
	}
	fits = wait->case_count ? pool_by_stack(process, stack) : NULL;
	if (fits)
		find_pool(&finding, fits, d);
}
