// SPDX-License-Identifier: GPL-2.0-only
/* Cores made by hand: what is taken from each field, and what is not where they lie. */
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/core.h"
#include "target/memory.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif

#define HEADERS 4
#define NOTES_AT 0x400
#define MEMORY_AT 0x2000
#define PAGE 0x1000
#define STATUS_SIZE 392 /* room for either machine */
#define REGISTERS_AT 112

struct image {
	uint8_t bytes[0x6000];
	size_t size, notes; /* bytes of notes so far */
};

static Elf64_Ehdr *header_of(struct image *image)
{
	return (Elf64_Ehdr *)image->bytes;
}

static Elf64_Phdr *segments_of(struct image *image)
{
	return (Elf64_Phdr *)(image->bytes + sizeof(Elf64_Ehdr));
}

static void load(struct image *image, unsigned number, uint64_t address, uint64_t offset,
		 uint64_t dumped, uint64_t size)
{
	segments_of(image)[number] = (Elf64_Phdr){ .p_type = PT_LOAD,
						   .p_flags = PF_R | PF_W,
						   .p_vaddr = address,
						   .p_offset = offset,
						   .p_filesz = dumped,
						   .p_memsz = size };
}

static void begin(struct image *image)
{
	*image = (struct image){ .size = sizeof(image->bytes) };
	*header_of(image) = (Elf64_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = MACHINE,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = HEADERS,
	};
	segments_of(image)[0] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = NOTES_AT };
}

static uint8_t *add_note(struct image *image, uint32_t type, size_t size)
{
	uint8_t *at = image->bytes + NOTES_AT + image->notes;

	*(Elf64_Nhdr *)at = (Elf64_Nhdr){ sizeof("CORE"), (uint32_t)size, type };
	memcpy(at + sizeof(Elf64_Nhdr), "CORE", sizeof("CORE"));
	image->notes += sizeof(Elf64_Nhdr) + 8 + ((size + 3) & ~(size_t)3);
	segments_of(image)[0].p_filesz = image->notes;
	return at + sizeof(Elf64_Nhdr) + 8;
}

static void put_word(uint8_t *bytes, size_t at, uint64_t word)
{
	memcpy(bytes + at, &word, sizeof(word));
}

/* A thread in call nr, with what it had returned. */
static uint8_t *add_thread(struct image *image, int32_t tid, uint64_t nr, int64_t result)
{
	uint8_t *status = add_note(image, NT_PRSTATUS, STATUS_SIZE);

	memcpy(status + 32, &tid, sizeof(tid));
#if defined(__x86_64__)
	put_word(status + REGISTERS_AT, 15 * 8, nr);
	put_word(status + REGISTERS_AT, 10 * 8, (uint64_t)result);
	put_word(status + REGISTERS_AT, 14 * 8, 0x1234); /* rdi */
	put_word(status + REGISTERS_AT, 16 * 8, 0xc0de);
	put_word(status + REGISTERS_AT, 19 * 8, 0x57ac);
#else
	put_word(status + REGISTERS_AT, 8 * 8, nr);
	put_word(status + REGISTERS_AT, 0, (uint64_t)result);
	put_word(status + REGISTERS_AT, 31 * 8, 0x57ac);
	put_word(status + REGISTERS_AT, 32 * 8, 0xc0de);
#endif
	return status;
}

