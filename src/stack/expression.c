// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stack machine for DWARF expressions (DWARF 5, section 2.5.1) as far as they occur in unwind
 * information. The operations come decoded from libdw; they may be hostile, so steps and depth are
 * bounded.
 */
#include "stack/expression.h"

#include <dwarf.h>
#include <errno.h>

#define MAX_STEPS 1024
#define MAX_DEPTH 64

struct machine {
	const struct expression_context *context;
	uint64_t values[MAX_DEPTH];
	size_t depth;
};

static int push(struct machine *machine, uint64_t value)
{
	if (machine->depth == MAX_DEPTH)
		return -EINVAL;
	machine->values[machine->depth++] = value;
	return 0;
}

int expression_register(const struct lc_registers *registers, uint64_t number, uint64_t *ret_value)
{
	if (number >= LC_REGISTER_COUNT || !(registers->known & (UINT64_C(1) << number)))
		return -ENODATA;
	*ret_value = registers->value[number];
	return 0;
}

static int push_register(struct machine *machine, uint64_t number, uint64_t offset)
{
	uint64_t value;
	int r = expression_register(machine->context->registers, number, &value);

	return r < 0 ? r : push(machine, value + offset);
}

static int dereference(struct machine *machine, size_t size)
{
	const struct expression_context *context = machine->context;
	uint64_t *top = &machine->values[machine->depth - 1];

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return -EINVAL;
	return context->read(context->reader, *top, size, top);
}

