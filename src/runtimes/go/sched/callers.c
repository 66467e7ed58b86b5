// SPDX-License-Identifier: GPL-2.0-only
/*
 * For whom a connection is read: somebody in the program's own code waits for what only its reader
 * could give, by way of others, perhaps; for as long as it takes, or until a timer ends that.
 */
#include "runtimes/go/private.h"

#define LINKS_MOST 4
#define ASKED_MOST 1024 /* whether a timer ends their wait; of others it is not known */

/* The reader that a goroutine waits for, in turn; NULL: none. */
static struct lc_goroutine *reader_of(const struct lc_go_process *model, uint64_t goid)
{
	const struct lc_go_releasers *releasers;
	struct lc_goroutine *goroutine;
	unsigned links;

	for (links = 0; links < LINKS_MOST; links++) {
		releasers = lc_go_releasers_of(model, goid);
		if (!releasers || releasers->known || releasers->count != 1)
			return NULL;
		goid = releasers->goids[0];
		goroutine = lc_go_by_goid(model, goid);
		if (!goroutine || goroutine->kind == LC_GO_NETWORK)
			return goroutine;
	}
	return NULL;
}

static bool has_timer(struct golang *golang, struct lc_go_process *model, uint64_t goid)
{
	const struct lc_go_wait *wait;
	uint32_t i;

	if (!lc_go_wait_of(model, goid))
		golang_describe(&golang->runtime, model, goid);
	wait = lc_go_wait_of(model, goid);
	for (i = 0; wait && i < wait->case_count; i++) {
		if (wait->cases[i].timer)
			return true;
	}
	return false;
}

void go_note_callers(struct golang *golang, struct lc_go_process *model)
{
	const struct lc_go_releasers *releasers = NULL;
	struct lc_goroutine *reader, *caller;
	size_t i, asked = 0;

	for (i = 0; i < model->count; i++)
		model->list[i].flags &= ~(LC_GO_AWAITED | LC_GO_AWAITED_FOR_A_TIME);
	while ((releasers = lc_go_next_releasers(model, releasers))) {
		reader = reader_of(model, releasers->goid);
		caller = reader ? lc_go_by_goid(model, releasers->goid) : NULL;
		if (!caller || reader->flags & LC_GO_AWAITED || !go_has_own(golang, caller->stack))
			continue;
		if (asked++ < ASKED_MOST && has_timer(golang, model, caller->goid)) {
			reader->flags |= LC_GO_AWAITED_FOR_A_TIME;
		} else {
			reader->flags &= ~LC_GO_AWAITED_FOR_A_TIME;
			reader->flags |= LC_GO_AWAITED;
		}
	}
}
