// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings, memory and files of another process: the parser on texts, the rest on this process
 * itself.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "target/file.h"
#include "target/maps.h"
#include "target/memory.h"

/* A process that is read by this one. */
#define TASK(id) (&(struct target_task){ NULL, (id), (id) })

#define NO_SUCH_PID 0x7ffffff0

static const char text[] =
	"55d0c0a00000-55d0c0a21000 r--p 00000000 fd:01 1048601                    /usr/bin/a b\n"
	"55d0c0a21000-55d0c0a30000 r-xp 00021000 fd:01 1048601                    /usr/bin/a b\n"
	"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
	"7f0000001000-7f0000002000 rwxp 00000000 00:00 0\n"
	"7f0000002000-7f0000003000 r-xs 00003000 103:02 77 /tmp/new\\012line\\101 (deleted)\n"
	"7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]\n"
	"7ffc00100000-7ffc00102000 r-xp 00000000 00:00 0                          [vdso]\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]";

static void parse(struct target_maps *maps, const char *from, size_t size,
		  enum target_maps_keep keep)
{
	assert_int_equal(target_maps_parse(maps, from, size, keep), 0);
	target_maps_sort(maps);
}

static void test_parse(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	const struct target_mapping *mapping;

	(void)state;
	parse(&maps, text, strlen(text), TARGET_MAPS_ALL);
	assert_int_equal(maps.count, 8);
	mapping = target_maps_find(&maps, 0x55d0c0a21000);
	assert_non_null(mapping);
	assert_string_equal(mapping->path, "/usr/bin/a b");
	assert_ptr_equal(mapping->path, maps.mappings[0].path);
	assert_int_equal(mapping->offset, 0x21000);
	assert_int_equal(mapping->inode, 1048601);
	assert_int_equal(mapping->device, makedev(0xfd, 1));
	assert_int_equal(mapping->protection, PROT_READ | PROT_EXEC);
	assert_false(mapping->shared);
	assert_false(mapping->deleted);
	assert_string_equal(maps.mappings[2].path, "");
	assert_string_equal(maps.mappings[3].path, "");
	mapping = &maps.mappings[4];
	assert_string_equal(mapping->path, "/tmp/new\nline\\101");
	assert_true(mapping->deleted);
	assert_true(mapping->shared);
	assert_int_equal(mapping->device, makedev(0x103, 2));
	assert_string_equal(maps.mappings[7].path, "[vsyscall]");
	target_maps_release(&maps);
	assert_int_equal(maps.count, 0);
}

static void test_find(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;

	(void)state;
	assert_null(target_maps_find(&maps, 0));
	parse(&maps, text, strlen(text), TARGET_MAPS_ALL);
	assert_null(target_maps_find(&maps, 0));
	assert_null(target_maps_find(&maps, 0x55d0c09fffff));
	assert_ptr_equal(target_maps_find(&maps, 0x55d0c0a20fff), &maps.mappings[0]);
	assert_ptr_equal(target_maps_find(&maps, 0x55d0c0a2ffff), &maps.mappings[1]);
	assert_null(target_maps_find(&maps, 0x55d0c0a30000));
	assert_ptr_equal(target_maps_find(&maps, 0xffffffffff600fff), &maps.mappings[7]);
	assert_null(target_maps_find(&maps, UINT64_MAX));
	target_maps_release(&maps);
}

static void test_keep(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;

	(void)state;
	parse(&maps, text, strlen(text), TARGET_MAPS_EXECUTABLE);
	assert_int_equal(maps.count, 5);
	target_maps_release(&maps);
	parse(&maps, text, strlen(text), TARGET_MAPS_CODE_AND_FILES);
	assert_int_equal(maps.count, 6);
	target_maps_release(&maps);
}

static void test_nonsense(void **state)
{
	static const char nonsense[] =
		"\n \n-\nx\n1000-\n1000-2000\n1000-2000 rwx\n2000-1000 r-xp 0 0:0 0 /backwards\n"
		"1000-1000 r-xp 0 0:0 0 /empty\n11111111111111111-2 r-xp 0 0:0 0 /large\n"
		"1000-2000 r-xp 0 0:0 12345678901234567890123 /inode\n"
		"1000-2000 r-xp 0 0:0 5/near\n"
		"3000-4000 r-xp 0 0:0 5 /later\n1000-2000 r-xp 0 0:0 5 /earlier\n";
	struct target_maps maps = TARGET_MAPS_INIT;

	(void)state;
	parse(&maps, nonsense, strlen(nonsense), TARGET_MAPS_ALL);
	assert_int_equal(maps.count, 2);
	assert_string_equal(maps.mappings[0].path, "/earlier");
	assert_string_equal(maps.mappings[1].path, "/later");
	target_maps_release(&maps);
	/* Each beginning of a good text, as a read may end anywhere. */
	for (size_t size = 0; size < strlen(text); size++) {
		parse(&maps, text, size, TARGET_MAPS_ALL);
		target_maps_release(&maps);
	}
}

