// SPDX-License-Identifier: GPL-2.0-only
/* Which function the dynamic linker has chosen: held against what dlsym() says of this process. */
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/ifuncs.h"

static const char *const names[] = { "memcpy", "strlen", "memcmp", "strchr", "memset", "no_such" };
#define NAMES (sizeof(names) / sizeof(names[0]))

static void test_own_library(void **state)
{
	const struct target_task task = { NULL, getpid(), getpid() };
	struct target_maps maps = TARGET_MAPS_INIT;
	void *library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	uint64_t addresses[NAMES];
	int r;

	(void)state;
	if (!library) /* another C library, or a static program */
		skip();
	assert_int_equal(target_maps_read(&task, TARGET_MAPS_ALL, &maps), 0);
	r = target_ifuncs_of_libc(&task, &maps, names, NAMES, addresses);
	assert_int_equal(r, 0);
	for (size_t i = 0; i < NAMES - 1; i++) {
		/* A library that has but one of it has nothing to choose. */
		if (addresses[i])
			assert_true(addresses[i] == (uint64_t)dlsym(library, names[i]));
	}
#if defined(__x86_64__)
	assert_true(addresses[0] && addresses[1] && addresses[2]);
#endif
	assert_true(addresses[NAMES - 1] == 0);
	target_maps_release(&maps);
	(void)dlclose(library);
}

static void test_nonsense(void **state)
{
	const struct target_task task = { NULL, getpid(), getpid() };
	const struct target_mapping mapping = { .inode = 1, .path = "/lib/libc.so.6" };
	uint8_t *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);
	struct target_mapping here = mapping;
	struct target_maps maps = { &here, 1, 1, NULL, {}, 0 };
	uint64_t addresses[NAMES];

	(void)state;
	assert_true(memory != MAP_FAILED);
	here.start = (uint64_t)memory;
	here.end = here.start + 8192;
	assert_int_equal(target_ifuncs_of_libc(&task, &maps, names, NAMES, addresses), -ENOENT);
	memset(memory, 0xff, 8192);
	memcpy(memory, "\177ELF\2", 5);
	assert_int_equal(target_ifuncs_of_libc(&task, &maps, names, NAMES, addresses), -ENOENT);
	here.path = "/lib/libother.so";
	assert_int_equal(target_ifuncs_of_libc(&task, &maps, names, NAMES, addresses), -ENOENT);
	munmap(memory, 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_library),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
