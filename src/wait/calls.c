// SPDX-License-Identifier: GPL-2.0-only
/* Table of the system calls that block, by the numbers of this architecture: see calls.h. */
#include "wait/calls.h"

#include <stdlib.h>
#include <sys/syscall.h>

#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 441
#endif
#ifndef __NR_futex_waitv
#define __NR_futex_waitv 449
#endif
#ifndef __NR_futex_wait
#define __NR_futex_wait 455
#endif

#define READ(name)                                                            \
	{                                                                     \
		__NR_##name, #name, CALL_FD, LC_WAIT_READ, 0, TIMEOUT_NONE, 0 \
	}
#define WRITE(name)                                                            \
	{                                                                      \
		__NR_##name, #name, CALL_FD, LC_WAIT_WRITE, 0, TIMEOUT_NONE, 0 \
	}
#define CALL(name, family, direction, arg)                                  \
	{                                                                   \
		__NR_##name, #name, family, direction, arg, TIMEOUT_NONE, 0 \
	}
#define TIMED(name, family, direction, arg, form, at)                \
	{                                                            \
		__NR_##name, #name, family, direction, arg, form, at \
	}

static const struct wait_call calls[] = {
	CALL(futex, CALL_FUTEX, LC_WAIT_NO_DIRECTION, 0),
	CALL(futex_wait, CALL_FUTEX_WAIT, LC_WAIT_NO_DIRECTION, 0),
	CALL(futex_waitv, CALL_FUTEX_WAITV, LC_WAIT_NO_DIRECTION, 0),
	READ(read),
	READ(readv),
	READ(pread64),
	READ(preadv),
	READ(preadv2),
	READ(recvfrom),
	READ(recvmsg),
	TIMED(recvmmsg, CALL_FD, LC_WAIT_READ, 0, TIMEOUT_RELATIVE, 4),
	WRITE(write),
	WRITE(writev),
	WRITE(pwrite64),
	WRITE(pwritev),
	WRITE(pwritev2),
	WRITE(sendto),
	WRITE(sendmsg),
	WRITE(sendmmsg),
	WRITE(vmsplice),
	CALL(accept, CALL_FD, LC_WAIT_ACCEPT, 0),
	CALL(accept4, CALL_FD, LC_WAIT_ACCEPT, 0),
	CALL(connect, CALL_FD, LC_WAIT_CONNECT, 0),
	CALL(sendfile, CALL_SENDFILE, LC_WAIT_WRITE, 0),
	CALL(splice, CALL_SPLICE, LC_WAIT_READ, 0),
	CALL(tee, CALL_SPLICE, LC_WAIT_READ, 0),
	TIMED(ppoll, CALL_POLL, LC_WAIT_EVENT, 0, TIMEOUT_RELATIVE, 2),
	TIMED(pselect6, CALL_SELECT, LC_WAIT_EVENT, 0, TIMEOUT_RELATIVE, 4),
	TIMED(epoll_pwait, CALL_EPOLL, LC_WAIT_EVENT, 0, TIMEOUT_MS, 3),
	TIMED(epoll_pwait2, CALL_EPOLL, LC_WAIT_EVENT, 0, TIMEOUT_RELATIVE, 3),
	TIMED(nanosleep, CALL_SLEEP, LC_WAIT_NO_DIRECTION, 0, TIMEOUT_RELATIVE, 0),
	CALL(clock_nanosleep, CALL_CLOCK_SLEEP, LC_WAIT_NO_DIRECTION, 0),
	CALL(wait4, CALL_WAIT4, LC_WAIT_EVENT, 0),
	CALL(waitid, CALL_WAITID, LC_WAIT_EVENT, 0),
	CALL(rt_sigsuspend, CALL_SUSPEND, LC_WAIT_EVENT, 0),
	TIMED(rt_sigtimedwait, CALL_SIGWAIT, LC_WAIT_EVENT, 0, TIMEOUT_RELATIVE, 2),
	CALL(msgrcv, CALL_MESSAGE, LC_WAIT_READ, 0),
	CALL(msgsnd, CALL_MESSAGE, LC_WAIT_WRITE, 0),
#ifdef __NR_semop
	CALL(semop, CALL_SEMOP, LC_WAIT_NO_DIRECTION, 0),
#endif
	TIMED(semtimedop, CALL_SEMOP, LC_WAIT_NO_DIRECTION, 0, TIMEOUT_RELATIVE, 3),
	TIMED(mq_timedreceive, CALL_MQ, LC_WAIT_READ, 0, TIMEOUT_ABSOLUTE, 4),
	TIMED(mq_timedsend, CALL_MQ, LC_WAIT_WRITE, 0, TIMEOUT_ABSOLUTE, 4),
	CALL(flock, CALL_FLOCK, LC_WAIT_LOCK, 0),
	CALL(fcntl, CALL_FCNTL, LC_WAIT_LOCK, 0),
	CALL(io_uring_enter, CALL_IO_URING, LC_WAIT_EVENT, 0),
	TIMED(io_getevents, CALL_AIO, LC_WAIT_EVENT, 0, TIMEOUT_RELATIVE, 4),
	TIMED(io_pgetevents, CALL_AIO, LC_WAIT_EVENT, 0, TIMEOUT_RELATIVE, 4),
	CALL(openat, CALL_OPEN, LC_WAIT_OPEN, 1),
	CALL(openat2, CALL_OPEN, LC_WAIT_OPEN, 1),
	CALL(clone, CALL_CLONE, LC_WAIT_EVENT, 0),
	CALL(clone3, CALL_CLONE, LC_WAIT_EVENT, 0),
	CALL(execve, CALL_KERNEL, LC_WAIT_NO_DIRECTION, -1),
	CALL(restart_syscall, CALL_RESTART, LC_WAIT_NO_DIRECTION, 0),
	CALL(ioctl, CALL_KERNEL, LC_WAIT_NO_DIRECTION, 0),
	CALL(fsync, CALL_KERNEL, LC_WAIT_WRITE, 0),
	CALL(fdatasync, CALL_KERNEL, LC_WAIT_WRITE, 0),
	CALL(close, CALL_KERNEL, LC_WAIT_NO_DIRECTION, 0),
	CALL(fallocate, CALL_KERNEL, LC_WAIT_WRITE, 0),
	CALL(ftruncate, CALL_KERNEL, LC_WAIT_WRITE, 0),
	CALL(getdents64, CALL_KERNEL, LC_WAIT_READ, 0),
	CALL(newfstatat, CALL_KERNEL, LC_WAIT_NO_DIRECTION, -1),
	CALL(statx, CALL_KERNEL, LC_WAIT_NO_DIRECTION, -1),
/* What only the older architectures have. */
#ifdef __NR_open
	CALL(open, CALL_OPEN, LC_WAIT_OPEN, 0),
#endif
#ifdef __NR_poll
	TIMED(poll, CALL_POLL, LC_WAIT_EVENT, 0, TIMEOUT_MS, 2),
#endif
#ifdef __NR_select
	TIMED(select, CALL_SELECT, LC_WAIT_EVENT, 0, TIMEOUT_TIMEVAL, 4),
#endif
#ifdef __NR_epoll_wait
	TIMED(epoll_wait, CALL_EPOLL, LC_WAIT_EVENT, 0, TIMEOUT_MS, 3),
#endif
#ifdef __NR_pause
	CALL(pause, CALL_SUSPEND, LC_WAIT_EVENT, 0),
#endif
#ifdef __NR_vfork
	CALL(vfork, CALL_CLONE, LC_WAIT_EVENT, 0),
#endif
};

const struct wait_call *wait_call_find(int64_t nr)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return NULL;
}
