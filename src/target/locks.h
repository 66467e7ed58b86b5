/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File locks, as /proc/locks lists them: each lock in force with those who wait for it. Format:
 * fs/locks.c, lock_get_status(). Locks of processes outside the reader's PID namespace are not
 * listed.
 */
#ifndef LEAKHOP_TARGET_LOCKS_H
#define LEAKHOP_TARGET_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TARGET_LOCKS_MAX 200000

enum target_lock_kind { TARGET_LOCK_FLOCK, TARGET_LOCK_POSIX, TARGET_LOCK_OFD, TARGET_LOCK_LEASE };

struct target_lock {
	uint64_t number; /* the same for a lock and those who wait for it */
	enum target_lock_kind kind;
	unsigned depth; /* 0: in force; 1: waits for it; 2: waits behind one who waits; ... */
	bool writes;
	pid_t pid;	       /* -1: not recorded (OFD). flock: who called it, maybe long dead */
	unsigned major, minor; /* of the superblock: differs from st_dev on btrfs and overlayfs */
	uint64_t inode;
	uint64_t start, end; /* first and last byte; UINT64_MAX: to the end of the file */
};

struct target_locks {
	struct target_lock *locks;
	size_t count;
	size_t capacity;
	bool cut; /* at TARGET_LOCKS_MAX */
};

/* A line of the file; false if it is not understood. */
bool target_lock_parse(const char *line, struct target_lock *ret);

/* Adds all locks to *ret (zeroed before first use). Returns 0 or a negative errno. */
int target_locks_read(struct target_locks *ret);
void target_locks_release(struct target_locks *locks);

#endif
