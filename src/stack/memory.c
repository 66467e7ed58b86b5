// SPDX-License-Identifier: GPL-2.0-only
/* Windows of stack memory over process_vm_readv() or a copy. */
#include "stack/memory.h"

#include <errno.h>
#include <string.h>

#include "target/memory.h"

#define WALK_BUDGET ((size_t)4 * 1024 * 1024)

void stack_memory_begin(struct stack_memory *memory, const struct target_task *task, bool live,
			const struct stack_copy *copy, uint64_t stack_pointer)
{
	memory->task = *task;
	memory->live = live;
	memory->copy = copy && copy->size > 0 ? copy : NULL;
	memory->near_window = (struct stack_window){ .address = stack_pointer };
	memory->far_window = (struct stack_window){ .address = 0 };
	memory->budget = WALK_BUDGET;
}

static bool covers(uint64_t start, size_t length, uint64_t address, size_t size)
{
	return address >= start && length >= size && address - start <= length - size;
}

/* Reads a window of at most size bytes; what is missing at its end is no error. */
static int load(struct stack_memory *memory, struct stack_window *window, uint64_t address,
		uint8_t *bytes, size_t size)
{
	int r;

	window->size = 0;
	if (memory->budget < size)
		return -EFAULT;
	memory->budget -= size;
	r = target_memory_read(&memory->task, address, bytes, size, &window->size);
	window->address = address;
	return r;
}

static const void *find(struct stack_memory *memory, uint64_t address, size_t size)
{
	const struct stack_window *near_window = &memory->near_window;
	const struct stack_window *far_window = &memory->far_window;

	if (memory->copy && covers(memory->copy->address, memory->copy->size, address, size))
		return (const uint8_t *)memory->copy->bytes + (address - memory->copy->address);
	if (covers(near_window->address, near_window->size, address, size))
		return memory->near_bytes + (address - near_window->address);
	if (covers(far_window->address, far_window->size, address, size))
		return memory->far_bytes + (address - far_window->address);
	return NULL;
}

static int load_for(struct stack_memory *memory, uint64_t address, size_t size)
{
	struct stack_window *near_window = &memory->near_window;

	if (!memory->live)
		return -EFAULT;
	if (near_window->size == 0 && covers(near_window->address, STACK_NEAR_SIZE, address, size))
		return load(memory, near_window, near_window->address, memory->near_bytes,
			    STACK_NEAR_SIZE);
	/* A walk goes upwards: start only a little below, for registers saved beside it. */
	return load(memory, &memory->far_window, address & ~UINT64_C(255), memory->far_bytes,
		    STACK_FAR_SIZE);
}

int stack_memory_read(struct stack_memory *memory, uint64_t address, size_t size, uint64_t *ret)
{
	const void *bytes = find(memory, address, size);
	uint64_t value = 0;

	if (!bytes) {
		int r = load_for(memory, address, size);

		if (r < 0)
			return r;
		bytes = find(memory, address, size);
		if (!bytes)
			return -EFAULT;
	}
	memcpy(&value, bytes, size);
	*ret = value;
	return 0;
}
