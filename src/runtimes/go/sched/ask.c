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
	case -EAGAIN:
		return LC_GO_SEARCH_STOOD;
	default:
		return LC_GO_SEARCH_UNKNOWN;
	}
}

struct asking {
	struct golang *golang;
	const struct lc_go_process *model;
};

static bool is_served(void *context, const struct lc_goroutine *waiter,
		      const struct lc_goroutine *holder)
{
	const struct asking *asking = context;
	uint32_t entry = asking->model->sites[holder->site].entry_stack;

	return go_is_of_library(asking->golang, waiter->stack, entry);
}

int golang_reach(struct runtime *runtime, struct lc_go_process *model,
		 const struct runtime_goids *readers)
{
	struct golang *golang = golang_of(runtime);
	struct go_process *process = go_known_process(golang, model->pid);
	struct asking asking = { golang, model };
	struct go_loops loops = { is_served, &asking, readers };
	uint8_t *dead = calloc(1, model->count + 1);
	int r = process ? 0 : -ESRCH;

	if (!dead)
		return -ENOMEM;
	r = r ?: go_reach(process, model, dead, &loops);
	if (!r) {
		note_answers(model, dead);
		go_note_callers(golang, model);
		go_note_bodies(golang, process, model);
	}
	model->search = outcome_of(r);
	free(dead);
	return r;
}

int golang_explain(struct runtime *runtime, struct lc_go_process *model,
		   const struct runtime_why *why)
{
	struct golang *golang = golang_of(runtime);
	struct go_process *process = go_known_process(golang, model->pid);
	struct asking asking = { golang, model };
	struct go_loops loops = { is_served, &asking, NULL };

	return process ? go_reach_paths(process, model, why, &loops) : -ESRCH;
}

int golang_retained(struct runtime *runtime, struct lc_go_process *model)
{
	struct go_process *process = go_known_process(golang_of(runtime), model->pid);

	return process ? go_reach_retained(process, model) : -ESRCH;
}
