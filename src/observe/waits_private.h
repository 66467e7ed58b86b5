/* SPDX-License-Identifier: GPL-2.0-only */
/* One reading of what the threads wait for, shared by the files of waits.h. */
#ifndef LEAKHOP_OBSERVE_WAITS_PRIVATE_H
#define LEAKHOP_OBSERVE_WAITS_PRIVATE_H

#include "observe/waits.h"
#include "wait/wait.h"

/* Processes of which every thread is in others: any of them could release a waiter. */
#define MOST_PROCESSES 256

struct share; /* waits_describe.c */
struct rest;  /* waits_stale.c */

struct reading {
	struct observer *observer;
	struct share *shares;
	struct rest *rests;
	struct wait_scan *scan;
	uint64_t after_ns, now;
	bool anew;
	bool read;		/* something was */
	bool swept, read_again; /* between the two scans; by the second one */
	pid_t processes[MOST_PROCESSES];
	size_t process_count;
	bool known_noted; /* waits_knows_all() */
	pid_t adding;	  /* the process whose threads are being added */
	int result;
};

/* waits_describe.c: asks what a thread waits for, and keeps it. Returns 0 or -ENOMEM. */
int waits_describe(struct reading *reading, struct lc_thread *thread);
void waits_drop_shares(struct reading *reading);

/* Waits for an initialiser, and who runs that is not known. */
bool waits_lacks_runner(const struct lc_wait *wait);

/* waits_stale.c: when each process stood still, for waits_is_stale(). */
int waits_note_rest(struct reading *reading);
void waits_drop_rest(struct reading *reading);
/*
 * Has somebody who could release this thread run, or been blocked anew, since it was read who that
 * is?
 */
bool waits_is_stale(struct reading *reading, const struct lc_thread *thread);
/*
 * Has nobody moved on whom a wait hangs, from before it was read until after? By the word of a
 * sweep that came later.
 */
bool waits_is_held(const struct observer *observer, const struct lc_thread *thread);
/* Is every thread of a process known, and of none of them anything to be read? Then its list need
 * not be gone through. */
bool waits_knows_all(struct reading *reading, pid_t pid);

/*
 * waits_chains.c: adds who could release those known, on to the end of each chain. Return 0 or
 * -ENOMEM.
 */
int waits_follow_chains(struct reading *reading);
int waits_add_owners_of_goroutines(struct reading *reading, const struct lc_go_process *process);

/*
 * Adds every thread of those who wait for an initialiser: one of them runs it. Then looks at the
 * waiters anew.
 */
int waits_find_runners(struct reading *reading, struct lc_model *model);

#endif
