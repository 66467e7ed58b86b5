// SPDX-License-Identifier: GPL-2.0-only
/*
 * Go's table of functions, and stacks that are walked by it: on one made by hand (layout of 1.20
 * and later), on what is left of it when it is cut, and on a program of tests/programs.
 */
#include "unit.h"

#include "runtimes/go/sched/unwind.h"
#include "runtimes/go/image/build_info.h"
#include "runtimes/go/image/identify.h"
#include "runtimes/go/image/pclntab.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT 0x401000
#define BIAS 0x10000
#define REAL "build/tests/programs/go/goexpected"

struct table {
	uint8_t bytes[4096];
	size_t size;
};

static void put(struct table *table, size_t at, uint64_t value, size_t size)
{
	memcpy(table->bytes + at, &value, size);
	if (at + size > table->size)
		table->size = at + size;
}

static uint32_t put_text(struct table *table, const char *text)
{
	size_t at = table->size;

	memcpy(table->bytes + at, text, strlen(text) + 1);
	table->size += strlen(text) + 1;
	return at;
}

/* One value from the entry on, or another from the byte "from" on. */
static uint32_t put_values(struct table *table, int first, unsigned from, int second, unsigned end)
{
	size_t at = table->size;
	int step = second - first;

	put(table, table->size, (unsigned)(first + 1) << 1, 1);
	put(table, table->size, from ?: end, 1);
	if (from) {
		put(table, table->size, step >= 0 ? (unsigned)step << 1 : (unsigned)(-step) * 2 - 1,
		    1);
		put(table, table->size, end - from, 1);
	}
	put(table, table->size, 0, 1);
	return at;
}

struct function {
	const char *name;
	uint32_t start, end;
	unsigned from; /* of its frame */
	int size;
	uint8_t id, flag;
	int line;
};

static const struct function functions[] = {
	{ "main.leaf", 0x00, 0x40, 4, 8, 0, 0, 11 },
	{ "main.caller", 0x40, 0x80, 4, 24, 0, 0, 22 },
	{ "runtime.goexit", 0x80, 0x90, 0, 0, 7, 1, 33 },
	{ "runtime.systemstack_switch", 0x90, 0xa0, 0, 0, 20, 0, 44 },
	{ "main.(*T).wrapper", 0xa0, 0xc0, 4, 16, 21, 0, 1 },
	{ "main.switches", 0xc0, 0xe0, 4, 16, 0, 2, 55 },
};

#define COUNT (sizeof(functions) / sizeof(functions[0]))

static void make(struct table *table)
{
	uint32_t names[COUNT], sizes[COUNT], lines[COUNT], file;
	size_t start, at, i;

	*table = (struct table){ .size = 72 };
	put(table, 0, 0xfffffff1, 4);
	put(table, 6, 1, 1);
	put(table, 7, 8, 1);
	put(table, 8, COUNT, 8);
	put(table, 16, 1, 8);
	start = table->size;
	put(table, 32, start, 8);
	put_text(table, "");
	for (i = 0; i < COUNT; i++)
		names[i] = put_text(table, functions[i].name) - start;
	start = table->size = (table->size + 3) & ~3ul;
	put(table, 40, start, 8);
	put(table, start, 0, 4); /* unit 0, file 0: offset 0 */
	start = table->size;
	put(table, 48, start, 8);
	put_text(table, "/src/main.go");
	start = table->size;
	put(table, 56, start, 8);
	put(table, start, 0, 1); /* offset 0 is none */
	for (i = 0; i < COUNT; i++) {
		const struct function *f = &functions[i];
		unsigned length = f->end - f->start;

		sizes[i] = put_values(table, 0, f->from, f->size, length) - start;
		lines[i] = put_values(table, f->line, 0, 0, length) - start;
	}
	file = put_values(table, 0, 0, 0, 0x40) - start;
	start = table->size = (table->size + 7) & ~7ul;
	put(table, 64, start, 8);
	at = start + COUNT * 8 + 4;
	for (i = 0; i < COUNT; i++) {
		put(table, start + i * 8, functions[i].start, 4);
		put(table, start + i * 8 + 4, at - start, 4);
		put(table, at, functions[i].start, 4);
		put(table, at + 4, names[i], 4);
		put(table, at + 16, sizes[i], 4);
		put(table, at + 20, file, 4);
		put(table, at + 24, lines[i], 4);
		put(table, at + 28, 0, 4);
		put(table, at + 40, functions[i].id, 1);
		put(table, at + 41, functions[i].flag, 1);
		put(table, at + 43, 0, 1);
		at += 44;
	}
	put(table, start + COUNT * 8, functions[COUNT - 1].end, 4);
}

