// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens files and tells Go from other programs: see image.h. Formats: ELF; Go's src/debug/buildinfo
 * and src/debug/gosym (1.17 to 1.27).
 */
#include "runtimes/go/image/image.h"
#include "runtimes/go/image/pclntab.h"
#include "target/file.h"
#include "util/cleanup.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUILD_INFO_SIZE 32
#define BUILD_INFO_ALIGN 16
#define BUILD_INFO_INLINE 2
/* Without section headers: how far the start of the data is searched. */
#define MOST_DATA_SEARCHED (1u << 20)
#define MOST_NAMES_SEARCHED (16u << 20)

static const char build_info_magic[] = "\xff Go buildinf:";

static Elf_Scn *find_section(const struct go_image *image, const char *name, GElf_Shdr *header)
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

	if (!find_section(image, name, &header))
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

const uint8_t *go_image_bytes(const struct go_image *image, uint64_t vaddr, size_t size)
{
	GElf_Phdr header;
	const char *file;
	size_t file_size, count, i;
	uint64_t at;

	file = elf_rawfile(image->elf, &file_size);
	if (!file || !size || elf_getphdrnum(image->elf, &count))
		return NULL;
	for (i = 0; i < count; i++) {
		if (!gelf_getphdr(image->elf, i, &header) || header.p_type != PT_LOAD)
			continue;
		if (vaddr < header.p_vaddr || vaddr - header.p_vaddr >= header.p_filesz ||
		    size > header.p_filesz - (vaddr - header.p_vaddr))
			continue;
		at = header.p_offset + (vaddr - header.p_vaddr);
		if (at < header.p_offset || at > file_size || size > file_size - at)
			return NULL;
		return (const uint8_t *)file + at;
	}
	return NULL;
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

/* The build information's first bytes, wherever they are. Sets *ret_vaddr. */
static const uint8_t *find_build_info(const struct go_image *image, uint64_t *ret_vaddr)
{
	uint64_t vaddr, size, memory;
	const uint8_t *bytes;
	size_t index = 0, i;

	if (go_image_section(image, ".go.buildinfo", &vaddr, &size)) {
		bytes = go_image_bytes(image, vaddr, BUILD_INFO_SIZE);
		*ret_vaddr = vaddr;
		return bytes && !memcmp(bytes, build_info_magic, 14) ? bytes : NULL;
	}
	if (!elf_getshdrnum(image->elf, &index) && index)
		return NULL; /* it has sections, and not that one */
	index = 0;
	while (go_image_segment(image, /* writable= */ true, &index, &vaddr, &size, &memory)) {
		if (size > MOST_DATA_SEARCHED)
			size = MOST_DATA_SEARCHED;
		bytes = go_image_bytes(image, vaddr, size);
		for (i = 0; bytes && i + BUILD_INFO_SIZE <= size; i += BUILD_INFO_ALIGN) {
			if (!memcmp(bytes + i, build_info_magic, 14)) {
				*ret_vaddr = vaddr + i;
				return bytes + i;
			}
		}
	}
	return NULL;
}

static uint64_t word_at(const struct go_image *image, uint64_t vaddr)
{
	const uint8_t *bytes = go_image_bytes(image, vaddr, 8);
	uint64_t word = 0;

	if (bytes)
		memcpy(&word, bytes, 8);
	return word;
}

/* Go 1.18 and later have the text in line, 1.17 a pointer to a Go string. */
static void read_version(struct go_image *image, const uint8_t *info, uint64_t vaddr)
{
	const uint8_t *bytes;
	uint64_t length, text, string;

	if (info[15] & BUILD_INFO_INLINE) {
		bytes = go_image_bytes(image, vaddr + BUILD_INFO_SIZE, 1);
		length = bytes ? bytes[0] : 0; /* a varint; longer ones are not versions */
		text = vaddr + BUILD_INFO_SIZE + 1;
	} else {
		string = word_at(image, vaddr + 16);
		text = word_at(image, string);
		length = word_at(image, string + 8);
	}
	if (!length || length >= sizeof(image->version_text))
		return;
	bytes = go_image_bytes(image, text, length);
	if (!bytes)
		return;
	memcpy(image->version_text, bytes, length);
	image->version = go_version_parse(image->version_text);
}

static bool read_length(const struct go_image *image, uint64_t *vaddr, uint64_t *ret)
{
	const uint8_t *byte;
	unsigned shift;

	*ret = 0;
	for (shift = 0; shift < 35; shift += 7) {
		byte = go_image_bytes(image, (*vaddr)++, 1);
		if (!byte)
			return false;
		*ret |= (uint64_t)(*byte & 0x7f) << shift;
		if (!(*byte & 0x80))
			return true;
	}
	return false;
}

/* The text behind the version: framed by 16 bytes at both ends, "kind\tvalue\n" lines. */
const char *go_image_build_text(const struct go_image *image, size_t *ret_size)
{
	uint64_t vaddr = image->build_info, length;
	const uint8_t *info = vaddr ? go_image_bytes(image, vaddr, BUILD_INFO_SIZE) : NULL;
	const uint8_t *bytes;

	if (!info || !(info[15] & BUILD_INFO_INLINE))
		return NULL;
	vaddr += BUILD_INFO_SIZE;
	if (!read_length(image, &vaddr, &length))
		return NULL;
	vaddr += length;
	if (!read_length(image, &vaddr, &length))
		return NULL;
	bytes = go_image_bytes(image, vaddr, length);
	*ret_size = length;
	return (const char *)bytes;
}

bool go_image_setting(const struct go_image *image, const char *name, char *buffer, size_t size)
{
	size_t left, length;
	const char *text = go_image_build_text(image, &left), *end;
	char head[64];

	snprintf(head, sizeof(head), "build\t%s=", name);
	while (text && left) {
		end = memchr(text, '\n', left);
		length = end ? (size_t)(end - text) : left;
		if (length >= strlen(head) && !memcmp(text, head, strlen(head))) {
			snprintf(buffer, size, "%.*s", (int)(length - strlen(head)),
				 text + strlen(head));
			return true;
		}
		left -= length + (end ? 1 : 0);
		text = end ? end + 1 : NULL;
	}
	return false;
}

/*
 * Some are shipped without build information (a stripper took it). The table of functions is still
 * there; the version is runtime.buildVersion, a string variable: address and length of a text that
 * begins like one.
 */
static void search_version(struct go_image *image)
{
	uint64_t vaddr, size, memory, word[2];
	const uint8_t *bytes, *text;
	size_t index = 0, i;

	while (go_image_segment(image, /* writable= */ true, &index, &vaddr, &size, &memory)) {
		if (size > MOST_DATA_SEARCHED)
			size = MOST_DATA_SEARCHED;
		bytes = go_image_bytes(image, vaddr, size);
		for (i = (8 - vaddr % 8) % 8; bytes && i + sizeof(word) <= size; i += 8) {
			memcpy(word, bytes + i, sizeof(word));
			if (word[1] < 5 || word[1] >= sizeof(image->version_text))
				continue;
			text = go_image_bytes(image, word[0], word[1]);
			if (!text || memcmp(text, "go1.", 4) || text[4] < '0' || text[4] > '9')
				continue;
			memcpy(image->version_text, text, word[1]);
			image->version = go_version_parse(image->version_text);
			return;
		}
	}
}

static bool has_section(const struct go_image *image, const char *name)
{
	GElf_Shdr header;

	return find_section(image, name, &header) != NULL;
}

/*
 * TinyGo leaves nothing of its own but the names of its runtime's C and assembly
 * (src/runtime/asm_amd64.S, src/internal/task of 0.27 and 0.33: tinygo_scanCurrentStack,
 * tinygo_startTask, ...), and those only where they are not stripped.
 */
static bool is_tinygo(const struct go_image *image)
{
	static const char name[] = "\0tinygo_";
	GElf_Shdr header;
	Elf_Scn *section = find_section(image, ".strtab", &header);
	const Elf_Data *names = section ? elf_rawdata(section, NULL) : NULL;

	return names && names->d_buf &&
	       memmem(names->d_buf,
		      names->d_size < MOST_NAMES_SEARCHED ? names->d_size : MOST_NAMES_SEARCHED,
		      name, sizeof(name) - 1);
}

void go_image_look(struct go_image *image)
{
	uint64_t vaddr;
	const uint8_t *info = find_build_info(image, &vaddr);
	GElf_Ehdr header;

	if (!gelf_getehdr(image->elf, &header) || gelf_getclass(image->elf) != ELFCLASS64)
		return;
	image->position_independent = header.e_type == ET_DYN;
	if (info && info[14] <= 8) {
		image->build_info = vaddr;
		read_version(image, info, vaddr);
		if (!strstr(image->version_text, "gccgo")) {
			image->kind = GO_GC;
			go_image_find_main_module(image);
			pclntab_find(image, &image->pclntab, &image->pclntab_end);
			return;
		}
	}
	if (!info &&
	    (has_section(image, ".gopclntab") || has_section(image, ".data.rel.ro.gopclntab"))) {
		image->kind = GO_GC;
		pclntab_find(image, &image->pclntab, &image->pclntab_end);
		search_version(image);
		return;
	}
	if (has_section(image, ".go_export") || (info && strstr(image->version_text, "gccgo"))) {
		image->kind = GO_GCC;
	} else if (is_tinygo(image)) {
		image->kind = GO_TINY;
	} else if (!info && has_section(image, ".note.go.buildid") &&
		   pclntab_find(image, &image->pclntab, &image->pclntab_end)) {
		/*
		 * A plugin, linked by the system's linker (seen with 1.19): neither build
		 * information nor sections.
		 */
		image->kind = GO_GC;
		search_version(image);
	}
}

int go_image_open(pid_t pid, const struct target_mapping *mapping, struct go_image **ret_image)
{
	struct go_image *image;
	struct stat status;
	int r;

	image = calloc(1, sizeof(*image));
	if (!image)
		return -ENOMEM;
	image->fd = -1;
	image->key = (struct go_image_key){ .device = mapping->device, .inode = mapping->inode };
	image->path = strdup(mapping->path);
	r = target_file_open(pid, mapping, &image->fd);
	if (!r && !fstat(image->fd, &status))
		image->file_key = (struct go_image_key){ status.st_dev, status.st_ino };
	if (!r && image->path) {
		elf_version(EV_CURRENT);
		image->elf = elf_begin(image->fd, ELF_C_READ_MMAP, NULL);
		if (image->elf && elf_kind(image->elf) == ELF_K_ELF)
			go_image_look(image);
	}
	if (!image->path)
		r = -ENOMEM;
	if (r < 0) {
		go_image_free(image);
		return r;
	}
	if (image->kind != GO_GC) { /* nothing more will be read of it */
		elf_end(image->elf);
		image->elf = NULL;
		cleanup_close(&image->fd);
		image->fd = -1;
	}
	*ret_image = image;
	return 0;
}

void go_image_free(struct go_image *image)
{
	if (!image)
		return;
	pclntab_free(image->table);
	elf_end(image->elf);
	cleanup_close(&image->fd);
	free(image->path);
	free(image->main_module);
	free(image);
}
