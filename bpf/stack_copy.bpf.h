/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of a thread's user stack, taken in that thread's own context. The record is built in a
 * per-CPU scratch area, since the ring buffer reserves only constant sizes, and then written whole.
 */
#ifndef LEAKHOP_STACK_COPY_BPF_H
#define LEAKHOP_STACK_COPY_BPF_H

#include "events.bpf.h"

#define SCRATCH_BYTES (1024 + ABI_STACK_MAX)
#define PAGE_BYTES 4096

struct scratch {
	char bytes[SCRATCH_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps") __weak;

static __always_inline void *scratch_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline void event_output(void *event, __u32 size)
{
	if (size > SCRATCH_BYTES)
		size = SCRATCH_BYTES;
	if (bpf_ringbuf_output(&events, event, size, 0))
		__sync_fetch_and_add(&lost.ring_full, 1);
}

/*
 * Copies up to settings.stack_bytes from address up to to; returns how many. A read fails whole when it
 * touches a page that is not there (the stack may end sooner), so it is then retried up to the page's
 * end, and then by halves.
 */
static __always_inline __u32 stack_copy(void *to, __u64 address)
{
	__u32 size = settings.stack_bytes;

	if (!size || size > ABI_STACK_MAX)
		return 0;
	for (int i = 0; i < 6 && size >= 256; i++) {
		if (!bpf_probe_read_user(to, size & (ABI_STACK_MAX | (ABI_STACK_MAX - 1)),
					 (void *)address))
			return size;
		size /= 2;
	}
	size = PAGE_BYTES - (address & (PAGE_BYTES - 1));
	if (size <= PAGE_BYTES && !bpf_probe_read_user(to, size, (void *)address))
		return size;
	__sync_fetch_and_add(&lost.stack_copies, 1);
	return 0;
}

#endif