/* The table in exactly as much memory as it has: what reads past it is seen by the sanitizer. */
static int open_table(struct go_image *image, const struct table *table, size_t size)
{
	uint8_t *copy = malloc(size ?: 1);

	memcpy(copy, table->bytes, size);
	*image = (struct go_image){ .fd = -1 };
	return pclntab_open(image, TEXT, 0, copy, size, 0);
}

static void test_functions(void **state)
{
	struct go_function function;
	struct go_image image;
	struct table table;
	uint64_t at;

	(void)state;
	make(&table);
	assert_int_equal(open_table(&image, &table, table.size), 0);
	assert_false(pclntab_function(image.table, TEXT - 1, &function));
	assert_false(pclntab_function(image.table, TEXT + 0xe0, &function));
	for (at = TEXT; at < TEXT + 0xe0; at++) {
		assert_true(pclntab_function(image.table, at, &function));
		assert_in_range(at, function.entry, function.entry + 0x3f);
	}
	assert_true(pclntab_function(image.table, TEXT + 0x40, &function));
	assert_string_equal(pclntab_name(image.table, function.name), "main.caller");
	assert_int_equal(function.entry, TEXT + 0x40);
	assert_int_equal(pclntab_frame_size(image.table, &function, TEXT + 0x43), 0);
	assert_int_equal(pclntab_frame_size(image.table, &function, TEXT + 0x44), 24);
	assert_int_equal(pclntab_frame_size(image.table, &function, TEXT + 0x80), -1);
	assert_false(pclntab_is_top(&function));
	assert_int_equal(pclntab_data(image.table, &function, 2, TEXT + 0x50), -1);
	assert_int_equal(pclntab_function_data(image.table, &function, 5), 0);
	assert_int_equal(pclntab_named(image.table, "runtime.goexit"), TEXT + 0x80);
	assert_int_equal(pclntab_named(image.table, "runtime.goexi"), 0);
	assert_string_equal(pclntab_name(image.table, 0xfffffff0), "");
	pclntab_free(image.table);
}

static void test_calls(void **state)
{
	struct go_call calls[GO_INLINED_MAX];
	struct go_image image;
	struct table table;

	(void)state;
	make(&table);
	assert_int_equal(open_table(&image, &table, table.size), 0);
	assert_int_equal(pclntab_calls(&image, TEXT + 0x50, false, calls), 1);
	assert_string_equal(calls[0].function, "main.caller");
	assert_string_equal(calls[0].file, "/src/main.go");
	assert_int_equal(calls[0].line, 22);
	assert_int_equal(calls[0].pc, TEXT + 0x4f);
	assert_false(calls[0].wrapper);
	assert_int_equal(pclntab_calls(&image, TEXT + 0x40, false, calls), 1);
	assert_int_equal(calls[0].pc, TEXT + 0x40); /* has not begun */
	assert_int_equal(pclntab_calls(&image, TEXT + 0xb0, true, calls), 1);
	assert_true(calls[0].wrapper);
	assert_int_equal(calls[0].pc, TEXT + 0xb0);
	assert_int_equal(pclntab_calls(&image, 1, true, calls), 0);
	pclntab_free(image.table);
}

/* All that can be asked of a table. */
static void ask(const struct go_image *image)
{
	struct go_call calls[GO_INLINED_MAX];
	struct go_function function;
	uint64_t at;

	for (at = TEXT; at < TEXT + 0xf0; at += 3) {
		pclntab_calls(image, at, at & 1, calls);
		if (!pclntab_function(image->table, at, &function))
			continue;
		pclntab_name(image->table, function.name);
		pclntab_frame_size(image->table, &function, at);
		pclntab_data(image->table, &function, 3, at);
		pclntab_function_data(image->table, &function, 5);
	}
}

static void test_cut_and_broken(void **state)
{
	struct go_image image;
	struct table table, broken;
	size_t size, i;

	(void)state;
	make(&table);
	for (size = 0; size < table.size; size++) {
		if (open_table(&image, &table, size) < 0)
			continue;
		ask(&image);
		pclntab_free(image.table);
	}
	for (i = 0; i < table.size; i++) {
		broken = table;
		broken.bytes[i] ^= 0xff;
		if (open_table(&image, &broken, table.size) < 0)
			continue;
		ask(&image);
		pclntab_free(image.table);
	}
	broken = table;
	broken.bytes[0] = 0xfb; /* Go 1.2 to 1.15 */
	assert_int_equal(open_table(&image, &broken, table.size), -EBADMSG);
}

