// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as the answers of a worker that was taken over: what is taken for a rule, names or a
 * description is used as leakhop does. With -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/codec.h"
#include "stack/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *bytes;
	size_t size;
};

static int read_memory(void *reader, uint64_t address, size_t size, uint64_t *ret_value)
{
	const struct memory *memory = reader;

	if (address > memory->size || memory->size - address < size)
		return -1;
	*ret_value = 0;
	memcpy(ret_value, memory->bytes + address, size);
	return 0;
}

static void walk_value(const struct stack_rule *rule, const struct rule_value *value,
		       const struct memory *memory)
{
	struct lc_registers registers = { .known = UINT64_MAX };
	const struct expression_context context = {
		.registers = &registers,
		.has_cfa = true,
		.read = read_memory,
		.reader = (void *)memory,
	};
	uint64_t result;

	registers.value[value->number] = 1; /* the caller's, which it sets */
	if (value->kind == RULE_IS_REGISTER)
		(void)expression_register(&registers, value->base, &result);
	if (value->kind == RULE_AT_EXPRESSION || value->kind == RULE_IS_EXPRESSION)
		(void)expression_evaluate(stack_rule_operations(rule, value),
					  value->operation_count, &context, &result);
}

static void try_rule(const uint8_t *data, size_t size)
{
	const struct memory memory = { data, size };
	struct stack_rule *rule;

	if (codec_get_rule(data, size, &rule) < 0)
		return;
	walk_value(rule, &rule->cfa, &memory);
	for (size_t i = 0; i < rule->value_count; i++)
		walk_value(rule, &rule->values[i], &memory);
	free(rule);
}

/* What was taken in gives the same bytes back. */
static void try_names(const uint8_t *data, size_t size)
{
	struct address_names *names, *again;
	uint8_t *buffer = malloc(size + 4096);
	size_t put;

	if (buffer && codec_get_names(data, size, &names) == 0) {
		put = codec_put_names(names, buffer, size + 4096);
		if (put > size || memcmp(buffer, data, put) != 0 ||
		    codec_get_names(buffer, put, &again) < 0)
			__builtin_trap();
		address_names_free(again);
		address_names_free(names);
	}
	free(buffer);
}

static void try_description(const uint8_t *data, size_t size)
{
	struct binary_description description;
	uint8_t whole[sizeof(description)] = {};

	memcpy(whole, data, size < sizeof(whole) ? size : sizeof(whole));
	if (codec_get_description(whole, sizeof(whole), &description) < 0)
		return;
	if (strlen(description.build_id) >= sizeof(description.build_id))
		__builtin_trap();
	for (uint32_t i = 0; i < description.segment_count; i++) {
		if (description.segments[i].offset == UINT64_MAX)
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ?: 1); /* as aligned as a message's payload */

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	try_rule(copy, size);
	try_names(copy, size);
	try_description(copy, size);
	free(copy);
	return 0;
}
