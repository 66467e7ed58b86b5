/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records that cross from the kernel to user space; compiled on both sides.
 *
 * Rules: only __u8 to __u64 and char arrays, padding explicit and zero, no pointer, no long, no
 * enum as a field. Times are ns of CLOCK_MONOTONIC unless a field says otherwise. Every ring buffer
 * record starts with struct abi_head; the iterator's stream is a row of struct abi_thread, each
 * followed by kernel_depth words, and of struct abi_unmoved; their size tells them apart. Numbers
 * of kinds are fixed; a retired one stays here as a comment.
 */
#ifndef LEAKHOP_ABI_H
#define LEAKHOP_ABI_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define ABI_COMM_LEN 16
#define ABI_KERNEL_FRAMES 64
#define ABI_REGISTERS 33
#define ABI_SYSCALL_ARGS 6
#define ABI_CPUS 4096
#define ABI_STACK_MAX 16384
#define ABI_CGROUP_DEPTH 24
#define ABI_FAMILY_DEPTH 256   /* ancestors of a process looked at, for --children */
#define ABI_GO_FRAMES 10       /* of who readied a goroutine */
#define ABI_GO_BIRTH_FRAMES 12 /* of who started a goroutine, and of who started that one */
#define ABI_GO_STACK_FRAMES 20 /* of a goroutine whose block has ended */

/* abi_head.kind */
#define ABI_BLOCKED 1	   /* struct abi_blocked */
#define ABI_SPAWN 2	   /* struct abi_spawn */
#define ABI_EXEC 3	   /* struct abi_exec */
#define ABI_EXIT 4	   /* struct abi_exit */
#define ABI_BLOCK_STACK 5  /* struct abi_block_stack */
#define ABI_SPAWN_FAILED 6 /* struct abi_spawn_failed */
#define ABI_FIRST_RUN 7	   /* struct abi_first_run */
#define ABI_GO_BLOCK 8	   /* struct abi_go_block */

struct abi_head {
	__u32 kind;
	__u32 size; /* of the whole record, bytes */
	__u64 at;
};

/*
 * Who. Numbers are those of the PID namespace that leakhop runs in; ns_* of the thread's innermost.
 */
struct abi_task {
	__u32 tid;
	__u32 pid; /* thread group */
	__u32 ns_tid;
	__u32 ns_pid;
	char comm[ABI_COMM_LEN];
};

/* Order: model/types.h, struct lc_registers. Unused tail is zero. */
struct abi_registers {
	__u64 value[ABI_REGISTERS];
	__u64 known;
};

/* A system call: nr is -1 where the thread is in none. */
struct abi_syscall {
	__s64 nr;
	__u64 args[ABI_SYSCALL_ARGS];
};

/* Written by sched_waking, when the woken thread had stood still for the threshold or longer. */
struct abi_blocked {
	struct abi_head head;
	struct abi_task task;
	struct abi_task waker;
	struct abi_syscall syscall;
	__u64 exec_start; /* when it last ran; ns of the scheduler's clock of cpu */
	__u64 blocked_ns; /* as the kernel side saw it */
	__u32 cpu;
	__u32 state; /* bits of task_struct.__state */
};

/* Written in the parent's context; stack_size bytes of its stack, from its sp up, follow. */
struct abi_spawn {
	struct abi_head head;
	struct abi_task parent;
	struct abi_task child;
	struct abi_syscall syscall;
	struct abi_registers registers;
	__u64 start_time; /* the child's: its identity together with its tid */
	__u32 stack_size;
	__u32 same_process; /* 1: a thread, 0: a new process */
};

struct abi_exec {
	struct abi_head head;
	struct abi_task task; /* after the exec: tid == pid */
	__u32 old_tid;	      /* the thread that called exec */
	__u32 pad;
};

struct abi_exit {
	struct abi_head head;
	struct abi_task task;
	__u32 exit_code;
	__u32 pad;
};

/* Short thresholds: written in the thread's own context when its blocked call ended. */
struct abi_block_stack {
	struct abi_head head;
	struct abi_task task;
	struct abi_syscall syscall;
	struct abi_registers registers;
	__u64 blocked_at;
	__u64 blocked_ns;
	__u32 stack_size;
	__u32 pad;
};

struct abi_spawn_failed {
	struct abi_head head;
	struct abi_task task;
	__u32 error; /* positive errno */
	__u32 pad;
};

