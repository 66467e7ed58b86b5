// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads .eh_frame_hdr (Linux Standard Base Core 5.0, 10.6.2): the segment PT_GNU_EH_FRAME, which
 * stripped programs keep. ld, gold, lld and mold sort its table and write pairs of 4 bytes,
 * relative to the header.
 */
#include "binary/function_starts.h"

#include <dwarf.h>
#include <gelf.h>
#include <string.h>

#define HEADER 12 /* four bytes, and two numbers of four */
#define PAIR 8

static int32_t number_at(const uint8_t *bytes)
{
	int32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static uint64_t start_of(const struct function_starts *starts, size_t index)
{
	return starts->base + (uint64_t)(int64_t)number_at(starts->pairs + index * PAIR);
}

static bool take_table(const uint8_t *bytes, size_t size, uint64_t vaddr,
		       struct function_starts *ret)
{
	if (size < HEADER || bytes[0] != 1 || bytes[1] != (DW_EH_PE_pcrel | DW_EH_PE_sdata4) ||
	    bytes[2] != DW_EH_PE_udata4 || bytes[3] != (DW_EH_PE_datarel | DW_EH_PE_sdata4))
		return false;
	ret->pairs = bytes + HEADER;
	ret->base = vaddr;
	ret->count = (uint32_t)number_at(bytes + 8);
	return ret->count && ret->count <= (size - HEADER) / PAIR;
}

static bool find_table(struct binary_file *file, struct function_starts *ret)
{
	GElf_Addr bias;
	Elf *elf = file->handle ? dwfl_module_getelf(file->handle, &bias) : NULL;
	Elf_Data *data;
	GElf_Phdr header;
	size_t count, i;

	if (!elf || elf_getphdrnum(elf, &count) < 0)
		return false;
	for (i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_GNU_EH_FRAME)
			continue;
		data = elf_getdata_rawchunk(elf, (int64_t)header.p_offset, header.p_filesz,
					    ELF_T_BYTE);
		return data && take_table(data->d_buf, data->d_size, header.p_vaddr, ret);
	}
	return false;
}

bool binary_file_function(struct binary_file *file, uint64_t vaddr, uint64_t *ret_start,
			  uint64_t *ret_next)
{
	const struct function_starts *starts = &file->functions;
	size_t low = 0, high, middle;

	if (!file->tried_functions && !find_table(file, &file->functions))
		file->functions.count = 0;
	file->tried_functions = true;
	if (!starts->count || vaddr < start_of(starts, 0))
		return false;
	high = starts->count;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (start_of(starts, middle) <= vaddr)
			low = middle;
		else
			high = middle;
	}
	*ret_start = start_of(starts, low);
	*ret_next = high < starts->count ? start_of(starts, high) : 0;
	return true;
}
