/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls that block: what their arguments are. */
#ifndef LEAKHOP_WAIT_CALLS_H
#define LEAKHOP_WAIT_CALLS_H

#include "model/wait.h"

enum wait_call_family {
	CALL_NONE,
	CALL_FUTEX,
	CALL_FUTEX_WAIT,
	CALL_FUTEX_WAITV,
	CALL_FD, /* arg is the descriptor */
	CALL_SENDFILE,
	CALL_SPLICE,
	CALL_POLL,
	CALL_SELECT,
	CALL_EPOLL,
	CALL_SLEEP,
	CALL_CLOCK_SLEEP,
	CALL_WAIT4,
	CALL_WAITID,
	CALL_SUSPEND, /* pause, sigsuspend: any signal with a handler */
	CALL_SIGWAIT,
	CALL_MESSAGE, /* SysV */
	CALL_SEMOP,
	CALL_MQ,
	CALL_FLOCK,
	CALL_FCNTL,
	CALL_IO_URING,
	CALL_AIO,
	CALL_OPEN,
	CALL_CLONE,
	CALL_RESTART,
	CALL_KERNEL, /* blocks only inside the kernel: fsync, close, ioctl */
};

enum wait_timeout_form {
	TIMEOUT_NONE,
	TIMEOUT_MS,
	TIMEOUT_RELATIVE,
	TIMEOUT_ABSOLUTE,
	TIMEOUT_TIMEVAL
};

struct wait_call {
	int nr;
	const char *name;
	enum wait_call_family family;
	enum lc_wait_direction direction;
	int arg; /* of the descriptor, set or path */
	enum wait_timeout_form timeout;
	int timeout_arg;
};

/* NULL: not in the table. */
const struct wait_call *wait_call_find(int64_t nr);

#endif
