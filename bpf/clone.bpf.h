/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clone, clone3, fork, vfork that failed: the thread that could not be spawned. Those that succeed
 * are seen at sched_process_fork, with the spawn site.
 */
#ifndef LEAKHOP_CLONE_BPF_H
#define LEAKHOP_CLONE_BPF_H

static __always_inline void clone_failed(__s64 result)
{
	struct abi_spawn_failed *event;

	event = event_reserve(ABI_SPAWN_FAILED, sizeof(*event));
	if (!event)
		return;
	describe_current(&event->task);
	event->error = -result;
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
}

#endif
