// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk up a stack: from the registers of a frame to those of its caller, by the compact rules
 * of the module, for want of them by the frame pointer.
 *
 * A walk ends because each step must raise the canonical frame address (but for frame 0, and where
 * a signal handler has a stack of its own) and because frames are counted.
 */
#include <errno.h>

#include "stack/code.h"
#include "stack/engine.h"
#include "stack/expression.h"
#include "stack/walker.h"

#define FRAME_POINTER_REACH (UINT64_C(1024) * 1024)

/* What a step returns: on to the caller, or the end (in walk->end), or a negative errno. */
enum { STEP_ON = 0, STEP_END = 1 };

static int end(struct walker *walker, enum lc_stack_end reason)
{
	walker->walk->end = reason;
	return STEP_END;
}

static int end_for(struct walker *walker, int error)
{
	if (error == -ENODATA)
		return end(walker, LC_STACK_NO_REGISTER);
	if (error == -EOPNOTSUPP || error == -EINVAL || error == -ENOSYS)
		return end(walker, LC_STACK_NO_UNWIND);
	return end(walker, LC_STACK_NO_MEMORY);
}

/* The registers of the caller are known: go there. */
static int go_on(struct walker *walker, const struct lc_registers *next, bool exact, bool guessed)
{
	walker->registers = *next;
	walker->floor = next->value[LC_REGISTER_SP];
	walker->exact = exact;
	walker->guessed = guessed;
	return STEP_ON;
}

/*
 * Frames that save the frame pointer and set it up for themselves have the caller's at [fp] and the
 * return address behind. Whether this one does, nobody knows: the result is marked as a guess.
 */
static int step_by_frame_pointer(struct walker *walker, enum lc_stack_end otherwise)
{
	struct lc_registers next = { .known = KNOWN(LC_REGISTER_FP) | KNOWN(LC_REGISTER_SP) |
					      KNOWN(LC_REGISTER_PC) };
	uint64_t pointer = walker->registers.value[LC_REGISTER_FP], return_address;

	if (!(walker->registers.known & KNOWN(LC_REGISTER_FP)))
		return end(walker, otherwise);
	/* Entry code clears the frame pointer (as the psABI wants) to mark the outermost frame. */
	if (pointer == 0 && walker->walk->count > 1)
		return end(walker, LC_STACK_WHOLE);
	if (pointer < walker->floor || pointer - walker->floor >= FRAME_POINTER_REACH ||
	    pointer % sizeof(uint64_t) != 0)
		return end(walker, otherwise);
	if (walker_read(walker, pointer, &next.value[LC_REGISTER_FP]) < 0 ||
	    walker_read(walker, pointer + sizeof(uint64_t), &return_address) < 0)
		return end(walker, otherwise);
	if (return_address == 0)
		return end(walker, LC_STACK_WHOLE);
	return_address = walker_strip(return_address);
	if (!walker_is_code(walker, return_address))
		return end(walker, otherwise);
	next.value[LC_REGISTER_PC] = return_address;
	next.value[LC_REGISTER_SP] = pointer + 2 * sizeof(uint64_t);
#if defined(__aarch64__)
	/* The pair lies at the bottom of its frame, whose size isn't known: nor is the sp. */
	next.known &= ~KNOWN(LC_REGISTER_SP);
#endif
	return go_on(walker, &next, false, true);
}

/*
 * Nothing was pushed since the call that led here: its return address lies at the stack pointer, or
 * on arm64 in the link register. Returns false, and changes nothing, where that can't be.
 */
static bool step_from_bare_call(struct walker *walker, bool guessed)
{
	struct lc_registers next = walker->registers;
	uint64_t return_address;

#if defined(__x86_64__)
	if (walker_read(walker, next.value[LC_REGISTER_SP], &return_address) < 0)
		return false;
	next.value[LC_REGISTER_SP] += sizeof(uint64_t);
#else
	if (expression_register(&next, 30, &return_address) < 0)
		return false;
	return_address = walker_strip(return_address);
#endif
	if (!walker_is_code(walker, return_address) ||
	    !code_is_behind_call(&walker->process->task, return_address))
		return false;
	next.value[LC_REGISTER_PC] = return_address;
	go_on(walker, &next, false, guessed);
	return true;
}

static int step_by_rule(struct walker *walker, const struct stack_rule *rule)
{
	struct lc_registers next;
	bool known, searched = false;
	int r;

	if (rule->outermost)
		return end(walker, LC_STACK_WHOLE);
	r = walker_caller(walker, rule, &next, &known);
	if (r == -ENODATA && !known && search_frame_pointer(walker, rule)) {
		searched = true;
		rule = walker_rule(walker, &walker->place);
		if (!rule)
			return -ENOMEM;
		r = walker_caller(walker, rule, &next, &known);
	}
	if (r == -ENODATA && !known)
		return step_by_frame_pointer(walker, LC_STACK_NO_REGISTER);
	if (r < 0)
		return end_for(walker, r);
	return go_on(walker, &next, rule->signal, searched);
}

