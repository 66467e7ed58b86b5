/* SPDX-License-Identifier: GPL-2.0-only */
/* The few instructions that unwinding has to know by sight. */
#ifndef LEAKHOP_STACK_CODE_H
#define LEAKHOP_STACK_CODE_H

#include "model/types.h"

struct stack_memory;
struct target_task;

/*
 * Whether the code before pc is a system call instruction, and whether the code at it makes the
 * system call rt_sigreturn. Returns 0 or why the code could not be read.
 */
int code_look_at(const struct target_task *task, uint64_t pc, bool *ret_after_call,
		 bool *ret_returns_from_signal);

/*
 * Whether the code before address is a call: an address that a call would have left on the stack.
 */
bool code_is_behind_call(const struct target_task *task, uint64_t address);

/*
 * Where the call before return_address has led: a direct one, also through the procedure linkage
 * table, or through a slot of the global offset table. Returns 0; -ENOENT: by a register, or it is
 * none; why memory could not be read; -ENOSYS: not known on this machine.
 */
int code_call_target(const struct target_task *task, uint64_t return_address, uint64_t *ret_target);

/*
 * Might the code from address on, size bytes of it and no more than CODE_JUMPS_MOST, leave by a
 * jump to target: a tail call? With indirect also by one through a register or memory, which may
 * lead anywhere.
 */
#define CODE_JUMPS_MOST 4096
bool code_may_jump_to(const struct target_task *task, uint64_t address, uint64_t size,
		      uint64_t target, bool indirect);

/*
 * How much room the function that begins at address takes for its locals, by the first instruction
 * of its first bytes, no more than size, that lowers the stack pointer; 0: there is none.
 * *ret_alignment: to a multiple of which it has rounded the pointer down before that; 0: it has
 * not.
 */
#define CODE_PROLOGUE_MOST 96
uint64_t code_room_of_locals(const struct target_task *task, uint64_t address, uint64_t size,
			     uint64_t *ret_alignment);

/*
 * Fetches the registers of interrupted code from the frame that the kernel made for a signal
 * handler, where the stack pointer is that of the handler's return. Returns 0, -ENOSYS, or why
 * memory could not be read.
 */
int code_read_signal_frame(struct stack_memory *memory, uint64_t stack_pointer,
			   struct lc_registers *registers);

#endif
