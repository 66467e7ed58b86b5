// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that are answered instead of run, and locks that somebody else has, too: code made by
 * hand, in a process that there is not.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "emulate/emulate.h"

#if defined(__x86_64__)

#define CODE 0x400000u
#define DATA 0x500000u
#define STACK 0x600000u
#define LOCK DATA
#define CLOSURE (DATA + 0x100)
#define IN_CLOSURE (CODE + 0x800)

/* Where known functions are. */
#define RETURNS (CODE + 0x100)
#define MAKES_UP (CODE + 0x200)
#define TAKES (CODE + 0x300)
#define ALLOCATES (CODE + 0x400)
#define CALLS (CODE + 0x500)
#define STOPS (CODE + 0x600)
#define FINISHES (CODE + 0x700)

struct program {
	uint8_t code[EMULATE_PAGE], data[EMULATE_PAGE], stack[EMULATE_PAGE];
	size_t length;
	struct emulate_question question;
};

static struct emulator *emulator;

static int page_of(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE], bool *ret_writable)
{
	const struct program *program = context;
	const uint8_t *from = address == CODE	 ? program->code
			      : address == DATA	 ? program->data
			      : address == STACK ? program->stack
						 : NULL;

	if (!from)
		return -EFAULT;
	memcpy(bytes, from, EMULATE_PAGE);
	*ret_writable = address != CODE;
	return 0;
}

static void put(struct program *program, const void *bytes, size_t size)
{
	memcpy(program->code + program->length, bytes, size);
	program->length += size;
}

#define PUT(program, ...) \
	put(program, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void put_call(struct program *program, uint32_t target)
{
	int32_t distance = (int32_t)(target - (CODE + program->length + 5));

	PUT(program, 0xe8);
	put(program, &distance, sizeof(distance));
}

/* lock decl LOCK */
static void put_unlock(struct program *program)
{
	PUT(program, 0xf0, 0xff, 0x0c, 0x25, 0, 0, 0x50, 0);
}

/* mov $value, %eax */
static void put_argument(struct program *program, uint32_t value)
{
	PUT(program, 0xb8);
	put(program, &value, sizeof(value));
}

static void add_known(struct program *program, uint64_t address, enum lc_call_meaning meaning)
{
	struct lc_known_call *known = &program->question.known[program->question.known_count++];

	*known = (struct lc_known_call){ .address = address,
					 .result = { 5, 6 },
					 .meaning = meaning };
}

/* A goroutine whose first function returns to where it ends, and a lock that somebody has. */
static void begin(struct program *program)
{
	const uint64_t finishes = FINISHES;
	const uint32_t locked = 1;

	*program = (struct program){
		.question = { .asked = EMULATE_WHAT_FREES,
			      .follow = 1,
			      .goroutine = 1,
			      .call = { .nr = -1 },
			      .own = { { STACK, STACK + EMULATE_PAGE } },
			      .watch_count = 1,
			      .watches = { { .address = LOCK, .mask = 1 } } },
	};
	program->question.registers.known = (UINT64_C(1) << LC_REGISTER_COUNT) - 1;
	program->question.registers.value[LC_REGISTER_PC] = CODE;
	program->question.registers.value[LC_REGISTER_SP] = STACK + 0x800;
	memcpy(program->stack + 0x800, &finishes, sizeof(finishes));
	memcpy(program->data, &locked, sizeof(locked));
	memset(program->code + (RETURNS - CODE), 0xf4, 0x700); /* hlt: none of it is run */
	add_known(program, RETURNS, LC_CALL_RETURNS);
	add_known(program, MAKES_UP, LC_CALL_MAKES_UP);
	add_known(program, TAKES, LC_CALL_TAKES);
	add_known(program, ALLOCATES, LC_CALL_ALLOCATES);
	add_known(program, CALLS, LC_CALL_CALLS);
	add_known(program, STOPS, LC_CALL_STOPS);
	add_known(program, FINISHES, LC_CALL_FINISHES);
}

static struct emulate_outcome end(struct program *program)
{
	const struct emulate_source source = { page_of, program };
	struct emulate_outcome outcome;

	PUT(program, 0xc3);
	assert_int_equal(emulator->does->ask(emulator, &program->question, &source, &outcome), 0);
	return outcome;
}

static void test_to_the_end(void **state)
{
	struct emulate_outcome outcome;
	struct program program;

	(void)state;
	begin(&program);
	put_call(&program, RETURNS);
	PUT(&program, 0x83, 0xf8, 5, 0x75, 8);		      /* cmp $5, %eax; jne */
	PUT(&program, 0x83, 0xfb, 6, 0x75, 3, 0x90, 0xeb, 2); /* cmp $6, %ebx; jne; nop; jmp */
	PUT(&program, 0xf4, 0xf4);			      /* hlt */
	put_unlock(&program);
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_int_equal(outcome.release_count, 1);
	assert_true(outcome.releases[0].certain);
}

static void test_behind_another_wait(void **state)
{
	struct emulate_outcome outcome;
	struct program program;

	(void)state;
	begin(&program);
	put_call(&program, MAKES_UP);
	put_unlock(&program);
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_int_equal(outcome.release_count, 1);
	assert_false(outcome.releases[0].certain);
}

/* It waits for its turn, and unlocks: as often as it locked. */
static void test_a_lock_that_another_has(void **state)
{
	struct emulate_outcome outcome;
	struct program program;
	unsigned unlocks;

	(void)state;
	for (unlocks = 1; unlocks <= 2; unlocks++) {
		begin(&program);
		put_argument(&program, LOCK);
		put_call(&program, TAKES);
		for (unsigned i = 0; i < unlocks; i++)
			put_unlock(&program);
		outcome = end(&program);
		assert_int_equal(outcome.end, EMULATE_ENDS);
		assert_int_equal(outcome.release_count, unlocks - 1);
	}
}

static void test_a_lock_that_it_waits_for(void **state)
{
	struct emulate_outcome outcome;
	struct program program;
	unsigned unlocks;

	(void)state;
	for (unlocks = 1; unlocks <= 2; unlocks++) {
		begin(&program);
		program.question.watches[0].taken = program.question.watches[0].borrowed = 1;
		for (unsigned i = 0; i < unlocks; i++)
			put_unlock(&program);
		outcome = end(&program);
		assert_int_equal(outcome.release_count, unlocks - 1);
	}
}

/* Free, it is locked and unlocked. */
static void test_a_lock_that_is_free(void **state)
{
	struct emulate_outcome outcome;
	struct program program;

	(void)state;
	begin(&program);
	program.data[0] = 0;
	put_argument(&program, LOCK);
	put_call(&program, TAKES);
	put_unlock(&program);
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_int_equal(outcome.release_count, 0);
}

static void test_memory(void **state)
{
	struct emulate_outcome outcome;
	struct program program;

	(void)state;
	begin(&program);
	put_argument(&program, 64);
	put_call(&program, ALLOCATES);
	PUT(&program, 0x83, 0x78, 8, 0, 0x75, 0xfe); /* cmpl $0, 8(%rax); jne . */
	PUT(&program, 0xff, 0x40, 8);		     /* incl 8(%rax) */
	put_unlock(&program);
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_int_equal(outcome.release_count, 1);
	begin(&program);
	put_argument(&program, 1 << 30);
	put_call(&program, ALLOCATES);
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_LONG);
	begin(&program); /* a thread has no such memory */
	program.question.goroutine = 0;
	put_argument(&program, 64);
	put_call(&program, ALLOCATES);
	PUT(&program, 0xff, 0x40, 8);
	assert_int_equal(end(&program).why, EMULATE_UNREADABLE);
}

