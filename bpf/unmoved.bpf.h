/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sweep is cheap where nothing happens: of each thread that it has told in full it keeps what it
 * told, and while the thread is blocked and has not run since, a later sweep tells no more than
 * that.
 *
 * Whoever reads must have taken in the record that a note stands for. So a note is made only when
 * the record is written (what did not fit into the reader's buffer is shown again), and none in a
 * sweep that is thrown away. A note that is lost costs a record in full, nothing else. The task
 * must be the iterator's: it can be loaded from.
 */
#ifndef LEAKHOP_UNMOVED_BPF_H
#define LEAKHOP_UNMOVED_BPF_H

#include "filter.bpf.h"

/* Set by user space before each sweep. */
__u64 sweep_due_ns; /* a thread that has stood still for this long since its last record is told in
		       full */
__u32 sweep_whole;  /* every thread is told in full */
__u32 sweep_silent; /* and no notes are made */

/* Kernel and reader do not agree on a time to the last bit. */
#define SWEEP_DUE_MARGIN_NS 5000000ull

static __always_inline struct sweep_note *sweep_note_find(struct task_struct *task)
{
	struct sweep_note *note;
	__u32 tid = task->pid;

	if (settings.have_task_storage)
		return bpf_task_storage_get(&sweep_notes_storage, task, NULL, 0);
	note = bpf_map_lookup_elem(&sweep_notes_hash, &tid);
	return note && note->start_time == task->start_time ? note : NULL;
}

/* Sleeps in a call. One that is stopped, traced or frozen may be changed from outside while it
 * stands. */
static __always_inline bool is_asleep(__u32 state)
{
	const __u32 asleep = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE;

	return state & asleep && !(state & ~(asleep | TASK_WAKEKILL | TASK_NOLOAD | TASK_FREEZABLE |
					     TASK_FREEZABLE_UNSAFE));
}

/* Names and parents change while a thread sleeps; the lock that it waits for may change hands. */
static __always_inline bool same_beside(const struct sweep_note *note, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	const __u64 *comm = (void *)&task->comm, *process_comm = (void *)&leader->comm;

	return note->comm[0] == comm[0] && note->comm[1] == comm[1] &&
	       note->process_comm[0] == process_comm[0] &&
	       note->process_comm[1] == process_comm[1] &&
	       note->parent_tgid == leader->real_parent->tgid && !has_blocker(task);
}

/* The state is read before the counters: what they prove is that it was so all the time between two
 * sweeps. */
static __always_inline bool is_unmoved(const struct sweep_note *note, struct task_struct *task,
				       __u32 state)
{
	return note->state == state && is_asleep(state) && !task->on_cpu && !task->exit_state &&
	       same_beside(note, task) && note->voluntary_switches == task->nvcsw &&
	       note->involuntary_switches == task->nivcsw;
}

/* Has it come to stand still for so long that its stack is wanted? */
static __always_inline bool came_due(const struct sweep_note *note, struct task_struct *task,
				     __u64 now)
{
	__u32 cpu = task_cpu(task);
	struct abi_clock *clock;

	if (note->still_ns >= sweep_due_ns + SWEEP_DUE_MARGIN_NS)
		return false;
	clock = bpf_map_lookup_elem(&clocks, &cpu);
	return !clock || !clock->offset ||
	       now - clock->offset - task->se.exec_start + SWEEP_DUE_MARGIN_NS >= sweep_due_ns;
}

/* What may change beside: read before the record is, so that a change under way shows the next
 * time. */
static __always_inline void sweep_note_begin(struct sweep_note *note, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	const __u64 *comm = (void *)&task->comm, *process_comm = (void *)&leader->comm;

	note->comm[0] = comm[0];
	note->comm[1] = comm[1];
	note->process_comm[0] = process_comm[0];
	note->process_comm[1] = process_comm[1];
	note->parent_tgid = leader->real_parent->tgid;
}

/* After the record was written. */
static __always_inline void sweep_note_keep(struct sweep_note *note, struct task_struct *task,
					    const struct abi_thread *thread, __u64 still_ns)
{
	__u32 tid = task->pid;
	struct sweep_note *kept;

	if (sweep_silent || !is_asleep(thread->state))
		return;
	note->start_time = thread->start_time;
	note->voluntary_switches = thread->voluntary_switches;
	note->involuntary_switches = thread->involuntary_switches;
	note->still_ns = still_ns;
	note->tid = thread->task.tid;
	note->state = thread->on_cpu || thread->exit_state ? 0 : thread->state;
	if (!settings.have_task_storage) {
		bpf_map_update_elem(&sweep_notes_hash, &tid, note, BPF_ANY);
		return;
	}
	kept = bpf_task_storage_get(&sweep_notes_storage, task, NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (kept)
		*kept = *note;
}

#endif
