/* SPDX-License-Identifier: GPL-2.0-only */
/* Names, labels and wake-ups of what is about to be told. They cost, so only that gets them. */
#ifndef LEAKHOP_OBSERVE_ANNOTATE_H
#define LEAKHOP_OBSERVE_ANNOTATE_H

#include "observe/observer.h"
#include "verdict/goroutines.h"
#include "verdict/report.h"

/*
 * The stacks of a record (with life, also those of its longest blocks), who woke its futex, its
 * goroutine.
 */
void annotate_record(struct observer *observer, struct verdict_record *record, bool life);

/* The stacks of a group of goroutines, its labels, and what probes have seen of it. */
void annotate_goroutines(struct observer *observer, struct verdict_goroutines *record);

/* A stack of goroutines; 0: none. */
void annotate_go_stack(struct observer *observer, uint32_t stack);

/* The stacks of the goroutines in the graph. */
void annotate_graph(struct observer *observer, const struct graph *graph);

/* The stacks of all threads, also of their earlier blocks: for who tells of each. */
void annotate_stacks(struct observer *observer);

/* All that probes have seen, for the report at the end. */
void annotate_go_events(struct observer *observer);

/*
 * With --go-events: the stack of who has started a goroutine, as it was then, and of who had
 * started that one; named. 0: none. false: its birth was not seen.
 */
bool annotate_go_birth(struct observer *observer, const struct lc_go_process *process,
		       uint64_t goid, uint32_t *ret_stack, uint32_t *ret_parents_stack);

/*
 * Whatever stack of the models has no names yet, of threads, goroutines and their origins; at most
 * so many. Returns whether these were all.
 */
bool annotate_models(struct observer *observer, size_t most);

#endif
