// SPDX-License-Identifier: GPL-2.0-only
/* Symbols of the vdso, from the image that the kernel mapped into this process. */
#include "emulate/vdso.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

static const struct {
	const char *name;
	enum vdso_function function;
} names[] = {
	{ "__vdso_clock_gettime", VDSO_CLOCK_GETTIME },
	{ "__kernel_clock_gettime", VDSO_CLOCK_GETTIME }, /* arm64 */
	{ "__vdso_gettimeofday", VDSO_GETTIMEOFDAY },
	{ "__kernel_gettimeofday", VDSO_GETTIMEOFDAY },
	{ "__vdso_time", VDSO_TIME },
	{ "__vdso_getcpu", VDSO_GETCPU },
};

struct image {
	const char *base;
	const ElfW(Sym) * symbols;
	const char *strings;
	size_t count;
};

static void take_dynamic(struct image *image, const ElfW(Dyn) * entry)
{
	for (; entry->d_tag != DT_NULL; entry++) {
		const char *at = image->base + entry->d_un.d_ptr;

		if (entry->d_tag == DT_SYMTAB)
			image->symbols = (const ElfW(Sym) *)at;
		if (entry->d_tag == DT_STRTAB)
			image->strings = at;
	}
}

static void take_sections(struct image *image, const ElfW(Ehdr) * header)
{
	const ElfW(Shdr) *sections = (const void *)(image->base + header->e_shoff);

	for (size_t i = 0; header->e_shoff && i < header->e_shnum; i++) {
		if (sections[i].sh_type == SHT_DYNSYM && sections[i].sh_entsize)
			image->count = sections[i].sh_size / sections[i].sh_entsize;
	}
}

static void note(struct vdso *vdso, const char *name, uint64_t offset)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i].name) == 0)
			vdso->offsets[names[i].function] = offset;
	}
}

void vdso_read(struct vdso *ret)
{
	const ElfW(Ehdr) *header = (const void *)getauxval(AT_SYSINFO_EHDR);
	struct image image = { .base = (const char *)header };
	const ElfW(Phdr) * program;

	memset(ret, 0, sizeof(*ret));
	if (!header)
		return;
	program = (const void *)(image.base + header->e_phoff);
	for (size_t i = 0; i < header->e_phnum; i++) {
		if (program[i].p_type == PT_DYNAMIC)
			take_dynamic(&image, (const void *)(image.base + program[i].p_offset));
	}
	take_sections(&image, header);
	for (size_t i = 0; image.symbols && image.strings && i < image.count; i++)
		note(ret, image.strings + image.symbols[i].st_name, image.symbols[i].st_value);
}

enum vdso_function vdso_find(const struct vdso *vdso, uint64_t offset)
{
	for (int i = VDSO_NONE + 1; i < VDSO_FUNCTIONS; i++) {
		if (vdso->offsets[i] == offset && offset)
			return (enum vdso_function)i;
	}
	return VDSO_NONE;
}