static int step_from_signal(struct walker *walker)
{
	struct lc_registers next;
	int r = code_read_signal_frame(&walker->engine->memory, walker->floor, &next);

	return r < 0 ? end_for(walker, r) : go_on(walker, &next, true, false);
}

/* Learns what the code around pc is, once for each rule. A failure leaves the flags false. */
static void look_at_code(struct walker *walker, struct stack_rule *rule)
{
	if (!rule->code_known &&
	    code_look_at(&walker->process->task, walker->registers.value[LC_REGISTER_PC],
			 &rule->after_call, &rule->returns_from_signal) == 0)
		rule->code_known = true;
}

static struct lc_raw_frame *add_frame(struct walker *walker)
{
	struct lc_raw_frame *frame = &walker->walk->frames[walker->walk->count++];

	*frame = (struct lc_raw_frame){
		.address = walker->registers.value[LC_REGISTER_PC],
		.module = walker->place.module ? walker->place.module->number : 0,
		.vaddr = walker->place.vaddr + !walker->exact,
		.pid = walker->place.module ? 0 : (uint32_t)walker->process->pid,
		.interrupted = walker->exact,
		.guessed = walker->guessed,
	};
	return frame;
}

/* Adds the frame at walker->place and goes on to its caller. */
static int step_in_code(struct walker *walker)
{
	bool first = walker->walk->count == 0;
	struct lc_raw_frame *frame = add_frame(walker);
	struct stack_rule none = { .found = false }, *rule = &none;
	struct lc_registers next;

	if (walker->place.module) {
		rule = walker_rule(walker, &walker->place);
		if (!rule)
			return -ENOMEM;
	}
	if (first || !rule->found)
		look_at_code(walker, rule);
	frame->interrupted = (walker->exact && !(first && rule->after_call)) || rule->signal;
	if (rule->found)
		return step_by_rule(walker, rule);
	if (rule->returns_from_signal) {
		frame->interrupted = true;
		return step_from_signal(walker);
	}
	/*
	 * The bare wrappers of system calls: clone in C libraries ends its unwind information
	 * before the call, since it would be wrong in the child, and musl has none.
	 */
	if (first && rule->after_call && step_from_bare_call(walker, false))
		return STEP_ON;
	if (walker->place.module && search_caller(walker, &next))
		return go_on(walker, &next, false, true);
	return step_by_frame_pointer(walker, LC_STACK_NO_UNWIND);
}

/* Finds out where the registers are, adds the frame there, and goes on to its caller. */
static int step(struct walker *walker)
{
	bool first = walker->walk->count == 0;
	uint64_t pc = walker->registers.value[LC_REGISTER_PC];
	int r;

	if (pc == 0 && !first)
		return end(walker, LC_STACK_WHOLE);
	if (walker->walk->count == walker->engine->max_frames)
		return end(walker, LC_STACK_TRUNCATED);
	r = process_locate(&walker->engine->processes, walker->process, pc - !walker->exact,
			   &walker->place);
	if (r == -ENOENT && first) {
		walker->place = (struct stack_location){ .vaddr = pc };
		add_frame(walker)->pid = 0; /* a bad pointer is the same one in each process */
		return step_from_bare_call(walker, true) ? STEP_ON
							 : end(walker, LC_STACK_NO_MODULE);
	}
	if (r == -ENOENT)
		return end(walker, LC_STACK_NO_MODULE);
	return r < 0 ? r : step_in_code(walker);
}

int stack_unwind(struct stack_engine *engine, pid_t pid, const struct lc_registers *registers,
		 const struct stack_copy *copy, bool live, struct stack_walk *walk)
{
	const uint64_t needed = KNOWN(LC_REGISTER_SP) | KNOWN(LC_REGISTER_PC);
	struct walker walker = { .engine = engine, .walk = walk, .exact = true };
	int r;

	walk->count = 0;
	walk->end = LC_STACK_NONE;
	if ((registers->known & needed) != needed)
		return -EINVAL;
	r = process_get(&engine->processes, pid, &walker.process);
	if (r < 0)
		return r;
	walker.registers = *registers;
	walker.floor = registers->value[LC_REGISTER_SP];
	stack_memory_begin(&engine->memory, &walker.process->task, live, copy, walker.floor);
	do {
		r = step(&walker);
	} while (r == STEP_ON);
	return r < 0 ? r : 0;
}
