// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns what libdw parsed from .eh_frame or .debug_frame into compact rules.
 *
 * libdw hands out each register's rule as a DWARF expression over the canonical frame address; the
 * plain ones, nearly all, are recognised here and stored as an offset.
 */
#include "stack/rules.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX ((size_t)256 * 1024)
#define OPERATIONS_MAX 4096

static void free_value(struct rule_value *value)
{
	if (value->kind == RULE_AT_EXPRESSION || value->kind == RULE_IS_EXPRESSION)
		free(value->operations);
}

static void free_rule(void *data)
{
	struct stack_rule *rule = data;

	free_value(&rule->cfa);
	for (size_t i = 0; i < rule->value_count; i++)
		free_value(&rule->values[i]);
	free(rule);
}

/* The operations belong to libdw's tables, which go with the module: keep a copy. */
static bool set_expression(struct rule_value *value, const Dwarf_Op *operations, size_t count)
{
	Dwarf_Op *copy;

	if (count == 0 || count > OPERATIONS_MAX)
		return false;
	copy = malloc(count * sizeof(*copy));
	if (!copy)
		return false;
	memcpy(copy, operations, count * sizeof(*copy));
	value->operations = copy;
	value->operation_count = (uint32_t)count;
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

static bool set_cfa(struct rule_value *cfa, Dwarf_Frame *frame)
{
	Dwarf_Op *operations;
	size_t count;

	if (dwarf_frame_cfa(frame, &operations, &count) != 0 || count == 0)
		return false;
	cfa->kind = RULE_IS_REGISTER;
	if (count == 1 && is_base_register(operations, cfa))
		return true;
	if (!set_expression(cfa, operations, count))
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

static bool set_value(struct rule_value *value, const Dwarf_Op *operations, size_t count)
{
	if (is_cfa_offset(operations, count, value) || is_register(operations, count, value))
		return true;
	if (!set_expression(value, operations, count))
		return false;
	value->kind = operations[count - 1].atom == DW_OP_stack_value ? RULE_IS_EXPRESSION
								      : RULE_AT_EXPRESSION;
	return true;
}

static void add_register(struct stack_rule *rule, Dwarf_Frame *frame, uint8_t number)
{
	struct rule_value *value = &rule->values[rule->value_count];
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
	if (set_value(value, operations, count))
		rule->value_count++;
}

static bool is_in(Dwarf_CFI *cfi, uint64_t vaddr, Dwarf_Frame **frame)
{
	return cfi && dwarf_cfi_addrframe(cfi, vaddr, frame) == 0;
}

static void fill(struct module_table *modules, struct stack_module *module, uint64_t vaddr,
		 struct stack_rule *rule)
{
	Dwarf_Frame *frame = NULL;
	Dwarf_CFI *debug_frame;
	bool is_signal = false;
	int return_register;

	if (!is_in(module_eh_frame(module), vaddr, &frame)) {
		debug_frame = module_debug_frame(modules, module);
		if (!is_in(debug_frame, vaddr - module->debug_frame_bias, &frame))
			return;
	}
	return_register = dwarf_frame_info(frame, NULL, NULL, &is_signal);
	if (return_register >= 0 && return_register < LC_REGISTER_COUNT &&
	    set_cfa(&rule->cfa, frame)) {
		rule->found = true;
		rule->signal = is_signal;
		rule->return_register = (uint8_t)return_register;
		for (uint8_t number = 0; number < LC_REGISTER_COUNT; number++)
			add_register(rule, frame, number);
	}
	free(frame);
}

/* Room for every register, of which few are needed. */
static struct stack_rule *make_rule(struct module_table *modules, struct stack_module *module,
				    uint64_t vaddr)
{
	struct stack_rule *rule, *shrunk;

	rule = calloc(1, sizeof(*rule) + LC_REGISTER_COUNT * sizeof(rule->values[0]));
	if (!rule)
		return NULL;
	if (!module->foreign)
		fill(modules, module, vaddr, rule);
	shrunk = realloc(rule, sizeof(*rule) + rule->value_count * sizeof(rule->values[0]));
	return shrunk ? shrunk : rule;
}

void rules_init(struct cache *rules)
{
	cache_init(rules, RULES_MAX, free_rule);
}

struct stack_rule *rules_get(struct cache *rules, struct module_table *modules,
			     struct stack_module *module, uint64_t vaddr)
{
	struct stack_rule *rule = cache_find(rules, module->number, vaddr);

	if (rule)
		return rule;
	rule = make_rule(modules, module, vaddr);
	if (!rule || cache_add(rules, module->number, vaddr, rule) < 0)
		return NULL;
	return rule;
}
