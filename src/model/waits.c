// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a thread waits for, kept with the thread: a copy that leaves out the unused ends of its
 * lists, since a host may have 100,000 of them. And what is known of locks by who waits for them.
 */
#include "model/threads_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Owners stand before members in the struct: without members the rest of the owners is not needed.
 */
static size_t copy_size(const struct lc_wait *wait)
{
	if (wait->member_count)
		return sizeof(*wait);
	return offsetof(struct lc_wait, owners) + wait->owner_count * sizeof(wait->owners[0]);
}

static bool same_owners(const struct lc_wait *a, const struct lc_wait *b)
{
	uint32_t i;

	if (a->owner_count != b->owner_count || a->recorded != b->recorded)
		return false;
	for (i = 0; i < a->owner_count; i++) {
		if (a->owners[i].pid != b->owners[i].pid || a->owners[i].tid != b->owners[i].tid ||
		    a->owners[i].ns_tid != b->owners[i].ns_tid)
			return false;
	}
	return true;
}

static bool same_wait(const struct lc_wait *a, const struct lc_wait *b)
{
	return a->kind == b->kind && !memcmp(&a->key, &b->key, sizeof(a->key)) &&
	       !((a->flags ^ b->flags) & LC_WAIT_LET_GO) && same_owners(a, b) &&
	       (a->kind != LC_WAIT_GIL || a->position == b->position);
}

/*
 * That it would sleep again, by what it was asked last, stands until it is asked anew: it has not
 * run since.
 */
static void carry_over(const struct lc_wait *from, struct lc_wait *to)
{
	memcpy(to->address, from->address, sizeof(to->address));
	if (!(from->flags & LC_WAIT_SLEEPS_AGAIN) || to->flags & LC_WAIT_ASKED)
		return;
	to->flags |= LC_WAIT_SLEEPS_AGAIN;
	memcpy(to->condition, from->condition, sizeof(to->condition));
	memcpy(to->run, from->run, sizeof(to->run));
}

int lc_thread_set_wait(struct lc_thread *thread, const struct lc_wait *wait, uint64_t read_at)
{
	struct lc_wait *copy = NULL;
	int same = 0;

	if (wait) {
		copy = malloc(copy_size(wait));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, wait, copy_size(wait));
		same = thread->wait && same_wait(thread->wait, wait);
		if (same)
			carry_over(thread->wait, copy);
	}
	lc_thread_wake(thread);
	free(thread->wait);
	thread->wait = copy;
	thread->wait_confirmed = same;
	thread->wait_read_at = read_at;
	if (!copy || !(copy->flags & LC_WAIT_LET_GO))
		thread->free_since = 0;
	else if (!thread->free_since)
		thread->free_since = read_at;
	if (copy)
		lc_repeat_note_peer(thread);
	return same;
}

bool lc_thread_stood_still(const struct lc_thread *thread, uint64_t time)
{
	return thread->blocked && !thread->ended_at && thread->wait && thread->steady_from <= time;
}

int lc_model_note_holder(struct lc_model *model, const struct lc_thread *waiter)
{
	const struct lc_wait *wait = waiter->wait;

	if (!waiter->blocked || !wait || !lc_is_lock(wait->kind) || !wait->owner_count ||
	    wait->owners[0].role != LC_WAIT_HOLDER)
		return 0;
	return lc_holdings_note(&model->holdings, &wait->key,
				wait->owners[0].tid ?: wait->owners[0].pid, waiter->wait_read_at);
}

const struct lc_holding *lc_model_holding(const struct lc_model *model, const struct lc_wait *wait)
{
	return lc_is_lock(wait->kind) ? lc_holdings_find(&model->holdings, &wait->key) : NULL;
}

int lc_model_restore(struct lc_model *model, const struct lc_thread *thread,
		     const struct lc_wait *wait)
{
	/* In full: that those are there who a wait of its kind has, its source need not keep. */
	struct lc_wait *copy = wait ? malloc(sizeof(*copy)) : NULL;
	struct lc_thread *restored;
	UT_hash_handle handle;
	int r = wait && !copy ? -ENOMEM : 0;

	if (!r && lc_model_find(model, thread->task.tid))
		r = -EEXIST;
	r = r ?: lc_model_add(model, thread->task.tid, 0, 0, &restored);
	if (r < 0) {
		free(copy);
		return r;
	}
	if (copy)
		*copy = *wait;
	handle = restored->hh;
	*restored = *thread;
	restored->hh = handle;
	restored->wait = copy;
	restored->sweep = model->sweep;
	restored->group = 0;
	restored->process = NULL;
	restored->process_next = restored->process_prev = NULL;
	model->has_ended |= restored->ended_at != 0;
	return lc_process_join(model, restored, &thread->task);
}

const struct lc_holding *lc_model_next_holding(const struct lc_model *model,
					       const struct lc_holding *before)
{
	return before ? before->hh.next : model->holdings.table;
}

int lc_model_restore_holding(struct lc_model *model, const struct lc_holding *holding)
{
	struct lc_holding *restored;

	if (lc_holdings_find(&model->holdings, &holding->key))
		return -EEXIST;
	if (HASH_COUNT(model->holdings.table) >= LC_HOLDINGS_MAX)
		return -ENOSPC;
	restored = malloc(sizeof(*restored));
	if (!restored)
		return -ENOMEM;
	*restored = *holding;
	HASH_ADD(hh, model->holdings.table, key, sizeof(restored->key), restored);
	return 0;
}
