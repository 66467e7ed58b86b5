// SPDX-License-Identifier: GPL-2.0-only
/*
 * Headers, notes and sizes of a file, through libelf, which reads of it no more than is asked for
 * and maps nothing: a file that is cut meanwhile is a short read.
 */
#include "binary/inspect.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#endif

#define SECTIONS_MAX 65536
#define EXPANDED_FREE (UINT64_C(64) << 20)
#define EXPANDED_TIMES 8
#define CHECKSUM_MAX (UINT64_C(4) << 30)
#define LINK_MAX_SIZE 8192

static void read_build_id(Elf *elf, struct binary_description *ret)
{
	const void *bytes;
	ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);

	for (ssize_t i = 0; i < size && i < BINARY_BUILD_ID_MAX; i++)
		(void)snprintf(ret->build_id + 2 * i, 3, "%02x", ((const uint8_t *)bytes)[i]);
}

static void read_segments(Elf *elf, struct binary_description *ret)
{
	size_t count;

	if (elf_getphdrnum(elf, &count) < 0)
		return;
	if (count > BINARY_SEGMENTS_MAX)
		count = BINARY_SEGMENTS_MAX;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD)
			continue;
		ret->segments[ret->segment_count++] = (struct binary_segment){
			.offset = header.p_offset,
			.file_size = header.p_filesz,
			.vaddr = header.p_vaddr,
			.executable = header.p_flags & PF_X,
		};
	}
}

void inspect_describe(int fd, struct binary_description *ret)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	GElf_Ehdr header;

	memset(ret, 0, sizeof(*ret));
	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header)) {
		ret->is_elf = true;
		ret->foreign = header.e_machine != NATIVE_MACHINE ||
			       header.e_ident[EI_CLASS] != ELFCLASS64;
		read_build_id(elf, ret);
		read_segments(elf, ret);
	}
	elf_end(elf);
}

uint64_t inspect_stored_size(int fd)
{
	struct statx status;
	uint64_t stored, size;

	/* From what the kernel knows: a server is not asked. */
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_SIZE | STATX_BLOCKS, &status) <
	    0)
		return 0;
	stored = status.stx_blocks * 512;
	size = status.stx_size;
	/* Some file systems, and files in memory, do not count blocks. */
	return stored > 0 && stored < size ? stored : size;
}

/* What a section will take when it is expanded; 0: it is as it is. */
static uint64_t expanded_size(Elf_Scn *section, const GElf_Shdr *header, const char *name)
{
	GElf_Chdr compression;
	uint8_t head[12];
	uint64_t size = 0;
	Elf_Data *data;

	if (header->sh_flags & SHF_COMPRESSED)
		return gelf_getchdr(section, &compression) ? compression.ch_size : 0;
	if (!name || strncmp(name, ".zdebug", 7) != 0 || header->sh_size > EXPANDED_FREE)
		return 0;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf || data->d_size < sizeof(head))
		return 0;
	memcpy(head, data->d_buf, sizeof(head));
	for (size_t i = 4; memcmp(head, "ZLIB", 4) == 0 && i < sizeof(head); i++)
		size = size << 8 | head[i];
	return size;
}

static bool sections_are_bounded(Elf *elf, uint64_t bound)
{
	Elf_Scn *section = NULL;
	uint64_t sum = 0;
	size_t names, count = 0;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return true; /* no sections */
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		uint64_t size;

		if (++count > SECTIONS_MAX)
			return false;
		if (!gelf_getshdr(section, &header))
			continue;
		size = expanded_size(section, &header, elf_strptr(elf, names, header.sh_name));
		if (size > bound || sum + size > bound)
			return false;
		sum += size;
	}
	return true;
}

/* libdwfl would place the sections of a relocatable file, by a callback for which there is no use.
 */
static bool is_linked(Elf *elf)
{
	GElf_Ehdr header;

	return gelf_getehdr(elf, &header) && (header.e_type == ET_EXEC || header.e_type == ET_DYN);
}

bool inspect_is_bounded(int fd)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	bool bounded = elf && elf_kind(elf) == ELF_K_ELF && is_linked(elf) &&
		       sections_are_bounded(elf, inspect_stored_size(fd) * EXPANDED_TIMES +
							 EXPANDED_FREE);

	elf_end(elf);
	return bounded;
}

int inspect_compare_build_id(int fd, const uint8_t *build_id, size_t size)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	const void *bytes;
	ssize_t found = elf ? dwelf_elf_gnu_build_id(elf, &bytes) : 0;
	int r = -ENOENT;

	if (found > 0)
		r = found == (ssize_t)size && memcmp(bytes, build_id, size) == 0;
	elf_end(elf);
	return r;
}

int inspect_checksum(int fd, uint32_t *ret_checksum)
{
	uint8_t buffer[65536];
	uLong checksum = crc32(0, NULL, 0);
	uint64_t at = 0;
	ssize_t count;

	while ((count = pread(fd, buffer, sizeof(buffer), (off_t)at)) > 0) {
		checksum = crc32(checksum, buffer, (uInt)count);
		at += (uint64_t)count;
		if (at > CHECKSUM_MAX)
			return -EFBIG;
	}
	if (count < 0)
		return -errno;
	*ret_checksum = (uint32_t)checksum;
	return 0;
}

size_t inspect_alternate_build_id(int fd, uint8_t build_id[BINARY_BUILD_ID_MAX])
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *section = NULL;
	size_t names, size = 0;

	while (elf && elf_getshdrstrndx(elf, &names) == 0 &&
	       (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(section, &header)
					   ? elf_strptr(elf, names, header.sh_name)
					   : NULL;
		const Elf_Data *data;
		size_t length;

		if (!name || strcmp(name, ".gnu_debugaltlink") != 0 ||
		    header.sh_size > LINK_MAX_SIZE)
			continue;
		/* A name, its end, and the rest. */
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf)
			break;
		length = strnlen(data->d_buf, data->d_size) + 1;
		if (length < data->d_size && data->d_size - length <= BINARY_BUILD_ID_MAX) {
			size = data->d_size - length;
			memcpy(build_id, (const uint8_t *)data->d_buf + length, size);
		}
		break;
	}
	elf_end(elf);
	return size;
}
