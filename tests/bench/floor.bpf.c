// SPDX-License-Identifier: GPL-2.0-only
/* The least that a program at a tracepoint costs: nothing but being called. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

SEC("tp_btf/sched_switch")
int floor_switch(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched_waking")
int floor_waking(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
