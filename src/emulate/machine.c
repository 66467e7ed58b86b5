// SPDX-License-Identifier: GPL-2.0-only
/* x86-64 and arm64: see machine.h. What is emulated is always what leakhop itself runs on. */
#include "emulate/machine.h"

#include <errno.h>

#if defined(__x86_64__)

const uc_arch machine_arch = UC_ARCH_X86;
const uc_mode machine_mode = UC_MODE_64;

const int machine_registers[LC_REGISTER_COUNT] = {
	UC_X86_REG_RAX, UC_X86_REG_RDX, UC_X86_REG_RCX, UC_X86_REG_RBX, UC_X86_REG_RSI,
	UC_X86_REG_RDI, UC_X86_REG_RBP, UC_X86_REG_RSP, UC_X86_REG_R8,	UC_X86_REG_R9,
	UC_X86_REG_R10, UC_X86_REG_R11, UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14,
	UC_X86_REG_R15, UC_X86_REG_RIP,
};
const int machine_thread_pointer = UC_X86_REG_FS_BASE;
const int machine_syscall_number = UC_X86_REG_RAX;
const int machine_syscall_args[LC_SYSCALL_ARGS] = {
	UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX,
	UC_X86_REG_R10, UC_X86_REG_R8,	UC_X86_REG_R9,
};
const int machine_result = UC_X86_REG_RAX;
const int machine_go_first = UC_X86_REG_RAX, machine_go_second = UC_X86_REG_RBX;
const int machine_go_closure = UC_X86_REG_RDX, machine_go_g = UC_X86_REG_R14;

void machine_set_model(const struct unicorn *unicorn, uc_engine *uc)
{
	(void)unicorn;
	(void)uc;
}

bool machine_is_system_call(const uint8_t *code, size_t size)
{
	return size == 2 && code[0] == 0x0f && code[1] == 0x05;
}

/* jcc rel8, jcc rel32, loop and jrcxz; a branch prefix may come before */
bool machine_is_branch(const uint8_t *code, size_t size)
{
	while (size > 1 && (*code == 0x2e || *code == 0x3e || *code == 0xf2)) {
		code++;
		size--;
	}
	if (size == 2)
		return (code[0] & 0xf0) == 0x70 || (code[0] & 0xfc) == 0xe0;
	return size == 6 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80;
}

/* REX, and prefixes of branches */
static void skip_prefixes(const uint8_t **code, size_t *size)
{
	while (*size > 2 && ((**code & 0xf0) == 0x40 || **code == 0x3e || **code == 0xf2)) {
		(*code)++;
		(*size)--;
	}
}

/* call rel32; call through a register or memory */
bool machine_is_call(const uint8_t *code, size_t size)
{
	skip_prefixes(&code, &size);
	return (size == 5 && code[0] == 0xe8) ||
	       (size >= 2 && code[0] == 0xff && (code[1] >> 3 & 7) == 2);
}

bool machine_is_jump_by_memory(const uint8_t *code, size_t size)
{
	skip_prefixes(&code, &size);
	return size >= 2 && code[0] == 0xff && code[1] < 0xc0 &&
	       ((code[1] >> 3 & 7) == 2 || (code[1] >> 3 & 7) == 4);
}

int machine_return(const struct unicorn *unicorn, uc_engine *uc, uint64_t *ret_to, uint64_t *ret_sp)
{
	uint64_t sp;

	if (unicorn->uc_reg_read(uc, UC_X86_REG_RSP, &sp) ||
	    unicorn->uc_mem_read(uc, sp, ret_to, sizeof(*ret_to)))
		return -EFAULT;
	*ret_sp = sp + sizeof(*ret_to);
	return 0;
}

int machine_leave_function(const struct unicorn *unicorn, uc_engine *uc, uint64_t result)
{
	uint64_t sp, target;

	if (machine_return(unicorn, uc, &target, &sp) < 0)
		return -EFAULT;
	if (unicorn->uc_reg_write(uc, UC_X86_REG_RSP, &sp) ||
	    unicorn->uc_reg_write(uc, UC_X86_REG_RAX, &result) ||
	    unicorn->uc_reg_write(uc, UC_X86_REG_RIP, &target))
		return -EFAULT;
	return 0;
}

#else

const uc_arch machine_arch = UC_ARCH_ARM64;
const uc_mode machine_mode = UC_MODE_ARM;

