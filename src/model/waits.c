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
	       !((a->flags ^ b->flags) & LC_WAIT_LET_GO) && same_owners(a, b);
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
	}
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
