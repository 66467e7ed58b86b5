/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Go program made by hand: a file with one function, its row in the table of functions (layout of
 * 1.20 and later), and the collector's maps of its frame. The call at 0x10 returns to 0x15, where
 * of three locals the second is live and of two arguments the first; the other call returns to
 * 0x2b. A variable of two words, whose address is taken, begins with the first local.
 */
#ifndef LEAKHOP_TESTS_UNIT_GO_PROGRAM_H
#define LEAKHOP_TESTS_UNIT_GO_PROGRAM_H

#include "unit.h"

#include "runtimes/go/image/pclntab.h"

#include <elf.h>

#define PROGRAM_BASE 0x400000
#define PROGRAM_CODE 0x200 /* offsets in the file */
#define PROGRAM_DATA 0x300 /* what gofunc is */
#define PROGRAM_TABLE 0x400
#define PROGRAM_FILE_SIZE 0x600
#define PROGRAM_TEXT (PROGRAM_BASE + PROGRAM_CODE)
#define PROGRAM_LENGTH 0x40
#define PROGRAM_FRAME 40 /* bytes, with the saved frame pointer */

struct go_program {
	uint8_t bytes[PROGRAM_FILE_SIZE];
	struct go_image image;
};

static inline void go_program_put(struct go_program *program, size_t at, uint64_t value,
				  size_t size)
{
	assert_true(at + size <= PROGRAM_FILE_SIZE);
	memcpy(program->bytes + at, &value, size);
}

static inline void go_program_put_elf(struct go_program *program)
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
		.p_vaddr = PROGRAM_BASE,
		.p_filesz = PROGRAM_FILE_SIZE,
		.p_memsz = PROGRAM_FILE_SIZE,
	};

	memcpy(program->bytes, &head, sizeof(head));
	memcpy(program->bytes + sizeof(head), &segment, sizeof(segment));
}

/* One value up to the byte "until", then another. */
static inline void go_program_put_values(struct go_program *program, size_t at, int first,
					 unsigned until, int second)
{
	go_program_put(program, at, (unsigned)(first + 1) << 1, 1);
	go_program_put(program, at + 1, until, 1);
	go_program_put(program, at + 2, (unsigned)(second - first) << 1, 1);
	go_program_put(program, at + 3, PROGRAM_LENGTH - until, 1);
	go_program_put(program, at + 4, 0, 1);
}

/* Parts of the table, by offset in it: names, values, functions. */
static inline void go_program_put_table(struct go_program *program, const char *name, unsigned flag)
{
	size_t names = 72, values = 112, functions = 144, info = functions + 16;

	go_program_put(program, PROGRAM_TABLE, 0xfffffff1, 4);
	go_program_put(program, PROGRAM_TABLE + 6, 1, 1);
	go_program_put(program, PROGRAM_TABLE + 7, 8, 1);
	go_program_put(program, PROGRAM_TABLE + 8, 1, 8);
	go_program_put(program, PROGRAM_TABLE + 32, names, 8);
	go_program_put(program, PROGRAM_TABLE + 40, names, 8);
	go_program_put(program, PROGRAM_TABLE + 48, names, 8);
	go_program_put(program, PROGRAM_TABLE + 56, values, 8);
	go_program_put(program, PROGRAM_TABLE + 64, functions, 8);
	strcpy((char *)program->bytes + PROGRAM_TABLE + names + 1, name);
	go_program_put_values(program, PROGRAM_TABLE + values + 1, 0, 4,
			      PROGRAM_FRAME); /* frame size */
	go_program_put_values(program, PROGRAM_TABLE + values + 8, 0, 0x20,
			      1); /* number of the map */
	go_program_put(program, PROGRAM_TABLE + functions + 4, info - functions, 4);
	go_program_put(program, PROGRAM_TABLE + functions + 8, PROGRAM_LENGTH, 4);
	go_program_put(program, PROGRAM_TABLE + info + 4, 1, 4);
	go_program_put(program, PROGRAM_TABLE + info + 8, 16, 4); /* bytes of arguments */
	go_program_put(program, PROGRAM_TABLE + info + 16, 1, 4);
	go_program_put(program, PROGRAM_TABLE + info + 28, 2, 4); /* tables of values behind it */
	go_program_put(program, PROGRAM_TABLE + info + 41, flag, 1);
	go_program_put(program, PROGRAM_TABLE + info + 43, 3, 1); /* data behind them */
	go_program_put(program, PROGRAM_TABLE + info + 44 + 4, 8, 4);
	go_program_put(program, PROGRAM_TABLE + info + 52, 0, 4);
	go_program_put(program, PROGRAM_TABLE + info + 56, 16, 4);
	go_program_put(program, PROGRAM_TABLE + info + 60, 32, 4);
}

static inline void go_program_put_maps(struct go_program *program)
{
	static const uint8_t call[] = { 0xe8, 0, 0, 0, 0 }, indirect[] = { 0xff, 0x50, 0x18 };

	go_program_put(program, PROGRAM_DATA, 2, 4); /* arguments: 2 maps of 2 words */
	go_program_put(program, PROGRAM_DATA + 4, 2, 4);
	go_program_put(program, PROGRAM_DATA + 8, 0x0201, 2);
	go_program_put(program, PROGRAM_DATA + 16, 2, 4); /* locals: 2 maps of 3 words */
	go_program_put(program, PROGRAM_DATA + 20, 3, 4);
	go_program_put(program, PROGRAM_DATA + 24, 0x0502, 2);
	go_program_put(program, PROGRAM_DATA + 32, 1, 8); /* a variable */
	go_program_put(program, PROGRAM_DATA + 40, (uint32_t)-24, 4);
	go_program_put(program, PROGRAM_DATA + 44, 16, 4);
	memset(program->bytes + PROGRAM_CODE, 0x90, PROGRAM_LENGTH);
	memcpy(program->bytes + PROGRAM_CODE + 0x10, call, sizeof(call));
	memcpy(program->bytes + PROGRAM_CODE + 0x28, indirect, sizeof(indirect));
}

/* One function of that name and flags. */
static inline void go_program_make(struct go_program *program, const char *name, unsigned flag)
{
	*program = (struct go_program){};
	go_program_put_elf(program);
	go_program_put_table(program, name, flag);
	go_program_put_maps(program);
}

static inline bool go_program_begin(struct go_program *program)
{
	uint8_t *copy = malloc(PROGRAM_FILE_SIZE - PROGRAM_TABLE);

	elf_version(EV_CURRENT);
	memcpy(copy, program->bytes + PROGRAM_TABLE, PROGRAM_FILE_SIZE - PROGRAM_TABLE);
	program->image = (struct go_image){
		.fd = -1,
		.version = GO_VERSION(1, 26, 0),
		.elf = elf_memory((char *)program->bytes, PROGRAM_FILE_SIZE),
	};
	return !target_content_of(program->bytes, PROGRAM_FILE_SIZE, &program->image.content) &&
	       !pclntab_open(&program->image, PROGRAM_TEXT, PROGRAM_BASE + PROGRAM_DATA, copy,
			     PROGRAM_FILE_SIZE - PROGRAM_TABLE, 0);
}

static inline void go_program_end(struct go_program *program)
{
	pclntab_free(program->image.table);
	target_content_free(program->image.content);
	elf_end(program->image.elf);
}

#endif
