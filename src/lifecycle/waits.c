// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a thread waits for, kept with the thread: a copy that leaves out the unused ends of its lists, since
 * a host may have 100,000 of them.
 */
#include "lifecycle/model_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owners stand before members in the struct: without members the rest of the owners is not needed. */
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
		if (a->owners[i].pid != b->owners[i].pid || a->owners[i].tid != b->owners[i].tid)
			return false;
	}
	return true;
}

int lc_thread_set_wait(struct lc_thread *thread, const struct lc_wait *wait)
{
	struct lc_wait *copy = NULL;
	int same = 0;

	if (wait) {
		copy = malloc(copy_size(wait));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, wait, copy_size(wait));
		same = thread->wait && thread->wait->kind == wait->kind &&
		       !memcmp(&thread->wait->key, &wait->key, sizeof(wait->key)) &&
		       same_owners(thread->wait, wait);
	}
	free(thread->wait);
	thread->wait = copy;
	thread->wait_confirmed = same;
	if (copy)
		lc_repeat_note_peer(thread);
	return same;
}
