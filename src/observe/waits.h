/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the threads wait for: asked of src/wait for each that stood still long enough, and for those
 * who could release them, on to the end of each chain, whoever they belong to.
 */
#ifndef LEAKHOP_OBSERVE_WAITS_H
#define LEAKHOP_OBSERVE_WAITS_H

#include "observe/observer.h"

/* Sweeps once more, between the two readings: it drops what was read of those that moved. */
struct waits_sweeper {
	int (*sweep)(void *context);
	void *context;
};

enum waits_reading {
	WAITS_NOTHING,
	WAITS_READ,  /* what holds is for the next sweep to say */
	WAITS_SWEPT, /* that sweep was the one between: nothing had to be read a second time */
};

/*
 * Reads what each blocked thread waits for that stood still for after_ns, and who could release it,
 * twice. One whose wait is known, confirmed, and of whom nobody could have changed it since, is
 * read again only when it has stood still for twice as long as then, unless anew is true. What was
 * read holds once a sweep and waits_sample_others() have found the threads unmoved. Returns 0 or a
 * negative errno.
 */
int waits_read(struct observer *observer, uint64_t after_ns, bool anew,
	       const struct waits_sweeper *sweeper, enum waits_reading *ret_reading);

/*
 * Is what was read of a thread as it was, by the word of the last sweep and for no more than a
 * while by that alone? Then it is as if it had been read when that sweep saw it.
 */
bool waits_hold_on(const struct observer *observer, struct lc_thread *thread);

/* Is nothing left that waits_read() would read? */
bool waits_settled(struct observer *observer, uint64_t after_ns);

/*
 * A sample of each thread that nobody asked for, with its stack where that is new and this is not
 * the last.
 */
int waits_sample_others(struct observer *observer, bool last);

/*
 * After the last sampling of a sweep: who of those let go has nobody on the way; and others of no
 * use any more go.
 */
int waits_conclude(struct observer *observer);

/* Those whose answer a goroutine waits for, after goroutines_sweep(). */
int waits_read_behind_goroutines(struct observer *observer);

#endif
