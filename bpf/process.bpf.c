// SPDX-License-Identifier: GPL-2.0-only
/*
 * Births, new programs and ends of processes and threads of interest. A birth carries the parent's
 * registers and the top of its stack, which user space unwinds: that is the spawn site.
 */
#include "events.bpf.h"
#include "filter.bpf.h"
#include "stack_copy.bpf.h"

static __always_inline void fill_spawn(struct abi_spawn *event, struct task_struct *parent,
				       struct task_struct *child, bool same_process)
{
	struct pt_regs *regs = task_registers(parent);

	event->head.kind = ABI_SPAWN;
	event->head.at = bpf_ktime_get_ns();
	describe(&event->parent, parent);
	describe(&event->child, child);
	copy_syscall(&event->syscall, regs);
	copy_registers(&event->registers, regs);
	event->start_time = BPF_CORE_READ(child, start_time);
	event->same_process = same_process;
	event->stack_size = stack_copy(event + 1, registers_sp(regs));
	event->head.size = sizeof(*event) + event->stack_size;
}

/* Also one that descends from a target, but was born when nobody was there yet to note it. */
static __always_inline bool is_in_family(struct task_struct *parent, __u32 tgid)
{
	if (bpf_map_lookup_elem(&targets, &tgid))
		return true;
	if (everything_is_target() || !settings.children || tgid == self.tgid ||
	    !descends_from_target(parent))
		return false;
	add_target(tgid);
	return true;
}

SEC("raw_tp/sched_process_fork")
int leakhop_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	__u32 parent_tgid = btf_field(parent, tgid), child_tgid = btf_field(child, tgid);
	bool same_process = parent_tgid == child_tgid;
	bool from_target = is_in_family(parent, parent_tgid);
	struct abi_spawn *event;

	if (!everything_is_target()) {
		if (!same_process && ((from_target && settings.children) ||
				      (!settings.by_pid && !settings.by_tid && wanted(child))))
			add_target(child_tgid);
		else if (!same_process || !from_target)
			return 0;
	} else if (!is_target(btf_field(child, flags), 0, child_tgid)) {
		return 0;
	}
	event = scratch_get();
	if (!event)
		return 0;
	/*
	 * The tracepoint runs in the parent's context, whose BTF pointer the registers are read by.
	 */
	fill_spawn(event, parent, child, same_process);
	event_output(event, event->head.size);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int leakhop_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = btf_field(task, tgid);
	struct abi_exec *event;

	/* The name has changed, so a process may come into view, or leave it. */
	if (settings.by_comm && !settings.by_pid && !settings.by_tid && wanted(task))
		add_target(tgid);
	if (!is_target(btf_field(task, flags), tgid, tgid))
		return 0;
	event = event_reserve(ABI_EXEC, sizeof(*event));
	if (!event)
		return 0;
	describe(&event->task, task);
	event->old_tid = self.namespace_level ? 0 : (__u32)ctx[1];
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int leakhop_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tid = btf_field(task, pid), tgid = btf_field(task, tgid);
	struct abi_exit *event;

	if (!is_target(btf_field(task, flags), tid, tgid))
		return 0;
	event = event_reserve(ABI_EXIT, sizeof(*event));
	if (!event)
		return 0;
	describe(&event->task, task);
	event->exit_code = BPF_CORE_READ(task, exit_code);
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
	if (settings.by_tid)
		bpf_map_delete_elem(&target_tids, &tid);
	/* signal->live is already lowered here: zero with the last thread of the process. */
	if (!BPF_CORE_READ(task, signal, live.counter))
		bpf_map_delete_elem(&targets, &tgid);
	return 0;
}