struct abi_first_run {
	struct abi_head head;
	struct abi_task task;
};

/* abi_blocker.kind: the low two bits of task_struct.blocker (include/linux/hung_task.h) */
#define ABI_BLOCKER_MUTEX 0
#define ABI_BLOCKER_SEMAPHORE 1
#define ABI_BLOCKER_RWSEM_READER 2 /* waits to read */
#define ABI_BLOCKER_RWSEM_WRITER 3

/* The kernel's own lock that a thread waits for, where the kernel notes it. */
struct abi_blocker {
	__u64 lock; /* its address; 0: not noted */
	__u32 kind;
	__u32 hint;	 /* 1: the owner is only the last one known to have had it */
	__u32 owner_tid; /* as in struct abi_task; 0: not known, or not in this PID namespace */
	__u32 owner_pid;
};

/* One thread of a sweep. */
struct abi_thread {
	__u32 size; /* of this record with its kernel stack, bytes */
	__u32 kernel_depth;
	struct abi_task task;
	char process_comm[ABI_COMM_LEN];
	__u32 parent_pid; /* 0: outside this PID namespace */
	__u32 state;	  /* bits of task_struct.__state */
	__u32 exit_state;
	__u32 flags; /* PF_*: task_struct.flags */
	__u32 cpu;
	__u32 on_cpu;
	__u64 now;
	__u64 start_time;
	__u64 exec_start;   /* ns of the scheduler's clock of cpu */
	__u64 clock_offset; /* CLOCK_MONOTONIC - that clock, on cpu, as last seen; 0: never seen */
	__u64 run_ns;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	struct abi_syscall syscall;
	struct abi_registers registers;
	__u64 last_wake_at; /* 0: no wake-up seen */
	__u64 wakes;
	struct abi_task waker;
	struct abi_blocker blocker;
	__u64 thread_pointer; /* FS base, TPIDR_EL0: where its thread-local variables are */
	__u64 files; /* its descriptors: the same number where they are shared; 0: another process
			may have them too, or there are none */
};

/* A thread that is as it was in its last struct abi_thread: blocked, and it has not run since. */
struct abi_unmoved {
	__u32 size; /* of this record */
	__u32 tid;  /* as in struct abi_task */
	__u64 start_time;
	__u64 now;
};

/* futex_wakes: who last woke a futex address. */
struct abi_futex_key {
	__u64 address;
	__u32 pid; /* of the waker, as in struct abi_task */
	__u32 pad;
};

struct abi_futex_wake {
	__u64 at;
	__u64 calls;
	__u64 empty_calls; /* of these, woke nobody */
	__u32 tid;
	__u32 woken; /* by the last call */
	char comm[ABI_COMM_LEN];
};

/* epoll_returns: when an epoll set last gave events. */
struct abi_epoll_key {
	__u32 pid;
	__s32 fd;
};

struct abi_epoll_return {
	__u64 at;
	__u64 returns;	   /* with at least one event */
	__u64 last_change; /* of its members: epoll_ctl */
	__u32 events;	   /* of the last return */
	__u32 pad;
};

/* go_processes, by pid: what the probes need to know of a Go process. Offsets are in bytes. */
struct abi_go_process {
	__u32 generation; /* tells this program from one before it with the same pid */
	__u32 g_m;
	__u32 g_goid;
	__u32 g_gopc;
	__u32 g_startpc;
	__u32 g_sched_bp;
	__u32 g_waitreason;
	__u32 m_curg;
	__u32 poll_rg;
	__u32 poll_wg;
};

/* go_goroutines */
struct abi_go_key {
	__u64 goid;
	__u32 pid; /* as in struct abi_task */
	__u32 generation;
};

/* abi_go_note.ready_kind, abi_go_block.by_kind */
#define ABI_GO_NOBODY 0	    /* not seen */
#define ABI_GO_BY_ITSELF 1  /* by a goroutine */
#define ABI_GO_BY_RUNTIME 2 /* by the run-time system: a timer, the garbage collector */
#define ABI_GO_BY_NETWORK 3 /* its descriptor became ready */

