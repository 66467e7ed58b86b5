// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread of Python made by hand, and a C library, of which the input overwrites words: its state,
 * frames, code, names, line table, and the library's headers, symbols and relocations. Built with
 * clang -fsanitize=fuzzer.
 */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "runtimes/python/private.h"
#include "target/ifuncs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE 0x7f0000000000ull
#define SIZE 0x8000
#define STACK (BASE + 0x100)
#define STATE (BASE + 0x1000)
#define HOP (BASE + 0x1800)
#define FRAME (BASE + 0x2000) /* and one more, 0x100 further */
#define CODE (BASE + 0x3000)
#define FILENAME (BASE + 0x3800)
#define NAME (BASE + 0x3900)
#define TABLE (BASE + 0x3a00)
#define LIBRARY (BASE + 0x4000)
#define DYNAMIC 0x400 /* in the library */
#define SYMBOLS 0x800
#define TEXT 0x900
#define RELOCATIONS 0xa00
#define WORD 0xc00
#define TID 4711
#define POINTER 0x7f1234560700ull

struct patch {
	uint16_t at;
	uint8_t bytes[8];
};

static uint8_t memory[SIZE];

static void put(uint64_t address, uint64_t value, size_t size)
{
	memcpy(memory + (address - BASE), &value, size);
}

static int read_memory(struct target_access *access, pid_t pid, pid_t tid, uint64_t address,
		       void *buffer, size_t size, size_t *ret_read)
{
	(void)access;
	(void)pid;
	(void)tid;
	if (address < BASE || address >= BASE + SIZE)
		return -EFAULT;
	*ret_read = BASE + SIZE - address < size ? BASE + SIZE - address : size;
	memcpy(buffer, memory + (address - BASE), *ret_read);
	return 0;
}

static enum target_way by_reader(struct target_access *access, pid_t pid)
{
	(void)access;
	(void)pid;
	return TARGET_BY_READER;
}

static void put_text(const struct python_layout *layout, uint64_t at, const char *text)
{
	put(at + PYTHON_OBJECT_SIZE, strlen(text), 8);
	put(at + 32, 0xe5, 4);
	memcpy(memory + (at + layout->text - BASE), text, strlen(text));
}

static void make_thread(const struct python_layout *layout)
{
	static const uint8_t table[] = { 0xd8, 0x04, 0x08, 0xf0, 0x04, 0x01, 0x05 };
	uint64_t at = STATE;

	put(STACK + 64, STATE, 8);
	put(STATE + layout->thread_id, POINTER - 64, 8);
	put(STATE + layout->thread_id + 8, TID, 8);
	for (uint32_t i = 0; i < layout->hop_count; i++) {
		uint64_t to = i + 1 == layout->hop_count ? FRAME : HOP;

		put(at + layout->hops[i], to, 8);
		at = to;
	}
	for (uint64_t frame = FRAME; frame <= FRAME + 0x100; frame += 0x100) {
		put(frame + layout->frame_code, CODE, 8);
		put(frame + layout->frame_instruction, CODE + layout->code_bytes + 6, 8);
	}
	put(FRAME + layout->frame_previous, FRAME + 0x100, 8);
	put(CODE + PYTHON_OBJECT_SIZE, 20, 8);
	put(CODE + layout->code_first_line, 7, 4);
	put(CODE + 112, FILENAME, 8);
	put(CODE + 120, NAME, 8);
	put(CODE + 136, TABLE, 8);
	put_text(layout, FILENAME, "/srv/worker.py");
	put_text(layout, NAME, "work");
	put(TABLE + PYTHON_OBJECT_SIZE, sizeof(table), 8);
	memcpy(memory + (TABLE + 32 - BASE), table, sizeof(table));
}

static void make_library(void)
{
	const Elf64_Ehdr header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64 },
				    .e_phoff = 64,
				    .e_phnum = 2 };
	const Elf64_Phdr segments[] = {
		{ .p_type = PT_LOAD }, { .p_type = PT_DYNAMIC, .p_vaddr = DYNAMIC, .p_memsz = 96 }
	};
	const Elf64_Dyn entries[] = {
		{ DT_SYMTAB, { SYMBOLS } },
		{ DT_STRTAB, { TEXT } },
		{ DT_STRSZ, { 64 } },
		{ DT_RELA, { RELOCATIONS } },
		{ DT_RELASZ, { sizeof(Elf64_Rela) } },
		{ DT_NULL, { 0 } },
	};
	const Elf64_Sym symbol = { .st_name = 1,
				   .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC),
				   .st_value = 0xd00 };
	const Elf64_Rela relocation = { .r_offset = WORD,
					.r_info = R_X86_64_IRELATIVE,
					.r_addend = 0xd00 };
	uint8_t *at = memory + (LIBRARY - BASE);

	memcpy(at, &header, sizeof(header));
	memcpy(at + 64, segments, sizeof(segments));
	memcpy(at + DYNAMIC, entries, sizeof(entries));
	memcpy(at + SYMBOLS, &symbol, sizeof(symbol));
	memcpy(at + TEXT + 1, "memcpy", 7);
	memcpy(at + RELOCATIONS, &relocation, sizeof(relocation));
	put(LIBRARY + WORD, LIBRARY + 0xe00, 8);
}

static void read_all(const struct target_task *task, const struct target_maps *maps)
{
	static const char *const names[] = { "memcpy", "strlen" };
	const struct python_wait wait = { BASE + 0x300, BASE + 0x340 };
	struct python_thread thread;
	uint64_t addresses[2];
	char place[64];

	if (python_find_thread(task, maps, TID, STACK, POINTER, &thread) == 0) {
		if (!thread.count || thread.count > PYTHON_FRAMES)
			__builtin_trap();
		for (size_t i = 0; i < thread.count; i++)
			python_place(task, &thread, thread.frames[i].instruction, place,
				     sizeof(place));
		(void)python_is_joined(task, &thread, &wait);
	}
	(void)target_ifuncs_of_libc(task, maps, names, 2, addresses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = { "/usr/bin/python3.11", "/usr/bin/python3.12",
					     "/usr/bin/python3.13", "/usr/bin/python3.14",
					     "/usr/bin/python3.15" };
	static const struct target_access_operations operations = { .way = by_reader,
								    .read = read_memory };
	struct target_access access = { .does = &operations };
	const struct target_task task = { &access, TID, TID };
	struct target_mapping mappings[] = {
		{ .start = BASE, .end = LIBRARY, .protection = PROT_READ | PROT_WRITE, .inode = 1 },
		{ .start = LIBRARY,
		  .end = BASE + SIZE,
		  .protection = PROT_READ,
		  .inode = 2,
		  .path = "/lib/libc.so.6" },
	};
	struct target_maps maps = { .mappings = mappings, .count = 2, .capacity = 2 };
	struct patch patch;
	size_t version = size ? data[0] % 5 : 0;

	memset(memory, 0, sizeof(memory));
	mappings[0].path = paths[version];
	make_thread(python_layout(version));
	make_library();
	for (size_t at = 1; at + 10 <= size && at < 640; at += 10) {
		memcpy(&patch.at, data + at, sizeof(patch.at));
		memcpy(patch.bytes, data + at + 2, sizeof(patch.bytes));
		memcpy(memory + patch.at % (SIZE - 8), patch.bytes, sizeof(patch.bytes));
	}
	read_all(&task, &maps);
	return 0;
}
