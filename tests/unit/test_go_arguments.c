// SPDX-License-Identifier: GPL-2.0-only
/* The compiler's notes on arguments, applied to the bytes of a frame. */
#include "unit.h"

#include "runtimes/go/dump/arguments.h"

static struct go_argument_note note_of(const uint8_t *info, size_t size)
{
	struct go_argument_note note = { .size = size, .live_start = UINT8_MAX };

	memcpy(note.info, info, size);
	return note;
}

static void test_values(void **state)
{
	/* (int64, string{ptr, len}, uint8, slice of which the rest is too far, ...) */
	static const uint8_t info[] = { 0, 8,	 0xfe, 8,    8,	   16,	 8, 0xfd, 24,
					1, 0xfe, 0xfb, 0xfd, 0xfc, 0xff, 9, 9 };
	struct go_argument_note note = note_of(info, sizeof(info));
	struct lc_go_argument arguments[GO_ARGUMENTS_MAX];
	uint64_t words[4] = { 1, 0xc000010000, 5, 0xffffffffffffff07 };
	size_t count = go_arguments_read(&note, (const uint8_t *)words, sizeof(words), arguments);

	(void)state;
	assert_int_equal(count, 10);
	assert_int_equal(arguments[0].kind, LC_GO_ARGUMENT_VALUE);
	assert_int_equal(arguments[0].value, 1);
	assert_int_equal(arguments[1].kind, LC_GO_ARGUMENT_BEGIN);
	assert_int_equal(arguments[2].value, 0xc000010000);
	assert_int_equal(arguments[3].value, 5);
	assert_int_equal(arguments[4].kind, LC_GO_ARGUMENT_END);
	assert_int_equal(arguments[5].value, 7); /* one byte of the word */
	assert_int_equal(arguments[6].kind, LC_GO_ARGUMENT_BEGIN);
	assert_int_equal(arguments[7].kind, LC_GO_ARGUMENT_FAR);
	assert_int_equal(arguments[8].kind, LC_GO_ARGUMENT_END);
	assert_int_equal(arguments[9].kind, LC_GO_ARGUMENT_MORE);
	assert_false(arguments[0].uncertain);
}

static void test_live(void **state)
{
	static const uint8_t info[] = { 0, 8, 8, 8, 16, 8, 24, 8, 0xff };
	struct go_argument_note note = note_of(info, sizeof(info));
	struct lc_go_argument arguments[GO_ARGUMENTS_MAX];
	uint64_t words[4] = {};

	(void)state;
	note.has_live = true;
	note.live_start = 8; /* from here on slots count */
	note.live[0] = 0x2;
	assert_int_equal(go_arguments_read(&note, (const uint8_t *)words, 32, arguments), 4);
	assert_false(arguments[0].uncertain);
	assert_true(arguments[1].uncertain);
	assert_false(arguments[2].uncertain);
	assert_true(arguments[3].uncertain);
}

static void test_hostile(void **state)
{
	static const uint8_t cut[] = { 0, 8, 8 }, large[] = { 0, 200, 0xff };
	struct lc_go_argument arguments[GO_ARGUMENTS_MAX];
	struct go_argument_note note = note_of(cut, sizeof(cut));
	uint64_t words[2] = { 1, 2 };

	(void)state;
	assert_int_equal(go_arguments_read(&note, (const uint8_t *)words, 16, arguments), 1);
	assert_int_equal(go_arguments_read(&note, (const uint8_t *)words, 7, arguments), 1);
	assert_int_equal(arguments[0].kind, LC_GO_ARGUMENT_FAR); /* not all of it is there */
	assert_int_equal(go_arguments_read(&note, NULL, 0, arguments), 1);
	note = note_of(large, sizeof(large));
	go_arguments_read(&note, (const uint8_t *)words, 16, arguments);
	assert_int_equal(arguments[0].kind, LC_GO_ARGUMENT_FAR);
	memset(&note, 0xfe, sizeof(note));
	note.size = sizeof(note.info);
	assert_int_equal(go_arguments_read(&note, (const uint8_t *)words, 16, arguments),
			 GO_ARGUMENTS_MAX);
	note.size = 0;
	assert_int_equal(go_arguments_read(&note, (const uint8_t *)words, 16, arguments), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