const int machine_registers[LC_REGISTER_COUNT] = {
	UC_ARM64_REG_X0,  UC_ARM64_REG_X1,  UC_ARM64_REG_X2,  UC_ARM64_REG_X3,	UC_ARM64_REG_X4,
	UC_ARM64_REG_X5,  UC_ARM64_REG_X6,  UC_ARM64_REG_X7,  UC_ARM64_REG_X8,	UC_ARM64_REG_X9,
	UC_ARM64_REG_X10, UC_ARM64_REG_X11, UC_ARM64_REG_X12, UC_ARM64_REG_X13, UC_ARM64_REG_X14,
	UC_ARM64_REG_X15, UC_ARM64_REG_X16, UC_ARM64_REG_X17, UC_ARM64_REG_X18, UC_ARM64_REG_X19,
	UC_ARM64_REG_X20, UC_ARM64_REG_X21, UC_ARM64_REG_X22, UC_ARM64_REG_X23, UC_ARM64_REG_X24,
	UC_ARM64_REG_X25, UC_ARM64_REG_X26, UC_ARM64_REG_X27, UC_ARM64_REG_X28, UC_ARM64_REG_X29,
	UC_ARM64_REG_X30, UC_ARM64_REG_SP,  UC_ARM64_REG_PC,
};
const int machine_thread_pointer = UC_ARM64_REG_TPIDR_EL0;
const int machine_syscall_number = UC_ARM64_REG_X8;
const int machine_syscall_args[LC_SYSCALL_ARGS] = {
	UC_ARM64_REG_X0, UC_ARM64_REG_X1, UC_ARM64_REG_X2,
	UC_ARM64_REG_X3, UC_ARM64_REG_X4, UC_ARM64_REG_X5,
};
const int machine_result = UC_ARM64_REG_X0;
const int machine_go_first = UC_ARM64_REG_X0, machine_go_second = UC_ARM64_REG_X1;
const int machine_go_closure = UC_ARM64_REG_X26, machine_go_g = UC_ARM64_REG_X28;

/* Its usual one lacks the atomic instructions of Armv8.1, which programs look for and use. */
void machine_set_model(const struct unicorn *unicorn, uc_engine *uc)
{
	(void)unicorn->uc_ctl(uc, UC_CTL_WRITE(UC_CTL_CPU_MODEL, 1), UC_CPU_ARM64_MAX);
}

static uint32_t word(const uint8_t *code)
{
	return code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
}

bool machine_is_system_call(const uint8_t *code, size_t size)
{
	return size == 4 && word(code) == 0xd4000001;
}

/* b.cond; cbz, cbnz; tbz, tbnz (Arm ARM, C4.1.65) */
bool machine_is_branch(const uint8_t *code, size_t size)
{
	uint32_t w = size == 4 ? word(code) : 0;

	return (w & 0xff000000) == 0x54000000 || (w & 0x7e000000) == 0x34000000 ||
	       (w & 0x7e000000) == 0x36000000;
}

/* bl, blr */
bool machine_is_call(const uint8_t *code, size_t size)
{
	uint32_t w = size == 4 ? word(code) : 0;

	return (w & 0xfc000000) == 0x94000000 || (w & 0xfffffc1f) == 0xd63f0000;
}

bool machine_is_jump_by_memory(const uint8_t *code, size_t size)
{
	(void)code;
	(void)size;
	return false; /* they are loaded first */
}

int machine_return(const struct unicorn *unicorn, uc_engine *uc, uint64_t *ret_to, uint64_t *ret_sp)
{
	if (unicorn->uc_reg_read(uc, UC_ARM64_REG_X30, ret_to) ||
	    unicorn->uc_reg_read(uc, UC_ARM64_REG_SP, ret_sp))
		return -EFAULT;
	return 0;
}

int machine_leave_function(const struct unicorn *unicorn, uc_engine *uc, uint64_t result)
{
	uint64_t target;

	if (unicorn->uc_reg_read(uc, UC_ARM64_REG_X30, &target) ||
	    unicorn->uc_reg_write(uc, UC_ARM64_REG_X0, &result) ||
	    unicorn->uc_reg_write(uc, UC_ARM64_REG_PC, &target))
		return -EFAULT;
	return 0;
}

#endif
