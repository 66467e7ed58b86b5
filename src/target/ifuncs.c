// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library's dynamic section, symbols and relocations, in memory as the dynamic linker left them:
 * ELF gABI, chapter 5; glibc has made the pointers in the dynamic section absolute, others not.
 */
#include "target/ifuncs.h"
#include "target/memory.h"
#include "util/cleanup.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MOST 64
#define ENTRIES_MOST 512
#define SYMBOLS_MOST 65536
#define TEXT_MOST ((uint64_t)4 << 20)
#define RELOCATIONS_MOST 65536
#define CHOSEN_MOST 256

#if defined(__x86_64__)
#define IRELATIVE R_X86_64_IRELATIVE
#else
#define IRELATIVE R_AARCH64_IRELATIVE
#endif

struct chosen {
	uint64_t resolver, address;
};

struct library {
	const struct target_task *task;
	uint64_t base, end; /* what is added to its addresses; the first behind it */
	uint64_t symbols, text, text_size;
	uint64_t tables[2], table_sizes[2]; /* of relocations */
	size_t chosen_count;
	struct chosen chosen[CHOSEN_MOST];
};

static bool is_libc(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && (!strncmp(name, "/libc.so", 8) || !strncmp(name, "/libc-2.", 8));
}

static const struct target_mapping *find_libc(const struct target_maps *maps, uint64_t *ret_end)
{
	const struct target_mapping *found = NULL;

	for (size_t i = 0; i < maps->count; i++) {
		const struct target_mapping *one = &maps->mappings[i];

		if (!found && !one->offset && one->inode && is_libc(one->path))
			found = one;
		if (found && one->inode == found->inode && one->device == found->device)
			*ret_end = one->end;
	}
	return found;
}

/* The dynamic section, and what is to be added to addresses. */
static bool find_dynamic(struct library *library, uint64_t start, uint64_t *ret_address,
			 uint64_t *ret_size)
{
	Elf64_Phdr segments[SEGMENTS_MOST];
	bool loaded = false;
	Elf64_Ehdr header;

	*ret_address = 0;
	if (!target_memory_read_all(library->task, start, &header, sizeof(header)) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phnum > SEGMENTS_MOST ||
	    !target_memory_read_all(library->task, start + header.e_phoff, segments,
				    header.e_phnum * sizeof(segments[0])))
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && !loaded) {
			library->base = start - (segments[i].p_vaddr - segments[i].p_offset);
			loaded = true;
		} else if (segments[i].p_type == PT_DYNAMIC) {
			*ret_address = segments[i].p_vaddr;
			*ret_size = segments[i].p_memsz;
		}
	}
	*ret_address += library->base;
	return loaded && *ret_address != library->base;
}

static uint64_t absolute(const struct library *library, uint64_t pointer)
{
	return pointer < library->base ? library->base + pointer : pointer;
}

static void take_entry(struct library *library, const Elf64_Dyn *entry)
{
	switch (entry->d_tag) {
	case DT_SYMTAB:
		library->symbols = absolute(library, entry->d_un.d_ptr);
		break;
	case DT_STRTAB:
		library->text = absolute(library, entry->d_un.d_ptr);
		break;
	case DT_STRSZ:
		library->text_size = entry->d_un.d_val;
		break;
	case DT_RELA:
		library->tables[0] = absolute(library, entry->d_un.d_ptr);
		break;
	case DT_RELASZ:
		library->table_sizes[0] = entry->d_un.d_val;
		break;
	case DT_JMPREL:
		library->tables[1] = absolute(library, entry->d_un.d_ptr);
		break;
	case DT_PLTRELSZ:
		library->table_sizes[1] = entry->d_un.d_val;
		break;
	default:
		break;
	}
}