static int binary(uint8_t atom, uint64_t left, uint64_t right, uint64_t *ret)
{
	int64_t signed_left = (int64_t)left, signed_right = (int64_t)right;

	switch (atom) {
	case DW_OP_and:
		*ret = left & right;
		return 0;
	case DW_OP_or:
		*ret = left | right;
		return 0;
	case DW_OP_xor:
		*ret = left ^ right;
		return 0;
	case DW_OP_plus:
		*ret = left + right;
		return 0;
	case DW_OP_minus:
		*ret = left - right;
		return 0;
	case DW_OP_mul:
		*ret = left * right;
		return 0;
	case DW_OP_shl:
		*ret = right < 64 ? left << right : 0;
		return 0;
	case DW_OP_shr:
		*ret = right < 64 ? left >> right : 0;
		return 0;
	case DW_OP_shra:
		*ret = (uint64_t)(signed_left >> (right < 64 ? right : 63));
		return 0;
	case DW_OP_eq:
		*ret = left == right;
		return 0;
	case DW_OP_ne:
		*ret = left != right;
		return 0;
	case DW_OP_ge:
		*ret = signed_left >= signed_right;
		return 0;
	case DW_OP_gt:
		*ret = signed_left > signed_right;
		return 0;
	case DW_OP_le:
		*ret = signed_left <= signed_right;
		return 0;
	case DW_OP_lt:
		*ret = signed_left < signed_right;
		return 0;
	case DW_OP_div:
		if (right == 0 || (signed_left == INT64_MIN && signed_right == -1))
			return -EINVAL;
		*ret = (uint64_t)(signed_left / signed_right);
		return 0;
	case DW_OP_mod:
		if (right == 0)
			return -EINVAL;
		*ret = left % right;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* Operations that take from the stack and put one value back. */
static int compute(struct machine *machine, const struct unwind_operation *operation)
{
	uint64_t *top;
	int r;

	if (machine->depth == 0)
		return -EINVAL;
	top = &machine->values[machine->depth - 1];
	switch (operation->atom) {
	case DW_OP_deref:
		return dereference(machine, sizeof(uint64_t));
	case DW_OP_deref_size:
		return dereference(machine, operation->number);
	case DW_OP_plus_uconst:
		*top += operation->number;
		return 0;
	case DW_OP_neg:
		*top = -*top;
		return 0;
	case DW_OP_not:
		*top = ~*top;
		return 0;
	case DW_OP_abs:
		*top = (int64_t)*top < 0 ? -*top : *top;
		return 0;
	case DW_OP_drop:
		machine->depth--;
		return 0;
	default:
		if (machine->depth < 2)
			return -EINVAL;
		r = binary(operation->atom, top[-1], top[0], &top[-1]);
		machine->depth--;
		return r;
	}
}

static int shuffle(struct machine *machine, const struct unwind_operation *operation)
{
	uint64_t *values = machine->values, spare;
	size_t depth = machine->depth;
	size_t index = operation->atom == DW_OP_pick   ? (size_t)operation->number
		       : operation->atom == DW_OP_over ? 1
						       : 0;

	switch (operation->atom) {
	case DW_OP_dup:
	case DW_OP_over:
	case DW_OP_pick:
		return index < depth ? push(machine, values[depth - 1 - index]) : -EINVAL;
	case DW_OP_swap:
		if (depth < 2)
			return -EINVAL;
		spare = values[depth - 1];
		values[depth - 1] = values[depth - 2];
		values[depth - 2] = spare;
		return 0;
	default: /* DW_OP_rot: the top goes to third place */
		if (depth < 3)
			return -EINVAL;
		spare = values[depth - 1];
		values[depth - 1] = values[depth - 2];
		values[depth - 2] = values[depth - 3];
		values[depth - 3] = spare;
		return 0;
	}
}

static int run(struct machine *machine, const struct unwind_operation *operation)
{
	uint8_t atom = operation->atom;

	if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
		return push(machine, atom - DW_OP_lit0);
	if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
		return push_register(machine, atom - DW_OP_breg0, operation->number);
	switch (atom) {
	case DW_OP_bregx:
		return push_register(machine, operation->number, operation->number2);
	case DW_OP_addr:
		return push(machine, operation->number + machine->context->bias);
	case DW_OP_const1u:
	case DW_OP_const1s:
	case DW_OP_const2u:
	case DW_OP_const2s:
	case DW_OP_const4u:
	case DW_OP_const4s:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		return push(machine, operation->number);
	case DW_OP_call_frame_cfa:
		return machine->context->has_cfa ? push(machine, machine->context->cfa) : -EINVAL;
	case DW_OP_dup:
	case DW_OP_over:
	case DW_OP_pick:
	case DW_OP_swap:
	case DW_OP_rot:
		return shuffle(machine, operation);
	case DW_OP_nop:
	case DW_OP_stack_value:
		return 0;
	default:
		return compute(machine, operation);
	}
}

/* Where a branch goes: the index of the operation that begins at that byte. */
static int find_target(const struct unwind_operation *operations, size_t count, size_t index,
		       size_t *ret_index)
{
	uint64_t target = operations[index].offset + 3 +
			  (uint64_t)(int64_t)(int16_t)operations[index].number;

	for (size_t i = 0; i < count; i++) {
		if (operations[i].offset == target) {
			*ret_index = i;
			return 0;
		}
	}
	return -EINVAL;
}

int expression_evaluate(const struct unwind_operation *operations, size_t count,
			const struct expression_context *context, uint64_t *ret_value)
{
	struct machine machine = { .context = context };
	size_t index = 0;

	for (unsigned steps = 0; index < count; steps++) {
		const struct unwind_operation *operation = &operations[index];
		bool jumps = operation->atom == DW_OP_skip;
		int r;

		if (steps == MAX_STEPS)
			return -EINVAL;
		if (operation->atom == DW_OP_bra) {
			if (machine.depth == 0)
				return -EINVAL;
			jumps = machine.values[--machine.depth] != 0;
		} else if (!jumps) {
			r = run(&machine, operation);
			if (r < 0)
				return r;
		}
		if (jumps) {
			r = find_target(operations, count, index, &index);
			if (r < 0)
				return r;
		} else {
			index++;
		}
	}
	if (machine.depth == 0)
		return -EINVAL;
	*ret_value = machine.values[machine.depth - 1];
	return 0;
}
