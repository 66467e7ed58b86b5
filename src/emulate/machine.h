/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the machines: registers, and instructions by sight. Private to this folder.
 */
#ifndef LEAKHOP_EMULATE_MACHINE_H
#define LEAKHOP_EMULATE_MACHINE_H

#include "emulate/library.h"
#include "model/types.h"

extern const uc_arch machine_arch;
extern const uc_mode machine_mode;

/* The library's numbers of our registers, in the order of struct lc_registers. */
extern const int machine_registers[LC_REGISTER_COUNT];
extern const int machine_thread_pointer;
extern const int machine_syscall_number;
extern const int machine_syscall_args[LC_SYSCALL_ARGS];
extern const int machine_result;
/* Of Go's own calls: first argument and first result, second result, closure that is called, g. */
extern const int machine_go_first, machine_go_second, machine_go_closure, machine_go_g;

/* Makes it the machine with the most instructions that the library has, before it is used. */
void machine_set_model(const struct unicorn *unicorn, uc_engine *uc);

bool machine_is_system_call(const uint8_t *code, size_t size);
/* A jump that depends on something. */
bool machine_is_branch(const uint8_t *code, size_t size);
/* Calls: what follows is the begin of a function. */
bool machine_is_call(const uint8_t *code, size_t size);

/* A call or jump to an address that lies in memory. */
bool machine_is_jump_by_memory(const uint8_t *code, size_t size);

/* Where a function returns to, at its first instruction, and sp then. Returns 0 or -EFAULT. */
int machine_return(const struct unicorn *unicorn, uc_engine *uc, uint64_t *ret_to,
		   uint64_t *ret_sp);

/* What a function returns to, at its first instruction. Returns 0 or -EFAULT. */
int machine_leave_function(const struct unicorn *unicorn, uc_engine *uc, uint64_t result);

#endif
