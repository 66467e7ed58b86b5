// SPDX-License-Identifier: GPL-2.0-only
/* Sections, segments and bytes of a file, through libelf. */
#include "runtimes/go/image/image.h"

#include <string.h>

Elf_Scn *go_image_elf_section(const struct go_image *image, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;
	const char *found;
	size_t names;

	if (elf_getshdrstrndx(image->elf, &names))
		return NULL;
	while ((section = elf_nextscn(image->elf, section))) {
		if (!gelf_getshdr(section, header))
			continue;
		found = elf_strptr(image->elf, names, header->sh_name);
		if (found && !strcmp(found, name))
			return section;
	}
	return NULL;
}

bool go_image_section(const struct go_image *image, const char *name, uint64_t *ret_vaddr,
		      uint64_t *ret_size)
{
	GElf_Shdr header;

	if (!go_image_elf_section(image, name, &header))
		return false;
	*ret_vaddr = header.sh_addr;
	*ret_size = header.sh_size;
	return true;
}

bool go_image_segment(const struct go_image *image, bool writable, size_t *index,
		      uint64_t *ret_vaddr, uint64_t *ret_file_size, uint64_t *ret_memory_size)
{
	GElf_Phdr header;
	size_t count;

	if (elf_getphdrnum(image->elf, &count))
		return false;
	while (*index < count) {
		if (!gelf_getphdr(image->elf, (*index)++, &header) || header.p_type != PT_LOAD)
			continue;
		if (!!(header.p_flags & PF_W) != writable)
			continue;
		*ret_vaddr = header.p_vaddr;
		*ret_file_size = header.p_filesz;
		*ret_memory_size = header.p_memsz;
		return true;
	}
	return false;
}

bool go_image_offset(const struct go_image *image, uint64_t vaddr, size_t size,
		     uint64_t *ret_offset)
{
	uint64_t file_size = target_content_size(image->content), at;
	GElf_Phdr header;
	size_t count, i;

	if (!size || elf_getphdrnum(image->elf, &count))
		return false;
	for (i = 0; i < count; i++) {
		if (!gelf_getphdr(image->elf, i, &header) || header.p_type != PT_LOAD)
			continue;
		if (vaddr < header.p_vaddr || vaddr - header.p_vaddr >= header.p_filesz ||
		    size > header.p_filesz - (vaddr - header.p_vaddr))
			continue;
		at = header.p_offset + (vaddr - header.p_vaddr);
		if (at < header.p_offset || at > file_size || size > file_size - at)
			return false;
		*ret_offset = at;
		return true;
	}
	return false;
}

const uint8_t *go_image_bytes(const struct go_image *image, uint64_t vaddr, size_t size)
{
	uint64_t offset;

	return go_image_offset(image, vaddr, size, &offset)
		       ? target_content_bytes(image->content, offset, size)
		       : NULL;
}

bool go_image_bias(const struct go_image *image, const struct target_mapping *mapping,
		   uint64_t *ret_bias)
{
	GElf_Phdr header;
	size_t count, i;
	uint64_t page = 4095;

	if (elf_getphdrnum(image->elf, &count))
		return false;
	for (i = 0; i < count; i++) {
		if (!gelf_getphdr(image->elf, i, &header) || header.p_type != PT_LOAD)
			continue;
		if (mapping->offset < (header.p_offset & ~page) ||
		    mapping->offset >= header.p_offset + header.p_filesz)
			continue;
		if (!!(header.p_flags & PF_X) != !!(mapping->protection & 4))
			continue;
		*ret_bias = mapping->start - mapping->offset - (header.p_vaddr - header.p_offset);
		return true;
	}
	return false;
}
