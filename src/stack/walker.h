/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk up one stack: caller.c finds callers by rules, search.c without, unwind.c walks. Private
 * to this folder. */
#ifndef LEAKHOP_STACK_WALKER_H
#define LEAKHOP_STACK_WALKER_H

#include "binary/unwind_rule.h"
#include "stack/engine.h"

#define KNOWN(number) (UINT64_C(1) << (number))

struct walker {
	struct stack_engine *engine;
	struct stack_process *process;
	struct stack_walk *walk;
	struct lc_registers registers; /* of the frame under way */
	struct stack_location place;
	uint64_t floor; /* the stack pointer, also where it isn't known exactly: CFAs are above */
	bool exact;	/* the pc is where the frame stopped, not where a call will return to */
	bool guessed;	/* the pc was found without unwind information */
};

static inline int walker_read(struct walker *walker, uint64_t address, uint64_t *ret_value)
{
	return stack_memory_read(&walker->engine->memory, address, sizeof(uint64_t), ret_value);
}

/* Pointer authentication signs return addresses in the bits above the address space. */
static inline uint64_t walker_strip(uint64_t address)
{
#if defined(__aarch64__)
	return address & ((UINT64_C(1) << 48) - 1);
#else
	return address;
#endif
}

/* Is what lies before this address in executable memory? */
bool walker_is_code(struct walker *walker, uint64_t return_address);

/* The rule of a place in a module; as rules_get(). */
struct stack_rule *walker_rule(struct walker *walker, const struct stack_location *place);

/*
 * The registers of the caller, as far as they can be known, by a rule that is no outermost one.
 * Returns 0 or why its pc is not known: -ENODATA, a register that would tell is not known itself;
 * *ret_frame_known: at least where the frame ends is.
 */
int walker_caller(struct walker *walker, const struct stack_rule *rule, struct lc_registers *next,
		  bool *ret_frame_known);

/*
 * The registers of the nearest caller that has unwind information, of code that has none: musl's,
 * mostly. What tells it from what is left of earlier calls stands in search.c. Returns false where
 * there is none.
 */
bool search_caller(struct walker *walker, struct lc_registers *next);

/*
 * Of code that finds its frame by the frame pointer, by rule, where that is not known: finds it by
 * the call that led here, and notes it in the walker's registers. How stands in frame_search.c.
 * Returns false where it is not found, or on a machine whose calls are not read.
 */
bool search_frame_pointer(struct walker *walker, const struct stack_rule *rule);

#endif
