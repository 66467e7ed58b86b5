/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of a thread's user stack, taken in that thread's own context. The record is built in a
 * per-CPU scratch area, since the ring buffer reserves only constant sizes, and then written whole.
 */
#ifndef LEAKHOP_STACK_COPY_BPF_H
#define LEAKHOP_STACK_COPY_BPF_H

#include "events.bpf.h"

#define PAGE_BYTES 4096
#define SCRATCH_BYTES (1024 + ABI_STACK_MAX + 2 * PAGE_BYTES)

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
 * Copies up to settings.stack_bytes from address up to to; returns how many. A read fails whole
 * when it touches a page that is not there: the stack may end sooner, and that of a main thread has
 * a hole of random size that nobody ever touched. So it goes page by page, up to the first one that
 * is missing.
 */
static __always_inline __u32 stack_copy(void *to, __u64 address)
{
	__u64 size = settings.stack_bytes, done = 0, chunk;

	for (int i = 0; i <= ABI_STACK_MAX / PAGE_BYTES && done < size; i++) {
		chunk = PAGE_BYTES - ((address + done) & (PAGE_BYTES - 1));
		if (chunk > size - done)
			chunk = size - done;
		/*
		 * Both masks change nothing; verifiers of 5.10 believe nothing else, and clang
		 * would drop them.
		 */
		asm volatile("%0 &= 0x3fff" : "+r"(done)); /* ABI_STACK_MAX - 1 */
		asm volatile("%0 &= 0x1fff" : "+r"(chunk));
		if (bpf_probe_read_user(to + done, chunk, (void *)(address + done)))
			break;
		done += chunk;
	}
	if (!done)
		__sync_fetch_and_add(&lost.stack_copies, 1);
	return done;
}

#endif
