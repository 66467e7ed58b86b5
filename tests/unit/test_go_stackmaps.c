// SPDX-License-Identifier: GPL-2.0-only
/*
 * The collector's maps of a frame: of a function made by hand, then with each byte of it broken.
 */
#include "go_program.h"

#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/stackmaps.h"

static struct go_stack_map at(struct go_program *program, unsigned offset)
{
	struct go_stack_map map;

	go_stack_map_at(&program->image, PROGRAM_TEXT + offset, PROGRAM_FRAME, &map);
	return map;
}

static void test_a_frame_at_a_call(void **state)
{
	struct go_stack_object object;
	struct go_program program;
	struct go_stack_map map;

	(void)state;
	go_program_make(&program, "main.f", 0);
	assert_true(go_program_begin(&program));
	map = at(&program, 0x15);
#if defined(__x86_64__)
	assert_int_equal(map.kind, GO_FRAME_BY_MAP);
	assert_int_equal(map.local_count, 3);
	assert_int_equal(map.locals[0], 2);
	assert_int_equal(map.arg_count, 2);
	assert_int_equal(map.args[0], 1);
	assert_int_equal(map.arg_bytes, 16);
	assert_int_equal(map.object_count, 1);
	object = go_stack_object(&map, 0);
	assert_int_equal(object.from, -24);
	assert_int_equal(object.size, 16);
	map = at(&program, 0x2b); /* the second of each, behind CALL 24(AX) */
	assert_int_equal(map.kind, GO_FRAME_BY_MAP);
	assert_int_equal(map.locals[0], 5);
	assert_int_equal(map.args[0], 2);
#else
	(void)object;
	assert_int_equal(map.kind, GO_FRAME_SPOILS);
#endif
	go_program_end(&program);
}

static void test_what_is_no_call(void **state)
{
	struct go_program program;
	unsigned i;

	(void)state;
	go_program_make(&program, "main.f", 0);
	assert_true(go_program_begin(&program));
	for (i = 0; i < PROGRAM_LENGTH; i++) {
		if (i != 0x15 && i != 0x2b)
			assert_int_not_equal(at(&program, i).kind, GO_FRAME_BY_MAP);
	}
	assert_int_equal(at(&program, PROGRAM_LENGTH).kind, GO_FRAME_SPOILS); /* no function */
	go_program_end(&program);
}

/* Offset in the file, value, and what the frame is then. */
static void test_what_makes_no_sense(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} cases[] = {
		{ PROGRAM_DATA, 0 },
		{ PROGRAM_DATA, UINT32_MAX },
		{ PROGRAM_DATA + 4, 3 }, /* more than there are */
		{ PROGRAM_DATA + 4, UINT32_MAX },
		{ PROGRAM_DATA + 16, 0 },
		{ PROGRAM_DATA + 20, 5 },
		{ PROGRAM_DATA + 20, 1 << 30 },
		{ PROGRAM_DATA + 32, 1 << 20 },
		{ PROGRAM_DATA + 36, 1 },
		{ PROGRAM_TABLE + 160 + 8, 0x80000000 }, /* arguments of unknown size */
		{ PROGRAM_TABLE + 160 + 44 + 4, 0 },	 /* no table of numbers */
		{ PROGRAM_TABLE + 160 + 52, 0xffffffff },
		{ PROGRAM_TABLE + 160 + 56, 0xffffffff },
		{ PROGRAM_TABLE + 160 + 60, 0x7ffffff0 },
		{ PROGRAM_TABLE + 160 + 40, 0x00000400 }, /* assembly */
	};
	struct go_program program;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		go_program_make(&program, "main.f", 0);
		go_program_put(&program, cases[i].at, cases[i].value, 4);
		assert_true(go_program_begin(&program));
		assert_int_not_equal(at(&program, 0x15).kind, GO_FRAME_BY_MAP);
		go_program_end(&program);
	}
}

static void test_functions_that_spoil(void **state)
{
	static const char *const names[] = { "runtime.gopanic", "runtime.cgocall",
					     "runtime.systemstack", "runtime.cgocallbackg" };
	struct go_program program;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		go_program_make(&program, names[i], 0);
		assert_true(go_program_begin(&program));
		assert_int_equal(at(&program, 0x15).kind, GO_FRAME_SPOILS);
		go_program_end(&program);
	}
}

static void test_versions(void **state)
{
	struct go_program program;

	(void)state;
	go_program_make(&program, "main.f", 0);
	assert_true(go_program_begin(&program));
	program.image.version = 0;
	assert_int_equal(at(&program, 0x15).kind, GO_FRAME_SPOILS);
	program.image.version = GO_VERSION(1, 28, 0);
	assert_int_equal(at(&program, 0x15).kind, GO_FRAME_SPOILS);
	go_program_end(&program);
}

/* Whatever a map says, its bits and records are the file's. */
static void test_broken(void **state)
{
	struct go_program program;
	struct go_stack_map map;
	size_t i;
	unsigned j;

	(void)state;
	for (i = PROGRAM_CODE; i < PROGRAM_FILE_SIZE; i++) {
		go_program_make(&program, "main.f", 0);
		program.bytes[i] ^= 0xff;
		if (!go_program_begin(&program)) {
			go_program_end(&program);
			continue;
		}
		for (j = 0; j < PROGRAM_LENGTH; j++) {
			map = at(&program, j);
			if (map.kind != GO_FRAME_BY_MAP)
				continue;
			assert_true(map.local_count <= PROGRAM_FRAME / 8 - 1);
			if (map.local_count)
				assert_in_range((uintptr_t)map.locals, (uintptr_t)program.bytes,
						(uintptr_t)program.bytes + PROGRAM_FILE_SIZE - 1);
			if (map.object_count)
				assert_in_range(
					(uintptr_t)(map.objects + map.object_count * 16 - 1),
					(uintptr_t)program.bytes,
					(uintptr_t)program.bytes + PROGRAM_FILE_SIZE - 1);
		}
		go_program_end(&program);
	}
}

/* Where a thread has a goroutine, its last stop says nothing of its stack. */
static void test_what_of_a_stack_is_in_use(void **state)
{
	struct go_descriptor d = {
		.stack_lo = 0x1000,
		.stack_hi = 0x2000,
		.sched_sp = 0x1800,
		.status = GO_STATUS_WAITING,
	};
	uint64_t from, to;

	(void)state;
	reach_stack_range(&d, &from, &to);
	assert_int_equal(from, 0x1800);
	assert_int_equal(to, 0x2000);
	d.m = 0xc000100000;
	reach_stack_range(&d, &from, &to);
	assert_int_equal(from, 0x1000);
	d.m = 0;
	d.status = GO_STATUS_RUNNING;
	reach_stack_range(&d, &from, &to);
	assert_int_equal(from, 0x1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_frame_at_a_call),
		cmocka_unit_test(test_what_is_no_call),
		cmocka_unit_test(test_what_makes_no_sense),
		cmocka_unit_test(test_functions_that_spoil),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_what_of_a_stack_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
