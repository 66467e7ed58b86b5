// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without BPF no more than the stack pointer and the pc of a thread are known, and much code finds
 * its frame by the frame pointer: all that a distribution builds with these (Ubuntu since 24.04,
 * Fedora), Rust's library, programs built with sanitizers. Somewhere above the stack pointer lies
 * the return address of such a frame: where the function's prologue says, if that can be read,
 * or in the first word that points behind a direct call of the very function that the pc is in, or
 * of one that may leave by a jump to it. In both cases the walk has to go on from there to the
 * thread's start, each direct call on the way leading into the function that was left by it, and
 * none of them into the one that the search began in: what an earlier, deeper call has left
 * leads, if anywhere, to the call that is under way, which was another one.
 *
 * Where a function begins, the search table of the unwind information tells.
 */
#include <errno.h>

#include "stack/code.h"
#include "stack/walker.h"

#define WORDS_MOST 1024
#define CALLS_MOST 32	/* candidates whose code is read, in one search */
#define STEPS_MOST 2000 /* frames of candidates' chains, in one search */

/* A function: the module's table tells where it begins. */
struct function {
	const struct stack_module *module;
	uint64_t start;
};

enum call { CALL_OF_ANOTHER, CALL_NOT_KNOWN, CALL_OF_IT };

/* What a call leads to. */
struct callee {
	int error; /* -ENOENT: a call through a register; another one: nothing that can be a
		      function */
	uint64_t address;
	struct stack_location place;
};

static void find_callee(struct walker *walker, uint64_t return_address, struct callee *ret)
{
	ret->error = code_call_target(&walker->process->task, return_address, &ret->address);
	if (!ret->error && (process_locate(&walker->engine->processes, walker->process,
					   ret->address, &ret->place) < 0 ||
			    !ret->place.module))
		ret->error = -EFAULT;
}

/*
 * Is it this function, or one whose last jump may lead there? A jump through a register or memory,
 * which may lead anywhere, counts where indirect is set.
 */
static enum call is_call_of(struct walker *walker, const struct callee *callee,
			    const struct function *function, bool indirect)
{
	const struct stack_location *place = &callee->place;
	const struct stack_rule *rule;
	uint64_t entry;

	if (callee->error)
		return callee->error == -ENOENT ? CALL_NOT_KNOWN : CALL_OF_ANOTHER;
	if (place->module == function->module && place->vaddr == function->start)
		return CALL_OF_IT;
	rule = walker_rule(walker, place);
	if (!rule || !rule->found || rule->function != place->vaddr ||
	    rule->function_end <= rule->function)
		return CALL_OF_ANOTHER;
	/* A jump by its distance does not leave the module. */
	entry = place->module == function->module ? callee->address - place->vaddr + function->start
						  : 0;
	return code_may_jump_to(&walker->process->task, callee->address,
				rule->function_end - rule->function, entry, indirect)
		       ? CALL_OF_IT
		       : CALL_OF_ANOTHER;
}

static enum call call_of(struct walker *walker, uint64_t return_address,
			 const struct function *function, bool indirect)
{
	struct callee callee;

	find_callee(walker, return_address, &callee);
	return is_call_of(walker, &callee, function, indirect);
}

/* Was the function that is left by a return to that address called from there, and not the one that
 * is searched for? */
static bool is_returned_to(struct walker *walker, uint64_t return_address,
			   const struct function *left, const struct function *searched)
{
	struct callee callee;

	find_callee(walker, return_address, &callee);
	return is_call_of(walker, &callee, searched, false) != CALL_OF_IT &&
	       (!left->start || is_call_of(walker, &callee, left, true) != CALL_OF_ANOTHER);
}

/* Follows a copy of the walk, whose frame pointer is a guess, to the thread's start. */
static bool chain_holds(struct walker walker, const struct function *searched, unsigned *steps)
{
	struct lc_registers next;
	struct function left;
	struct stack_rule *rule;
	bool known, signal;

	for (unsigned depth = 0; *steps < STEPS_MOST; depth++) {
		++*steps;
		rule = walker_rule(&walker, &walker.place);
		if (!rule || !rule->found)
			return depth > 0;
		if (rule->outermost)
			return true;
		left = (struct function){ walker.place.module, rule->function };
		signal = rule->signal;
		switch (walker_caller(&walker, rule, &next, &known)) {
		case 0:
			break;
		case -ENODATA: /* of that frame's pointer, too, the search is to come */
			return depth > 0;
		default:
			return false;
		}
		if (next.value[LC_REGISTER_PC] == 0)
			return true;
		if (signal)
			left.start = 0; /* it was interrupted, and not called */
		if (depth && !is_returned_to(&walker, next.value[LC_REGISTER_PC], &left, searched))
			return false;
		if (process_locate(&walker.engine->processes, walker.process,
				   next.value[LC_REGISTER_PC] - 1, &walker.place) < 0)
			return false;
		if (!walker.place.module)
			return depth > 0;
		walker.registers = next;
		walker.floor = next.value[LC_REGISTER_SP];
		walker.exact = signal;
	}
	return false;
}