/* What is known of a goroutine since the probes are there. */
struct abi_go_note {
	__u64 born_at; /* 0: before that */
	__u64 parent;  /* goid; with born_at */
	__u64 parked_at;
	__u64 ready_at; /* later than parked_at: it is not parked */
	__u64 ready_by; /* goid; 0: not a goroutine */
	__u32 ready_kind;
	__u32 ready_depth;
	__u64 ready_stack[ABI_GO_FRAMES]; /* return addresses of who readied it, innermost first */
};

/* go_births: return addresses of its parent when that started it, and of who had started that. */
struct abi_go_birth {
	__u32 depth;
	__u32 parents_depth;
	__u64 stack[ABI_GO_BIRTH_FRAMES];
	__u64 parents_stack[ABI_GO_BIRTH_FRAMES];
};

/* go_sites: births and ends by go statement and function. */
struct abi_go_site_key {
	__u64 spawn_pc;
	__u64 entry_pc;
	__u32 pid;
	__u32 generation;
};

struct abi_go_site {
	__u64 born;
	__u64 ended;
};

struct abi_go_counts {
	__u64 born;
	__u64 ended;
	__u64 parked;
	__u64 readied;
};

/* A goroutine was readied that had been parked for the threshold or longer. */
struct abi_go_block {
	struct abi_head head;
	__u64 goid;
	__u64 parked_at;
	__u64 by; /* goid; 0: not a goroutine */
	__u32 pid;
	__u32 generation;
	__u32 by_kind;
	__u32 reason; /* the run-time system's number */
	__u32 depth;
	__u32 by_depth;
	__u64 stack[ABI_GO_STACK_FRAMES];
	__u64 by_stack[ABI_GO_FRAMES];
};

/* Set before load; never changes. */
struct abi_settings {
	__u64 threshold_ns;
	__u32 stack_bytes;	/* of a spawn site or short block; at most ABI_STACK_MAX */
	__s32 cgroup_subsystem; /* index of a v1 hierarchy's controller; -1: v2 */
	__u8 all;		/* every process */
	__u8 children;		/* children of targets are targets, and theirs */
	__u8 user_threads;
	__u8 kernel_threads; /* 0 no, 1 all, 2 those in uninterruptible sleep only */
	__u8 by_pid;	     /* requested_pids holds wanted processes */
	__u8 by_tid;	     /* requested_tids holds wanted threads */
	__u8 by_comm;
	__u8 by_cgroup;
	__u8 short_blocks; /* copy the stack at the end of the blocked call */
	__u8 have_task_storage;
	__u8 have_pt_regs_helper;
	__u8 have_btf_pointers; /* loaded as tp_btf: fields can be read directly */
	__u8 have_current_btf;	/* bpf_get_current_task_btf (5.11) */
	__u8 coarse_clock;	/* exec_start may stand for the time, to a tick */
	__u8 pad[2];
	__u64 cgroup_id;
	char comm[ABI_COMM_LEN];
};

/*
 * leakhop itself, as the iterator finds it: only the kernel knows its place among PID namespaces.
 */
struct abi_self {
	__u32 tgid;	       /* in the initial namespace; never traced */
	__u32 namespace_level; /* depth of the PID namespace that leakhop runs in */
};

/* Every way to lose data. */
struct abi_lost {
	__u64 ring_full;    /* no room in the ring buffer */
	__u64 stack_copies; /* a spawn site or short block without its stack */
	__u64 targets_full; /* a process that should have been watched */
	__u64 go_full;	    /* a goroutine or a go statement without its exact times or counts */
};

/*
 * By how much the scheduler's clock of a CPU (rq_clock_task) lags behind CLOCK_MONOTONIC. Each step
 * of more than ABI_CLOCK_STEP_NS is kept with the moment, so that a time of that clock can be
 * converted by the lag of back then. 2 KiB a CPU.
 */
#define ABI_CLOCK_STEPS 128
#define ABI_CLOCK_STEP_NS 200000

struct abi_clock_step {
	__u64 task_clock; /* ns of the scheduler's clock */
	__u64 offset;	  /* from this moment on */
};

struct abi_clock {
	__u64 offset;	   /* now; 0: not known yet */
	__u64 step_offset; /* of the last step */
	__u64 count;	   /* of steps ever; the last ones are in steps[number % ABI_CLOCK_STEPS] */
	__u64 pad;
	struct abi_clock_step steps[ABI_CLOCK_STEPS];
};

#include "abi_layout.h"

#endif
