// SPDX-License-Identifier: GPL-2.0-only
/* Takes in what probes in Go processes have seen: see go_events.h and goroutines.h. */
#include "model/goroutines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lc_go_begin_events(struct lc_go_process *process, uint64_t now)
{
	size_t i;

	free(process->events);
	process->events = calloc(1, sizeof(*process->events));
	if (!process->events)
		return -ENOMEM;
	process->events->since = now;
	for (i = 0; i < process->site_count; i++)
		process->sites[i].born = process->sites[i].ended = 0;
	return 0;
}

struct lc_go_site *lc_go_count_site(struct lc_go_process *process,
				    const struct lc_go_site_count *count, bool *ret_new)
{
	struct lc_go_site *site;

	*ret_new = false;
	site = process->events ? lc_go_site_at(process, count->spawn_pc, count->entry_pc, ret_new)
			       : NULL;
	if (!site)
		return NULL;
	process->events->born += count->born - site->born;
	process->events->ended += count->ended - site->ended;
	site->born = count->born;
	site->ended = count->ended;
	return site;
}

void lc_go_apply_exact(struct lc_goroutine *goroutine, const struct lc_go_exact *exact,
		       uint64_t sweep_at)
{
	if (exact->born_at && exact->born_at <= sweep_at) {
		goroutine->first_seen_at = exact->born_at;
		goroutine->flags |= LC_GO_EXACT_BIRTH;
		if (!goroutine->parent_goid)
			goroutine->parent_goid = exact->parent_goid;
	}
	/* Coroutines and the run-time system's own go other ways to sleep as well. */
	if (goroutine->state != LC_GO_WAITING || goroutine->kind == LC_GO_COROUTINE ||
	    goroutine->kind == LC_GO_RUNTIME)
		return;
	/* It may have gone on, and parked anew, since the sweep looked. */
	if (exact->parked_at <= exact->ready_at || exact->parked_at > sweep_at)
		return;
	goroutine->waits_since = exact->parked_at;
	goroutine->flags |= LC_GO_EXACT_SINCE;
}

void lc_go_keep_block(struct lc_go_process *process, const struct lc_go_block *block)
{
	struct lc_go_events *events = process->events;
	size_t at;

	if (!events)
		return;
	events->block_count++;
	events->block_ns += block->blocked_ns;
	for (at = events->kept; at && events->blocks[at - 1].blocked_ns < block->blocked_ns; at--)
		;
	if (at == LC_GO_BLOCKS)
		return;
	events->kept += events->kept < LC_GO_BLOCKS;
	memmove(&events->blocks[at + 1], &events->blocks[at],
		(events->kept - 1 - at) * sizeof(events->blocks[0]));
	events->blocks[at] = *block;
}
