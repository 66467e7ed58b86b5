// SPDX-License-Identifier: GPL-2.0-only
/* The registers of a frame's caller, by the compact rule of its code: see walker.h. */
#include <errno.h>

#include "stack/expression.h"
#include "stack/rules.h"
#include "stack/walker.h"

struct stack_rule *walker_rule(struct walker *walker, const struct stack_location *place)
{
	return rules_get(&walker->engine->rules, &walker->engine->modules, place->module,
			 place->vaddr);
}

static int read_for_expression(void *reader, uint64_t address, size_t size, uint64_t *ret_value)
{
	return stack_memory_read(reader, address, size, ret_value);
}

static int evaluate(struct walker *walker, const struct stack_rule *rule,
		    const struct rule_value *value, bool has_cfa, uint64_t cfa, uint64_t *ret_value)
{
	const struct expression_context context = {
		.registers = &walker->registers,
		.has_cfa = has_cfa,
		.cfa = cfa,
		.bias = walker->registers.value[LC_REGISTER_PC] - !walker->exact -
			walker->place.vaddr,
		.read = read_for_expression,
		.reader = &walker->engine->memory,
	};

	return expression_evaluate(stack_rule_operations(rule, value), value->operation_count,
				   &context, ret_value);
}

static int find_value(struct walker *walker, const struct stack_rule *rule,
		      const struct rule_value *value, uint64_t cfa, uint64_t *ret_value)
{
	int r;

	switch ((enum rule_kind)value->kind) {
	case RULE_AT_CFA:
		return walker_read(walker, cfa + (uint64_t)value->offset, ret_value);
	case RULE_IS_CFA:
		*ret_value = cfa + (uint64_t)value->offset;
		return 0;
	case RULE_IS_REGISTER:
		r = expression_register(&walker->registers, value->base, ret_value);
		if (r == 0)
			*ret_value += (uint64_t)value->offset;
		return r;
	case RULE_AT_EXPRESSION:
		r = evaluate(walker, rule, value, true, cfa, ret_value);
		return r < 0 ? r : walker_read(walker, *ret_value, ret_value);
	case RULE_IS_EXPRESSION:
		return evaluate(walker, rule, value, true, cfa, ret_value);
	}
	return -EINVAL;
}

bool walker_is_code(struct walker *walker, uint64_t return_address)
{
	struct stack_location place;

	return process_locate(&walker->engine->processes, walker->process, return_address - 1,
			      &place) == 0;
}

static int find_cfa(struct walker *walker, const struct stack_rule *rule, uint64_t *ret_cfa)
{
	if (rule->cfa.kind == RULE_IS_EXPRESSION)
		return evaluate(walker, rule, &rule->cfa, false, 0, ret_cfa);
	return find_value(walker, rule, &rule->cfa, 0, ret_cfa);
}

/* Fills in what is known of the caller. Returns 0 or why its pc could not be found. */
static int restore(struct walker *walker, const struct stack_rule *rule, uint64_t cfa,
		   struct lc_registers *next)
{
	int result = -EINVAL;

	*next = walker->registers;
	next->known &= rule->same & ~(KNOWN(LC_REGISTER_PC) | KNOWN(LC_REGISTER_SP));
	/* Only code that was stopped at once can have its return address still in a register. */
	if (walker->exact && (rule->same & KNOWN(rule->return_register)))
		result = next->known & KNOWN(rule->return_register) ? 0 : -ENODATA;
	next->value[LC_REGISTER_SP] = cfa;
	next->known |= KNOWN(LC_REGISTER_SP);
	for (size_t i = 0; i < rule->value_count; i++) {
		uint8_t number = rule->values[i].number;
		int r = find_value(walker, rule, &rule->values[i], cfa, &next->value[number]);

		if (r == 0)
			next->known |= KNOWN(number);
		else
			next->known &= ~KNOWN(number);
		if (number == rule->return_register)
			result = r;
	}
	next->value[LC_REGISTER_PC] = walker_strip(next->value[rule->return_register]);
	next->known |= KNOWN(LC_REGISTER_PC);
	return result;
}

int walker_caller(struct walker *walker, const struct stack_rule *rule, struct lc_registers *next,
		  bool *ret_frame_known)
{
	uint64_t cfa;
	int r = find_cfa(walker, rule, &cfa);

	*ret_frame_known = r == 0;
	if (r < 0)
		return r;
	if (!rule->signal && (cfa < walker->floor || (cfa == walker->floor && !walker->exact)))
		return -EINVAL;
	return restore(walker, rule, cfa, next);
}
