// SPDX-License-Identifier: GPL-2.0-only
/* The tables of names.h. System calls: generated at build time from <asm/unistd.h>. */
#include "output/names.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static const char *const syscalls[] = {
#include "syscall_names.h"
};

const char *name_syscall(int64_t nr, char *buffer, size_t size)
{
	if (nr >= 0 && nr < (int64_t)(sizeof(syscalls) / sizeof(syscalls[0])) && syscalls[nr])
		return syscalls[nr];
	snprintf(buffer, size, "syscall %lld", (long long)nr);
	return buffer;
}

unsigned name_syscall_args(int64_t nr)
{
	switch (nr) {
#ifdef SYS_pause
	case SYS_pause:
#endif
	case SYS_sched_yield:
		return 0;
	case SYS_close:
	case SYS_fsync:
	case SYS_fdatasync:
		return 1;
	case SYS_flock:
	case SYS_nanosleep:
	case SYS_rt_sigsuspend:
		return 2;
	case SYS_read:
	case SYS_write:
	case SYS_readv:
	case SYS_writev:
	case SYS_connect:
	case SYS_accept:
	case SYS_ioctl:
	case SYS_fcntl:
	case SYS_recvmsg:
	case SYS_sendmsg:
	case SYS_semop:
#ifdef SYS_poll
	case SYS_poll:
#endif
		return 3;
	case SYS_wait4:
	case SYS_accept4:
	case SYS_clock_nanosleep:
	case SYS_rt_sigtimedwait:
#ifdef SYS_epoll_wait
	case SYS_epoll_wait:
#endif
		return 4;
	case SYS_waitid:
	case SYS_ppoll:
	case SYS_mq_timedreceive:
		return 5;
	}
	return 6;
}

bool output_syscall(int64_t nr, struct output_syscall *ret)
{
	if (nr < 0 || nr >= (int64_t)(sizeof(syscalls) / sizeof(syscalls[0])) || !syscalls[nr])
		return false;
	*ret = (struct output_syscall){ nr, syscalls[nr], name_syscall_args(nr) };
	return true;
}

static const struct output_syscall *find_call(const struct output_run *run, int64_t nr)
{
	size_t low = 0, high = run->syscall_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (run->syscalls[middle].nr == nr)
			return &run->syscalls[middle];
		if (run->syscalls[middle].nr < nr)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *name_call(const struct output_run *run, int64_t nr, char *buffer, size_t size)
{
	const struct output_syscall *call;

	if (nr >= LC_SYSCALL_32_BIT) {
		snprintf(buffer, size, "32-bit call %lld", (long long)nr - LC_SYSCALL_32_BIT);
		return buffer;
	}
	if (!run->syscalls)
		return name_syscall(nr, buffer, size);
	call = find_call(run, nr);
	if (call)
		return call->name;
	snprintf(buffer, size, "syscall %lld", (long long)nr);
	return buffer;
}

unsigned name_call_args(const struct output_run *run, int64_t nr)
{
	const struct output_syscall *call;

	if (!run->syscalls)
		return name_syscall_args(nr);
	call = find_call(run, nr);
	return call ? call->args : LC_SYSCALL_ARGS;
}

const char *name_state(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'S':
		return "sleeping";
	case 'D':
		return "in uninterruptible sleep";
	case 'I':
		return "idle in the kernel";
	case 'T':
		return "stopped by a signal";
	case 't':
		return "stopped by a tracer";
	case 'Z':
		return "a zombie";
	case 'X':
		return "dead";
	case 'P':
		return "parked";
	}
	return "in an unknown state";
}

const char *name_stack_end(enum lc_stack_end end)
{
	switch (end) {
	case LC_STACK_NONE:
		return "not taken";
	case LC_STACK_WHOLE:
		return "whole";
	case LC_STACK_TRUNCATED:
		return "cut at --max-stack";
	case LC_STACK_NO_UNWIND:
		return "cut: no unwind information for the last frame";
	case LC_STACK_NO_MEMORY:
		return "cut: stack memory could not be read";
	case LC_STACK_NO_MODULE:
		return "cut: the next address is in no code";
	case LC_STACK_NO_REGISTER:
		return "cut: needs a register that only BPF can read (run as root)";
	}
	return "unknown";
}

bool output_is_of_core(const struct output_run *run)
{
	return run->source && !strcmp(run->source, "core");
}
