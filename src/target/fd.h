/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of other processes: the links in /proc/PID/fd, and fdinfo. Nothing is opened, and no
 * file system is asked that could hang (a server that is gone): types come from what the kernel
 * has in memory. Formats: Documentation/filesystems/proc.rst, section 3.8.
 */
#ifndef LEAKHOP_TARGET_FD_H
#define LEAKHOP_TARGET_FD_H

#include "target/locks.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum target_fd_kind {
	TARGET_FD_PIPE,
	TARGET_FD_SOCKET,
	TARGET_FD_ANONYMOUS, /* anon_inode: and the like; name says which */
	TARGET_FD_PATH,
};

struct target_fd {
	enum target_fd_kind kind;
	uint64_t inode; /* of a pipe or socket, from the link */
	bool reads;	/* the end that it is open for */
	bool writes;
	char name[256]; /* the link: a path may be cut; without "anon_inode:" and brackets */
};

/* What a path leads to; kind S_IFREG and so on. */
struct target_fd_file {
	mode_t type;
	uint64_t inode;
	dev_t device;
	unsigned major, minor; /* of a device node itself */
};

#define TARGET_FD_LOCKS 4

/* Fields that a descriptor has not are -1 or 0 as stated. */
struct target_fdinfo {
	unsigned flags; /* O_* */
	uint64_t inode; /* 0: kernel before 5.14 */
	uint64_t mount_id;
	int64_t eventfd_count;
	int64_t eventfd_id; /* -1: none */
	bool has_timer;
	uint64_t timer_left; /* ns; 0: disarmed */
	uint64_t timer_interval;
	bool has_signals;
	uint64_t signals;  /* bit N - 1: signal N */
	int32_t pid;	   /* of a pidfd in the reader's namespace; 0: no pidfd; -1: reaped */
	int32_t tty_index; /* of a pty master; -1 */
	unsigned locks; /* "lock:" lines that were understood: locks in force by this open file */
	struct target_lock held[TARGET_FD_LOCKS]; /* the first of these */
	unsigned scm_fds;			  /* descriptors in flight in a Unix socket */
	unsigned watches;			  /* of inotify */
	uint32_t sq_pending;			  /* io_uring: submitted, not yet taken */
	uint32_t cq_pending;			  /* completed, not yet fetched */
};

struct target_epoll_member {
	int fd; /* as it was numbered when it was added: may be another file by now */
	uint32_t events;
	uint64_t data; /* the word that comes back with its events */
	uint64_t inode;
	uint32_t device; /* as the kernel prints it: major << 20 | minor */
};

/*
 * Each returns 0, -ESRCH, -EBADF (no such descriptor), -EACCES or -EPERM, or another negative
 * errno.
 */
int target_fd_read(pid_t pid, pid_t tid, int fd, struct target_fd *ret);
/* Only what it may be used for. */
int target_fd_mode(pid_t pid, pid_t tid, int fd, bool *ret_reads, bool *ret_writes);
int target_fd_stat(pid_t pid, pid_t tid, int fd, struct target_fd_file *ret);
int target_fdinfo_read(pid_t pid, pid_t tid, int fd, struct target_fdinfo *ret);
/* Up to max members; *ret_total counts all. */
int target_epoll_read(pid_t pid, pid_t tid, int fd, struct target_epoll_member *members, size_t max,
		      size_t *ret_count, size_t *ret_total);

/* The parsers of the above, on text. */
void target_fd_parse(const char *link, struct target_fd *ret);
void target_fdinfo_parse(const char *text, struct target_fdinfo *ret);
bool target_epoll_parse(const char *line, struct target_epoll_member *ret);

#endif
