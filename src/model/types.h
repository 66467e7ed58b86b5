/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain types that every folder above the kernel shares: registers, frames, stacks.
 * Nothing here does I/O or knows BPF.
 */
#ifndef LEAKHOP_MODEL_TYPES_H
#define LEAKHOP_MODEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ns: 73 years. Sums of two do not overflow; what is to come later than that never comes. */
#define LC_TIME_MOST (1ull << 61)

static inline uint64_t lc_bounded_time(uint64_t ns)
{
	return ns < LC_TIME_MOST ? ns : LC_TIME_MOST;
}
#include <sys/types.h>

#define LC_COMM_LEN 16

/*
 * User registers in the order of the architecture's DWARF numbers.
 * x86-64 (System V psABI, figure 3.36): 0 rax 1 rdx 2 rcx 3 rbx 4 rsi 5 rdi 6 rbp 7 rsp 8..15
 * r8..r15 16 rip. arm64 (AAPCS64 DWARF, section 4.1): 0..30 x0..x30 31 sp 32 pc.
 */
#if defined(__x86_64__)
#define LC_REGISTER_COUNT 17
#define LC_REGISTER_FP 6
#define LC_REGISTER_SP 7
#define LC_REGISTER_PC 16
#elif defined(__aarch64__)
#define LC_REGISTER_COUNT 33
#define LC_REGISTER_FP 29
#define LC_REGISTER_SP 31
#define LC_REGISTER_PC 32
#else
#error "leakhop knows x86-64 and arm64"
#endif

struct lc_registers {
	uint64_t value[LC_REGISTER_COUNT];
	uint64_t known; /* bit N: value[N] is known; /proc gives only sp and pc */
};

#define LC_SYSCALL_ARGS 6
#define LC_NO_SYSCALL (-1)
/* Added to the number of one that a 32-bit program has made: these have others. */
#define LC_SYSCALL_32_BIT 0x40000000

/* A system call with the arguments of its registers; nr is LC_NO_SYSCALL where there is none. */
struct lc_syscall {
	int64_t nr;
	uint64_t args[LC_SYSCALL_ARGS];
};

enum lc_blocker_kind {
	LC_BLOCKER_MUTEX,
	LC_BLOCKER_SEMAPHORE,
	LC_BLOCKER_RWSEM_READER, /* waits to read */
	LC_BLOCKER_RWSEM_WRITER
};

/*
 * The kernel's own lock that a thread waits for, where the kernel notes it. No padding: memcmp()
 * compares.
 */
struct lc_blocker {
	uint64_t lock;	 /* address; 0: not noted */
	uint32_t kind;	 /* enum lc_blocker_kind */
	uint32_t hint;	 /* 1: the owner is only the last one known to have had it */
	pid_t owner_tid; /* 0: not known */
	pid_t owner_pid;
};

/*
 * A thread's numbers in the PID namespace of leakhop (tid, pid), and in the thread's own innermost
 * one (ns_tid, ns_pid; equal where there is no other, 0 where not known). pid is the thread group.
 */
struct lc_task {
	pid_t tid;
	pid_t pid;
	pid_t ns_tid;
	pid_t ns_pid;
	char comm[LC_COMM_LEN]; /* of the thread; any bytes but NUL, always terminated */
};

/* The last wake-up of a futex address by a thread of its process. Times: ns, CLOCK_MONOTONIC. */
struct lc_futex_wake {
	uint64_t at;
	uint64_t calls;
	uint64_t empty_calls; /* of these, found nobody asleep */
	pid_t tid;
	unsigned woken; /* by the last call */
	char comm[LC_COMM_LEN];
};

/* When an epoll set last returned events. */
struct lc_epoll_return {
	uint64_t at; /* 0: not seen */
	uint64_t returns;
	uint64_t last_change; /* of its members; 0: not seen */
	unsigned events;
};

/* How a stack ends. Anything but LC_STACK_WHOLE is told to the user. */
enum lc_stack_end {
	LC_STACK_NONE,	     /* not taken */
	LC_STACK_WHOLE,	     /* up to the start of the thread or process */
	LC_STACK_TRUNCATED,  /* deeper than the most frames asked for */
	LC_STACK_NO_UNWIND,  /* the last frame's code has no unwind information */
	LC_STACK_NO_MEMORY,  /* stack memory could not be read (also: the copy was too short) */
	LC_STACK_NO_MODULE,  /* the last address lies in no mapping, or in one that is not code */
	LC_STACK_NO_REGISTER /* a rule needs a register that the source did not give */
};

/* One return address, before names. Its identity is (module, vaddr). */
struct lc_raw_frame {
	uint64_t address; /* in the process; for display only */
	uint64_t module;  /* src/stack's number of the file; 0: none (JIT code, kernel) */
	uint64_t vaddr;	  /* address in the file's own address space; = address where module is 0 */
	uint32_t pid;	  /* where module is 0: whose address it is (JIT); else 0 */
	bool interrupted; /* vaddr is the instruction itself, not a return address */
	bool guessed;	  /* found without unwind information */
};

/* A frame with names. Strings belong to the stack table that holds the frame. "" = not known. */
struct lc_frame {
	const char *function; /* demangled */
	uint64_t offset;      /* bytes from the function's start; without one, the file's address */
	const char *file;
	unsigned line;	      /* 0: not known */
	const char *module;   /* path as the process sees it; "[vdso]", "[jit]", "[kernel]" */
	const char *build_id; /* hex */
	uint64_t address;
	bool inlined; /* into the next outer frame */
	bool guessed;
	bool go;  /* Go code, named by the program's own table */
	bool own; /* the same, and in a package of its main module */
};

struct lc_stack {
	const struct lc_raw_frame *raw; /* innermost first */
	size_t raw_count;
	const struct lc_frame
		*frames; /* innermost first, inlined ones expanded; NULL: no names yet */
	size_t frame_count;
	enum lc_stack_end end;
};

#endif
