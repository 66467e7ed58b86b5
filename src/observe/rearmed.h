/* SPDX-License-Identifier: GPL-2.0-only */
/* What has to be read of waits with a time-out, for the model to tell those that are armed again.
 */
#ifndef LEAKHOP_OBSERVE_REARMED_H
#define LEAKHOP_OBSERVE_REARMED_H

#include "model/threads.h"

struct wait_scan;

/* A sample of the thread was just taken in: reads when its wait ends, where that is a futex's. */
void rearmed_note_time_out(struct wait_scan *scan, const struct lc_sample *sample,
			   struct lc_thread *thread);

/*
 * What a thread waits for was read, and is about to be noted: if it had the lock since it was read
 * before, its block is another one.
 */
void rearmed_check(struct lc_thread *thread, const struct lc_wait *wait);

/* The thread was found armed again since it was read what it waits for, and that may tell more. */
bool rearmed_is_to_be_read(const struct lc_thread *thread);

#endif
