// SPDX-License-Identifier: GPL-2.0-only
/*
 * Short thresholds: a block that no sweep can see is copied, registers and stack top, in the
 * thread's own context when its system call ends. Loaded for such thresholds only, and it copies
 * only where sched_waking has just noted a block past the threshold.
 */
#include "events.bpf.h"
#include "filter.bpf.h"
#include "notes.bpf.h"
#include "stack_copy.bpf.h"

static __always_inline struct thread_note *current_note(__u32 tid)
{
	if (settings.have_task_storage)
		return bpf_task_storage_get(&notes_storage, bpf_get_current_task_btf(), NULL, 0);
	return bpf_map_lookup_elem(&notes_hash, &tid);
}

SEC("raw_tp/sys_exit")
int leakhop_block_end(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct abi_block_stack *event;
	struct thread_note *note;

	if (!current_is_target())
		return 0;
	note = current_note((__u32)bpf_get_current_pid_tgid());
	if (!note || !note->block_at)
		return 0;
	event = scratch_get();
	if (!event)
		return 0;
	event->head.kind = ABI_BLOCK_STACK;
	event->head.at = bpf_ktime_get_ns();
	event->blocked_at = note->block_at;
	event->blocked_ns = note->block_ns;
	event->pad = 0;
	note->block_at = 0;
	describe_current(&event->task);
	copy_syscall(&event->syscall, regs);
	copy_registers(&event->registers, regs);
	event->stack_size = stack_copy(event + 1, registers_sp(regs));
	event->head.size = sizeof(*event) + event->stack_size;
	event_output(event, event->head.size);
	return 0;
}
