// SPDX-License-Identifier: GPL-2.0-only
/* Names of tests in names of functions, and tests among the ancestors of goroutines. */
#include "unit.h"

#include "verdict/blame.h"

#include <string.h>

static void of(const char *function, const char *expected)
{
	char test[BLAME_NAME] = "";
	bool is = blame_go_function(function, test);

	assert_int_equal(is, expected != NULL);
	assert_string_equal(test, expected ?: "");
}

static void test_functions_of_tests(void **state)
{
	(void)state;
	of("example.com/a/b.TestX", "TestX");
	of("example.com/a/b.TestX.func1.2", "TestX");
	of("b.TestX[...]", "TestX");
	of("b.(*Suite).TestX-fm", "TestX");
	of("b.Test", "Test");
	of("b.Test_x", "Test_x");
	of("b.BenchmarkX.func1", "BenchmarkX");
	of("b.FuzzX", "FuzzX");
	of("b.ExampleX", "ExampleX");
}

static void test_functions_of_none(void **state)
{
	(void)state;
	of("example.com/Testing/b.Serve", NULL);
	of("example.com/TestX/b.Serve", NULL);
	of("b.Testing", NULL);
	of("b.testX", NULL);
	of("TestX", NULL);
	of("", NULL);
	of("b.", NULL);
	of("testing.tRunner", NULL);
}

static void test_rust(void **state)
{
	const struct lc_frame frames[] = {
		{ .function = "std::thread::spawn" },
		{ .function = "pool::start" },
		{ .function = "pool::tests::it_leaks" },
		{ .function = "pool::tests::it_leaks::{{closure}}" },
		{ .function = "core::ops::function::FnOnce::call_once" },
		{ .function = "test::__rust_begin_short_backtrace" },
		{ .function = "test::run_test" },
	};
	struct lc_stack stack = { .frames = frames, .frame_count = 7 };
	char test[BLAME_NAME];

	(void)state;
	assert_true(blame_rust_stack(&stack, test));
	assert_string_equal(test, "pool::tests::it_leaks");
	stack.frame_count = 5;
	assert_false(blame_rust_stack(&stack, test));
	assert_false(blame_rust_stack(NULL, test));
}

/* A goroutine of a test that has ended, and one whose ancestors form a circle. */
static void test_ancestors(void **state)
{
	struct lc_goroutine list[] = {
		{ .goid = 10, .parent_goid = 9, .state = LC_GO_WAITING, .site = 0 },
		{ .goid = 11, .parent_goid = 10, .state = LC_GO_WAITING, .site = 1 },
		{ .goid = 12, .parent_goid = 11, .state = LC_GO_WAITING, .site = 1 },
		{ .goid = 20, .parent_goid = 21, .state = LC_GO_WAITING, .site = 1 },
		{ .goid = 21, .parent_goid = 20, .state = LC_GO_WAITING, .site = 1 },
	};
	const struct lc_frame spawn = {
		.function = "pkg.TestX.func1", .file = "", .module = "", .build_id = ""
	};
	struct lc_go_site sites[] = { { .spawn_stack = 0 }, { .spawn_stack = 0 } };
	struct lc_go_process process = {
		.pid = 7, .list = list, .count = 5, .sites = sites, .site_count = 2
	};
	struct lc_stacks *stacks;
	struct lc_raw_frame raw = { .address = 1, .module = 1, .vaddr = 1 };
	struct blame blame = {};

	(void)state;
	assert_int_equal(lc_stacks_create(0, &stacks), 0);
	assert_int_equal(lc_stacks_intern(stacks, &raw, 1, LC_STACK_WHOLE, &sites[0].spawn_stack),
			 0);
	assert_int_equal(lc_stacks_set_frames(stacks, sites[0].spawn_stack, &spawn, 1), 0);
	assert_int_equal(blame_note(&blame, &process, stacks), 0);
	assert_string_equal(blame_of(&blame, 7, 12), "TestX");
	assert_null(blame_of(&blame, 7, 20));
	assert_null(blame_of(&blame, 7, 99));
	assert_null(blame_of(&blame, 8, 12));
	/* Its ancestors have ended. */
	list[0].goid = list[1].goid = 0;
	assert_int_equal(blame_note(&blame, &process, stacks), 0);
	assert_string_equal(blame_of(&blame, 7, 12), "TestX");
	blame_release(&blame);
	lc_stacks_free(stacks);
}

/* The stack of who started it: a test at work, or a goroutine that one had started. */
static void test_births(void **state)
{
	const struct lc_frame at_work[] = { { .function = "pkg.Serve" },
					    { .function = "pkg.TestX" },
					    { .function = "testing.tRunner" } };
	const struct lc_frame of_a_test[] = { { .function = "pkg.Serve" },
					      { .function = "pkg.TestY.func1" } };
	const struct lc_frame of_none[] = { { .function = "pkg.Serve" },
					    { .function = "main.main" } };
	struct lc_goroutine list[] = { { .goid = 10, .state = LC_GO_WAITING },
				       { .goid = 11, .state = LC_GO_WAITING },
				       { .goid = 12, .state = LC_GO_WAITING } };
	struct lc_go_site site = {};
	struct lc_go_process process = {
		.pid = 7, .list = list, .count = 3, .sites = &site, .site_count = 1
	};
	struct lc_stack stack = { .frames = at_work, .frame_count = 3 };
	struct lc_stacks *stacks;
	struct blame blame = {};

	(void)state;
	assert_int_equal(lc_stacks_create(0, &stacks), 0);
	assert_int_equal(blame_note(&blame, &process, stacks), 0);
	assert_true(blame_note_birth(&blame, 7, 10, &stack));
	assert_string_equal(blame_of(&blame, 7, 10), "TestX");
	stack = (struct lc_stack){ .frames = of_a_test, .frame_count = 2 };
	assert_true(blame_note_birth(&blame, 7, 11, &stack));
	assert_string_equal(blame_of(&blame, 7, 11), "TestY");
	stack = (struct lc_stack){ .frames = of_none, .frame_count = 2 };
	assert_false(blame_note_birth(&blame, 7, 12, &stack));
	assert_false(blame_note_birth(&blame, 7, 12, NULL));
	assert_false(blame_note_birth(&blame, 7, 99, &stack));
	assert_null(blame_of(&blame, 7, 12));
	blame_release(&blame);
	lc_stacks_free(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions_of_tests),
		cmocka_unit_test(test_functions_of_none),
		cmocka_unit_test(test_rust),
		cmocka_unit_test(test_ancestors),
		cmocka_unit_test(test_births),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
