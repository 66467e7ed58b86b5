// SPDX-License-Identifier: GPL-2.0-only
/* Interned stacks: equal ones have one id, unlike ones never do, and the bound is told. */
#include "unit.h"

#include "model/stacks.h"

#include <errno.h>

static struct lc_raw_frame frame(uint64_t module, uint64_t vaddr)
{
	return (struct lc_raw_frame){ .module = module, .vaddr = vaddr, .address = vaddr + 0x1000 };
}

static void test_equal_stacks_have_one_id(void **state)
{
	struct lc_raw_frame one[2] = { frame(1, 10), frame(1, 20) },
			    other[2] = { frame(1, 10), frame(2, 20) };
	struct lc_stacks *stacks;
	uint32_t a, b, c, d;

	(void)state;
	lc_stacks_create(0, &stacks);
	assert_int_equal(lc_stacks_intern(stacks, one, 2, LC_STACK_WHOLE, &a), 0);
	one[0].address = 99; /* where the file lies in another process is not its identity */
	assert_int_equal(lc_stacks_intern(stacks, one, 2, LC_STACK_WHOLE, &b), 0);
	lc_stacks_intern(stacks, other, 2, LC_STACK_WHOLE, &c);
	lc_stacks_intern(stacks, one, 2, LC_STACK_NO_UNWIND, &d);
	assert_int_not_equal(a, 0);
	assert_int_equal(a, b);
	assert_int_not_equal(a, c);
	assert_int_not_equal(a, d);
	assert_int_equal(lc_stacks_count(stacks), 3);
	assert_int_equal(lc_stacks_get(stacks, c)->raw[1].module, 2);
	assert_null(lc_stacks_get(stacks, 0));
	assert_null(lc_stacks_get(stacks, 4));
	lc_stacks_free(stacks);
}

static void test_bound(void **state)
{
	struct lc_raw_frame one;
	struct lc_stacks *stacks;
	uint32_t id;
	int i;

	(void)state;
	lc_stacks_create(10, &stacks);
	for (i = 0; i < 10; i++) {
		one = frame(1, i);
		assert_int_equal(lc_stacks_intern(stacks, &one, 1, LC_STACK_WHOLE, &id), 0);
	}
	one = frame(1, 10);
	assert_int_equal(lc_stacks_intern(stacks, &one, 1, LC_STACK_WHOLE, &id), -ENOSPC);
	one = frame(1, 5);
	assert_int_equal(lc_stacks_intern(stacks, &one, 1, LC_STACK_WHOLE, &id), 0);
	assert_int_equal(id, 6);
	assert_int_equal(lc_stacks_refused(stacks), 1);
	lc_stacks_free(stacks);
}

static void test_names_are_given_once_and_copied(void **state)
{
	char function[] = "main", file[] = "main.c";
	struct lc_frame named = { .function = function, .file = file, .line = 7 },
			again = { .function = "x" };
	struct lc_raw_frame one = frame(1, 10);
	struct lc_stacks *stacks;
	uint32_t id;

	(void)state;
	lc_stacks_create(0, &stacks);
	lc_stacks_intern(stacks, &one, 1, LC_STACK_WHOLE, &id);
	assert_int_equal(lc_stacks_set_frames(stacks, id, &named, 1), 0);
	function[0] = file[0] = '?';
	assert_int_equal(lc_stacks_set_frames(stacks, id, &again, 1), 0);
	assert_int_equal(lc_stacks_get(stacks, id)->frame_count, 1);
	assert_string_equal(lc_stacks_get(stacks, id)->frames[0].function, "main");
	assert_string_equal(lc_stacks_get(stacks, id)->frames[0].file, "main.c");
	assert_string_equal(lc_stacks_get(stacks, id)->frames[0].module, "");
	assert_int_equal(lc_stacks_set_frames(stacks, 99, &named, 1), -ENOENT);
	lc_stacks_free(stacks);
}

static void test_rename(void **state)
{
	const struct lc_raw_frame raw = { .module = 1, .vaddr = 2 };
	const struct lc_frame first = { .function = "", .module = "m" };
	const struct lc_frame then[] = { { .function = "inner", .inlined = true },
					 { .function = "outer", .line = 7 } };
	struct lc_stacks *stacks;
	uint32_t id;

	(void)state;
	assert_int_equal(lc_stacks_create(0, &stacks), 0);
	assert_int_equal(lc_stacks_intern(stacks, &raw, 1, LC_STACK_WHOLE, &id), 0);
	/* One without names is not one that has others. */
	assert_int_equal(lc_stacks_rename(stacks, id, then, 2), -ENOENT);
	assert_int_equal(lc_stacks_rename(stacks, id + 1, then, 2), -ENOENT);
	assert_int_equal(lc_stacks_set_frames(stacks, id, &first, 1), 0);
	assert_int_equal(lc_stacks_rename(stacks, id, then, 2), 0);
	assert_int_equal(lc_stacks_get(stacks, id)->frame_count, 2);
	assert_string_equal(lc_stacks_get(stacks, id)->frames[1].function, "outer");
	assert_int_equal(lc_stacks_get(stacks, id)->frames[1].line, 7);
	assert_int_equal(lc_stacks_get(stacks, id)->raw_count, 1);
	lc_stacks_free(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_stacks_have_one_id),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_names_are_given_once_and_copied),
		cmocka_unit_test(test_rename),
	};

	return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}
