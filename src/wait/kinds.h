/* SPDX-License-Identifier: GPL-2.0-only */
/* The describers, one for each family of waits. */
#ifndef LEAKHOP_WAIT_KINDS_H
#define LEAKHOP_WAIT_KINDS_H

#include "wait/calls.h"
#include "wait/private.h"

/* fd.c: by what the descriptor is. false: no such descriptor. */
bool wait_describe_fd(struct wait_job *job, int fd, enum lc_wait_direction direction);
void wait_describe_sendfile(struct wait_job *job);
void wait_describe_splice(struct wait_job *job);
void wait_describe_queue(struct wait_job *job); /* POSIX message queue */

/* pipe.c, unix.c, inet.c, anonymous.c, terminal.c */
void wait_describe_pipe(struct wait_job *job, int fd, const struct target_fd *link,
			enum lc_wait_direction direction);
void wait_describe_fifo(struct wait_job *job, int fd, const struct target_fd *link,
			const struct target_fd_file *file, enum lc_wait_direction direction);
void wait_describe_fifo_open(struct wait_job *job, const char *path, int flags);
void wait_describe_socket(struct wait_job *job, int fd, const struct target_fd *link,
			  enum lc_wait_direction direction);
void wait_describe_unix(struct wait_job *job, uint64_t inode, enum lc_wait_direction direction);
bool wait_describe_inet(struct wait_job *job, uint64_t inode, enum target_socket_set set,
			enum lc_wait_direction direction);
void wait_describe_anonymous(struct wait_job *job, int fd, const struct target_fd *link,
			     enum lc_wait_direction direction);
void wait_describe_terminal(struct wait_job *job, const struct target_fd *link,
			    const struct target_fd_file *file);

/* set.c */
void wait_describe_set(struct wait_job *job);

/* lock.c: flock, fcntl */
void wait_describe_lock(struct wait_job *job);

/* process.c */
void wait_describe_children(struct wait_job *job);
void wait_describe_vfork(struct wait_job *job);
bool wait_describe_stop(struct wait_job *job);
bool wait_describe_frozen(struct wait_job *job);

/* sysv.c */
void wait_describe_semop(struct wait_job *job);
void wait_describe_message(struct wait_job *job);

/* simple.c: sleep, signals, io_uring, open */
void wait_describe_sleep(struct wait_job *job);
void wait_describe_signal(struct wait_job *job);
void wait_describe_open(struct wait_job *job);

/* kernel.c: state D, page faults, and calls that block in a file system */
void wait_describe_kernel(struct wait_job *job);
/* Asks wchan where the caller did not say; once for each job. */
const char *wait_kernel_function(struct wait_job *job);

/* Is it held in a system call until who listens to its seccomp filter has answered? */
bool wait_is_supervised(struct wait_job *job);

/* core.c: of a process that is read from a core: any wait */
void wait_describe_in_core(struct wait_job *job);

/* restart.c: what call a restart_syscall really is; its row, or NULL */
const struct wait_call *wait_restarted_call(struct wait_job *job);

/* timeouts of calls that have one in an argument */
void wait_describe_timeout(struct wait_job *job);

#endif
