/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything in which kernels from 5.10 on differ, and the two architectures; nothing else in bpf/
 * knows. Asks for the field or the helper, never for a version. Newest form first.
 */
#ifndef LEAKHOP_KERNEL_COMPAT_BPF_H
#define LEAKHOP_KERNEL_COMPAT_BPF_H

#include "maps.bpf.h"

#include <bpf/bpf_core_read.h>

#define PF_KTHREAD 0x00200000
#define TASK_INTERRUPTIBLE 0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_WAKEKILL 0x0100
#define TASK_NOLOAD 0x0400
#define TASK_FREEZABLE 0x2000 /* 6.1; nothing sleeps in what it was before */
#define TASK_FREEZABLE_UNSAFE 0x4000

/*
 * Reads one field of a struct that came as a tracepoint's argument: directly where the program is
 * tp_btf (a load), by the helper where it had to be loaded as a raw tracepoint. The branch that is
 * not taken is dead code to the verifier.
 */
#define btf_field(pointer, field)                                                  \
	({                                                                         \
		typeof((pointer)->field) value_;                                   \
		if (settings.have_btf_pointers)                                    \
			value_ = (pointer)->field;                                 \
		else                                                               \
			bpf_core_read(&value_, sizeof(value_), &(pointer)->field); \
		value_;                                                            \
	})

/* 2f064a59a11f "sched: Change task_struct::state" (5.14) renamed and narrowed the field. */
struct task_struct___before_5_14 {
	volatile long state;
} __attribute__((preserve_access_index));

static __always_inline __u32 task_state(struct task_struct *task)
{
	struct task_struct___before_5_14 *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return BPF_CORE_READ(old, state);
}

/* The same by a load. The task must be the iterator's. */
static __always_inline __u32 iterated_state(struct task_struct *task)
{
	struct task_struct___before_5_14 *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return task->__state;
	return old->state;
}

/*
 * An int, in 7.3 a byte. libbpf fits the size of a load to the kernel's, but only of unsigned
 * numbers.
 */
struct task_struct___on_cpu {
	unsigned int on_cpu;
} __attribute__((preserve_access_index));

static __always_inline __u32 is_on_cpu(struct task_struct *task)
{
	struct task_struct___on_cpu *any = (void *)task;
	__u32 on_cpu = 0;

	bpf_core_read(&on_cpu, bpf_core_field_size(any->on_cpu), &any->on_cpu);
	return on_cpu;
}

/* The same by a load. The task must be the iterator's. */
static __always_inline bool iterated_on_cpu(struct task_struct *task)
{
	return ((struct task_struct___on_cpu *)task)->on_cpu;
}

static __always_inline bool is_uninterruptible(__u32 state)
{
	return (state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD);
}

/* bcf9033e5449 "sched: move CPU field back into thread_info" (5.16); arm64 and x86 had it apart. */
struct task_struct___cpu {
	unsigned int cpu;
} __attribute__((preserve_access_index));

struct thread_info___cpu {
	__u32 cpu;
} __attribute__((preserve_access_index));

static __always_inline __u32 task_cpu(struct task_struct *task)
{
	struct thread_info___cpu *info = (void *)&task->thread_info;
	struct task_struct___cpu *old = (void *)task;

	if (bpf_core_field_exists(info->cpu))
		return BPF_CORE_READ(info, cpu);
	return BPF_CORE_READ(old, cpu);
}

/*
 * e711faaafbe5 "hung_task: replace blocker_mutex with encoded blocker" (6.16): the lock that a task
 * waits for, where CONFIG_DETECT_HUNG_TASK_BLOCKER is set; rw_semaphores from 6.17 on.
 */
struct task_struct___blocker {
	unsigned long blocker;
} __attribute__((preserve_access_index));

struct semaphore___last_holder {
	unsigned long last_holder;
} __attribute__((preserve_access_index));

#define BLOCKER_KIND 0x3ul
#define LOCK_OWNER_FLAGS 0x7ul /* of mutex.owner and rw_semaphore.owner */
#define RWSEM_READER_OWNED 0x1ul

/*
 * The owner of the lock that a task waits for: a pointer that may have gone stale, to be read with
 * care only. Fills in lock, kind and hint; NULL: none is known.
 */
static __always_inline struct task_struct *task_blocker(struct abi_blocker *to,
							struct task_struct *task)
{
	struct task_struct___blocker *noted = (void *)task;
	struct semaphore___last_holder *semaphore;
	struct rw_semaphore *rwsem;
	struct mutex *mutex;
	unsigned long value, owner = 0;

	if (!bpf_core_field_exists(noted->blocker))
		return NULL;
	value = BPF_CORE_READ(noted, blocker);
	if (!value)
		return NULL;
	to->lock = value & ~BLOCKER_KIND;
	to->kind = value & BLOCKER_KIND;
	switch (to->kind) {
	case ABI_BLOCKER_MUTEX:
		mutex = (void *)to->lock;
		if (bpf_core_field_exists(mutex->owner)) /* not with PREEMPT_RT */
			owner = BPF_CORE_READ(mutex, owner.counter);
		break;
	case ABI_BLOCKER_SEMAPHORE:
		semaphore = (void *)to->lock;
		if (bpf_core_field_exists(semaphore->last_holder))
			owner = BPF_CORE_READ(semaphore, last_holder);
		to->hint = 1; /* anybody may give it back */
		break;
	default:
		rwsem = (void *)to->lock;
		if (bpf_core_field_exists(rwsem->owner))
			owner = BPF_CORE_READ(rwsem, owner.counter);
		to->hint = owner & RWSEM_READER_OWNED; /* one of many */
	}
	return (void *)(owner & ~LOCK_OWNER_FLAGS);
}

