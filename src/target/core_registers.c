// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of a thread in a core, and what they tell of the call that it was blocked in.
 *
 * Whoever dumps a process interrupts its threads: a call that was under way has then ended with an
 * error that the program never sees, to be made again (ERESTARTSYS and its like), or with EINTR.
 * One that had ended by itself has a result.
 */
#include "target/core_private.h"

#include <errno.h>
#include <string.h>

/* struct elf_prstatus of 64 bits: where its fields lie */
#define STATUS_SIGNAL 12
#define STATUS_BLOCKED 24
#define STATUS_TID 32
#define STATUS_REGISTERS 112

/* include/linux/errno.h */
#define LEAST_RESTART 512 /* ERESTARTSYS */
#define MOST_RESTART 516  /* ERESTART_RESTARTBLOCK */

static bool was_interrupted(uint64_t result)
{
	uint64_t error = -result;

	return error == EINTR || (error >= LEAST_RESTART && error <= MOST_RESTART);
}

#if defined(__x86_64__)

/* struct user_regs_struct: r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip
 * cs eflags rsp ss fs_base gs_base ds es fs gs */
enum { RAX = 10, RDX = 12, RSI = 13, RDI = 14, ORIG_RAX = 15, FS_BASE = 21, REGISTERS = 27 };

static void take_registers(const uint64_t *from, struct target_core_thread *thread)
{
	/* by DWARF number */
	static const uint8_t places[LC_REGISTER_COUNT] = { RAX, RDX, 11, 5, RSI, RDI, 4, 19, 9,
							   8,	7,   6,	 3, 2,	 1,   0, 16 };
	size_t i;

	for (i = 0; i < LC_REGISTER_COUNT; i++)
		thread->registers.value[i] = from[places[i]];
	thread->registers.known = (UINT64_C(1) << LC_REGISTER_COUNT) - 1;
	thread->thread_pointer = from[FS_BASE];
	if ((int64_t)from[ORIG_RAX] < 0 || !was_interrupted(from[RAX]))
		return;
	/* The kernel's order of arguments: rdi rsi rdx r10 r8 r9 */
	thread->call = (struct lc_syscall){
		.nr = (int64_t)from[ORIG_RAX],
		.args = { from[RDI], from[RSI], from[RDX], from[7], from[9], from[8] },
	};
}

static void look_at_call(struct target_core *core, struct target_core_thread *thread)
{
	(void)core;
	(void)thread;
}

/* glibc: nptl/descr.h; musl: src/internal/pthread_impl.h */
#define GLIBC_SELF 16
#define GLIBC_TID 720
#define MUSL_TID 48

static pid_t tid_at(struct target_core *core, uint64_t address)
{
	uint32_t tid;

	return core_read_dumped(core, address, &tid, sizeof(tid)) == sizeof(tid) && tid &&
			       tid <= 1 << 22
		       ? (pid_t)tid
		       : 0;
}

/*
 * The number that its C library knows it by. Where a debugger outside of its PID namespace made the
 * core, that is another one than the note's.
 */
static pid_t own_tid(struct target_core *core, const struct target_core_thread *thread)
{
	uint64_t pointer = thread->thread_pointer, self = 0;

	if (!pointer || tid_at(core, pointer + MUSL_TID) == thread->tid ||
	    tid_at(core, pointer + GLIBC_TID) == thread->tid)
		return pointer ? thread->tid : 0;
	if (core_read_dumped(core, pointer + GLIBC_SELF, &self, 8) != 8 || self != pointer)
		return 0;
	return tid_at(core, pointer + GLIBC_TID);
}

#else

/* struct user_pt_regs: x0 to x30, sp, pc, pstate */
enum { REGISTERS = 34 };

#define SVC 0xd4000001u /* svc #0 */

static void take_registers(const uint64_t *from, struct target_core_thread *thread)
{
	memcpy(thread->registers.value, from, LC_REGISTER_COUNT * sizeof(from[0]));
	thread->registers.known = (UINT64_C(1) << LC_REGISTER_COUNT) - 1;
}

static uint32_t instruction_at(struct target_core *core, uint64_t address)
{
	uint32_t code = 0;
	size_t got;

	return core_read(core, address, &code, sizeof(code), &got) || got < sizeof(code) ? 0 : code;
}

/*
 * A call that is to be made again has the pc set back to it already, and its first argument
 * restored (arch/arm64/kernel/signal.c, do_signal()); after EINTR that argument is lost.
 */
static void look_at_call(struct target_core *core, struct target_core_thread *thread)
{
	uint64_t *value = thread->registers.value, pc = value[LC_REGISTER_PC];

	if (instruction_at(core, pc) != SVC &&
	    (!was_interrupted(value[0]) || instruction_at(core, pc - 4) != SVC))
		return;
	thread->call = (struct lc_syscall){
		.nr = (int64_t)value[8],
		.args = { value[0], value[1], value[2], value[3], value[4], value[5] },
	};
}

static pid_t own_tid(struct target_core *core, const struct target_core_thread *thread)
{
	(void)core;
	return thread->tid;
}

#endif

bool core_take_status(const uint8_t *status, size_t size, struct target_core_thread *ret_thread)
{
	struct target_core_thread thread = { .call.nr = LC_NO_SYSCALL };
	uint64_t registers[REGISTERS];
	int16_t signal;
	int32_t tid;

	if (size < STATUS_REGISTERS + sizeof(registers))
		return false;
	memcpy(&signal, status + STATUS_SIGNAL, sizeof(signal));
	memcpy(&thread.blocked_signals, status + STATUS_BLOCKED, sizeof(uint64_t));
	memcpy(&tid, status + STATUS_TID, sizeof(tid));
	memcpy(registers, status + STATUS_REGISTERS, sizeof(registers));
	if (tid <= 0)
		return false;
	thread.tid = tid;
	thread.signal = signal > 0 && signal <= 64 ? signal : 0;
	take_registers(registers, &thread);
	*ret_thread = thread;
	return true;
}

void core_look_at_thread(struct target_core *core, struct target_core_thread *thread)
{
	thread->own_tid = own_tid(core, thread);
	look_at_call(core, thread);
}
