// SPDX-License-Identifier: GPL-2.0-only
/*
 * File locks. /proc/locks names the process of a POSIX lock; of flock() it names who called it,
 * maybe long dead while a forked child has the lock: its true holders have a "lock:" line in
 * fdinfo.
 */
#include "wait/kinds.h"
#include "target/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#ifndef F_OFD_SETLKW
#define F_OFD_SETLKW 38
#endif

struct wanted {
	enum target_lock_kind kind;
	bool writes;
	uint64_t start, end;
	struct target_fd_file file;
	bool any_device; /* the device of stat is not that of /proc/locks: btrfs, overlayfs */
};

static void load(struct wait_job *job)
{
	struct wait_scan *scan = job->scan;

	if (scan->locks_read)
		return;
	scan->locks_read = true;
	if (target_locks_read(&scan->locks) < 0 || scan->locks.cut)
		wait_cannot_read(job, "/proc/locks");
}

/* The struct flock of a fcntl(): what it asks for. */
static void read_range(struct wait_job *job, struct wanted *wanted)
{
	struct flock range;

	wanted->start = 0;
	wanted->end = UINT64_MAX;
	if (!wait_peek(job, job->args[2], &range, sizeof(range))) {
		wait_cannot_read(job, "struct flock");
		return;
	}
	wanted->writes = range.l_type == F_WRLCK;
	/* Relative ones would want the file's position; take the whole file then. */
	if (range.l_whence != SEEK_SET || range.l_start < 0)
		return;
	wanted->start = range.l_start;
	if (range.l_len > 0)
		wanted->end = wanted->start + range.l_len - 1;
}

static bool is_it(const struct target_lock *lock, const struct wanted *wanted)
{
	bool same_kind = lock->kind == wanted->kind ||
			 (lock->kind != TARGET_LOCK_FLOCK && lock->kind != TARGET_LOCK_LEASE &&
			  wanted->kind != TARGET_LOCK_FLOCK);

	if (!same_kind || lock->depth || lock->inode != wanted->file.inode)
		return false;
	if (!wanted->any_device && (lock->major != major(wanted->file.device) ||
				    lock->minor != minor(wanted->file.device)))
		return false;
	if (!lock->writes && !wanted->writes)
		return false;
	return lock->start <= wanted->end && wanted->start <= lock->end;
}

/*
 * The lines of fdinfo name the locks of this open file; past those that are kept, any may be meant.
 */
static bool has_lock(struct wait_descriptor *descriptor, void *context)
{
	const struct wanted *wanted = context;
	struct target_fd_file file;
	struct target_fdinfo info;
	unsigned i;

	if (target_fdinfo_read(descriptor->pid, descriptor->tid, descriptor->fd, &info) ||
	    !info.locks ||
	    target_fd_stat(descriptor->pid, descriptor->tid, descriptor->fd, &file) ||
	    file.inode != wanted->file.inode || file.device != wanted->file.device)
		return false;
	for (i = 0; i < info.locks && i < TARGET_FD_LOCKS; i++) {
		if (is_it(&info.held[i], wanted))
			return true;
	}
	return info.locks > TARGET_FD_LOCKS;
}

/* /proc/locks has the process that called flock(), as a number of our namespace. */
static void note_taker(struct wait_job *job, pid_t taker)
{
	struct target_stat stat;

	if (taker <= 0 || !job->wait->owner_total || job->wait->owners[0].role != LC_WAIT_HOLDER)
		return;
	if (target_read_stat(taker, taker, &stat) == -ESRCH)
		job->wait->flags |= LC_WAIT_TAKER_GONE;
}

static void add_holder(struct wait_job *job, const struct target_lock *lock, struct wanted *wanted,
		       const struct target_fd *link)
{
	uint32_t before = job->wait->owner_total;

	if (lock->kind == TARGET_LOCK_POSIX) {
		wait_add_owner(job, LC_WAIT_HOLDER, lock->pid, 0, -1);
		if (job->wait->owner_total == before)
			wait_cannot_read(job, "process %d, which has the lock", lock->pid);
	} else if (!job->wait->owner_total) {
		/* Any path to the file would do; that of the waiter is the most likely one. */
		wait_add_holders(job, LC_WAIT_HOLDER, link->kind, wait_descriptor_key(link),
				 has_lock, wanted);
		note_taker(job, lock->pid);
		if (!job->wait->owner_total && lock->pid > 0)
			wait_add_owner(job, LC_WAIT_LAST_USER, lock->pid, 0, -1);
	}
}

/*
 * flock() and OFD locks belong to an open file, and any thread of a process that has it may unlock:
 * the waiter waits for itself only where it is alone. Where others could, the graph tells whether
 * they can.
 */
static void note_self(struct wait_job *job)
{
	struct lc_wait *wait = job->wait;
	struct target_status status;

	if (wait->owner_total == 1 && wait->owners[0].role == LC_WAIT_HOLDER &&
	    wait->owners[0].pid == job->pid && !target_read_status(job->tid, job->tid, &status) &&
	    status.threads == 1)
		wait->flags |= LC_WAIT_OWNER_SELF;
}

static void find_holders(struct wait_job *job, struct wanted *wanted, const struct target_fd *link)
{
	const struct target_locks *locks = &job->scan->locks;
	size_t i, found = 0;
	int round;

	for (round = 0; round < 2 && !found; round++) {
		wanted->any_device = round == 1;
		for (i = 0; i < locks->count; i++) {
			if (!is_it(&locks->locks[i], wanted))
				continue;
			add_holder(job, &locks->locks[i], wanted, link);
			found++;
		}
	}
	note_self(job);
	if (!job->wait->owner_total) {
		job->wait->recorded = found ? LC_WAIT_UNREADABLE : LC_WAIT_OUTSIDE;
		if (!found)
			wait_cannot_read(job, "the lock in force");
	}
}

void wait_describe_lock(struct wait_job *job)
{
	bool by_fcntl = job->call->family == CALL_FCNTL;
	struct wanted wanted = { .kind = TARGET_LOCK_FLOCK, .end = UINT64_MAX };
	int fd = job->args[0], r;
	struct target_fd link;

	job->wait->kind = LC_WAIT_FILE_LOCK;
	job->wait->fd = fd;
	r = target_fd_read(job->pid, job->tid, fd, &link);
	if (!r)
		r = target_fd_stat(job->pid, job->tid, fd, &wanted.file);
	if (r < 0) {
		job->wait->recorded = LC_WAIT_UNREADABLE;
		wait_cannot_read(job, "descriptor %d", fd);
		return;
	}
	if (by_fcntl) {
		wanted.kind = job->args[1] == F_OFD_SETLKW ? TARGET_LOCK_OFD : TARGET_LOCK_POSIX;
		read_range(job, &wanted);
	} else {
		wanted.writes = (job->args[1] & 3) == 2; /* LOCK_EX */
	}
	job->wait->direction = wanted.writes ? LC_WAIT_LOCK : LC_WAIT_LOCK_SHARED;
	wait_set_key(job, LC_WAIT_SPACE_LOCK,
		     wait_pack_device(major(wanted.file.device), minor(wanted.file.device)),
		     wanted.file.inode, wanted.start);
	wait_say(job, "%s of %s, fd %d",
		 wanted.kind == TARGET_LOCK_FLOCK ? "flock"
		 : wanted.kind == TARGET_LOCK_OFD ? "open file description lock"
						  : "POSIX lock",
		 link.name, fd);
	load(job);
	find_holders(job, &wanted, &link);
}
