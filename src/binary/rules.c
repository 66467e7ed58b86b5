// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns what libdw parsed from .eh_frame or .debug_frame into compact rules.
 *
 * libdw hands out each register's rule as a DWARF expression over the canonical frame address; the
 * plain ones, nearly all, are recognised here and stored as an offset.
 */
#include "binary/file.h"
#include "binary/function_starts.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A rule under construction: room for every register, of which few are needed. */
struct builder {
	struct stack_rule rule;
	struct rule_value values[LC_REGISTER_COUNT];
	struct unwind_operation *operations;
	size_t operation_count;
};

/* The operations belong to libdw's tables, which go with the file: keep a copy. */
static bool set_expression(struct builder *builder, struct rule_value *value,
			   const Dwarf_Op *operations, size_t count)
{
	struct unwind_operation *grown;

	if (count == 0 || count > UNWIND_OPERATIONS_MAX - builder->operation_count)
		return false;
	grown = reallocarray(builder->operations, builder->operation_count + count, sizeof(*grown));
	if (!grown)
		return false;
	builder->operations = grown;
	value->first_operation = builder->operation_count;
	value->operation_count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		grown[builder->operation_count++] = (struct unwind_operation){
			.atom = operations[i].atom,
			.number = operations[i].number,
			.number2 = operations[i].number2,
			.offset = operations[i].offset,
		};
	return true;
}

static bool is_base_register(const Dwarf_Op *operation, struct rule_value *value)
{
	uint64_t number;

	if (operation->atom >= DW_OP_breg0 && operation->atom <= DW_OP_breg31) {
		number = operation->atom - DW_OP_breg0;
		value->offset = (int64_t)operation->number;
	} else if (operation->atom == DW_OP_bregx) {
		number = operation->number;
		value->offset = (int64_t)operation->number2;
	} else {
		return false;
	}
	value->base = (uint8_t)number;
	return number < LC_REGISTER_COUNT;
}

static bool set_cfa(struct builder *builder, Dwarf_Frame *frame)
{
	struct rule_value *cfa = &builder->rule.cfa;
	Dwarf_Op *operations;
	size_t count;

	if (dwarf_frame_cfa(frame, &operations, &count) != 0 || count == 0)
		return false;
	cfa->kind = RULE_IS_REGISTER;
	if (count == 1 && is_base_register(operations, cfa))
		return true;
	if (!set_expression(builder, cfa, operations, count))
		return false;
	cfa->kind = RULE_IS_EXPRESSION;
	return true;
}

/* [CALL FRAME CFA] [PLUS offset] [STACK VALUE], the last two if need be */
static bool is_cfa_offset(const Dwarf_Op *operations, size_t count, struct rule_value *value)
{
	size_t next = 1;

	if (operations[0].atom != DW_OP_call_frame_cfa)
		return false;
	value->kind = RULE_AT_CFA;
	value->offset = 0;
	if (next < count && operations[next].atom == DW_OP_plus_uconst)
		value->offset = (int64_t)operations[next++].number;
	if (next < count && operations[next].atom == DW_OP_stack_value) {
		value->kind = RULE_IS_CFA;
		next++;
	}
	return next == count;
}

static bool is_register(const Dwarf_Op *operations, size_t count, struct rule_value *value)
{
	uint64_t number;

	if (count != 1)
		return false;
	if (operations[0].atom >= DW_OP_reg0 && operations[0].atom <= DW_OP_reg31)
		number = operations[0].atom - DW_OP_reg0;
	else if (operations[0].atom == DW_OP_regx)
		number = operations[0].number;
	else
		return false;
	value->kind = RULE_IS_REGISTER;
	value->base = (uint8_t)number;
	value->offset = 0;
	return number < LC_REGISTER_COUNT;
}

static bool set_value(struct builder *builder, struct rule_value *value, const Dwarf_Op *operations,
		      size_t count)
{
	if (is_cfa_offset(operations, count, value) || is_register(operations, count, value))
		return true;
	if (!set_expression(builder, value, operations, count))
		return false;
	value->kind = operations[count - 1].atom == DW_OP_stack_value ? RULE_IS_EXPRESSION
								      : RULE_AT_EXPRESSION;
	return true;
}

static void add_register(struct builder *builder, Dwarf_Frame *frame, uint8_t number)
{
	struct stack_rule *rule = &builder->rule;
	struct rule_value *value = &builder->values[rule->value_count];
	Dwarf_Op memory[3], *operations;
	size_t count;

	if (dwarf_frame_register(frame, number, memory, &operations, &count) != 0)
		return;
	if (count == 0) { /* libdw: no operations at all is "the same", else "undefined" */
		if (!operations)
			rule->same |= UINT64_C(1) << number;
		else if (number == rule->return_register)
			rule->outermost = true;
		return;
	}
	value->number = number;
	if (set_value(builder, value, operations, count))
		rule->value_count++;
}

static bool is_in(Dwarf_CFI *cfi, uint64_t vaddr, Dwarf_Frame **frame)
{
	return cfi && dwarf_cfi_addrframe(cfi, vaddr, frame) == 0;
}

static void fill(struct binary_file *file, uint64_t vaddr, struct builder *builder)
{
	struct stack_rule *rule = &builder->rule;
	Dwarf_Frame *frame = NULL;
	Dwarf_CFI *debug_frame;
	bool is_signal = false;
	int return_register;

	if (!is_in(binary_file_eh_frame(file), vaddr, &frame)) {
		debug_frame = binary_file_debug_frame(file);
		if (!is_in(debug_frame, vaddr - file->debug_frame_bias, &frame))
			return;
	}
	return_register = dwarf_frame_info(frame, NULL, NULL, &is_signal);
	if (return_register >= 0 && return_register < LC_REGISTER_COUNT &&
	    set_cfa(builder, frame)) {
		rule->found = true;
		rule->signal = is_signal;
		rule->return_register = (uint8_t)return_register;
		for (uint8_t number = 0; number < LC_REGISTER_COUNT; number++)
			add_register(builder, frame, number);
		binary_file_function(file, vaddr, &rule->function, &rule->function_end);
	}
	free(frame);
}

int binary_file_rule(struct binary_file *file, uint64_t vaddr, struct stack_rule **ret_rule)
{
	struct builder builder = { .operations = NULL };
	struct stack_rule *rule;
	size_t values;

	fill(file, vaddr, &builder);
	values = builder.rule.value_count;
	rule = malloc(stack_rule_size(values, builder.operation_count));
	if (rule) {
		builder.rule.operation_count = (uint32_t)builder.operation_count;
		*rule = builder.rule;
		memcpy(rule->values, builder.values, values * sizeof(rule->values[0]));
		if (builder.operation_count)
			memcpy(&rule->values[values], builder.operations,
			       builder.operation_count * sizeof(builder.operations[0]));
	}
	free(builder.operations);
	if (!rule)
		return -ENOMEM;
	*ret_rule = rule;
	return 0;
}
