/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a blocked thread waits for: the public header of this folder.
 *
 * A scan is one look at the host, made anew at each sweep. It reads what is shared between waits
 * (descriptors of all processes, sockets of a network namespace, file locks) when first needed and
 * keeps it until it is freed. What belongs to one waiter (the bytes of a futex's object, owners,
 * children, fdinfo of its descriptor) is read at each call: a caller who wants to be sure that a
 * wait held throughout calls wait_describe() again and compares; for sockets, locks and holders of
 * descriptors with another scan.
 *
 * Nothing is stopped or written to. Memory and names of other processes are hostile: each read is
 * bounded, each walk ends. A scan belongs to one thread.
 */
#ifndef LEAKHOP_WAIT_WAIT_H
#define LEAKHOP_WAIT_WAIT_H

#include "wait/subject.h"

struct target_access;
struct wait_scan;

/* access: to the processes that are read; outlives the scan; NULL: by itself. */
int wait_scan_create(struct target_access *access, struct wait_scan **ret_scan);
void wait_scan_free(struct wait_scan *scan);

/*
 * A book outlives scans: the descriptors of processes that have stood still since they were read
 * are taken from there, by the word of stood_still(): has no thread of the process run, been born
 * or ended since at, and are its descriptors its alone? (lc_model_stood_still() knows.) as_of is
 * the scan's: what is older must not answer for it.
 */
struct wait_book;

int wait_book_create(bool (*stood_still)(void *context, pid_t pid, uint64_t at, uint64_t as_of),
		     void *context, struct wait_book **ret_book);
void wait_book_free(struct wait_book *book);
/* Before anything is asked of the scan; the book outlives it. NULL: all is read. */
void wait_scan_use(struct wait_scan *scan, struct wait_book *book, uint64_t as_of);
/* Whether anything so far hung on the descriptors of all processes. */
bool wait_scan_has_descriptors(const struct wait_scan *scan);

/*
 * Fills *ret. What could not be read is said in it (recorded, unreadable) and is no error.
 * Returns 0; -ESRCH if the thread is gone; -ENOMEM.
 */
int wait_describe(struct wait_scan *scan, const struct wait_subject *subject, struct lc_wait *ret);

/*
 * Of a wait of the process for a pipe, read by an earlier scan: has nobody an end of it, by this
 * scan, but the process and the owners that the wait names? False where that could not be told,
 * either.
 */
bool wait_has_no_others(struct wait_scan *scan, pid_t pid, const struct lc_wait *wait);

/*
 * When a wait for a futex ends by itself: *ret_ends_at, ns of CLOCK_MONOTONIC. Of subject task,
 * syscall and blocked_since are needed. Returns 0; -ENOENT where it is no such wait, has no
 * time-out, or that could not be read.
 */
int wait_time_out(struct wait_scan *scan, const struct wait_subject *subject,
		  uint64_t *ret_ends_at);

/*
 * Whether a thread of the waiter's process runs the initialiser of the C++ static that the waiter
 * waits for, by the names of that thread's frames, innermost first. The waiter itself may be asked
 * about, too.
 */
bool wait_runs_initialiser(const struct wait_subject *waiter, const char *const *functions,
			   size_t count);

/* A TCP connection that a process has; addresses as "10.0.0.1:80" or "[::1]:80". */
struct wait_connection {
	pid_t pid;
	int fd;
	char local[64], remote[64];
};

/*
 * Gives those of the processes that are wanted to take(), until that returns other than 0, which is
 * then returned. Reads the descriptors of all processes, if that was not done yet.
 */
int wait_each_connection(struct wait_scan *scan, bool (*wanted)(void *context, pid_t pid),
			 int (*take)(void *context, const struct wait_connection *connection),
			 void *context);

/* How many processes' descriptors could not be read so far. */
size_t wait_scan_refused(const struct wait_scan *scan);

#endif
