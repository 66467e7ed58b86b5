// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that is data: an interpreter reads it instruction by instruction, and keeps where it is in
 * its frames. Instructions of 16 bits, the opcode first, and frames in a list, as CPython has them
 * from 3.11 on.
 */
#include "emulate/run.h"

#define UNIT 2
#define FRAMES_MOST 1000

/* Where it cannot be had, nothing is known of the run. */
static uint64_t pointer_at(struct run *run, uint64_t address)
{
	uint64_t value = 0;

	if (!run_peek(run, address, &value, sizeof(value)))
		run_end(run, EMULATE_NOT_KNOWN, run->pages->why);
	return value;
}

uint64_t run_sum_of_frames(struct run *run)
{
	const struct emulate_interpreter *interpreter = &run->question->interpreter;
	uint64_t sum = UINT64_C(0xcbf29ce484222325), frame = interpreter->state;

	if (!frame)
		return 0;
	for (uint32_t i = 0; i < interpreter->hop_count && i < 2 && frame; i++)
		frame = pointer_at(run, frame + interpreter->hops[i]);
	for (unsigned i = 0; frame && i < FRAMES_MOST; i++) {
		sum = (sum ^ frame) * UINT64_C(0x100000001b3);
		sum = (sum ^ pointer_at(run, frame + interpreter->instruction)) *
		      UINT64_C(0x100000001b3);
		frame = pointer_at(run, frame + interpreter->previous);
	}
	return sum;
}

static int code_with(const struct emulate_interpreter *interpreter, uint64_t address)
{
	for (uint32_t i = 0; i < interpreter->code_count && i < EMULATE_CODES; i++) {
		if (run_is_in(&interpreter->code[i], address))
			return (int)i;
	}
	return -1;
}

/* The opcode that goes the other way; -1: it is none of those. */
static int other_way(const struct emulate_interpreter *interpreter, uint8_t opcode)
{
	for (uint32_t i = 0; i < interpreter->turn_count && i < EMULATE_TURNS; i++) {
		if (interpreter->turns[i][0] == opcode)
			return interpreter->turns[i][1];
	}
	return -1;
}

static void note_test(struct run *run, uint64_t address)
{
	run->passing = run->passed = address;
	for (size_t i = 0; i < run->test_count; i++) {
		if (run->tests[i] == address)
			return;
	}
	if (run->test_count < RUN_TESTS)
		run->tests[run->test_count++] = address;
}

static bool is_among(const uint8_t opcodes[EMULATE_LEADS], uint8_t opcode)
{
	for (size_t i = 0; i < EMULATE_LEADS && opcodes[i]; i++) {
		if (opcodes[i] == opcode)
			return true;
	}
	return false;
}

/* The next instruction of the same code that does something; caches are none. */
static void note_passage(struct run *run, uint64_t address, uint8_t opcode)
{
	const struct emulate_interpreter *interpreter = &run->question->interpreter;
	uint64_t behind = run->passed + UNIT + UNIT * interpreter->caches;

	if (!run->passing || (address >= run->passed && address < behind) ||
	    code_with(interpreter, run->passing) != code_with(interpreter, address) ||
	    is_among(interpreter->leads, opcode))
		return;
	if (is_among(interpreter->jumps, opcode)) {
		run->passed = address;
		return;
	}
	if (run->passage_count < RUN_PASSAGES)
		run->passages[run->passage_count++] = (struct run_passage){ run->passing, address };
	run->passing = 0;
}

static void note_begin(struct run *run, int code, uint64_t address, uint8_t opcode)
{
	const struct emulate_interpreter *interpreter = &run->question->interpreter;

	if (address == interpreter->code[code].start)
		run->called |= 1u << code;
	if (run->begun & 1u << code)
		return;
	run->begun |= 1u << code;
	if (opcode == interpreter->dropped)
		run->dropping |= 1u << code;
}

void run_note_code(struct run *run, uint64_t address)
{
	const struct emulate_interpreter *interpreter = &run->question->interpreter;
	int code = code_with(interpreter, address);
	uint8_t opcode = 0;

	if (code < 0 || (address - interpreter->code[code].start) % UNIT ||
	    !run_peek(run, address, &opcode, sizeof(opcode)))
		return;
	note_begin(run, code, address, opcode);
	note_passage(run, address, opcode);
	/* What is called anew, as the wait itself, is no test of who called it. */
	if (!(run->called & 1u << code) && other_way(interpreter, opcode) >= 0)
		note_test(run, address);
}

uint64_t run_goes_to(const struct run *run, uint64_t test, size_t from)
{
	for (size_t i = from; i < run->passage_count; i++) {
		if (run->passages[i].test == test)
			return run->passages[i].next;
	}
	return 0;
}

bool run_is_free_test(const struct run *run, uint64_t test)
{
	int code = code_with(&run->question->interpreter, test);

	return code >= 0 && run->dropping & 1u << code;
}

static bool set_opcode(struct run *run, uint64_t address, uint8_t opcode)
{
	if (!pages_touch(run->pages, address, 1))
		return false;
	pages_note_write(run->pages, address, 1);
	return !run->unicorn->uc_mem_write(run->uc, address, &opcode, 1);
}

bool run_turn(struct run *run)
{
	const struct emulate_interpreter *interpreter = &run->question->interpreter;
	uint64_t before = run->turned - interpreter->fused_bytes;
	uint8_t opcode = 0;
	int other;

	if (!run_peek(run, run->turned, &opcode, sizeof(opcode)))
		return false;
	other = other_way(interpreter, opcode);
	if (other < 0 || !set_opcode(run, run->turned, (uint8_t)other))
		return false;
	if (!interpreter->fused_count || code_with(interpreter, before) < 0 ||
	    !run_peek(run, before, &opcode, sizeof(opcode)) ||
	    (uint8_t)(opcode - interpreter->first_fused) >= interpreter->fused_count)
		return true;
	return set_opcode(run, before, interpreter->unfused);
}

/*
 * What hands over is struct mutex_entry (Python/lock.c), whose handed_off says that the lock is
 * the waiter's; an event has none, but is itself set.
 */
#define WAIT_ENTRY_ARGUMENT 16 /* before the semaphore: park_arg, */
#define WAIT_ENTRY_ADDRESS 8   /* addr */
#define HANDED_OFF 8

bool run_hand_over(struct run *run, uint64_t object)
{
	uint64_t argument = pointer_at(run, object - WAIT_ENTRY_ARGUMENT);
	const uint32_t handed_off = 1;
	const uint8_t set = 1;

	if (argument)
		return run_poke(run, argument + HANDED_OFF, &handed_off, sizeof(handed_off));
	return run_poke(run, pointer_at(run, object - WAIT_ENTRY_ADDRESS), &set, sizeof(set));
}

bool run_signal(struct run *run, uint64_t object)
{
	uint32_t value = 0;

	if (!run_peek(run, object, &value, sizeof(value)))
		return false;
	value++;
	return run_poke(run, object, &value, sizeof(value)) &&
	       (!run->question->interpreter.parks || run_hand_over(run, object));
}