static void test_read_own(void **state)
{
	struct target_maps all = TARGET_MAPS_INIT, code = TARGET_MAPS_INIT;
	const struct target_mapping *mapping;
	char self[4096] = "";

	(void)state;
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	assert_int_equal(target_maps_read(TASK(getpid()), TARGET_MAPS_ALL, &all), 0);
	assert_int_equal(target_maps_read(TASK(getpid()), TARGET_MAPS_EXECUTABLE, &code), 0);
	assert_true(code.count > 2 && code.count < all.count);
	mapping = target_maps_find(&code, (uintptr_t)test_read_own);
	assert_non_null(mapping);
	assert_string_equal(mapping->path, self);
	mapping = target_maps_find(&all, (uintptr_t)text);
	assert_non_null(mapping);
	assert_string_equal(mapping->path, self);
	target_maps_release(&all);
	target_maps_release(&code);
	assert_int_equal(target_maps_read(TASK(NO_SUCH_PID), TARGET_MAPS_ALL, &all), -ESRCH);
}

/* More text than one read gives, with lines across the borders. */
static void test_read_many(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 8000;
	char *capacity = mmap(NULL, pages * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(capacity != MAP_FAILED);
	for (size_t i = 0; i < pages; i += 2)
		assert_int_equal(mprotect(capacity + i * page, page, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(target_maps_read(TASK(getpid()), TARGET_MAPS_ALL, &maps), 0);
	for (size_t i = 2; i < pages - 2; i++) {
		const struct target_mapping *mapping = target_maps_find(&maps, (uintptr_t)capacity +
										       i * page);

		assert_non_null(mapping);
		assert_int_equal(mapping->start, (uintptr_t)capacity + i * page);
		assert_int_equal(mapping->protection, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE);
	}
	target_maps_release(&maps);
	munmap(capacity, pages * page);
}

static void test_memory(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *capacity = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
	uint64_t start = (uintptr_t)capacity;
	char buffer[3 * 65536];
	size_t count = 0;

	(void)state;
	assert_true(capacity != MAP_FAILED);
	memset(capacity, 'a', 2 * page);
	assert_int_equal(mprotect(capacity + 2 * page, page, PROT_NONE), 0);
	assert_int_equal(target_memory_read(TASK(getpid()), start, buffer, page, &count), 0);
	assert_int_equal(count, page);
	assert_memory_equal(buffer, capacity, page);
	/* Up to the border. */
	assert_int_equal(
		target_memory_read(TASK(getpid()), start + page + 8, buffer, 3 * page, &count), 0);
	assert_int_equal(count, page - 8);
	assert_int_equal(target_memory_read(TASK(getpid()), start + 10, buffer, 3 * page, &count),
			 0);
	assert_true(count == 2 * page - 10 || count == page - 10);
	assert_int_equal(target_memory_read(TASK(getpid()), start + 2 * page, buffer, 8, &count),
			 -EFAULT);
	assert_int_equal(target_memory_read(TASK(getpid()), 0, buffer, 8, &count), -EFAULT);
	assert_int_equal(target_memory_read(TASK(getpid()), UINT64_MAX - 3, buffer, 64, &count),
			 -EFAULT);
	assert_int_equal(target_memory_read(TASK(getpid()), start, buffer, 0, &count), -EINVAL);
	assert_int_equal(target_memory_read(TASK(NO_SUCH_PID), start, buffer, 8, &count), -ESRCH);
	munmap(capacity, 3 * page);
}

#define PIECES 1500

/* Beside each other, apart, overlapping, backwards, of no size, and where nothing can be read. */
static void test_pieces(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 64;
	unsigned char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static struct target_piece pieces[PIECES];
	static unsigned char bytes[PIECES][700];
	unsigned seed = 1, round;
	size_t i, k, read = 0, left = 0;

	(void)state;
	assert_true(memory != MAP_FAILED);
	for (i = 0; i < pages * page; i++)
		memory[i] = (unsigned char)(i * 31 + i / 4096);
	for (i = 5; i < pages; i += 6)
		assert_int_equal(mprotect(memory + i * page, page, PROT_NONE), 0);
	for (round = 0; round < 40; round++) {
		uint64_t at = (uintptr_t)memory;

		for (i = 0; i < PIECES; i++) {
			size_t size = rand_r(&seed) % 8 ? 1 + rand_r(&seed) % 700 : 0;

			if (!(rand_r(&seed) % 40) || at + 4000 > (uintptr_t)memory + pages * page)
				at = (uintptr_t)memory + rand_r(&seed) % ((pages - 2) * page);
			pieces[i] = (struct target_piece){ at, bytes[i], size, false };
			at += rand_r(&seed) % 20 ? size + rand_r(&seed) % (1 + round * 80) : 0;
		}
		assert_int_equal(target_memory_read_pieces(TASK(getpid()), pieces, PIECES), 0);
		for (i = 0; i < PIECES; i++) {
			size_t from = pieces[i].address - (uintptr_t)memory;
			bool there = true;

			for (k = from / page;
			     pieces[i].size && k <= (from + pieces[i].size - 1) / page; k++)
				there = there && k % 6 != 5;
			if (pieces[i].size)
				assert_int_equal(pieces[i].read, there);
			if (pieces[i].size && there)
				assert_memory_equal(bytes[i], memory + from, pieces[i].size);
			read += there;
			left += !there;
		}
	}
	assert_true(read > PIECES && left > PIECES);
	munmap(memory, pages * page);
}

static void assert_elf(int fd)
{
	char magic[4] = "";

	assert_int_equal(pread(fd, magic, sizeof(magic), 0), 4);
	assert_memory_equal(magic, "\177ELF", 4);
}

static void test_open(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	size_t files = 0;

	(void)state;
	assert_int_equal(target_maps_read(TASK(getpid()), TARGET_MAPS_EXECUTABLE, &maps), 0);
	for (size_t i = 0; i < maps.count; i++) {
		const struct target_mapping *mapping = &maps.mappings[i];
		int fd = -1;
		int r = target_file_open(TASK(getpid()), mapping, &fd);

		if (mapping->inode == 0 && strcmp(mapping->path, "[vdso]") != 0) {
			assert_int_equal(r, -ENOENT);
			continue;
		}
		assert_int_equal(r, 0);
		assert_elf(fd);
		close(fd);
		files++;
	}
	assert_true(files >= 3);
	target_maps_release(&maps);
}

/* Without map_files: the executable through exe, another file only if it is the mapped one. */
static void test_open_otherwise(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	const struct target_mapping *own;
	int fd = -1;

	(void)state;
	assert_int_equal(target_maps_read(TASK(getpid()), TARGET_MAPS_EXECUTABLE, &maps), 0);
	own = target_maps_find(&maps, (uintptr_t)test_open_otherwise);
	assert_non_null(own);
	for (size_t i = 0; i < maps.count; i++) {
		struct target_mapping mapping = maps.mappings[i];

		if (mapping.inode == 0)
			continue;
		mapping.start += 1; /* such a name is not in map_files */
		assert_int_equal(target_file_open(TASK(getpid()), &mapping, &fd), 0);
		assert_elf(fd);
		close(fd);
		if (mapping.inode == own->inode)
			continue;
		mapping.inode += 1;
		mapping.deleted = true;
		assert_int_equal(target_file_open(TASK(getpid()), &mapping, &fd), -ESTALE);
	}
	target_maps_release(&maps);
}

static void test_open_below(void **state)
{
	char folder[] = "/tmp/test_maps.XXXXXX", link[64], fifo[64], plain[64];
	int fd = -1;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(link, sizeof(link), "%s/link", folder);
	snprintf(fifo, sizeof(fifo), "%s/pipe", folder);
	snprintf(plain, sizeof(plain), "%s/plain", folder);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	close(open(plain, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(target_file_open_below(NULL, folder, "/link", 0, &fd), -ENOENT);
	assert_int_equal(target_file_open_below(NULL, folder, "/../../etc/passwd", 0, &fd),
			 -ENOENT);
	assert_int_equal(target_file_open_below(NULL, folder, "/pipe", 0, &fd), -EINVAL);
	assert_int_equal(target_file_open_below(NULL, folder, "/", 0, &fd), -EINVAL);
	assert_int_equal(target_file_open_below(NULL, folder, "/link", O_NOFOLLOW, &fd), -ELOOP);
	assert_int_equal(target_file_open_below(NULL, folder, "/plain", O_NOFOLLOW, &fd), 0);
	close(fd);
	unlink(link);
	unlink(fifo);
	unlink(plain);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),	   cmocka_unit_test(test_find),
		cmocka_unit_test(test_keep),	   cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_read_own),   cmocka_unit_test(test_read_many),
		cmocka_unit_test(test_memory),	   cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_open),	   cmocka_unit_test(test_open_otherwise),
		cmocka_unit_test(test_open_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