static int open_image(const struct image *image, struct target_core **ret_core, struct error *error)
{
	static const struct target_core_options options;
	int fd = memfd_create("core", MFD_CLOEXEC);
	char path[64];
	int r;

	assert_int_equal(write(fd, image->bytes, image->size), image->size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = target_core_open(path, &options, ret_core, error);
	close(fd);
	return r;
}

static struct target_core *opened(const struct image *image)
{
	struct target_core *core = NULL;
	struct error error = {};

	assert_int_equal(open_image(image, &core, &error), 0);
	return core;
}

static void refused(const struct image *image, int code, const char *words)
{
	struct target_core *core = NULL;
	struct error error = {};

	assert_int_equal(open_image(image, &core, &error), code);
	assert_non_null(strstr(error.text, words));
}

/* Two threads, and two pages at 0x10000 of which the second was not dumped. */
static void make(struct image *image)
{
	uint8_t *process;
	int32_t pid = 70;

	begin(image);
	process = add_note(image, NT_PRPSINFO, 136);
	memcpy(process + 24, &pid, sizeof(pid));
	memcpy(process + 40, "sixteen-letters!", 16);
	add_thread(image, 72, 202, -512);
	add_thread(image, 70, 202, 0);
	load(image, 1, 0x10000, MEMORY_AT, PAGE, 2 * PAGE);
	load(image, 2, 0x30000, MEMORY_AT + PAGE, PAGE, PAGE);
	load(image, 3, 0x20000, MEMORY_AT + 2 * PAGE, 0, PAGE);
	memset(image->bytes + MEMORY_AT, 'a', PAGE);
	memset(image->bytes + MEMORY_AT + PAGE, 'b', PAGE);
}

static void test_threads(void **state)
{
	const struct target_core_thread *thread;
	struct target_core *core;
	struct image image;

	(void)state;
	make(&image);
	core = opened(&image);
	assert_int_equal(core->pid, 70);
	assert_string_equal(core->comm, "sixteen-letters");
	assert_int_equal(core->thread_count, 2);
	assert_int_equal(core->threads[0].tid, 70);
	thread = target_core_thread(core, 72);
	assert_int_equal(thread->registers.value[LC_REGISTER_PC], 0xc0de);
	assert_int_equal(thread->registers.value[LC_REGISTER_SP], 0x57ac);
	assert_null(target_core_thread(core, 71));
	assert_false(core->notes_cut);
	target_core_free(core);
}

#if defined(__x86_64__)

static int64_t call_of(uint64_t nr, int64_t result, uint64_t *ret_first)
{
	struct target_core *core;
	struct image image;
	int64_t call;

	begin(&image);
	add_thread(&image, 5, nr, result);
	core = opened(&image);
	call = core->threads[0].call.nr;
	*ret_first = core->threads[0].call.args[0];
	target_core_free(core);
	return call;
}

/* Only a call that was broken off is one that the thread was blocked in. */
static void test_calls(void **state)
{
	uint64_t first;

	(void)state;
	assert_int_equal(call_of(202, -512, &first), 202);
	assert_int_equal(first, 0x1234);
	assert_int_equal(call_of(7, -516, &first), 7);
	assert_int_equal(call_of(232, -EINTR, &first), 232);
	assert_int_equal(call_of(202, 0, &first), LC_NO_SYSCALL);
	assert_int_equal(call_of(202, -EAGAIN, &first), LC_NO_SYSCALL);
	assert_int_equal(call_of(202, -511, &first), LC_NO_SYSCALL);
	assert_int_equal(call_of(202, -517, &first), LC_NO_SYSCALL);
	/* It was stopped in its own code. */
	assert_int_equal(call_of((uint64_t)-1, -512, &first), LC_NO_SYSCALL);
}

#endif

static void test_memory(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	struct target_core *core;
	struct image image;
	struct target_task task;
	char bytes[2 * PAGE];
	size_t got;

	(void)state;
	make(&image);
	core = opened(&image);
	task = (struct target_task){ &core->access, 70, 70 };
	assert_int_equal(target_memory_read(&task, 0x10ff0, bytes, sizeof(bytes), &got), 0);
	assert_int_equal(got, 16); /* what lies behind was not dumped, and is not zero */
	assert_int_equal(bytes[0], 'a');
	assert_int_equal(target_memory_read(&task, 0x30000, bytes, sizeof(bytes), &got), 0);
	assert_int_equal(got, PAGE);
	assert_int_equal(bytes[0], 'b');
	assert_int_equal(target_memory_read(&task, 0x11000, bytes, 1, &got), -EFAULT);
	assert_int_equal(target_memory_read(&task, 0x20000, bytes, 1, &got), -EFAULT);
	assert_int_equal(target_memory_read(&task, UINT64_MAX, bytes, 8, &got), -EFAULT);
	/* Of another process it has nothing, whether that lives or not. */
	task.pid = task.tid = getpid();
	assert_int_equal(target_memory_read(&task, 0x30000, bytes, 1, &got), -ETIME);
	task.pid = task.tid = 70;
	assert_int_equal(target_maps_read(&task, TARGET_MAPS_ALL, &maps), 0);
	assert_int_equal(maps.count, 3);
	assert_int_equal(maps.mappings[1].start, 0x20000);
	target_maps_release(&maps);
	target_core_free(core);
}

static void test_lies(void **state)
{
	struct target_core *core;
	struct image image;

	(void)state;
	make(&image);
	load(&image, 2, 0x10800, MEMORY_AT, PAGE, PAGE);
	load(&image, 3, UINT64_MAX - PAGE + 1, MEMORY_AT, PAGE, 2 * PAGE);
	core = opened(&image);
	assert_int_equal(core->segment_count, 1);
	assert_int_equal(core->segments_refused, 2);
	target_core_free(core);

	make(&image);
	load(&image, 2, 0x30000, sizeof(image.bytes) - 16, PAGE, PAGE);
	load(&image, 3, 0x40000, UINT64_MAX - 8, PAGE, PAGE);
	core = opened(&image);
	assert_int_equal(core->bytes_missing, 2 * PAGE - 16);
	target_core_free(core);

	make(&image);
	add_thread(&image, 70, 1, 0);
	add_thread(&image, -3, 1, 0);
	core = opened(&image);
	assert_int_equal(core->thread_count, 2);
	assert_int_equal(core->threads_refused, 2);
	assert_false(target_core_knows_all(core));
	target_core_free(core);
}

static void test_notes_that_end(void **state)
{
	struct target_core *core;
	struct image image;
	size_t whole;

	(void)state;
	make(&image);
	whole = image.notes;
	for (size_t cut = 1; cut < whole; cut++) {
		struct error error = {};

		segments_of(&image)[0].p_filesz = whole - cut;
		if (open_image(&image, &core, &error) < 0)
			continue;
		assert_true(core->notes_cut || core->thread_count == 2 ||
			    whole - cut < 2 * STATUS_SIZE + 200);
		target_core_free(core);
	}
	segments_of(&image)[0].p_filesz = UINT64_MAX;
	core = opened(&image);
	assert_true(core->notes_cut);
	assert_int_equal(core->thread_count, 2);
	target_core_free(core);
}

static void test_many_headers(void **state)
{
	struct target_core *core;
	Elf64_Shdr section = { .sh_info = HEADERS };
	struct image image;

	(void)state;
	make(&image);
	header_of(&image)->e_phnum = PN_XNUM;
	header_of(&image)->e_shoff = MEMORY_AT + 3 * PAGE;
	memcpy(image.bytes + MEMORY_AT + 3 * PAGE, &section, sizeof(section));
	core = opened(&image);
	assert_int_equal(core->segment_count, 3);
	assert_int_equal(core->bytes_missing, 0);
	target_core_free(core);
	section.sh_info = UINT32_MAX;
	memcpy(image.bytes + MEMORY_AT + 3 * PAGE, &section, sizeof(section));
	core = opened(&image);
	assert_true(core->bytes_missing > 0);
	target_core_free(core);
}

/* The list of files: regions of 4096 bytes, by name. */
static void add_files(struct image *image, uint64_t count, uint64_t unit)
{
	const uint64_t list[] = { count, unit, 0x10000, 0x11000, 3, 0x30000, 0x31000, 0 };
	static const char names[] = "/nowhere/a (deleted)\0/nowhere/b";
	uint8_t *note = add_note(image, NT_FILE, sizeof(list) + sizeof(names));

	memcpy(note, list, sizeof(list));
	memcpy(note + sizeof(list), names, sizeof(names));
}

static void test_files(void **state)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	struct target_core *core;
	struct image image;

	(void)state;
	make(&image);
	add_files(&image, 2, PAGE);
	core = opened(&image);
	assert_int_equal(core->file_count, 2);
	assert_int_equal(core->access.does->maps(&core->access, TARGET_MAPS_ALL, &maps), 0);
	assert_string_equal(maps.mappings[0].path, "/nowhere/a");
	assert_true(maps.mappings[0].deleted);
	assert_int_equal(maps.mappings[0].offset, 3 * PAGE);
	assert_string_equal(maps.mappings[2].path, "/nowhere/b");
	assert_false(maps.mappings[2].deleted);
	target_maps_release(&maps);
	target_core_free(core);

	make(&image);
	add_files(&image, UINT64_MAX / 24 + 1, PAGE);
	core = opened(&image);
	assert_int_equal(core->file_count, 0);
	assert_true(core->notes_cut);
	target_core_free(core);
}

static void test_others(void **state)
{
	struct image image;

	(void)state;
	make(&image);
	header_of(&image)->e_ident[EI_CLASS] = ELFCLASS32;
	refused(&image, -EOPNOTSUPP, "32-bit");
	make(&image);
	header_of(&image)->e_machine = EM_RISCV;
	refused(&image, -EOPNOTSUPP, "RISC-V");
	make(&image);
	header_of(&image)->e_ident[EI_DATA] = ELFDATA2MSB;
	refused(&image, -EOPNOTSUPP, "big-endian");
	make(&image);
	header_of(&image)->e_type = ET_DYN;
	refused(&image, -EOPNOTSUPP, "no core");
	make(&image);
	header_of(&image)->e_phentsize = 32;
	refused(&image, -EBADMSG, "damaged");
	begin(&image);
	refused(&image, -EBADMSG, "no threads");
	memcpy(image.bytes, "\x28\xb5\x2f\xfd", 4);
	refused(&image, -EOPNOTSUPP, "compressed with zstd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
#if defined(__x86_64__)
		cmocka_unit_test(test_calls),
#endif
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_notes_that_end),
		cmocka_unit_test(test_many_headers),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