static void test_unwind(void **state)
{
	uint64_t stack[16] = {};
	struct go_process process = { .pid = 1, .module_count = 1 };
	struct go_image image;
	struct go_walk walk;
	struct table table;
	uint64_t sp = 0xc000100000;
	size_t first, second; /* where the return addresses are */

	(void)state;
	make(&table);
	assert_int_equal(open_table(&image, &table, table.size), 0);
	image.number = 5;
	process.modules[0] = (struct go_module){
		.image = &image,
		.bias = BIAS,
		.text = TEXT + BIAS,
		.etext = TEXT + BIAS + 0xe0,
	};
	process.sizes = calloc(GO_CACHED_SIZES, sizeof(*process.sizes));
#if defined(__aarch64__)
	first = 0;  /* leaf's first word */
	second = 1; /* behind its 8 bytes: the caller's */
#else
	first = 1;		/* above the 8 bytes of leaf */
	second = first + 1 + 3; /* above the caller's 24 */
#endif
	stack[first] = TEXT + BIAS + 0x60;
	stack[second] = TEXT + BIAS + 0x81;
	go_unwind(&process, TEXT + BIAS + 0x10, sp, (uint8_t *)stack, sizeof(stack), &walk);
	assert_int_equal(walk.end, LC_STACK_WHOLE);
	assert_int_equal(walk.count, 3);
	assert_int_equal(walk.frames[0].vaddr, TEXT + 0x10);
	assert_int_equal(walk.frames[1].vaddr, TEXT + 0x60);
	assert_int_equal(walk.frames[1].module, 5);
	assert_int_equal(walk.frames[2].address, TEXT + BIAS + 0x81);
	assert_int_equal(walk.sp[0], sp);
	go_unwind(&process, TEXT + BIAS + 0x10, sp, (uint8_t *)stack, second * 8, &walk);
	assert_int_equal(walk.end, LC_STACK_NO_MEMORY); /* more of the stack is wanted */
	assert_int_equal(walk.count, 2);
	go_unwind(&process, 0x1234, sp, (uint8_t *)stack, sizeof(stack), &walk);
	assert_int_equal(walk.end, LC_STACK_NO_MODULE);
	assert_int_equal(walk.count, 0);
	stack[first] = TEXT + BIAS + 0xd0; /* called by one that sets sp by itself */
	go_unwind(&process, TEXT + BIAS + 0x10, sp, (uint8_t *)stack, sizeof(stack), &walk);
	assert_int_equal(walk.end, LC_STACK_NO_UNWIND);
	assert_int_equal(walk.count, 2);
	free(process.sizes);
	pclntab_free(image.table);
}

/* The image of a file; NULL: there is no such file. */
static struct go_image *open_file(const char *path)
{
	struct go_image *image = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		assert_int_equal(go_image_open(NULL, fd, path, &image), 0);
	return image;
}

static void test_real_program(void **state)
{
	struct go_call calls[GO_INLINED_MAX];
	uint64_t vaddr, size, entry;
	struct go_image *image;
	char text[64];

	(void)state;
	image = open_file(REAL);
	if (!image)
		skip();
	assert_int_equal(image->kind, GO_GC);
	assert_true(image->version >= GO_OLDEST);
	assert_true(image->pclntab && image->pclntab < image->pclntab_end);
	assert_true(go_image_setting(image, "GOOS", text, sizeof(text)));
	assert_string_equal(text, "linux");
	assert_true(go_image_setting(image, "GOOS", text, 3));
	assert_string_equal(text, "li");
	assert_false(go_image_setting(image, "GOO", text, sizeof(text)));
	assert_true(go_image_section(image, ".text", &vaddr, &size));
	assert_int_equal(pclntab_open(image, vaddr, 0, NULL, 0, 0), 0);
	entry = pclntab_named(image->table, "main.recurse");
	assert_in_range(entry, vaddr, vaddr + size);
	assert_int_equal(pclntab_calls(image, entry, true, calls), 1);
	assert_string_equal(calls[0].function, "main.recurse");
	assert_non_null(strstr(calls[0].file, "/goexpected/main.go"));
	assert_true(calls[0].line > 1);
	assert_null(go_image_bytes(image, UINT64_MAX - 3, 8));
	assert_null(go_image_bytes(image, vaddr, SIZE_MAX));
	go_image_free(image);
}

static void test_not_go(void **state)
{
	struct go_image *image;

	(void)state;
	image = open_file("/proc/self/exe");
	assert_non_null(image);
	assert_int_equal(image->kind, GO_NOT);
	go_image_free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),      cmocka_unit_test(test_calls),
		cmocka_unit_test(test_cut_and_broken), cmocka_unit_test(test_unwind),
		cmocka_unit_test(test_real_program),   cmocka_unit_test(test_not_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
