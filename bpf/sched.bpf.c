// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hot path: what runs at each context switch and each wake-up of the host.
 *
 * The kernel itself notes when a thread last ran (task->se.exec_start), on a clock that lags behind
 * CLOCK_MONOTONIC by what interrupts and a hypervisor took from that CPU. sched_switch keeps that
 * lag for each CPU; sched_waking subtracts. Nothing is stored for a thread that is not of interest,
 * and an event is written only for a block past the threshold.
 */
#include "events.bpf.h"
#include "filter.bpf.h"
#include "notes.bpf.h"

#include <bpf/bpf_tracing.h>

static __noinline int write_first_run(struct task_struct *task)
{
	struct abi_first_run *event;

	event = event_reserve(ABI_FIRST_RUN, sizeof(*event));
	if (!event)
		return 0;
	describe(&event->task, task);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static __always_inline void clock_note(struct abi_clock *clock, __u64 task_clock)
{
	__u64 offset = bpf_ktime_get_ns() - task_clock;
	struct abi_clock_step *step;

	clock->offset = offset;
	if (offset - clock->step_offset + ABI_CLOCK_STEP_NS <= 2 * ABI_CLOCK_STEP_NS)
		return;
	step = &clock->steps[clock->count & (ABI_CLOCK_STEPS - 1)];
	step->task_clock = task_clock;
	step->offset = offset;
	clock->step_offset = offset;
	clock->count++;
}

SEC("raw_tp/sched_switch")
int leakhop_switch(__u64 *ctx)
{
	struct task_struct *prev = (void *)ctx[1], *next = (void *)ctx[2];
	__u32 cpu = bpf_get_smp_processor_id();
	struct abi_clock *clock;

	/* The idle task's exec_start may be stale on older kernels. */
	if (btf_field(prev, pid)) {
		clock = bpf_map_lookup_elem(&clocks, &cpu);
		if (clock)
			clock_note(clock, btf_field(prev, se.exec_start));
	}

	/* Both count at the switch away: zero means that it never ran before. */
	if (btf_field(next, nvcsw) + btf_field(next, nivcsw) == 0 && btf_field(next, pid) &&
	    is_target(btf_field(next, flags), btf_field(next, pid), btf_field(next, tgid)))
		write_first_run(next);
	return 0;
}

static __noinline int write_blocked(struct task_struct *task, __u64 blocked_ns)
{
	struct abi_blocked *event;

	event = event_reserve(ABI_BLOCKED, sizeof(*event));
	if (!event)
		return 0;
	describe(&event->task, task);
	describe(&event->waker, (void *)bpf_get_current_task());
	copy_syscall(&event->syscall, task_registers(task));
	event->blocked_ns = blocked_ns;
	event->exec_start = BPF_CORE_READ(task, se.exec_start);
	event->cpu = BPF_CORE_READ(task, wake_cpu);
	event->state = task_state(task);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/*
 * Kernel threads wait for work all day: of them only what could not be interrupted, unless asked
 * for.
 */
static __always_inline bool is_worth_telling(struct task_struct *task)
{
	if (settings.kernel_threads == 2 && btf_field(task, flags) & PF_KTHREAD &&
	    !is_uninterruptible(task_state(task)))
		return false;
	return !is_own_worker(task);
}

/*
 * The time to a scheduler tick (10 ms at most), by three loads instead of the clock, which costs
 * more than all the rest: the running task's exec_start is brought up to date at each tick. It is
 * good enough to see that a block was too short, as nearly all are, and for a note. Not on CPUs
 * that run without a tick (nohz_full), and not from idle, whose exec_start stands still.
 */
#define COARSE_ERROR_NS 11000000ull

static __always_inline __u64 coarse_now(void)
{
	struct task_struct *current_task;
	struct abi_clock *clock;
	__u32 cpu;

	if (!settings.coarse_clock)
		return bpf_ktime_get_ns();
	current_task = bpf_get_current_task_btf();
	cpu = bpf_get_smp_processor_id();
	clock = bpf_map_lookup_elem(&clocks, &cpu);
	if (!current_task->pid || !clock || !clock->offset)
		return bpf_ktime_get_ns();
	return clock->offset + current_task->se.exec_start;
}

SEC("raw_tp/sched_waking")
int leakhop_waking(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tid = btf_field(task, pid), cpu;
	__u64 now, ran_at, exec_start, blocked_ns;
	struct thread_note *note;
	struct abi_clock *clock;

	if (!is_target(btf_field(task, flags), tid, btf_field(task, tgid)))
		return 0;
	now = coarse_now();
	note = note_get(task, tid, true);
	if (note) {
		note->last_wake_at = now;
		note->wakes++;
		describe_current(&note->waker);
	}
	cpu = btf_field(task, wake_cpu);
	clock = bpf_map_lookup_elem(&clocks, &cpu);
	if (!clock || !clock->offset)
		return 0;
	exec_start = btf_field(task, se.exec_start);
	if (!exec_start) /* it never ran */
		return 0;
	ran_at = clock->offset + exec_start;
	if ((__s64)(now + COARSE_ERROR_NS - ran_at) < (__s64)settings.threshold_ns)
		return 0;
	now = bpf_ktime_get_ns();
	blocked_ns = now - ran_at;
	if ((__s64)blocked_ns < (__s64)settings.threshold_ns || !is_worth_telling(task))
		return 0;
	if (note) {
		note->last_wake_at = now;
		if (settings.short_blocks) {
			note->block_at = ran_at;
			note->block_ns = blocked_ns;
		}
	}
	write_blocked(task, blocked_ns);
	return 0;
}
