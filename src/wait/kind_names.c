// SPDX-License-Identifier: GPL-2.0-only
/* Kinds of waits in words: stable, they are in the JSON output. */
#include "wait/wait.h"

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
	[LC_WAIT_PARK] = "parked",
	[LC_WAIT_GO] = "go runtime",
	[LC_WAIT_GIL] = "interpreter lock",
	[LC_WAIT_FUTEX] = "futex",
	[LC_WAIT_PIPE] = "pipe",
	[LC_WAIT_FIFO] = "fifo",
	[LC_WAIT_UNIX] = "unix socket",
	[LC_WAIT_TCP] = "tcp",
	[LC_WAIT_UDP] = "udp",
	[LC_WAIT_NETLINK] = "netlink",
	[LC_WAIT_SOCKET] = "socket",
	[LC_WAIT_EVENTFD] = "eventfd",
	[LC_WAIT_TIMERFD] = "timerfd",
	[LC_WAIT_SIGNALFD] = "signalfd",
	[LC_WAIT_INOTIFY] = "inotify",
	[LC_WAIT_PIDFD] = "pidfd",
	[LC_WAIT_USERFAULTFD] = "userfaultfd",
	[LC_WAIT_FUSE] = "fuse",
	[LC_WAIT_NFS] = "nfs",
	[LC_WAIT_TTY] = "tty",
	[LC_WAIT_FILE] = "file",
	[LC_WAIT_FILE_LOCK] = "file lock",
	[LC_WAIT_EPOLL] = "epoll",
	[LC_WAIT_POLL] = "poll",
	[LC_WAIT_IO_URING] = "io_uring",
	[LC_WAIT_CHILD] = "child",
	[LC_WAIT_VFORK] = "vfork child",
	[LC_WAIT_TRACER] = "tracer",
	[LC_WAIT_STOPPED] = "stopped",
	[LC_WAIT_FROZEN] = "frozen",
	[LC_WAIT_SLEEP] = "sleep",
	[LC_WAIT_SIGNAL] = "signal",
	[LC_WAIT_SYSV_SEMAPHORE] = "sysv semaphore",
	[LC_WAIT_SYSV_QUEUE] = "sysv queue",
	[LC_WAIT_POSIX_QUEUE] = "posix queue",
	[LC_WAIT_KERNEL] = "kernel",
};

const char *wait_kind_name(enum lc_wait_kind kind)
{
	return (unsigned)kind < LC_WAIT_KIND_COUNT && names[kind] ? names[kind] : "unknown";
}
