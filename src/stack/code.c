// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions by sight: system calls, and the signal trampolines of C libraries (musl) and
 * runtimes (Go) that come without unwind information. On arm64 that of the vdso has none either:
 * newer kernels, as 6.12, leave it out (arch/arm64/kernel/vdso/vdso.lds.S).
 */
#include "stack/code.h"

#include <errno.h>
#include <string.h>

#include "stack/memory.h"
#include "target/memory.h"

static int read_exactly(const struct target_task *task, uint64_t address, void *buffer, size_t size)
{
	size_t count;
	int r = target_memory_read(task, address, buffer, size, &count);

	if (r < 0)
		return r;
	return count == size ? 0 : -EFAULT;
}

#if defined(__x86_64__)

#define CALL_SIZE 2

static bool is_system_call(const uint8_t *code)
{
	return (code[0] == 0x0f && (code[1] == 0x05 || code[1] == 0x34)) || /* syscall, sysenter */
	       (code[0] == 0xcd && code[1] == 0x80);			    /* int $0x80 */
}

/*
 * call rel32, or call through a register or memory: ff /2 with 2 to 7 bytes. code is what lies
 * before.
 */
#define CALL_REACH 7

static bool is_call(const uint8_t *end)
{
	int size;

	if (end[-5] == 0xe8)
		return true;
	for (size = 2; size <= CALL_REACH; size++) {
		if (end[-size] == 0xff && (end[-size + 1] >> 3 & 7) == 2)
			return true;
	}
	return false;
}

static uint64_t relative(const uint8_t *displacement, uint64_t end)
{
	int32_t value;

	memcpy(&value, displacement, sizeof(value));
	return end + (uint64_t)(int64_t)value;
}

/* [endbr64] [bnd] jmp *slot(%rip): a stub of the procedure linkage table. */
static bool is_stub(const uint8_t *code, uint64_t address, uint64_t *ret_slot)
{
	static const uint8_t endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	size_t at = memcmp(code, endbr64, sizeof(endbr64)) == 0 ? sizeof(endbr64) : 0;

	at += code[at] == 0xf2;
	if (code[at] != 0xff || code[at + 1] != 0x25)
		return false;
	*ret_slot = relative(code + at + 2, address + at + 6);
	return true;
}

int code_call_target(const struct target_task *task, uint64_t return_address, uint64_t *ret_target)
{
	uint8_t call[6], stub[11];
	uint64_t slot;
	int r = read_exactly(task, return_address - sizeof(call), call, sizeof(call));

	if (r < 0)
		return r;
	if (call[0] == 0xff && call[1] == 0x15) { /* call *slot(%rip) */
		slot = relative(call + 2, return_address);
		return read_exactly(task, slot, ret_target, sizeof(*ret_target));
	}
	if (call[1] != 0xe8)
		return -ENOENT;
	*ret_target = relative(call + 2, return_address);
	r = read_exactly(task, *ret_target, stub, sizeof(stub));
	if (r < 0 || !is_stub(stub, *ret_target, &slot))
		return r;
	return read_exactly(task, slot, ret_target, sizeof(*ret_target));
}

#define LONGEST_JUMP 6

/* Bytes in the midst of an instruction may look like a jump: it is said to be possible, no more. */
static bool may_jump(const uint8_t *code, uint64_t address, uint64_t target, bool indirect)
{
	if (code[0] == 0xe9) /* jmp rel32 */
		return relative(code + 1, address + 5) == target;
	if (code[0] == 0xeb) /* jmp rel8 */
		return address + 2 + (uint64_t)(int64_t)(int8_t)code[1] == target;
	if (code[0] == 0x0f && (code[1] & 0xf0) == 0x80) /* jcc rel32 */
		return relative(code + 2, address + 6) == target;
	return indirect && code[0] == 0xff && (code[1] >> 3 & 7) == 4; /* jmp *... */
}

bool code_may_jump_to(const struct target_task *task, uint64_t address, uint64_t size,
		      uint64_t target, bool indirect)
{
	uint8_t code[CODE_JUMPS_MOST + LONGEST_JUMP] = { 0 };
	size_t count, i;

	if (size > CODE_JUMPS_MOST)
		size = CODE_JUMPS_MOST;
	if (target_memory_read(task, address, code, size, &count) < 0)
		return false;
	for (i = 0; i < count; i++) {
		if (may_jump(code + i, address + i, target, indirect))
			return true;
	}
	return false;
}

