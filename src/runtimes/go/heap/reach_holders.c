// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for a lock whose holder is known waits for that one: whoever else has a pointer to the
 * lock, as all have to a global variable, does not unlock it. So it can run if its holder can; of
 * several readers, if any can.
 */
#include "runtimes/go/heap/reach_search.h"

#include "model/go_holders.h"

static const struct lc_go_held *held_for(const struct search *search, uint32_t number)
{
	const struct reach_goroutine *goroutine = &search->goroutines[number];
	const struct lc_go_held *held =
		goroutine->state == REACH_WAITS && lc_go_is_lock(goroutine->kind)
			? lc_go_held_for(search->model, &search->model->list[goroutine->place])
			: NULL;

	return held && held->known ? held : NULL;
}

bool reach_waits_for_holder(const struct search *search, uint32_t number)
{
	return held_for(search, number) != NULL;
}

void reach_take_holders(const struct search *search, uint32_t number,
			struct lc_go_releasers *releasers)
{
	const struct lc_go_held *held = held_for(search, number);
	uint32_t i;

	if (!held)
		return;
	releasers->known = true;
	releasers->total = held->count;
	for (i = 0; i < held->count && i < LC_GO_RELEASERS; i++)
		releasers->goids[releasers->count++] = held->holders[i].goid;
}

static bool lives(const struct search *search, uint64_t goid)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(search->model, goid);
	size_t number = goroutine ? (size_t)(goroutine - search->model->list) : SIZE_MAX;

	return number >= search->goroutine_count || search->goroutines[number].state != REACH_WAITS;
}

bool reach_follow_holders(struct search *search)
{
	const struct lc_go_held *held;
	bool any = false;
	uint32_t i, j;

	for (i = 0; i < search->goroutine_count; i++) {
		held = held_for(search, i);
		for (j = 0; held && j < held->count; j++) {
			if (!lives(search, held->holders[j].goid))
				continue;
			reach_lives(search, i);
			any = true;
			break;
		}
	}
	return any;
}
