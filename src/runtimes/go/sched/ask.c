// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks whether anything that lives reaches what goroutines wait for, and notes the answers in them.
 */
#include "runtimes/go/heap/reach.h"

#include <errno.h>
#include <stdlib.h>

/* One that was not dead may have moved since the sweep: that is an answer, too. */
static void note_answers(struct lc_go_process *model, const uint8_t *dead)
{
	struct lc_goroutine *goroutine;
	size_t i;

	for (i = 0; i < model->count; i++) {
		goroutine = &model->list[i];
		if (!goroutine->goid || !lc_go_is_internal(goroutine->kind))
			continue;
		goroutine->flags |= LC_GO_ASKED;
		goroutine->flags &= ~LC_GO_UNREACHABLE;
		goroutine->flags |= dead[i] ? LC_GO_UNREACHABLE : 0;
	}
}

static enum lc_go_search outcome_of(int r)
{
	switch (r) {
	case 0:
		return LC_GO_SEARCH_DONE;
	case -ETIME:
		return LC_GO_SEARCH_TIME;
	case -E2BIG:
		return LC_GO_SEARCH_SIZE;
	case -EFAULT:
		return LC_GO_SEARCH_UNREADABLE;
	default:
		return LC_GO_SEARCH_UNKNOWN;
	}
}

int golang_reach(struct runtime *runtime, struct lc_go_process *model)
{
	struct golang *golang = golang_of(runtime);
	struct go_process *process = go_known_process(golang, model->pid);
	uint8_t *dead = calloc(1, model->count + 1);
	int r = process ? 0 : -ESRCH;

	if (!dead)
		return -ENOMEM;
	r = r ?: go_reach(process, model, dead);
	if (!r)
		note_answers(model, dead);
	model->search = outcome_of(r);
	free(dead);
	return r;
}

int golang_explain(struct runtime *runtime, struct lc_go_process *model,
		   const struct runtime_why *why)
{
	struct go_process *process = go_known_process(golang_of(runtime), model->pid);

	return process ? go_reach_paths(process, model, why) : -ESRCH;
}

int golang_retained(struct runtime *runtime, struct lc_go_process *model)
{
	struct go_process *process = go_known_process(golang_of(runtime), model->pid);

	return process ? go_reach_retained(process, model) : -ESRCH;
}
