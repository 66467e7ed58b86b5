// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one goroutine waits for, in full: dispatch, channels and sleeps. Locks: sync.c; network:
 * network.c. Structures: src/runtime/{chan,select,runtime2,time}.go, 1.17 to 1.27.
 */
#include "runtimes/go/private.h"
#include "runtimes/go/sched/timers.h"
#include "runtimes/go/sync/waits.h"
#include "target/core.h"

#include <errno.h>
#include <string.h>

#define MOST_CASES 4096
#define MOST_QUEUE 64 /* of waiters that are counted */

static uint64_t word_of(const uint8_t *bytes, int32_t offset)
{
	uint64_t word = 0;

	if (offset >= 0)
		memcpy(&word, bytes + offset, 8);
	return word;
}

/* How many wait in a queue of a channel; *ret_has: the waiter is one of them. */
static uint32_t queue_length(const struct go_process *process, uint64_t first, uint64_t waiter,
			     bool *ret_has)
{
	uint32_t count = 0;

	for (; first && count < MOST_QUEUE; count++) {
		*ret_has |= first == waiter;
		first = go_word(process, first + process->offsets.sudog_next);
	}
	return count;
}

/*
 * Since 1.23 a channel names its timer for ever; one that was stopped, or has fired for the last
 * time, is due at 0.
 */
static bool timer_runs(const struct go_process *process, uint64_t timer)
{
	return timer && process->offsets.timer_when >= 0 &&
	       (int64_t)go_word(process, timer + process->offsets.timer_when) > 0;
}

bool go_read_channel(const struct go_process *process, uint64_t address, uint64_t waiter,
		     struct lc_go_channel *ret)
{
	const struct go_offsets *o = &process->offsets;
	uint8_t bytes[GO_CHANNEL_MAX] = {};
	bool receives = false, sends = false;
	uint64_t timer;

	*ret = (struct lc_go_channel){ .address = address };
	if (!address || o->hchan_size <= 0 || o->hchan_size > GO_CHANNEL_MAX ||
	    o->hchan_recvq < 0 || o->hchan_sendq < 0 ||
	    !go_read(process, address, bytes, o->hchan_size))
		return false;
	ret->length = word_of(bytes, o->hchan_qcount);
	ret->capacity = word_of(bytes, o->hchan_dataqsiz);
	ret->closed = word_of(bytes, o->hchan_closed) & UINT32_MAX;
	timer = word_of(bytes, o->hchan_timer);
	ret->timer = timer_runs(process, timer);
	if (ret->timer && o->timer_period >= 0 &&
	    !go_word(process, timer + process->offsets.timer_period))
		ret->until = lc_bounded_time(go_word(process, timer + process->offsets.timer_when));
	ret->receivers = queue_length(process, word_of(bytes, o->hchan_recvq), waiter, &receives);
	ret->senders = queue_length(process, word_of(bytes, o->hchan_sendq), waiter, &sends);
	ret->send = sends && !receives;
	return true;
}

/* A timer that does not stand in the channel. */
static void find_timer(struct go_process *process, const struct lc_go_process *model,
		       struct lc_go_channel *channel)
{
	int32_t at = process->offsets.hchan_elemsize;
	const struct go_timer_channel *found;
	uint16_t element_size;

	if (at >= 0 && go_read(process, channel->address + at, &element_size, sizeof(element_size)))
		channel->tokens = !element_size;
	if (channel->timer || channel->send || at < 0 ||
	    !go_read(process, channel->address + at, &element_size, sizeof(element_size)))
		return;
	found = go_timer_of_channel(process, model->sweep, channel->address, channel->capacity,
				    element_size);
	channel->timer = found != NULL;
	channel->until = found ? lc_bounded_time((uint64_t)found->when) : 0;
}

