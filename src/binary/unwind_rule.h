/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unwind information in a compact form: for one address of a file, how the registers of the caller
 * are found. Public: src/stack walks by it.
 */
#ifndef LEAKHOP_BINARY_UNWIND_RULE_H
#define LEAKHOP_BINARY_UNWIND_RULE_H

#include "model/types.h"

#define UNWIND_OPERATIONS_MAX 4096 /* of a rule */

/* One of a DWARF expression, as libdw decodes it (DWARF 5, section 2.5). */
struct unwind_operation {
	uint64_t atom;
	uint64_t number;
	uint64_t number2;
	uint64_t offset; /* in the expression: what branches count in */
};

enum rule_kind {
	RULE_AT_CFA,	    /* in memory at the canonical frame address plus offset */
	RULE_IS_CFA,	    /* the canonical frame address plus offset itself */
	RULE_IS_REGISTER,   /* what this frame has in the register base, plus offset */
	RULE_AT_EXPRESSION, /* in memory where the expression says */
	RULE_IS_EXPRESSION  /* the expression's value */
};

struct rule_value {
	uint8_t number; /* of the caller's register */
	uint8_t kind;	/* enum rule_kind */
	uint8_t base;
	uint32_t operation_count;
	union {
		int64_t offset;
		uint64_t first_operation; /* in the rule's operations */
	};
};

/* One piece of memory: values, then operations. */
struct stack_rule {
	bool found;		  /* false: there is no unwind information here */
	bool signal;		  /* a signal handler's return: the caller was interrupted */
	bool outermost;		  /* nobody called this: the start of a thread */
	bool code_known;	  /* the next two were looked up */
	bool after_call;	  /* the code before this address is a system call instruction */
	bool returns_from_signal; /* the code at this address does so by sight */
	bool for_now; /* it could not be read in time, and is to be asked for again: none is found
		       */
	uint64_t function; /* vaddr where the function, or this part of it, begins; 0: not known */
	uint64_t function_end; /* and where the next one does; 0: not known */
	uint8_t return_register;
	uint8_t value_count;
	uint32_t operation_count;
	uint64_t same;		    /* registers that the caller has unchanged */
	struct rule_value cfa;	    /* RULE_IS_REGISTER or RULE_IS_EXPRESSION */
	struct rule_value values[]; /* registers found elsewhere; all others are lost */
};

/* How many bytes a rule with these counts takes. */
static inline size_t stack_rule_size(size_t values, size_t operations)
{
	return sizeof(struct stack_rule) + values * sizeof(struct rule_value) +
	       operations * sizeof(struct unwind_operation);
}

/* The operations of one of the rule's values; its kind says whether it has any. */
static inline const struct unwind_operation *stack_rule_operations(const struct stack_rule *rule,
								   const struct rule_value *value)
{
	const struct unwind_operation *operations = (const void *)&rule->values[rule->value_count];

	return operations + value->first_operation;
}

#endif