uint64_t code_room_of_locals(const struct target_task *task, uint64_t address, uint64_t size,
			     uint64_t *ret_alignment)
{
	uint8_t code[CODE_PROLOGUE_MOST];
	uint32_t room;
	size_t count, i;

	*ret_alignment = 0;
	if (size > sizeof(code))
		size = sizeof(code);
	if (target_memory_read(task, address, code, size, &count) < 0)
		return 0;
	for (i = 0; i + 7 <= count; i++) {
		if (code[i] != 0x48)
			continue;
		if (code[i + 1] == 0x83 && code[i + 2] == 0xe4) /* and $-8 bits, %rsp */
			*ret_alignment = (uint8_t)-code[i + 3];
		if (code[i + 1] == 0x83 && code[i + 2] == 0xec && code[i + 3] < 0x80)
			return code[i + 3];			  /* sub $8 bits, %rsp */
		if (code[i + 1] == 0x81 && code[i + 2] == 0xec) { /* sub $32 bits, %rsp */
			memcpy(&room, code + i + 3, sizeof(room));
			return room;
		}
	}
	return 0;
}

/* mov $15, %eax or %rax; syscall */
static bool is_sigreturn(const uint8_t *code)
{
	static const uint8_t with_rax[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
	static const uint8_t with_eax[] = { 0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05 };

	return memcmp(code, with_rax, sizeof(with_rax)) == 0 ||
	       memcmp(code, with_eax, sizeof(with_eax)) == 0;
}

int code_read_signal_frame(struct stack_memory *memory, uint64_t stack_pointer,
			   struct lc_registers *registers)
{
	/* struct ucontext of the kernel's ABI: the registers follow flags, link and stack. */
	static const uint8_t order[] = { 8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16 };
	uint64_t address = stack_pointer + 40;

	for (size_t i = 0; i < sizeof(order); i++) {
		int r = stack_memory_read(memory, address + i * 8, 8, &registers->value[order[i]]);

		if (r < 0)
			return r;
	}
	registers->known = (UINT64_C(1) << LC_REGISTER_COUNT) - 1;
	return 0;
}

#else

#define CALL_SIZE 4

static bool is_system_call(const uint8_t *code)
{
	static const uint8_t svc[] = { 0x01, 0x00, 0x00, 0xd4 };

	return memcmp(code, svc, sizeof(svc)) == 0;
}

#define CALL_REACH 4

int code_call_target(const struct target_task *task, uint64_t return_address, uint64_t *ret_target)
{
	(void)task;
	(void)return_address;
	(void)ret_target;
	return -ENOSYS;
}

bool code_may_jump_to(const struct target_task *task, uint64_t address, uint64_t size,
		      uint64_t target, bool indirect)
{
	(void)task;
	(void)address;
	(void)size;
	(void)target;
	(void)indirect;
	return true;
}

uint64_t code_room_of_locals(const struct target_task *task, uint64_t address, uint64_t size,
			     uint64_t *ret_alignment)
{
	(void)task;
	(void)address;
	(void)size;
	*ret_alignment = 0;
	return 0;
}

/* bl, blr */
static bool is_call(const uint8_t *end)
{
	return (end[-1] & 0xfc) == 0x94 ||
	       (end[-1] == 0xd6 && end[-2] == 0x3f && (end[-4] & 0x1f) == 0);
}

/* mov x8, #139; svc #0 */
static bool is_sigreturn(const uint8_t *code)
{
	static const uint8_t sigreturn[] = { 0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4 };

	return memcmp(code, sigreturn, sizeof(sigreturn)) == 0;
}

int code_read_signal_frame(struct stack_memory *memory, uint64_t stack_pointer,
			   struct lc_registers *registers)
{
	/*
	 * struct rt_sigframe (arch/arm64/kernel/signal.c): siginfo, 128 bytes, and struct ucontext,
	 * where the registers follow flags, link, stack, mask (all in 176 bytes) and the fault's
	 * address.
	 */
	uint64_t address = stack_pointer + 128 + 176 + 8;

	for (size_t i = 0; i < LC_REGISTER_COUNT; i++) { /* x0 to x30, sp, pc: our order, too */
		int r = stack_memory_read(memory, address + i * 8, 8, &registers->value[i]);

		if (r < 0)
			return r;
	}
	registers->known = (UINT64_C(1) << LC_REGISTER_COUNT) - 1;
	return 0;
}

#endif

bool code_is_behind_call(const struct target_task *task, uint64_t address)
{
	uint8_t code[CALL_REACH];

	return read_exactly(task, address - CALL_REACH, code, sizeof(code)) == 0 &&
	       is_call(code + CALL_REACH);
}

int code_look_at(const struct target_task *task, uint64_t pc, bool *ret_after_call,
		 bool *ret_returns_from_signal)
{
	uint8_t code[CALL_SIZE + 9] = { 0 };
	int r = read_exactly(task, pc - CALL_SIZE, code, sizeof(code));

	if (r < 0) /* the code may end right behind */
		r = read_exactly(task, pc - CALL_SIZE, code, CALL_SIZE);
	if (r < 0)
		return r;
	*ret_after_call = is_system_call(code);
	*ret_returns_from_signal = is_sigreturn(code + CALL_SIZE);
	return 0;
}
