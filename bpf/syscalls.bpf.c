// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ends of the system calls that say something of others: clone (who could not be born), futex
 * (who woke which address, and whether anybody slept there), epoll (when a set last gave events);
 * and of any call whose block was to be copied. One program at sys_exit instead of one for each
 * call: the arguments are still in the saved registers there, and each further program would cost
 * every system call of the host.
 */
#include "events.bpf.h"
#include "filter.bpf.h"
#include "syscall_numbers.bpf.h"

#include "clone.bpf.h"
#include "epoll.bpf.h"
#include "futex.bpf.h"

SEC("raw_tp/sys_exit")
int leakhop_syscall_exit(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	__s64 result = ctx[1], nr = registers_syscall_nr(regs);

	switch (nr) {
	case NR_futex:
	case NR_futex_wake:
		if (current_is_target() && !registers_of_32bit(regs))
			futex_ended(regs, nr, result);
		break;
	case NR_epoll_ctl:
	case NR_epoll_pwait:
	case NR_epoll_pwait2:
#ifdef NR_epoll_wait
	case NR_epoll_wait:
#endif
		if (current_is_target() && !registers_of_32bit(regs))
			epoll_ended(regs, nr, result);
		break;
	case NR_clone:
	case NR_clone3:
#ifdef NR_fork
	case NR_fork:
	case NR_vfork:
#endif
		if (result < 0 && current_is_target() && !registers_of_32bit(regs))
			clone_failed(result);
		break;
	}
	return 0;
}
