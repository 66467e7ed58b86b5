/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All state that the programs share. Each .bpf.c sees the same weak definition; the linker keeps
 * one. Every map has a fixed bound.
 */
#ifndef LEAKHOP_MAPS_BPF_H
#define LEAKHOP_MAPS_BPF_H

#include "vmlinux.h"

#include "abi.h"

#include <bpf/bpf_helpers.h>

#define RING_BYTES (4 << 20) /* four times that where every process is traced: bpf_source.c */
#define MAX_TARGETS 16384
#define TARGET_MARKS 4096 /* a power of two */
#define MAX_REQUESTED 4096
#define MAX_NOTES 65536
#define MAX_SWEEP_NOTES 65536 /* a power of two; 4 MiB */
#define MAX_FUTEXES 16384
#define MAX_EPOLL_SETS 4096
#define MAX_GO_PROCESSES 64
#define MAX_GOROUTINES 131072
#define MAX_GO_SITES 16384

extern const volatile struct abi_settings settings;
extern struct abi_lost lost;
extern struct abi_self self;

/*
 * By the last bits of a tgid: 0 means that targets does not hold it, which nearly every event asks,
 * and which is a load here instead of a look-up in a hash. Set before the entry is made, and never
 * cleared: two processes may share a mark.
 */
extern __u8 target_marks[TARGET_MARKS];

/*
 * What is kept of a thread of interest: who woke it, and a block whose stack is still to be copied.
 */
struct thread_note {
	__u64 last_wake_at;
	__u64 wakes;
	struct abi_task waker;
	__u64 block_at; /* 0: no copy due */
	__u64 block_ns;
	__u64 start_time; /* tells a reused tid, where the note is in a hash */
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} events SEC(".maps") __weak;

/*
 * One for each CPU; user space sets how many, and reads them through mmap. An array look-up is
 * inlined.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct abi_clock);
} clocks SEC(".maps") __weak;

/* Processes of interest: thread group (initial namespace) -> 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps") __weak;

/* Threads of interest where the user named threads: tid (initial namespace) -> 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_REQUESTED);
	__type(key, __u32);
	__type(value, __u32);
} target_tids SEC(".maps") __weak;

/* What the user named, as numbers of leakhop's PID namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_REQUESTED);
	__type(key, __u32);
	__type(value, __u32);
} requested_pids SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_REQUESTED);
	__type(key, __u32);
	__type(value, __u32);
} requested_tids SEC(".maps") __weak;

/*
 * One of the two: task storage, or the hash on kernels whose tracing programs lack it
 * (before 5.13).
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_note);
} notes_storage SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_NOTES);
	__type(key, __u32);
	__type(value, struct thread_note);
} notes_hash SEC(".maps") __weak;

/*
 * What the last whole record of a sweep said of a thread, by the last bits of its tid (initial
 * namespace): whoever comes later takes the place. Threads of one process mostly lie side by side,
 * as the sweep comes by them; a line of the cache each, and a look-up that is inlined.
 */
struct sweep_note {
	__u64 start_time;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	__u64 names;	 /* those of thread and process, mixed */
	__u64 still_ns;	 /* how long it had stood still */
	__u32 tid;	 /* of the initial namespace; 0: nothing is known */
	__u32 shown_tid; /* as in struct abi_task */
	__u32 parent_tgid;
	__u32 state;
	__u64 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_SWEEP_NOTES);
	__type(key, __u32);
	__type(value, struct sweep_note);
} sweep_notes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_FUTEXES);
	__type(key, struct abi_futex_key);
	__type(value, struct abi_futex_wake);
} futex_wakes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_EPOLL_SETS);
	__type(key, struct abi_epoll_key);
	__type(value, struct abi_epoll_return);
} epoll_returns SEC(".maps") __weak;

/* With --go-events only: the Go processes that have probes, and what these have seen. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_GO_PROCESSES);
	__type(key, __u32);
	__type(value, struct abi_go_process);
} go_processes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_GOROUTINES);
	__type(key, struct abi_go_key);
	__type(value, struct abi_go_note);
} go_goroutines SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_GOROUTINES);
	__type(key, struct abi_go_key);
	__type(value, struct abi_go_birth);
} go_births SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_GO_SITES);
	__type(key, struct abi_go_site_key);
	__type(value, struct abi_go_site);
} go_sites SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct abi_go_counts);
} go_counts SEC(".maps") __weak;

#endif
