// SPDX-License-Identifier: GPL-2.0-only
/* Opens files and tells Go from other programs: see identify.h. */
#include "runtimes/go/image/identify.h"
#include "runtimes/go/image/build_info.h"
#include "runtimes/go/image/pclntab.h"
#include "target/file.h"
#include "util/cleanup.h"

#include <gelf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_NAMES_SEARCHED (16u << 20)

static bool has_section(const struct go_image *image, const char *name)
{
	GElf_Shdr header;

	return go_image_elf_section(image, name, &header) != NULL;
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
	Elf_Scn *section = go_image_elf_section(image, ".strtab", &header);
	const Elf_Data *names = section ? elf_rawdata(section, NULL) : NULL;

	return names && names->d_buf &&
	       memmem(names->d_buf,
		      names->d_size < MOST_NAMES_SEARCHED ? names->d_size : MOST_NAMES_SEARCHED,
		      name, sizeof(name) - 1);
}

void go_image_look(struct go_image *image)
{
	GElf_Ehdr header;
	bool has_info, is_gccgo;

	if (!gelf_getehdr(image->elf, &header) || gelf_getclass(image->elf) != ELFCLASS64)
		return;
	image->position_independent = header.e_type == ET_DYN;
	has_info = go_image_read_build_info(image);
	is_gccgo = strstr(image->version_text, "gccgo");
	if (image->build_info && !is_gccgo) {
		image->kind = GO_GC;
		go_image_find_main_module(image);
		pclntab_find(image, &image->pclntab, &image->pclntab_end);
		return;
	}
	if (!has_info &&
	    (has_section(image, ".gopclntab") || has_section(image, ".data.rel.ro.gopclntab"))) {
		image->kind = GO_GC;
		pclntab_find(image, &image->pclntab, &image->pclntab_end);
		go_image_search_version(image);
		return;
	}
	if (has_section(image, ".go_export") || is_gccgo) {
		image->kind = GO_GCC;
	} else if (is_tinygo(image)) {
		image->kind = GO_TINY;
	} else if (!has_info && has_section(image, ".note.go.buildid") &&
		   pclntab_find(image, &image->pclntab, &image->pclntab_end)) {
		/*
		 * A plugin, linked by the system's linker (seen with 1.19): neither build
		 * information nor sections.
		 */
		image->kind = GO_GC;
		go_image_search_version(image);
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
