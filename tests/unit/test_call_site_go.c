// SPDX-License-Identifier: GPL-2.0-only
/* Which frame of a stack of Go's stands for it. */
#include "unit.h"

#include "output/text_stack.h"

#include <string.h>

#define FRAMES 6

/* Innermost first; own are those that begin with "main." or "shop/". */
static void shows(const char *expected, bool own, const char *const functions[FRAMES])
{
	struct lc_stacks *stacks;
	struct lc_frame frames[FRAMES];
	struct lc_raw_frame raw[] = { { .address = 1, .module = 1, .vaddr = 1 } };
	struct output_run run = {};
	uint32_t id;
	size_t count;

	assert_int_equal(lc_stacks_create(8, &stacks), 0);
	assert_int_equal(lc_stacks_intern(stacks, raw, 1, LC_STACK_WHOLE, &id), 0);
	for (count = 0; count < FRAMES && functions[count]; count++)
		frames[count] = (struct lc_frame){
			.function = functions[count],
			.file = strcmp(functions[count], "runtime.goexit") ? "x.go" : "asm.s",
			.line = 7,
			.module = "/bin/shop",
			.build_id = "",
			.go = true,
			.own = !strncmp(functions[count], "main.", 5) ||
			       !strncmp(functions[count], "shop/", 5),
		};
	assert_int_equal(lc_stacks_set_frames(stacks, id, frames, count), 0);
	run.stacks = stacks;
	assert_string_equal(text_telling_frame(&run, id)->function, expected);
	assert_int_equal(text_is_own(&run, id), own);
	assert_true(text_is_own(&run, 0)); /* not known: not somebody else's */
	lc_stacks_free(stacks);
}

static void test_the_programs_own_code(void **state)
{
	(void)state;
	shows("shop/store.Get", false,
	      (const char *const[FRAMES]){ "runtime.gopark", "sync.(*Mutex).Lock",
					   "github.com/x/y.Do", "shop/store.Get", "main.serve",
					   "runtime.goexit" });
}

/* What is to be changed there is the program's own only if it stands there itself. */
static void test_the_program_itself_waits(void **state)
{
	(void)state;
	shows("main.read", true,
	      (const char *const[FRAMES]){ "runtime.gopark", "internal/sync.(*Mutex).lockSlow",
					   "sync.(*Mutex).Lock", "main.read", "runtime.goexit" });
}

static void test_else_what_is_done(void **state)
{
	(void)state;
	shows("net/http.(*persistConn).readLoop", false,
	      (const char *const[FRAMES]){ "runtime.gopark", "internal/poll.(*FD).Read",
					   "net.(*conn).Read", "net/http.(*persistConn).readLoop",
					   "runtime.goexit" });
	shows("github.com/x/y.Run", false,
	      (const char *const[FRAMES]){ "runtime.gopark", "net.(*conn).Read",
					   "github.com/x/y.Do", "github.com/x/y.Run",
					   "runtime.goexit" });
}

static void test_never_the_entry(void **state)
{
	(void)state;
	shows("runtime.bgsweep", false,
	      (const char *const[FRAMES]){ "runtime.gopark", "runtime.bgsweep", "runtime.goexit" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_programs_own_code),
		cmocka_unit_test(test_the_program_itself_waits),
		cmocka_unit_test(test_else_what_is_done),
		cmocka_unit_test(test_never_the_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
