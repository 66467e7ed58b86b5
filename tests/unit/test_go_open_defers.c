// SPDX-License-Identifier: GPL-2.0-only
/* Where open-coded defers lie: as each version notes it, and with each byte of that broken. */
#include "go_program.h"

#include "runtimes/go/image/open_defers.h"

#define INFO (PROGRAM_TABLE + 160)
#define NOTE (PROGRAM_DATA + 72) /* free there */

static void make(struct go_program *program, uint32_t version, const uint8_t *note, size_t size)
{
	go_program_make(program, "main.f", 0);
	go_program_put(program, INFO + 43, 5, 1);
	go_program_put(program, INFO + 64, UINT32_MAX, 4);
	go_program_put(program, INFO + 68, NOTE - PROGRAM_DATA, 4);
	memcpy(program->bytes + NOTE, note, size);
	assert_true(go_program_begin(program));
	program->image.version = version;
}

static bool read_defers(struct go_program *program, struct go_open_defers *ret)
{
	struct go_function function;

	assert_true(pclntab_function(program->image.table, PROGRAM_TEXT + 1, &function));
	return go_open_defers_of(&program->image, &function, ret);
}

static void test_as_each_version_has_it(void **state)
{
	static const struct {
		uint32_t version;
		uint8_t note[16];
		uint32_t bits, count, first, second;
	} cases[] = {
		/* most bytes of arguments; byte; two: (bytes, closure, arguments) each */
		{ GO_VERSION(1, 17, 13), { 0, 17, 2, 0, 32, 0, 0, 40, 0 }, 17, 2, 40, 32 },
		{ GO_VERSION(1, 17, 13),
		  { 8, 17, 2, 8, 32, 1, 48, 8, 0, 0, 40, 0 },
		  17,
		  2,
		  40,
		  32 },
		{ GO_VERSION(1, 18, 0), { 17, 2, 32, 40 }, 17, 2, 40, 32 },
		{ GO_VERSION(1, 21, 13), { 0x91, 1, 1, 0xa0, 1 }, 145, 1, 160, 0 },
		{ GO_VERSION(1, 22, 0), { 17, 32 }, 17, 4, 32, 24 },
		{ GO_VERSION(1, 27, 0), { 17, 0xa0, 1 }, 17, 8, 160, 152 },
	};
	struct go_open_defers defers;
	struct go_program program;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(&program, cases[i].version, cases[i].note, sizeof(cases[i].note));
		assert_true(read_defers(&program, &defers));
		assert_int_equal(defers.bits, cases[i].bits);
		assert_int_equal(defers.count, cases[i].count);
		assert_int_equal(defers.slots[0], cases[i].first);
		if (cases[i].count > 1)
			assert_int_equal(defers.slots[1], cases[i].second);
		go_program_end(&program);
	}
}

static void test_what_makes_no_sense(void **state)
{
	static const struct {
		uint32_t version;
		uint8_t note[8];
	} cases[] = {
		{ GO_VERSION(1, 17, 0), { 0, 17, 1, 0, 32, 65 } }, /* arguments without end */
		{ GO_VERSION(1, 18, 0), { 17, 0 } },
		{ GO_VERSION(1, 18, 0), { 17, 9 } }, /* more than there can be */
		{ GO_VERSION(1, 26, 0), { 17, 0 } },
		{ GO_VERSION(1, 26, 0), { 0, 32 } },
		{ GO_VERSION(1, 26, 0), { 17, 0xff, 0xff, 0xff, 0xff, 0xff } },
	};
	struct go_open_defers defers;
	struct go_program program;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(&program, cases[i].version, cases[i].note, sizeof(cases[i].note));
		assert_false(read_defers(&program, &defers));
		go_program_end(&program);
	}
}

static void test_none(void **state)
{
	struct go_open_defers defers;
	struct go_program program;

	(void)state;
	go_program_make(&program, "main.f", 0);
	assert_true(go_program_begin(&program));
	assert_false(read_defers(&program, &defers));
	go_program_end(&program);
	go_program_make(&program, "main.f", 0);
	go_program_put(&program, INFO + 43, 5, 1);
	go_program_put(&program, INFO + 68, PROGRAM_FILE_SIZE * 2, 4); /* not in the file */
	assert_true(go_program_begin(&program));
	assert_false(read_defers(&program, &defers));
	go_program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_each_version_has_it),
		cmocka_unit_test(test_what_makes_no_sense),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
