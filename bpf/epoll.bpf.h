/* SPDX-License-Identifier: GPL-2.0-only */
/* When an epoll set last gave events and last changed: tells a busy event loop from a dead one. */
#ifndef LEAKHOP_EPOLL_BPF_H
#define LEAKHOP_EPOLL_BPF_H

static __always_inline void epoll_ended(struct pt_regs *regs, __s64 nr, __s64 result)
{
	struct abi_epoll_return fresh = {}, *set;
	struct abi_epoll_key key = {};
	struct abi_task owner;

	if (result < 0 || (!result && nr != NR_epoll_ctl))
		return;
	describe_current(&owner);
	key.pid = owner.pid;
	key.fd = registers_arg0(regs);
	set = bpf_map_lookup_elem(&epoll_returns, &key);
	if (!set) {
		bpf_map_update_elem(&epoll_returns, &key, &fresh, BPF_NOEXIST);
		set = bpf_map_lookup_elem(&epoll_returns, &key);
		if (!set)
			return;
	}
	if (nr == NR_epoll_ctl) {
		set->last_change = bpf_ktime_get_ns();
		return;
	}
	set->at = bpf_ktime_get_ns();
	set->returns++;
	set->events = result;
}

#endif
