// SPDX-License-Identifier: GPL-2.0-only
/*
 * The collector's maps of a frame: of a function made by hand (layout of 1.20 and later), then with
 * each byte of it broken.
 */
#include "unit.h"

#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/image/stackmaps.h"

#include <elf.h>

#define BASE 0x400000
#define CODE 0x200 /* offsets in the file */
#define DATA 0x300 /* what gofunc is */
#define TABLE 0x400
#define FILE_SIZE 0x600
#define TEXT (BASE + CODE)
#define LENGTH 0x40
#define FRAME 40 /* bytes, with the saved frame pointer */

struct program {
	uint8_t bytes[FILE_SIZE];
	struct go_image image;
};

static void put(struct program *program, size_t at, uint64_t value, size_t size)
{
	assert_true(at + size <= FILE_SIZE);
	memcpy(program->bytes + at, &value, size);
}

static void put_elf(struct program *program)
{
	Elf64_Ehdr head = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(head),
		.e_ehsize = sizeof(head),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	Elf64_Phdr segment = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = BASE,
		.p_filesz = FILE_SIZE,
		.p_memsz = FILE_SIZE,
	};

	memcpy(program->bytes, &head, sizeof(head));
	memcpy(program->bytes + sizeof(head), &segment, sizeof(segment));
}

/* One value up to the byte "until", then another. */
static void put_values(struct program *program, size_t at, int first, unsigned until, int second)
{
	put(program, at, (unsigned)(first + 1) << 1, 1);
	put(program, at + 1, until, 1);
	put(program, at + 2, (unsigned)(second - first) << 1, 1);
	put(program, at + 3, LENGTH - until, 1);
	put(program, at + 4, 0, 1);
}

/* Parts of the table, by offset in it: names, values, functions. */
static void put_table(struct program *program, const char *name, unsigned flag)
{
	size_t names = 72, values = 112, functions = 144, info = functions + 16;

	put(program, TABLE, 0xfffffff1, 4);
	put(program, TABLE + 6, 1, 1);
	put(program, TABLE + 7, 8, 1);
	put(program, TABLE + 8, 1, 8);
	put(program, TABLE + 32, names, 8);
	put(program, TABLE + 40, names, 8);
	put(program, TABLE + 48, names, 8);
	put(program, TABLE + 56, values, 8);
	put(program, TABLE + 64, functions, 8);
	strcpy((char *)program->bytes + TABLE + names + 1, name);
	put_values(program, TABLE + values + 1, 0, 4, FRAME); /* frame size */
	put_values(program, TABLE + values + 8, 0, 0x20, 1);  /* number of the map */
	put(program, TABLE + functions + 4, info - functions, 4);
	put(program, TABLE + functions + 8, LENGTH, 4);
	put(program, TABLE + info + 4, 1, 4);
	put(program, TABLE + info + 8, 16, 4); /* bytes of arguments */
	put(program, TABLE + info + 16, 1, 4);
	put(program, TABLE + info + 28, 2, 4); /* tables of values behind it */
	put(program, TABLE + info + 41, flag, 1);
	put(program, TABLE + info + 43, 3, 1); /* data behind them */
	put(program, TABLE + info + 44 + 4, 8, 4);
	put(program, TABLE + info + 52, 0, 4);
	put(program, TABLE + info + 56, 16, 4);
	put(program, TABLE + info + 60, 32, 4);
}

static void put_maps(struct program *program)
{
	static const uint8_t call[] = { 0xe8, 0, 0, 0, 0 }, indirect[] = { 0xff, 0x50, 0x18 };

	put(program, DATA, 2, 4); /* arguments: 2 maps of 2 words */
	put(program, DATA + 4, 2, 4);
	put(program, DATA + 8, 0x0201, 2);
	put(program, DATA + 16, 2, 4); /* locals: 2 maps of 3 words */
	put(program, DATA + 20, 3, 4);
	put(program, DATA + 24, 0x0502, 2);
	put(program, DATA + 32, 1, 8); /* a variable */
	put(program, DATA + 40, (uint32_t)-24, 4);
	put(program, DATA + 44, 16, 4);
	memset(program->bytes + CODE, 0x90, LENGTH);
	memcpy(program->bytes + CODE + 0x10, call, sizeof(call));
	memcpy(program->bytes + CODE + 0x28, indirect, sizeof(indirect));
}

static void make(struct program *program, const char *name, unsigned flag)
{
	*program = (struct program){};
	put_elf(program);
	put_table(program, name, flag);
	put_maps(program);
}

