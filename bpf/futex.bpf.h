/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who last woke a futex address, and whether anybody slept there: a wake-up that woke nobody is how
 * a lost wake-up looks. Operations: include/uapi/linux/futex.h.
 */
#ifndef LEAKHOP_FUTEX_BPF_H
#define LEAKHOP_FUTEX_BPF_H

#define FUTEX_CMD_MASK 0x7f
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_UNLOCK_PI 7
#define FUTEX_WAKE_BITSET 10
#define FUTEX_CMP_REQUEUE_PI 12

static __always_inline bool futex_wakes_others(__u32 operation)
{
	switch (operation & FUTEX_CMD_MASK) {
	case FUTEX_WAKE:
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_WAKE_OP:
	case FUTEX_UNLOCK_PI:
	case FUTEX_WAKE_BITSET:
	case FUTEX_CMP_REQUEUE_PI:
		return true;
	}
	return false;
}

static __always_inline void futex_ended(struct pt_regs *regs, __s64 nr, __s64 result)
{
	struct abi_futex_wake fresh = {}, *wake;
	struct abi_futex_key key = {};
	struct abi_task waker;

	if (result < 0 || (nr == NR_futex && !futex_wakes_others(registers_arg1(regs))))
		return;
	describe_current(&waker);
	key.address = registers_arg0(regs);
	key.pid = waker.pid;
	wake = bpf_map_lookup_elem(&futex_wakes, &key);
	if (!wake) {
		bpf_map_update_elem(&futex_wakes, &key, &fresh, BPF_NOEXIST);
		wake = bpf_map_lookup_elem(&futex_wakes, &key);
		if (!wake)
			return;
	}
	wake->at = bpf_ktime_get_ns();
	wake->calls++;
	if (!result)
		wake->empty_calls++;
	wake->tid = waker.tid;
	wake->woken = result;
	__builtin_memcpy(wake->comm, waker.comm, sizeof(wake->comm));
}

#endif
