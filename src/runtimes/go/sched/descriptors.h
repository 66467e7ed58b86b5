/* SPDX-License-Identifier: GPL-2.0-only */
/* The descriptors of many goroutines, a batch after the other. */
#ifndef LEAKHOP_RUNTIMES_GO_DESCRIPTORS_H
#define LEAKHOP_RUNTIMES_GO_DESCRIPTORS_H

#include "runtimes/go/sched/goroutine.h"
#include "runtimes/go/sched/process.h"
#include "target/memory.h"

#define GO_BATCH 512

struct go_descriptors {
	size_t first, count; /* numbers in the list */
	uint64_t addresses[GO_BATCH];
	struct target_piece pieces[GO_BATCH]; /* read: whether all of one could be */
	uint8_t bytes[GO_BATCH][GO_DESCRIPTOR_MAX];
};

/* Takes a batch, which is no longer there afterwards. 0: go on. */
typedef int go_descriptors_fn(void *context, const struct go_descriptors *batch);

/*
 * Of a list of count addresses that is at list in the process, as runtime.allgs. Returns 0, a
 * negative errno, or what take() returned that is not 0.
 */
int go_each_descriptors(const struct go_process *process, uint64_t list, size_t count,
			go_descriptors_fn *take, void *context);

#endif
