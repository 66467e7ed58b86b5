// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as the operations of an expression of unwind information, with a memory and registers
 * that they choose, too. With -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stack/expression.h"

#define OPERATION 7 /* bytes of an input: atom, place, operands */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *bytes;
	size_t size, reads;
};

static int read_memory(void *reader, uint64_t address, size_t size, uint64_t *ret_value)
{
	struct memory *memory = reader;

	if (++memory->reads > 4096 || (size != 1 && size != 2 && size != 4 && size != 8))
		__builtin_trap(); /* as many as there are steps, at most */
	*ret_value = 0;
	if (memory->size < size)
		return -1;
	memcpy(ret_value, memory->bytes + address % (memory->size - size + 1), size);
	return 0;
}

static struct unwind_operation take(const uint8_t *bytes)
{
	int16_t first = (int16_t)(bytes[2] | bytes[3] << 8);
	int16_t second = (int16_t)(bytes[4] | bytes[5] << 8);
	unsigned shift = bytes[6] % 64;

	return (struct unwind_operation){ .atom = bytes[0],
					  .number = (uint64_t)(int64_t)first << shift,
					  .number2 = (uint64_t)(int64_t)second,
					  .offset = bytes[1] };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = { data, size, 0 };
	struct lc_registers registers = { .known = size ? data[0] * UINT64_C(0x0101010101010101)
							: 0 };
	const struct expression_context context = { .registers = &registers,
						    .has_cfa = size & 1,
						    .cfa = size,
						    .bias = 16,
						    .read = read_memory,
						    .reader = &memory };
	size_t count = size / OPERATION;
	struct unwind_operation *operations = calloc(count ?: 1, sizeof(*operations));
	uint64_t result;

	for (size_t i = 0; operations && i < count; i++)
		operations[i] = take(data + i * OPERATION);
	if (operations)
		(void)expression_evaluate(operations, count, &context, &result);
	free(operations);
	return 0;
}
