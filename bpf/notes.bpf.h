/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The note kept of a thread of interest: in task storage where tracing programs have it, else in an
 * LRU hash by tid. Nothing is kept of other threads.
 */
#ifndef LEAKHOP_NOTES_BPF_H
#define LEAKHOP_NOTES_BPF_H

#include "kernel_compat.bpf.h"

/*
 * The task must come from the tracepoint's arguments or the iterator (a BTF pointer). NULL: no
 * room.
 */
static __always_inline struct thread_note *note_get(struct task_struct *task, __u32 tid,
						    bool create)
{
	struct thread_note *note, fresh = {};

	if (settings.have_task_storage)
		return bpf_task_storage_get(&notes_storage, task, NULL,
					    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
	fresh.start_time = BPF_CORE_READ(task, start_time);
	note = bpf_map_lookup_elem(&notes_hash, &tid);
	if (note && note->start_time == fresh.start_time)
		return note;
	if (!create)
		return NULL;
	bpf_map_update_elem(&notes_hash, &tid, &fresh, BPF_ANY);
	return bpf_map_lookup_elem(&notes_hash, &tid);
}

#endif
