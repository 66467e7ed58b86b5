/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing to the ring buffer: reserve, fill, submit; what finds no room is counted. */
#ifndef LEAKHOP_EVENTS_BPF_H
#define LEAKHOP_EVENTS_BPF_H

#include "maps.bpf.h"

/* bytes must be a constant. The record's bytes beyond the head are not cleared. */
static __always_inline void *event_reserve(__u32 kind, __u32 bytes)
{
	struct abi_head *head = bpf_ringbuf_reserve(&events, bytes, 0);

	if (!head) {
		__sync_fetch_and_add(&lost.ring_full, 1);
		return NULL;
	}
	head->kind = kind;
	head->size = bytes;
	head->at = bpf_ktime_get_ns();
	return head;
}

#endif
