/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked of heaps once it is known who could still be woken. Private to this folder. */
#ifndef LEAKHOP_OBSERVE_GO_HEAP_H
#define LEAKHOP_OBSERVE_GO_HEAP_H

#include "observe/observer.h"
#include "verdict/goroutines.h"

/*
 * Whether what lives reaches what goroutines wait for, and who awaits whose answer. Returns 0 or
 * -ENOMEM.
 */
int go_heap_reach(struct observer *observer, struct lc_go_process *process,
		  const struct verdict_goroutine_records *records);

/*
 * Why the goroutine of --explain lives, and those that stand for a suspect of which that is not
 * known yet; and who depends on one that is stuck. A search of each heap that has one, none begins
 * after end (ns). Returns 0 or -ENOMEM.
 */
int go_heap_explain(struct observer *observer, uint64_t end);

/* With --retained: what the goroutines of each group hold. The same. */
int go_heap_retained(struct observer *observer);

#endif
