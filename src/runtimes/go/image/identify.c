// SPDX-License-Identifier: GPL-2.0-only
/* Opens files and tells Go from other programs: see identify.h. */
#include "runtimes/go/image/identify.h"
#include "runtimes/go/image/build_info.h"
#include "runtimes/go/image/pclntab.h"
#include "util/cleanup.h"

#include <gelf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	const uint8_t *names;
	size_t size;

	if (!go_image_elf_section(image, ".strtab", &header))
		return false;
	size = header.sh_size < MOST_NAMES_SEARCHED ? header.sh_size : MOST_NAMES_SEARCHED;
	names = target_content_bytes(image->content, header.sh_offset, size);
	return names && memmem(names, size, name, sizeof(name) - 1);
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

static void look_at_file(struct go_image *image)
{
	elf_version(EV_CURRENT);
	image->elf = elf_begin(image->fd, ELF_C_READ, NULL);
	if (image->elf && elf_kind(image->elf) == ELF_K_ELF)
		go_image_look(image);
	target_content_forget(image->content); /* what was searched is more than what is needed */
	if (image->kind == GO_GC)
		return;
	/* Nothing more will be read of it. */
	elf_end(image->elf);
	image->elf = NULL;
	target_content_free(image->content);
	image->content = NULL;
	close(image->fd);
	image->fd = -1;
}

int go_image_open(struct target_access *access, int fd, const char *path,
		  struct go_image **ret_image)
{
	struct go_image *image = calloc(1, sizeof(*image));
	int r = 0;

	if (!image) {
		close(fd);
		return -ENOMEM;
	}
	image->fd = fd;
	image->path = strdup(path);
	if (!image->path)
		r = -ENOMEM;
	r = r ?: target_content_open(access, fd, &image->content);
	if (r < 0 && r != -EFBIG) {
		go_image_free(image);
		return r;
	}
	if (!r)
		look_at_file(image);
	*ret_image = image;
	return 0;
}

void go_image_free(struct go_image *image)
{
	if (!image)
		return;
	pclntab_free(image->table);
	elf_end(image->elf);
	target_content_free(image->content);
	cleanup_close(&image->fd);
	free(image->path);
	free(image->main_module);
	free(image);
}
