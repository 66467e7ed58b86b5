/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stack memory of one walk: read in windows, so that most walks cost one system call, from a
 * copy of the stack or from the process. What one walk may read is bounded.
 */
#ifndef LEAKHOP_STACK_MEMORY_H
#define LEAKHOP_STACK_MEMORY_H

#include "stack/stack.h"
#include "target/access.h"

#define STACK_NEAR_SIZE 4096
#define STACK_FAR_SIZE ((size_t)16 * 1024)

struct stack_window {
	uint64_t address;
	size_t size; /* 0: nothing read */
};

struct stack_memory {
	struct target_task task;
	bool live;
	const struct stack_copy *copy;
	struct stack_window near_window; /* from the stack pointer on */
	struct stack_window far_window;	 /* around what was asked for last outside of it */
	size_t budget;			 /* bytes that may still be read */
	uint8_t near_bytes[STACK_NEAR_SIZE];
	uint8_t far_bytes[STACK_FAR_SIZE];
};

/* Starts a walk at stack_pointer. Reads nothing yet. */
void stack_memory_begin(struct stack_memory *memory, const struct target_task *task, bool live,
			const struct stack_copy *copy, uint64_t stack_pointer);

/* Reads size (up to 8) bytes as a little-endian number. Returns 0, -EFAULT, -ESRCH, ... */
int stack_memory_read(struct stack_memory *memory, uint64_t address, size_t size, uint64_t *ret);

#endif
