// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a program, and behind heads that make it one of Go's. Built with clang
 * -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <elf.h>

#include "runtimes/go/dump/arguments.h"
#include "runtimes/go/image/build_info.h"
#include "runtimes/go/image/identify.h"
#include "runtimes/go/image/pclntab.h"
#include "model/go_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct go_image *image, uint64_t vaddr)
{
	struct lc_go_argument arguments[GO_ARGUMENTS_MAX];
	struct go_call calls[GO_INLINED_MAX];
	struct go_function function;
	struct go_argument_note note;
	uint8_t frame[128] = {};

	pclntab_calls(image, vaddr, false, calls);
	if (!pclntab_function(image->table, vaddr, &function))
		return;
	go_arguments_note(image, &function, vaddr, &note);
	if (go_arguments_read(&note, frame, sizeof(frame), arguments) > GO_ARGUMENTS_MAX)
		__builtin_trap();
}

static void look(struct go_image *image)
{
	struct target_mapping mapping = { .start = 0x10000, .protection = 5 };
	uint64_t vaddr, file_size, memory_size, bias, i;
	size_t index = 0;
	char text[256];

	go_image_look(image);
	go_image_bias(image, &mapping, &bias);
	go_image_setting(image, "DefaultGODEBUG", text, sizeof(text));
	if (go_image_section(image, ".text", &vaddr, &file_size))
		go_image_bytes(image, vaddr, file_size);
	while (go_image_segment(image, true, &index, &vaddr, &file_size, &memory_size))
		go_image_bytes(image, vaddr + file_size - 8, 8);
	if (!image->pclntab || pclntab_open(image, image->pclntab, image->pclntab, NULL, 0, 0) < 0)
		return;
	for (i = 0; i < 512; i += 5) {
		ask(image, image->pclntab + i);
		ask(image, i);
	}
}

#define INFO_AT 256
#define TABLE_AT 512
#define HEADS 584

/*
 * A program of two segments, with build information and a table of functions whose parts data
 * places.
 */
static char *make(const uint8_t *data, size_t size, size_t *ret_size)
{
	size_t total = HEADS + size, i;
	char *bytes = calloc(1, total);
	Elf64_Phdr code = { .p_type = PT_LOAD,
			    .p_flags = PF_R | PF_X,
			    .p_vaddr = 0x400000,
			    .p_filesz = total,
			    .p_memsz = total };
	Elf64_Phdr variables = { .p_type = PT_LOAD,
				 .p_flags = PF_R | PF_W,
				 .p_vaddr = 0x600000,
				 .p_offset = INFO_AT,
				 .p_filesz = total - INFO_AT,
				 .p_memsz = total };
	Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			    .e_type = ET_EXEC,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_phoff = sizeof(head),
			    .e_ehsize = sizeof(head),
			    .e_phentsize = sizeof(code),
			    .e_phnum = 2 };
	uint64_t word;

	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), &code, sizeof(code));
	memcpy(bytes + sizeof(head) + sizeof(code), &variables, sizeof(variables));
	memcpy(bytes + INFO_AT, "\xff Go buildinf:\x08\x02", 16);
	memcpy(bytes + INFO_AT + 32, "\x08go1.26.1", 9);
	memcpy(bytes + HEADS, data, size);
	bytes[INFO_AT + 41] = size > 1 ? data[1] : 0; /* length of what follows */
	memcpy(bytes + INFO_AT + 58, "build\tDefaultGODEBUG=a=1\n", 26);
	memcpy(bytes + TABLE_AT, "\xf1\xff\xff\xff\0\0\x01\x08\x04", 9);
	for (i = 0; i < 5; i++) {
		word = 72 + (2 + i < size ? data[2 + i] : 0) * 8;
		memcpy(bytes + TABLE_AT + 32 + i * 8, &word, 8);
	}
	*ret_size = total;
	return bytes;
}

static void try_program(char *bytes, size_t size)
{
	struct go_image *image = calloc(1, sizeof(*image));

	elf_version(EV_CURRENT);
	image->fd = -1;
	image->elf = elf_memory(bytes, size);
	if (!target_content_of(bytes, size, &image->content) && image->elf &&
	    elf_kind(image->elf) == ELF_K_ELF)
		look(image);
	go_image_free(image);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ?: 1);
	size_t total;

	memcpy(copy, data, size);
	try_program(copy, size);
	copy = make(data, size, &total);
	try_program(copy, total);
	return 0;
}