/* A search: for the frame of function, whose rule says where its return address is. */
struct search {
	struct walker *walker;
	struct function function;
	int64_t cfa_offset; /* of the canonical frame address, from the frame pointer */
	int64_t back;	    /* of the return address, from that address */
	unsigned steps;
};

/* Is the return address of that frame in this slot? Then its frame pointer is known. */
static bool try_slot(struct search *search, uint64_t slot)
{
	struct walker trial = *search->walker;

	trial.registers.known |= KNOWN(LC_REGISTER_FP);
	trial.registers.value[LC_REGISTER_FP] = slot - (uint64_t)search->back -
						(uint64_t)search->cfa_offset;
	if (!chain_holds(trial, &search->function, &search->steps))
		return false;
	search->walker->registers = trial.registers;
	return true;
}

static bool is_return_address(struct walker *walker, uint64_t slot, uint64_t *ret_word)
{
	return walker_read(walker, slot, ret_word) == 0 && walker_is_code(walker, *ret_word) &&
	       code_is_behind_call(&walker->process->task, *ret_word);
}

/*
 * Where its prologue says that it lies: above the room for locals, the registers saved, and perhaps
 * some words that keep the stack aligned. That way a function is found that was called through a
 * register.
 */
static bool try_prologue(struct search *search, int64_t lowest, uint64_t size)
{
	struct walker *walker = search->walker;
	uint64_t entry = walker->registers.value[LC_REGISTER_PC] - !walker->exact -
			 walker->place.vaddr + search->function.start;
	uint64_t alignment, word;
	uint64_t room = code_room_of_locals(&walker->process->task, entry, size, &alignment);
	uint64_t slot = walker->floor + room - (uint64_t)lowest + (uint64_t)search->back;

	if (room >= WORDS_MOST * sizeof(word))
		return false;
	if (alignment < 2 * sizeof(word)) /* a word that is pushed and not used */
		alignment = 2 * sizeof(word);
	for (uint64_t gap = 0; gap < alignment; gap += sizeof(word), slot += sizeof(word)) {
		if (is_return_address(walker, slot, &word) &&
		    call_of(walker, word, &search->function, true) != CALL_OF_ANOTHER &&
		    try_slot(search, slot))
			return true;
	}
	return false;
}

static bool try_words(struct search *search)
{
	struct walker *walker = search->walker;
	uint64_t slot = (walker->floor + 7) & ~UINT64_C(7), word;
	unsigned calls = 0;

	for (unsigned i = 0; i < WORDS_MOST && calls < CALLS_MOST; i++, slot += sizeof(word)) {
		if (!is_return_address(walker, slot, &word))
			continue;
		calls++;
		if (call_of(walker, word, &search->function, false) == CALL_OF_IT &&
		    try_slot(search, slot))
			return true;
	}
	return false;
}

bool search_frame_pointer(struct walker *walker, const struct stack_rule *rule)
{
	const uint64_t size = rule->function_end - rule->function;
	struct search search = { .walker = walker,
				 .function = { walker->place.module, rule->function },
				 .cfa_offset = rule->cfa.offset };
	int64_t lowest = 0;

	if (!rule->function || rule->cfa.kind != RULE_IS_REGISTER ||
	    rule->cfa.base != LC_REGISTER_FP || (walker->registers.known & KNOWN(LC_REGISTER_FP)))
		return false;
	for (size_t i = 0; i < rule->value_count; i++) {
		if (rule->values[i].kind != RULE_AT_CFA)
			continue;
		if (rule->values[i].offset < lowest)
			lowest = rule->values[i].offset;
		if (rule->values[i].number == rule->return_register)
			search.back = rule->values[i].offset;
	}
	return search.back && (try_prologue(&search, lowest, size) || try_words(&search));
}
