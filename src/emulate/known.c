// SPDX-License-Identifier: GPL-2.0-only
/* Functions that are answered instead of run: see model/known_calls.h. */
#include "emulate/machine.h"
#include "emulate/run.h"

#define ALLOCATION_ROUND 16
#define STACK_ARGUMENT 8 /* above the return address; on arm64 above the caller's saved one */

static uint64_t bit_of(uint64_t address)
{
	return UINT64_C(1) << (address >> 5 & 63);
}

static size_t known_count(const struct run *run)
{
	return run->question->known_count < LC_KNOWN_CALLS ? run->question->known_count
							   : LC_KNOWN_CALLS;
}

void run_begin_known(struct run *run)
{
	const struct emulate_question *question = run->question;

	run->allocated = LC_SCRATCH_FREE;
	for (size_t i = 0; i < known_count(run); i++)
		run->known_places |= bit_of(question->known[i].address);
	for (size_t i = 0; i < question->watch_count && i < EMULATE_WATCHES; i++) {
		run->taken[i] = question->watches[i].taken;
		run->borrowed[i] = question->watches[i].borrowed;
	}
}

static const struct lc_known_call *find(const struct run *run, uint64_t address)
{
	for (size_t i = 0; i < known_count(run); i++) {
		if (run->question->known[i].address == address)
			return &run->question->known[i];
	}
	return NULL;
}

bool run_is_known(const struct run *run, uint64_t address)
{
	return run->known_places & bit_of(address) && find(run, address);
}

static void leave(struct run *run, const uint64_t result[2])
{
	if (machine_leave_function(run->unicorn, run->uc, result[0]) < 0)
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
	run_set_register(run, machine_go_second, result[1]);
}

/* Called from where it stood: its own wait, again. */
static bool is_own_wait(struct run *run)
{
	const struct lc_registers *begin = &run->question->registers;
	uint64_t to, sp;

	return machine_return(run->unicorn, run->uc, &to, &sp) == 0 &&
	       to == begin->value[LC_REGISTER_PC] && sp == begin->value[LC_REGISTER_SP];
}

static void make_up(struct run *run, const struct lc_known_call *call)
{
	if (is_own_wait(run))
		return run_goes_round(run) ? leave(run, call->result)
					   : run_end(run, EMULATE_CAME_BACK, EMULATE_WHY_NONE);
	run->made_up = run->effect = true;
	if (++run->followed > EMULATE_FOLLOWED)
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_LONG);
	leave(run, call->result);
}

static void allocate(struct run *run, uint64_t size)
{
	const uint64_t result[2] = { run->allocated, 0 };

	if (size > LC_SCRATCH_END - run->allocated - ALLOCATION_ROUND)
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_LONG);
	run->allocated += (size + ALLOCATION_ROUND) & ~(uint64_t)(ALLOCATION_ROUND - 1);
	leave(run, result);
}

static void call_closure(struct run *run)
{
	uint64_t sp = run_register(run, machine_registers[LC_REGISTER_SP]), closure, code;

	if (!run_peek(run, sp + STACK_ARGUMENT, &closure, sizeof(closure)) ||
	    !run_peek(run, closure, &code, sizeof(code)))
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
	run_set_register(run, machine_go_closure, closure);
	run_set_register(run, machine_registers[LC_REGISTER_PC], code);
}

void run_known_call(struct run *run)
{
	const struct lc_known_call *call = find(run, run->paused_at);
	uint64_t first = run_register(run, machine_go_first), size = 0;

	switch ((enum lc_call_meaning)call->meaning) {
	case LC_CALL_TAKES:
		run_take(run, first);
		return leave(run, call->result);
	case LC_CALL_TELLS_TIME:
		run->told_time = true;
		/* fallthrough */
	case LC_CALL_RETURNS:
		return leave(run, call->result);
	case LC_CALL_MAKES_UP:
		return make_up(run, call);
	case LC_CALL_MAKES_ONE:
		if (!run_peek(run, first, &size, sizeof(size)))
			return run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNREADABLE);
		return allocate(run, size);
	case LC_CALL_ALLOCATES:
		return allocate(run, first);
	case LC_CALL_CALLS:
		return call_closure(run);
	case LC_CALL_FINISHES:
		return run_end(run, EMULATE_ENDS, EMULATE_WHY_NONE);
	default:
		return run_end(run, EMULATE_NOT_KNOWN, EMULATE_UNFORESEEN);
	}
}