static bool read_dynamic(struct library *library, uint64_t start)
{
	Elf64_Dyn entries[ENTRIES_MOST];
	uint64_t address, size = 0;
	size_t count;

	if (!find_dynamic(library, start, &address, &size))
		return false;
	count = size / sizeof(entries[0]) < ENTRIES_MOST ? size / sizeof(entries[0]) : ENTRIES_MOST;
	if (!target_memory_read_all(library->task, address, entries, count * sizeof(entries[0])))
		return false;
	for (size_t i = 0; i < count && entries[i].d_tag != DT_NULL; i++)
		take_entry(library, &entries[i]);
	/* No entry tells how many symbols there are; their names follow them in any library. */
	return library->symbols && library->text > library->symbols &&
	       (library->text - library->symbols) / sizeof(Elf64_Sym) <= SYMBOLS_MOST &&
	       library->text_size && library->text_size <= TEXT_MOST;
}

static void take_relocation(struct library *library, const Elf64_Rela *relocation)
{
	struct chosen *chosen = &library->chosen[library->chosen_count];
	uint64_t word;

	if (ELF64_R_TYPE(relocation->r_info) != IRELATIVE || library->chosen_count == CHOSEN_MOST ||
	    !target_memory_read_all(library->task, library->base + relocation->r_offset, &word,
				    sizeof(word)) ||
	    word < library->base || word >= library->end)
		return;
	*chosen = (struct chosen){ (uint64_t)relocation->r_addend, word };
	library->chosen_count++;
}

static int read_relocations(struct library *library, size_t table)
{
	uint64_t count = library->table_sizes[table] / sizeof(Elf64_Rela);
	_cleanup_free_ Elf64_Rela *all = NULL;

	if (!library->tables[table] || !count || count > RELOCATIONS_MOST)
		return 0;
	all = calloc(count, sizeof(*all));
	if (!all)
		return -ENOMEM;
	if (!target_memory_read_all(library->task, library->tables[table], all,
				    count * sizeof(*all)))
		return 0;
	for (uint64_t i = 0; i < count; i++)
		take_relocation(library, &all[i]);
	return 0;
}

static uint64_t chosen_by(const struct library *library, uint64_t resolver)
{
	for (size_t i = 0; i < library->chosen_count; i++) {
		if (library->chosen[i].resolver == resolver)
			return library->chosen[i].address;
	}
	return 0;
}

static int find_names(const struct library *library, const char *const *names, size_t count,
		      uint64_t *ret_addresses)
{
	size_t symbol_count = (library->text - library->symbols) / sizeof(Elf64_Sym);
	_cleanup_free_ Elf64_Sym *symbols = calloc(symbol_count + 1, sizeof(*symbols));
	_cleanup_free_ char *text = malloc(library->text_size + 1);

	if (!symbols || !text)
		return -ENOMEM;
	if (!target_memory_read_all(library->task, library->symbols, symbols,
				    symbol_count * sizeof(*symbols)) ||
	    !target_memory_read_all(library->task, library->text, text, library->text_size))
		return -ENOENT;
	text[library->text_size] = '\0';
	for (size_t i = 0; i < symbol_count; i++) {
		if (ELF64_ST_TYPE(symbols[i].st_info) != STT_GNU_IFUNC ||
		    symbols[i].st_name >= library->text_size)
			continue;
		for (size_t name = 0; name < count; name++) {
			if (!ret_addresses[name] && !strcmp(text + symbols[i].st_name, names[name]))
				ret_addresses[name] = chosen_by(library, symbols[i].st_value);
		}
	}
	return 0;
}

int target_ifuncs_of_libc(const struct target_task *task, const struct target_maps *maps,
			  const char *const *names, size_t count, uint64_t *ret_addresses)
{
	struct library library = { .task = task };
	const struct target_mapping *mapping = find_libc(maps, &library.end);
	int r;

	memset(ret_addresses, 0, count * sizeof(*ret_addresses));
	if (!mapping || !read_dynamic(&library, mapping->start))
		return -ENOENT;
	r = read_relocations(&library, 0);
	r = r ?: read_relocations(&library, 1);
	return r ?: find_names(&library, names, count, ret_addresses);
}
