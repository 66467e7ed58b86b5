// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sweep: an iterator over all tasks of the reader's PID namespace, which writes a record for
 * each thread of interest. It is also where the targets map is filled: what the user named is
 * compared with every task here, so that a sweep repairs whatever an event lost. What has not moved
 * since the last sweep is told in short: unmoved.bpf.h.
 */
#include "filter.bpf.h"
#include "notes.bpf.h"
#include "unmoved.bpf.h"

struct sweep_record {
	struct abi_thread thread;
	__u64 kernel_stack[ABI_KERNEL_FRAMES];
};

/*
 * The record is larger than a BPF stack. One iterator reads at a time on a CPU: it does not sleep.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sweep_record);
} sweep_records SEC(".maps") __weak;

/* Set by user space before each sweep. */
__u64 sweep_stack_after_ns; /* kernel stacks of threads that stood still for this long; ~0: of none
			     */

/* The iterator runs in its reader's context, and shows the tasks of the reader's PID namespace. */
static __always_inline void note_self(void)
{
	struct task_struct *reader = (void *)bpf_get_current_task();

	self.tgid = bpf_get_current_pid_tgid() >> 32;
	self.namespace_level = BPF_CORE_READ(reader, thread_pid, level);
}

static __always_inline void refresh_target(struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid), tid = BPF_CORE_READ(task, pid), one = 1;

	if (everything_is_target())
		return;
	if (!wanted(task)) {
		if (settings.children && tid == tgid && tgid != self.tgid &&
		    !bpf_map_lookup_elem(&targets, &tgid) && descends_from_target(task))
			add_target(tgid);
		return;
	}
	add_target(tgid);
	if (settings.by_tid)
		bpf_map_update_elem(&target_tids, &tid, &one, BPF_ANY);
}

static __always_inline void fill_times(struct abi_thread *thread, struct task_struct *task)
{
	__u32 cpu = task_cpu(task);
	struct abi_clock *clock = bpf_map_lookup_elem(&clocks, &cpu);

	thread->cpu = cpu;
	thread->on_cpu = is_on_cpu(task);
	thread->now = bpf_ktime_get_ns();
	thread->start_time = BPF_CORE_READ(task, start_time);
	thread->exec_start = BPF_CORE_READ(task, se.exec_start);
	thread->clock_offset = clock ? clock->offset : 0;
	thread->run_ns = BPF_CORE_READ(task, se.sum_exec_runtime);
	thread->voluntary_switches = BPF_CORE_READ(task, nvcsw);
	thread->involuntary_switches = BPF_CORE_READ(task, nivcsw);
}

static __always_inline void fill_note(struct abi_thread *thread, struct task_struct *task)
{
	struct thread_note *note = note_get(task, BPF_CORE_READ(task, pid), false);

	if (note) {
		thread->last_wake_at = note->last_wake_at;
		thread->wakes = note->wakes;
		thread->waker = note->waker;
	} else {
		thread->last_wake_at = thread->wakes = 0;
		__builtin_memset(&thread->waker, 0, sizeof(thread->waker));
	}
}

static __always_inline void fill_blocker(struct abi_blocker *blocker, struct task_struct *task)
{
	struct task_struct *owner;

	__builtin_memset(blocker, 0, sizeof(*blocker));
	owner = task_blocker(blocker, task);
	if (!owner)
		return;
	blocker->owner_tid = pid_number(owner, self.namespace_level);
	blocker->owner_pid = pid_number(BPF_CORE_READ(owner, group_leader), self.namespace_level);
}

/*
 * Only its own threads change the descriptors of a process, unless another process has the same
 * (CLONE_FILES), which one of its threads must have begun. Threads that are just being born or
 * ending count once too often at most: then it is not known for now.
 */
static __always_inline __u64 files_of_process(struct task_struct *task)
{
	struct files_struct *files = BPF_CORE_READ(task, files);

	if (!files || BPF_CORE_READ(files, count.counter) > BPF_CORE_READ(task, signal, nr_threads))
		return 0;
	return (__u64)files;
}