/* As runtime.systemstack does it. */
static void test_a_closure(void **state)
{
	static const uint8_t unlock[] = { 0xf0, 0xff, 0x0c, 0x25, 0, 0, 0x50, 0, 0xc3 };
	const uint64_t code = IN_CLOSURE;
	struct emulate_outcome outcome;
	struct program program;

	(void)state;
	begin(&program);
	memcpy(program.code + (IN_CLOSURE - CODE), unlock, sizeof(unlock));
	memcpy(program.data + (CLOSURE - DATA), &code, sizeof(code));
	PUT(&program, 0x68, 0, 1, 0x50, 0); /* push $CLOSURE */
	put_call(&program, CALLS);
	PUT(&program, 0x58); /* pop %rax */
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_ENDS);
	assert_int_equal(outcome.release_count, 1);
}

static void test_no_end(void **state)
{
	struct emulate_outcome outcome;
	struct program program;

	(void)state;
	begin(&program);
	put_unlock(&program);
	put_call(&program, STOPS);
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_UNFORESEEN);
	assert_int_equal(outcome.release_count, 1); /* before that */
	begin(&program);
	put_call(&program, MAKES_UP);
	PUT(&program, 0xeb, 0xf9); /* jmp CODE */
	outcome = end(&program);
	assert_int_equal(outcome.end, EMULATE_NOT_KNOWN);
	assert_int_equal(outcome.why, EMULATE_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_the_end),
		cmocka_unit_test(test_behind_another_wait),
		cmocka_unit_test(test_a_lock_that_another_has),
		cmocka_unit_test(test_a_lock_that_it_waits_for),
		cmocka_unit_test(test_a_lock_that_is_free),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_a_closure),
		cmocka_unit_test(test_no_end),
	};

	if (emulate_local_create(&emulator) < 0) {
		(void)puts("1..0 # SKIP no libunicorn");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	(void)puts("1..0 # SKIP the code that is run is x86-64's");
	return 0;
}

#endif
