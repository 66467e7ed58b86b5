// SPDX-License-Identifier: GPL-2.0-only
/* Which files are given to libdwfl: programs and libraries, whatever else a stranger maps. */
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <libelf.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "binary/inspect.h"

/* This program, as a file of another type. */
static int file_of_type(Elf64_Half type)
{
	int own = open("/proc/self/exe", O_RDONLY), fd = memfd_create("file", MFD_CLOEXEC);
	off_t size = lseek(own, 0, SEEK_END), at = 0;

	while (at < size)
		assert_true(sendfile(fd, own, &at, (size_t)(size - at)) > 0);
	assert_int_equal(pwrite(fd, &type, sizeof(type), offsetof(Elf64_Ehdr, e_type)),
			 sizeof(type));
	close(own);
	return fd;
}

/* libdwfl calls a null pointer over an object file. */
static void test_types_of_files(void **state)
{
	static const struct {
		Elf64_Half type;
		bool taken;
	} cases[] = { { ET_NONE, false }, { ET_REL, false },  { ET_EXEC, true },
		      { ET_DYN, true },	  { ET_CORE, false }, { 0xff00, false } };
	const struct binary_debug_files none = {};
	struct binary_files *files;
	struct stack_rule *rule;

	(void)state;
	assert_int_equal(binary_local_create(&none, &files), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = file_of_type(cases[i].type);

		assert_int_equal(inspect_is_bounded(fd), cases[i].taken);
		assert_int_equal(files->does->open(files, 1, fd, "file"), 0);
		if (files->does->rule(files, 1, 0x1000, &rule) == 0)
			free(rule);
		close(fd);
	}
	files->does->free(files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