/* A select's cases are in order of the channels' addresses, not of the source. */
static void describe_channels(struct go_process *process, const struct lc_go_process *model,
			      const struct go_descriptor *d, struct lc_go_wait *wait)
{
	uint8_t waiter[GO_WAITER_MAX];
	struct lc_go_channel channel;
	uint64_t at;

	for (at = d->waiting; at && wait->case_total < MOST_CASES; wait->case_total++) {
		if (!go_read_waiter(process, at, waiter))
			return;
		go_read_channel(process, go_waiter_word(process, waiter, process->offsets.sudog_c),
				at, &channel);
		find_timer(process, model, &channel);
		if (wait->case_count < LC_GO_CASES)
			wait->cases[wait->case_count++] = channel;
		memcpy(&at, waiter + process->offsets.sudog_waitlink, 8);
	}
}

static void describe_sleep(const struct go_process *process, const struct go_descriptor *d,
			   struct lc_go_wait *wait)
{
	wait->until = d->sleep_when;
	if (!wait->until && d->timer)
		wait->until = go_word(process, d->timer + process->offsets.timer_when);
	wait->until = lc_bounded_time(wait->until);
}

/* A bubble of testing/synctest; 1.24 calls it a group (src/runtime/synctest.go). 0: in none. */
static uint64_t bubble_root(const struct go_process *process, const struct go_descriptor *d)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t root = 0;

	if (d->bubble && o->bubble_root >= 0)
		root = go_word(process, d->bubble + o->bubble_root);
	else if (d->sync_group && o->sync_group_root >= 0)
		root = go_word(process, d->sync_group + o->sync_group_root);
	return root ? go_word(process, root + o->g_goid) : 0;
}

static void describe(struct go_process *process, const struct lc_go_process *model,
		     const struct lc_goroutine *goroutine, const struct go_descriptor *d,
		     struct lc_go_wait *wait)
{
	switch (goroutine->kind) {
	case LC_GO_CHAN_RECEIVE:
	case LC_GO_CHAN_SEND:
	case LC_GO_SELECT:
		describe_channels(process, model, d, wait);
		break;
	case LC_GO_MUTEX:
	case LC_GO_RWMUTEX_READ:
	case LC_GO_RWMUTEX_WRITE:
	case LC_GO_WAITGROUP:
	case LC_GO_COND:
	case LC_GO_SEMAPHORE:
		go_describe_sync(process, goroutine, wait);
		break;
	case LC_GO_SLEEP:
		describe_sleep(process, d, wait);
		break;
	case LC_GO_NETWORK:
		go_describe_network(process, model, goroutine, wait);
		break;
	default:
		break;
	}
}

/* What the time was is not in a core: nor, then, how long it is until another. */
static void forget_times(struct lc_go_wait *wait)
{
	uint32_t i;

	wait->until = 0;
	for (i = 0; i < wait->case_count; i++)
		wait->cases[i].until = 0;
}

int golang_describe(struct runtime *runtime, struct lc_go_process *model, uint64_t goid)
{
	struct golang *golang = golang_of(runtime);
	struct go_process *process = go_known_process(golang, model->pid);
	struct lc_goroutine *goroutine = lc_go_by_goid(model, goid);
	struct lc_go_wait wait = { .goid = goid, .fd = -1 };
	const struct go_reason *reason;
	struct go_descriptor before, after;

	if (!process || !goroutine)
		return -ESRCH;
	if (!go_read_descriptor(process, goroutine, &before))
		return -EAGAIN;
	reason = go_reason_for(process->version, before.reason);
	wait.reason = reason ? reason->text : "";
	wait.bubble_root = bubble_root(process, &before);
	describe(process, model, goroutine, &before, &wait);
	go_describe_pool(process, lc_stacks_get(golang->stacks, goroutine->stack), &before, &wait);
	go_describe_select(process, goroutine, &before, &wait);
	if (!go_read_descriptor(process, goroutine, &after) || after.goid != before.goid ||
	    after.tracking_seq != before.tracking_seq || after.status != before.status ||
	    after.tracking_seq != goroutine->tracking_seq)
		return -EAGAIN;
	if (target_core_of(process->access))
		forget_times(&wait);
	return lc_go_set_wait(model, &wait);
}
