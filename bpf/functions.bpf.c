// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same as syscalls.bpf.c, at the ends of the kernel's own functions for these calls: calls of
 * another kind pay nothing. Where the kernel lets programs sit on its functions (function tracing;
 * on arm64 from 6.4 on) this is the default. The wrappers of system calls
 * (include/linux/syscalls.h) get the saved registers, and are never those of a 32-bit program.
 */
#include "events.bpf.h"
#include "filter.bpf.h"
#include "syscall_numbers.bpf.h"

#include "clone.bpf.h"
#include "epoll.bpf.h"
#include "futex.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define ENDS_OF(call) SEC("fexit/__x64_sys_" #call)
#elif defined(__TARGET_ARCH_arm64)
#define ENDS_OF(call) SEC("fexit/__arm64_sys_" #call)
#endif

/* Not by ctx[0]: to 5.10's verifier the wrapper's argument is of a type that it does not know. */
static __always_inline struct pt_regs *registers_of(__u64 *ctx)
{
	struct pt_regs *registers = NULL;

	bpf_probe_read_kernel(&registers, sizeof(registers), ctx);
	return registers;
}

ENDS_OF(futex)
int leakhop_futex_end(__u64 *ctx)
{
	struct pt_regs *regs = registers_of(ctx);

	if (futex_wakes_others(registers_arg1(regs)) && current_is_target())
		futex_ended(regs, NR_futex, ctx[1]);
	return 0;
}

ENDS_OF(futex_wake)
int leakhop_futex_wake_end(__u64 *ctx)
{
	if (current_is_target())
		futex_ended(registers_of(ctx), NR_futex_wake, ctx[1]);
	return 0;
}

static __always_inline int epoll_end(__u64 *ctx, __s64 nr)
{
	if (current_is_target())
		epoll_ended(registers_of(ctx), nr, ctx[1]);
	return 0;
}

ENDS_OF(epoll_ctl)
int leakhop_epoll_ctl_end(__u64 *ctx)
{
	return epoll_end(ctx, NR_epoll_ctl);
}

ENDS_OF(epoll_wait) /* which arm64 does not have */
int leakhop_epoll_wait_end(__u64 *ctx)
{
	return epoll_end(ctx, NR_epoll_pwait);
}

ENDS_OF(epoll_pwait)
int leakhop_epoll_pwait_end(__u64 *ctx)
{
	return epoll_end(ctx, NR_epoll_pwait);
}

ENDS_OF(epoll_pwait2)
int leakhop_epoll_pwait2_end(__u64 *ctx)
{
	return epoll_end(ctx, NR_epoll_pwait2);
}

/* clone, clone3, fork and vfork (kernel/fork.c, since 5.10). */
SEC("fexit/kernel_clone")
int leakhop_clone_end(__u64 *ctx)
{
	__s32 result = ctx[1];

	if (result < 0 && current_is_target())
		clone_failed(result);
	return 0;
}
