// SPDX-License-Identifier: GPL-2.0-only
/* Names of global variables: see variables.h. */
#include "runtimes/go/image/variables.h"

#include <string.h>

#define SYMBOLS_MAX (1u << 23)
#define AT_ONCE 4096

static const char *name_of(const struct go_image *image, const GElf_Shdr *strings, uint32_t at)
{
	static const size_t most = 256;
	uint64_t left = at < strings->sh_size ? strings->sh_size - at : 0;
	size_t size = left < most ? left : most;
	const uint8_t *text = size ? target_content_bytes(image->content, strings->sh_offset + at,
							  size)
				   : NULL;

	return text && memchr(text, '\0', size) && *text ? (const char *)text : NULL;
}

static bool holds(const Elf64_Sym *symbol, uint64_t vaddr)
{
	return ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && vaddr >= symbol->st_value &&
	       vaddr - symbol->st_value < symbol->st_size;
}

const char *go_image_variable(const struct go_image *image, uint64_t vaddr, uint64_t *ret_offset)
{
	GElf_Shdr header, strings;
	const char *name = NULL, *one;
	size_t count, i, k, n;
	Elf64_Sym symbol;
	const uint8_t *bytes;

	if (!go_image_elf_section(image, ".symtab", &header) ||
	    !gelf_getshdr(elf_getscn(image->elf, header.sh_link), &strings))
		return NULL;
	count = header.sh_size / sizeof(symbol);
	for (i = 0; i < count && i < SYMBOLS_MAX; i += n) {
		n = count - i < AT_ONCE ? count - i : AT_ONCE;
		bytes = target_content_bytes(image->content, header.sh_offset + i * sizeof(symbol),
					     n * sizeof(symbol));
		for (k = 0; bytes && k < n; k++) {
			memcpy(&symbol, bytes + k * sizeof(symbol), sizeof(symbol));
			one = holds(&symbol, vaddr) ? name_of(image, &strings, symbol.st_name)
						    : NULL;
			/* The smallest that holds it: some hold others. */
			if (!one || (name && vaddr - symbol.st_value >= *ret_offset))
				continue;
			name = one;
			*ret_offset = vaddr - symbol.st_value;
		}
	}
	return name;
}
