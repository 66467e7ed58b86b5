// SPDX-License-Identifier: GPL-2.0-only
/*
 * musl is built without unwind information: from a thread that waits in it the way up leads over
 * some frames of unknown size. Above them lies the return address into the program that called it:
 * a word of the stack
 *  - that points behind a call whose target, through the procedure linkage table or directly, is
 *    code without unwind information in the module that the walk is in,
 *  - in code that has unwind information, from which the walk goes on without coming by another
 *    such call: what an earlier, deeper call left below leads, if anywhere, to the one that is
 *    under way now.
 */
#include <errno.h>

#include "stack/code.h"
#include "stack/walker.h"

#define WORDS_MOST 1024
#define CALLS_MOST 24	  /* candidates whose code is read, in one search */
#define STEPS_MOST 2000	  /* frames of candidates' chains, in one search */
#define POINTERS_MOST 512 /* words below a caller's frame that may be its frame pointer */

struct search {
	const struct stack_module *within; /* the code without unwind information */
	unsigned calls, steps;
};

/* Does the call before return_address lead into the code that the search is about? */
static bool leads_within(struct walker *walker, struct search *search, uint64_t return_address)
{
	struct stack_location place;
	struct stack_rule *rule;
	uint64_t target;

	if (search->calls == CALLS_MOST)
		return false;
	search->calls++;
	if (code_call_target(&walker->process->task, return_address, &target) < 0 ||
	    process_locate(&walker->engine->processes, walker->process, target, &place) < 0 ||
	    place.module != search->within)
		return false;
	rule = walker_rule(walker, &place);
	return rule && !rule->found;
}

/*
 * Follows a copy of the walk as far as unwind information leads it. False: it comes to nothing, or
 * by the call that is under way.
 */
static bool chain_holds(struct walker walker, struct search *search)
{
	struct lc_registers next;
	struct stack_rule *rule;
	bool known;
	int r;

	for (unsigned depth = 0; search->steps < STEPS_MOST; depth++) {
		search->steps++;
		if (process_locate(&walker.engine->processes, walker.process,
				   walker.registers.value[LC_REGISTER_PC] - 1, &walker.place) < 0)
			return false;
		if (!walker.place.module || !(rule = walker_rule(&walker, &walker.place)) ||
		    !rule->found)
			return depth > 0;
		if (rule->outermost)
			return true;
		r = walker_caller(&walker, rule, &next, &known);
		if (r < 0)
			return r == -ENODATA && depth > 0;
		if (next.value[LC_REGISTER_PC] == 0)
			return true;
		if (!walker_is_code(&walker, next.value[LC_REGISTER_PC]) ||
		    !code_is_behind_call(&walker.process->task, next.value[LC_REGISTER_PC]) ||
		    leads_within(&walker, search, next.value[LC_REGISTER_PC]))
			return false;
		walker.registers = next;
		walker.floor = next.value[LC_REGISTER_SP];
		walker.exact = false;
	}
	return false;
}

/*
 * A caller that finds its frame by the frame pointer: code without unwind information may have the
 * register for its own use, and keeps the caller's value below the return address then.
 */
static bool try_frame_pointers(struct walker *trial, struct search *search, uint64_t from)
{
	uint64_t slot = trial->registers.value[LC_REGISTER_SP] - sizeof(uint64_t), pointer, at;

	trial->registers.known |= KNOWN(LC_REGISTER_FP);
	for (at = slot - sizeof(uint64_t); at >= from && (slot - at) / 8 < POINTERS_MOST; at -= 8) {
		if (walker_read(trial, at, &pointer) < 0)
			return false;
		if (pointer <= slot || pointer - slot > WORDS_MOST * 8 || pointer % 8)
			continue;
		trial->registers.value[LC_REGISTER_FP] = pointer;
		if (chain_holds(*trial, search))
			return true;
	}
	return false;
}

static bool try_candidate(struct walker *walker, struct search *search, uint64_t slot,
			  uint64_t return_address, struct lc_registers *next)
{
	struct walker trial = *walker;

	trial.registers.value[LC_REGISTER_PC] = return_address;
	trial.registers.value[LC_REGISTER_SP] = slot + sizeof(uint64_t);
	trial.registers.known &= KNOWN(LC_REGISTER_FP);
	trial.registers.known |= KNOWN(LC_REGISTER_PC) | KNOWN(LC_REGISTER_SP);
	trial.floor = slot + sizeof(uint64_t);
	trial.exact = false;
	if (!chain_holds(trial, search) && !try_frame_pointers(&trial, search, walker->floor))
		return false;
	*next = trial.registers;
	return true;
}

bool search_caller(struct walker *walker, struct lc_registers *next)
{
	struct search search = { .within = walker->place.module };
	uint64_t slot = (walker->floor + 7) & ~UINT64_C(7), word;
	struct stack_location place;

	for (unsigned i = 0; i < WORDS_MOST && search.calls < CALLS_MOST; i++, slot += 8) {
		if (walker_read(walker, slot, &word) < 0)
			return false;
		if (process_locate(&walker->engine->processes, walker->process, word - 1, &place) <
			    0 ||
		    !place.module || !leads_within(walker, &search, word))
			continue;
		if (try_candidate(walker, &search, slot, word, next))
			return true;
	}
	return false;
}
