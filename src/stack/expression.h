/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evaluates the DWARF expressions of unwind information: those few that are no plain "register plus
 * offset", as of signal frames, of the procedure linkage table, and of functions that align their
 * stack.
 */
#ifndef LEAKHOP_STACK_EXPRESSION_H
#define LEAKHOP_STACK_EXPRESSION_H

#include "binary/unwind_rule.h"

struct expression_context {
	const struct lc_registers *registers;
	bool has_cfa;
	uint64_t cfa;  /* the canonical frame address, for DW_OP_call_frame_cfa */
	uint64_t bias; /* address in the process less address in the file, for DW_OP_addr */
	/* Reads size (1, 2, 4 or 8) bytes; returns 0 or a negative errno. */
	int (*read)(void *reader, uint64_t address, size_t size, uint64_t *ret_value);
	void *reader;
};

/*
 * Sets *ret_value to what is on top of the stack at the end. A last DW_OP_stack_value is ignored:
 * the caller knows whether the value is an address. Ends whatever the operations are.
 * Returns 0; -ENODATA if a register is not known; -EOPNOTSUPP or -EINVAL for operations that are
 * unknown or make no sense; what read returned.
 */
int expression_evaluate(const struct unwind_operation *operations, size_t count,
			const struct expression_context *context, uint64_t *ret_value);

/* The value of a register by its DWARF number: 0 or -ENODATA. */
int expression_register(const struct lc_registers *registers, uint64_t number, uint64_t *ret_value);

#endif