static bool begin(struct program *program)
{
	uint8_t *copy = malloc(FILE_SIZE - TABLE);

	elf_version(EV_CURRENT);
	memcpy(copy, program->bytes + TABLE, FILE_SIZE - TABLE);
	program->image = (struct go_image){
		.fd = -1,
		.version = GO_VERSION(1, 26, 0),
		.elf = elf_memory((char *)program->bytes, FILE_SIZE),
	};
	return !pclntab_open(&program->image, TEXT, BASE + DATA, copy, FILE_SIZE - TABLE, 0);
}

static void end(struct program *program)
{
	pclntab_free(program->image.table);
	elf_end(program->image.elf);
}

static struct go_stack_map at(struct program *program, unsigned offset)
{
	struct go_stack_map map;

	go_stack_map_at(&program->image, TEXT + offset, FRAME, &map);
	return map;
}

static void test_a_frame_at_a_call(void **state)
{
	struct go_stack_object object;
	struct program program;
	struct go_stack_map map;

	(void)state;
	make(&program, "main.f", 0);
	assert_true(begin(&program));
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
	end(&program);
}

static void test_what_is_no_call(void **state)
{
	struct program program;
	unsigned i;

	(void)state;
	make(&program, "main.f", 0);
	assert_true(begin(&program));
	for (i = 0; i < LENGTH; i++) {
		if (i != 0x15 && i != 0x2b)
			assert_int_not_equal(at(&program, i).kind, GO_FRAME_BY_MAP);
	}
	assert_int_equal(at(&program, LENGTH).kind, GO_FRAME_SPOILS); /* no function */
	end(&program);
}

/* Offset in the file, value, and what the frame is then. */
static void test_what_makes_no_sense(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} cases[] = {
		{ DATA, 0 },
		{ DATA, UINT32_MAX },
		{ DATA + 4, 3 }, /* more than there are */
		{ DATA + 4, UINT32_MAX },
		{ DATA + 16, 0 },
		{ DATA + 20, 5 },
		{ DATA + 20, 1 << 30 },
		{ DATA + 32, 1 << 20 },
		{ DATA + 36, 1 },
		{ TABLE + 160 + 8, 0x80000000 }, /* arguments of unknown size */
		{ TABLE + 160 + 44 + 4, 0 },	 /* no table of numbers */
		{ TABLE + 160 + 52, 0xffffffff },
		{ TABLE + 160 + 56, 0xffffffff },
		{ TABLE + 160 + 60, 0x7ffffff0 },
		{ TABLE + 160 + 40, 0x00000400 }, /* assembly */
	};
	struct program program;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(&program, "main.f", 0);
		put(&program, cases[i].at, cases[i].value, 4);
		assert_true(begin(&program));
		assert_int_not_equal(at(&program, 0x15).kind, GO_FRAME_BY_MAP);
		end(&program);
	}
}

static void test_functions_that_spoil(void **state)
{
	static const char *const names[] = { "runtime.gopanic", "runtime.cgocall",
					     "runtime.systemstack", "runtime.cgocallbackg" };
	struct program program;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		make(&program, names[i], 0);
		assert_true(begin(&program));
		assert_int_equal(at(&program, 0x15).kind, GO_FRAME_SPOILS);
		end(&program);
	}
}

static void test_versions(void **state)
{
	struct program program;

	(void)state;
	make(&program, "main.f", 0);
	assert_true(begin(&program));
	program.image.version = 0;
	assert_int_equal(at(&program, 0x15).kind, GO_FRAME_SPOILS);
	program.image.version = GO_VERSION(1, 28, 0);
	assert_int_equal(at(&program, 0x15).kind, GO_FRAME_SPOILS);
	end(&program);
}

/* Whatever a map says, its bits and records are the file's. */
static void test_broken(void **state)
{
	struct program program;
	struct go_stack_map map;
	size_t i;
	unsigned j;

	(void)state;
	for (i = CODE; i < FILE_SIZE; i++) {
		make(&program, "main.f", 0);
		program.bytes[i] ^= 0xff;
		if (!begin(&program)) {
			end(&program);
			continue;
		}
		for (j = 0; j < LENGTH; j++) {
			map = at(&program, j);
			if (map.kind != GO_FRAME_BY_MAP)
				continue;
			assert_true(map.local_count <= FRAME / 8 - 1);
			if (map.local_count)
				assert_in_range((uintptr_t)map.locals, (uintptr_t)program.bytes,
						(uintptr_t)program.bytes + FILE_SIZE - 1);
			if (map.object_count)
				assert_in_range(
					(uintptr_t)(map.objects + map.object_count * 16 - 1),
					(uintptr_t)program.bytes,
					(uintptr_t)program.bytes + FILE_SIZE - 1);
		}
		end(&program);
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