/* A kernel thread in uninterruptible sleep waits for something; the others wait for work. */
static __always_inline bool is_shown(struct task_struct *task, __u32 state)
{
	__u32 flags = BPF_CORE_READ(task, flags);

	if (!is_target(flags, BPF_CORE_READ(task, pid), BPF_CORE_READ(task, tgid)))
		return false;
	if (is_own_worker(task))
		return false;
	return !(flags & PF_KTHREAD) || settings.kernel_threads == 1 || is_uninterruptible(state);
}

static __always_inline __u64 still_for(const struct abi_thread *thread)
{
	if (!thread->clock_offset)
		return ~0ull;
	return thread->now - thread->clock_offset - thread->exec_start;
}

/* Is it told in short? True if so, also where it has to be told again for want of room. */
static __always_inline bool reported_unmoved(struct seq_file *seq, struct task_struct *task)
{
	struct sweep_note *note = sweep_whole ? NULL : sweep_note_find(task);
	struct abi_unmoved record = { .size = sizeof(record) };

	if (!note)
		return false;
	record.tid = note->shown_tid;
	record.start_time = note->start_time;
	record.now = bpf_ktime_get_ns();
	if (!is_unmoved(note, task) || came_due(note, task, record.now))
		return false;
	bpf_seq_write(seq, &record, sizeof(record));
	return true;
}

SEC("iter/task")
int leakhop_sweep(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	struct sweep_record *record;
	struct abi_thread *thread;
	struct sweep_note note = {};
	__u32 zero = 0, state;
	long bytes = 0;

	if (!task)
		return 0;
	if (!ctx->meta->seq_num)
		note_self();
	if (reported_unmoved(seq, task))
		return 0;
	refresh_target(task);
	state = task_state(task);
	if (!is_shown(task, state))
		return 0;
	record = bpf_map_lookup_elem(&sweep_records, &zero);
	if (!record)
		return 0;
	thread = &record->thread;
	sweep_note_begin(&note, task);
	describe(&thread->task, task);
	bpf_core_read_str(thread->process_comm, sizeof(thread->process_comm),
			  &task->group_leader->comm);
	thread->parent_pid = pid_number(
		BPF_CORE_READ(task, group_leader, real_parent, group_leader), self.namespace_level);
	thread->state = state;
	thread->exit_state = BPF_CORE_READ(task, exit_state);
	thread->flags = BPF_CORE_READ(task, flags);
	fill_times(thread, task);
	fill_note(thread, task);
	fill_blocker(&thread->blocker, task);
	if (thread->flags & PF_KTHREAD) {
		__builtin_memset(&thread->registers, 0, sizeof(thread->registers));
		__builtin_memset(&thread->syscall, 0, sizeof(thread->syscall));
		thread->syscall.nr = -1;
		thread->thread_pointer = 0;
		thread->files = 0;
	} else {
		struct pt_regs *regs = task_registers(task);

		copy_syscall(&thread->syscall, regs);
		copy_registers(&thread->registers, regs);
		thread->thread_pointer = task_thread_pointer(task);
		thread->files = files_of_process(task);
	}
	if (!thread->on_cpu && still_for(thread) >= sweep_stack_after_ns)
		bytes = bpf_get_task_stack(task, record->kernel_stack, sizeof(record->kernel_stack),
					   0);
	if (bytes < 0 || bytes > sizeof(record->kernel_stack))
		bytes = 0;
	thread->kernel_depth = (__u32)bytes / sizeof(__u64);
	thread->size = sizeof(*thread) + thread->kernel_depth * sizeof(__u64);
	if (thread->size > sizeof(*record))
		return 0;
	if (!bpf_seq_write(seq, record, thread->size))
		sweep_note_keep(&note, thread, still_for(thread));
	return 0;
}
