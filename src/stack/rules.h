/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unwind information in a compact form: for one address of a module, how the registers of the
 * caller are found. Parsed once by libdw, then kept, so that a frame at a known address costs a
 * look-up in a hash.
 */
#ifndef LEAKHOP_STACK_RULES_H
#define LEAKHOP_STACK_RULES_H

#include <elfutils/libdw.h>

#include "model/types.h"
#include "stack/cache.h"
#include "stack/module.h"

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
		Dwarf_Op *operations;
	};
};

struct stack_rule {
	bool found;		  /* false: there is no unwind information here */
	bool signal;		  /* a signal handler's return: the caller was interrupted */
	bool outermost;		  /* nobody called this: the start of a thread */
	bool code_known;	  /* the next two were looked up */
	bool after_call;	  /* the code before this address is a system call instruction */
	bool returns_from_signal; /* the code at this address does so by sight */
	uint8_t return_register;
	uint8_t value_count;
	uint64_t same;		    /* registers that the caller has unchanged */
	struct rule_value cfa;	    /* RULE_IS_REGISTER or RULE_IS_EXPRESSION */
	struct rule_value values[]; /* registers found elsewhere; all others are lost */
};

/* The rules known, by module and address: what the others here are called with. */
void rules_init(struct cache *rules);

/*
 * The rule for an address in a module of the table, cached or parsed now. Valid until the next
 * call. NULL: no memory.
 */
struct stack_rule *rules_get(struct cache *rules, struct module_table *modules,
			     struct stack_module *module, uint64_t vaddr);

#endif
