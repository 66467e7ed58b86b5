/* SPDX-License-Identifier: GPL-2.0-only */
/* What model.c and model_events.c share; not for other rooms. */
#ifndef LEAKHOP_LIFECYCLE_MODEL_PRIVATE_H
#define LEAKHOP_LIFECYCLE_MODEL_PRIVATE_H

#include "lifecycle/model.h"

struct lc_model {
	struct lc_thread *threads; /* uthash, by tid */
	size_t max_threads;
	uint64_t refused;
	uint64_t sweep;
	uint64_t sweep_at;
};

/* Adds an empty thread; newcomer: for how long it has stood still (ns), which decides at the bound. */
int lc_model_add(struct lc_model *model, pid_t tid, uint64_t now, uint64_t newcomer,
		 struct lc_thread **ret_thread);
void lc_model_drop(struct lc_model *model, struct lc_thread *thread);

#endif
