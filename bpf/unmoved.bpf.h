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

static __always_inline struct sweep_note *sweep_note_place(__u32 tid)
{
	__u32 place = tid & (MAX_SWEEP_NOTES - 1);

	return bpf_map_lookup_elem(&sweep_notes, &place);
}

static __always_inline struct sweep_note *sweep_note_find(struct task_struct *task)
{
	struct sweep_note *note = sweep_note_place(task->pid);

	return note && note->tid == task->pid && note->start_time == task->start_time ? note : NULL;
}

/* Sleeps in a call, and has not ended. One that is stopped, traced or frozen may be changed from
 * outside while it stands. */
static __always_inline bool is_asleep(__u32 state)
{
	const __u32 asleep = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE;

	return state & asleep && !(state & ~(asleep | TASK_WAKEKILL | TASK_NOLOAD | TASK_FREEZABLE |
					     TASK_FREEZABLE_UNSAFE));
}

/* Two names for one number: a name that is made to be mistaken for another is shown too late, no
 * more. */
static __always_inline __u64 mixed_names(struct task_struct *task)
{
	const __u64 *comm = (void *)&task->comm, *process_comm = (void *)&task->group_leader->comm;
	__u64 mixed = comm[0], factor = 0x9e3779b97f4a7c15ull;

	mixed = mixed * factor ^ comm[1];
	mixed = mixed * factor ^ process_comm[0];
	return mixed * factor ^ process_comm[1];
}

static __always_inline __u32 parent_tgid(struct task_struct *task)
{
	return task->group_leader->real_parent->tgid;
}

/* They change while a thread sleeps. */
static __always_inline bool same_beside(const struct sweep_note *note, struct task_struct *task)
{
	return note->names == mixed_names(task) && note->parent_tgid == parent_tgid(task);
}

/*
 * The state is read before the counters: what they prove is that it was so all the time between two
 * sweeps. Whoever is of interest stays so until it ends or runs, so that is not asked again.
 */
static __always_inline bool is_unmoved(const struct sweep_note *note, struct task_struct *task)
{
	return note->state == iterated_state(task) && !iterated_on_cpu(task) &&
	       note->voluntary_switches == task->nvcsw &&
	       note->involuntary_switches == task->nivcsw && same_beside(note, task);
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
	note->tid = task->pid;
	note->names = mixed_names(task);
	note->parent_tgid = parent_tgid(task);
}

/*
 * Can its counters prove that a thread has not moved? Not of one that is on a CPU, or may be
 * changed from outside. The lock that the kernel notes may change hands while the thread sleeps;
 * one that had none when it was found asleep gets none before it runs.
 */
static __always_inline bool may_stand(const struct abi_thread *thread)
{
	return !thread->on_cpu && !thread->exit_state && is_asleep(thread->state) &&
	       !thread->blocker.lock;
}

/* After the record was written. */
static __always_inline void sweep_note_keep(struct sweep_note *note,
					    const struct abi_thread *thread, __u64 still_ns)
{
	struct sweep_note *kept = sweep_silent ? NULL : sweep_note_place(note->tid);

	if (!kept)
		return;
	if (!may_stand(thread)) {
		kept->tid = 0;
		return;
	}
	note->start_time = thread->start_time;
	note->voluntary_switches = thread->voluntary_switches;
	note->involuntary_switches = thread->involuntary_switches;
	note->still_ns = still_ns;
	note->shown_tid = thread->task.tid;
	note->state = thread->state;
	*kept = *note;
}

#endif
