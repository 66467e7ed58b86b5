// SPDX-License-Identifier: GPL-2.0-only
/* Words for the enums of wait.h, the same in text and JSON. */
#include "model/wait.h"

const char *lc_wait_kind_name(enum lc_wait_kind kind)
{
	static const char *const names[LC_WAIT_KIND_COUNT] = {
		[LC_WAIT_UNKNOWN] = "unknown",
		[LC_WAIT_MUTEX] = "mutex",
		[LC_WAIT_INTERNAL_LOCK] = "internal lock",
		[LC_WAIT_RWLOCK] = "rwlock",
		[LC_WAIT_CONDITION] = "condition variable",
		[LC_WAIT_SEMAPHORE] = "semaphore",
		[LC_WAIT_BARRIER] = "barrier",
		[LC_WAIT_JOIN] = "join",
		[LC_WAIT_ONCE] = "once",
		[LC_WAIT_FUTURE] = "future",
		[LC_WAIT_ATOMIC] = "atomic",
		[LC_WAIT_PARK] = "park",
		[LC_WAIT_GO] = "Go runtime",
		[LC_WAIT_GIL] = "GIL",
		[LC_WAIT_FUTEX] = "futex",
		[LC_WAIT_PIPE] = "pipe",
		[LC_WAIT_FIFO] = "FIFO",
		[LC_WAIT_UNIX] = "Unix socket",
		[LC_WAIT_TCP] = "TCP",
		[LC_WAIT_UDP] = "UDP",
		[LC_WAIT_NETLINK] = "netlink",
		[LC_WAIT_SOCKET] = "socket",
		[LC_WAIT_EVENTFD] = "eventfd",
		[LC_WAIT_TIMERFD] = "timerfd",
		[LC_WAIT_SIGNALFD] = "signalfd",
		[LC_WAIT_INOTIFY] = "inotify",
		[LC_WAIT_PIDFD] = "pidfd",
		[LC_WAIT_USERFAULTFD] = "userfaultfd",
		[LC_WAIT_FUSE] = "FUSE",
		[LC_WAIT_NFS] = "NFS",
		[LC_WAIT_TTY] = "tty",
		[LC_WAIT_FILE] = "file",
		[LC_WAIT_FILE_LOCK] = "file lock",
		[LC_WAIT_EPOLL] = "epoll set",
		[LC_WAIT_POLL] = "poll set",
		[LC_WAIT_IO_URING] = "io_uring",
		[LC_WAIT_CHILD] = "child",
		[LC_WAIT_VFORK] = "vfork child",
		[LC_WAIT_TRACER] = "tracer",
		[LC_WAIT_STOPPED] = "stopped",
		[LC_WAIT_FROZEN] = "frozen",
		[LC_WAIT_SLEEP] = "sleep",
		[LC_WAIT_SIGNAL] = "signal",
		[LC_WAIT_SYSV_SEMAPHORE] = "System V semaphore",
		[LC_WAIT_SYSV_QUEUE] = "System V queue",
		[LC_WAIT_POSIX_QUEUE] = "POSIX queue",
		[LC_WAIT_KERNEL] = "kernel",
		[LC_WAIT_SUPERVISOR] = "supervisor",
	};

	return kind < LC_WAIT_KIND_COUNT && names[kind] ? names[kind] : "unknown";
}

const char *lc_wait_direction_name(enum lc_wait_direction direction)
{
	static const char *const names[] = { "",     "read",	    "write", "accept", "connect",
					     "lock", "lock shared", "open",  "event" };

	return direction < sizeof(names) / sizeof(names[0]) ? names[direction] : "";
}

const char *lc_wait_role_name(enum lc_wait_role role)
{
	static const char *const names[] = {
		[LC_WAIT_HOLDER] = "holder",
		[LC_WAIT_JOINEE] = "joined thread",
		[LC_WAIT_OTHER_END] = "other end",
		[LC_WAIT_PEER] = "peer",
		[LC_WAIT_LISTENER] = "listener",
		[LC_WAIT_SAME_OBJECT] = "has the same object",
		[LC_WAIT_CHILD_PROCESS] = "child",
		[LC_WAIT_TRACER_PROCESS] = "tracer",
		[LC_WAIT_LAST_USER] = "last user",
		[LC_WAIT_MASTER] = "terminal's master",
		[LC_WAIT_RUNNER] = "runs the initialiser",
		[LC_WAIT_AWAITED] = "awaited process",
	};

	return role < sizeof(names) / sizeof(names[0]) ? names[role] : "";
}
