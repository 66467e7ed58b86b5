// SPDX-License-Identifier: GPL-2.0-only
/* A remedy says where the holder of the lock stands, if that is known. */
#include "waits.h"

#include "output/remedy.h"

static uint32_t named_stack(struct lc_stacks *stacks)
{
	const struct lc_frame frames[] = { { .function = "pthread_mutex_lock",
					     .file = "",
					     .module = "/lib/libc.so.6",
					     .build_id = "" },
					   { .function = "take_b_then_a",
					     .file = "/src/server.c",
					     .line = 17,
					     .module = "/bin/server",
					     .build_id = "" } };
	const struct lc_raw_frame raw[] = { { .address = 1, .module = 1, .vaddr = 1 },
					    { .address = 2, .module = 2, .vaddr = 2 } };
	uint32_t id = 0;

	assert_int_equal(lc_stacks_intern(stacks, raw, 2, LC_STACK_WHOLE, &id), 0);
	assert_int_equal(lc_stacks_set_frames(stacks, id, frames, 2), 0);
	return id;
}

static void test_the_holders_place(void **state)
{
	struct lc_model *model = model_new();
	struct lc_stacks *stacks;
	struct verdict_view view;
	struct output_run run = {};
	char text[REMEDY_BYTES];
	uint32_t named;

	(void)state;
	assert_int_equal(lc_stacks_create(16, &stacks), 0);
	named = named_stack(stacks);
	locks(model, 1, 10, 20);
	locks(model, 1, 20, 10);
	lc_model_find(model, 20)->user_stack = named;
	view = view_of(model);
	run.view = &view;
	run.stacks = stacks;
	remedy_words(&run, concluded(&view, 10), text, sizeof(text));
	assert_non_null(strstr(text, "thread 20 has it, in take_b_then_a (server.c:17)"));
	verdict_view_release(&view);
	/* A holder that runs stands nowhere. */
	thread_add(model, 1, 20, 0);
	view = view_of(model);
	remedy_words(&run, concluded(&view, 10), text, sizeof(text));
	assert_true(text[0]);
	assert_null(strstr(text, "has it, in"));
	verdict_view_release(&view);
	lc_model_free(model);
	lc_stacks_free(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_holders_place),
	};

	return cmocka_run_group_tests_name("remedy", tests, NULL, NULL);
}