/*
 * The registers that a task entered the kernel with. bpf_task_pt_regs() is of 5.15; before it, they
 * lie at the top of the kernel stack (task_pt_regs() in arch/{x86,arm64}/include/asm/processor.h),
 * which is 16 KiB on x86-64 and on arm64 with 4 KiB pages.
 */
#define KERNEL_STACK_BYTES 16384

static __always_inline struct pt_regs *task_registers(struct task_struct *task)
{
	if (settings.have_pt_regs_helper)
		return (struct pt_regs *)bpf_task_pt_regs(task);
	return (void *)BPF_CORE_READ(task, stack) + KERNEL_STACK_BYTES -
	       bpf_core_type_size(struct pt_regs);
}

#if defined(__TARGET_ARCH_x86)

#define USER_CS_64 0x33

static __always_inline void copy_syscall(struct abi_syscall *to, struct pt_regs *from)
{
	to->nr = BPF_CORE_READ(from, orig_ax);
	to->args[0] = BPF_CORE_READ(from, di);
	to->args[1] = BPF_CORE_READ(from, si);
	to->args[2] = BPF_CORE_READ(from, dx);
	to->args[3] = BPF_CORE_READ(from, r10);
	to->args[4] = BPF_CORE_READ(from, r8);
	to->args[5] = BPF_CORE_READ(from, r9);
}

static __always_inline void copy_registers(struct abi_registers *to, struct pt_regs *from)
{
	struct pt_regs r;

	__builtin_memset(to, 0, sizeof(*to));
	if (bpf_probe_read_kernel(&r, sizeof(r), from))
		return;
	to->value[0] = r.ax;
	to->value[1] = r.dx;
	to->value[2] = r.cx;
	to->value[3] = r.bx;
	to->value[4] = r.si;
	to->value[5] = r.di;
	to->value[6] = r.bp;
	to->value[7] = r.sp;
	to->value[8] = r.r8;
	to->value[9] = r.r9;
	to->value[10] = r.r10;
	to->value[11] = r.r11;
	to->value[12] = r.r12;
	to->value[13] = r.r13;
	to->value[14] = r.r14;
	to->value[15] = r.r15;
	to->value[16] = r.ip;
	to->known = (1ull << 17) - 1;
}

/* As of when it was last switched away from (__switch_to()): all that is of use, while it sleeps.
 */
static __always_inline __u64 task_thread_pointer(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread.fsbase);
}

/* 32-bit programs number their system calls otherwise. */
static __always_inline bool registers_of_32bit(struct pt_regs *regs)
{
	return (BPF_CORE_READ(regs, cs) & 0xffff) != USER_CS_64;
}

static __always_inline __s64 registers_syscall_nr(struct pt_regs *regs)
{
	return btf_field(regs, orig_ax);
}

#define registers_arg0(regs) BPF_CORE_READ(regs, di)
#define registers_arg1(regs) BPF_CORE_READ(regs, si)
#define registers_sp(regs) BPF_CORE_READ(regs, sp)

/*
 * Go's own calling convention (src/cmd/compile/abi-internal.md), at a probe: the registers are the
 * context.
 */
#define go_current(ctx) ((ctx)->r14) /* the running g */
#define go_argument0(ctx) ((ctx)->ax)
#define go_argument1(ctx) ((ctx)->bx)
#define go_argument2(ctx) ((ctx)->cx)
#define go_result(ctx) ((ctx)->ax)

#elif defined(__TARGET_ARCH_arm64)

static __always_inline void copy_syscall(struct abi_syscall *to, struct pt_regs *from)
{
	to->nr = BPF_CORE_READ(from, syscallno);
	to->args[0] = BPF_CORE_READ(from, orig_x0);
	to->args[1] = BPF_CORE_READ(from, user_regs.regs[1]);
	to->args[2] = BPF_CORE_READ(from, user_regs.regs[2]);
	to->args[3] = BPF_CORE_READ(from, user_regs.regs[3]);
	to->args[4] = BPF_CORE_READ(from, user_regs.regs[4]);
	to->args[5] = BPF_CORE_READ(from, user_regs.regs[5]);
}

static __always_inline void copy_registers(struct abi_registers *to, struct pt_regs *from)
{
	struct user_pt_regs r;

	__builtin_memset(to, 0, sizeof(*to));
	if (bpf_probe_read_kernel(&r, sizeof(r), from))
		return;
	for (int i = 0; i < 31; i++)
		to->value[i] = r.regs[i];
	to->value[31] = r.sp;
	to->value[32] = r.pc;
	to->known = (1ull << 33) - 1;
}

static __always_inline __u64 task_thread_pointer(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread.uw.tp_value);
}

static __always_inline bool registers_of_32bit(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, user_regs.pstate) & 0x10; /* PSR_MODE32_BIT */
}

static __always_inline __s64 registers_syscall_nr(struct pt_regs *regs)
{
	return btf_field(regs, syscallno);
}

#define registers_arg0(regs) BPF_CORE_READ(regs, orig_x0)
#define registers_arg1(regs) BPF_CORE_READ(regs, user_regs.regs[1])
#define registers_sp(regs) BPF_CORE_READ(regs, user_regs.sp)

#define go_register(ctx, number) (((const volatile struct user_pt_regs *)(ctx))->regs[number])
#define go_current(ctx) go_register(ctx, 28)
#define go_argument0(ctx) go_register(ctx, 0)
#define go_argument1(ctx) go_register(ctx, 1)
#define go_argument2(ctx) go_register(ctx, 2)
#define go_result(ctx) go_register(ctx, 0)

#endif

#endif
