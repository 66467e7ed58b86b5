/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that holds Go code: a program, a shared library or a plugin, stripped or not; shared by
 * all processes that run it. Here is what is known of it, and its bytes; identify.h opens it,
 * build_info.h and pclntab.h read what is in it.
 *
 * Addresses here are the file's own ("vaddr"); a process has the file at vaddr + bias.
 */
#ifndef LEAKHOP_RUNTIMES_GO_IMAGE_H
#define LEAKHOP_RUNTIMES_GO_IMAGE_H

#include "runtimes/go/image/offsets.h"
#include "target/content.h"
#include "target/maps.h"

#include <gelf.h>
#include <uthash.h>

struct go_pclntab;

/* As the file names itself; one that was changed in place is another. */
struct go_image_key {
	uint64_t device, inode;
	int64_t size;
	int64_t modified; /* ns */
};

enum go_kind {
	GO_NOT, /* not Go at all */
	GO_GC,	/* the Go project's own compiler: what is understood */
	GO_GCC,
	GO_TINY,
};

struct go_image {
	UT_hash_handle hh;
	struct go_image_key key;
	enum go_kind kind;
	bool held; /* a process that is known has it: go_images_hold() */
	int fd;	   /* -1: not open */
	Elf *elf;  /* for its headers */
	struct target_content *content;
	char version_text[64];
	uint32_t version;     /* 0: not known */
	uint64_t build_info;  /* vaddr; 0: none */
	uint64_t number;      /* module number of this image's frames, in interned stacks */
	uint64_t pclntab;     /* vaddr; 0: not found */
	uint64_t pclntab_end; /* vaddr; behind it */
	bool position_independent;
	char *path;	   /* as the first process had it */
	char *main_module; /* import path of the main module; NULL: not known */
	struct go_offsets offsets;
	bool has_offsets;
	struct go_pclntab *table; /* NULL: not opened yet */
	bool links_c;		  /* runtime/cgo is in it; known with the table */
};

/*
 * The load bias of the image where mapping holds some of it; false: the mapping is not of a
 * segment.
 */
bool go_image_bias(const struct go_image *image, const struct target_mapping *mapping,
		   uint64_t *ret_bias);

/* Where vaddr lies in the file; false: not there, or not size bytes of it. */
bool go_image_offset(const struct go_image *image, uint64_t vaddr, size_t size,
		     uint64_t *ret_offset);

/* size bytes of the file at vaddr, valid while the image lives; NULL: not in the file. */
const uint8_t *go_image_bytes(const struct go_image *image, uint64_t vaddr, size_t size);

/*
 * main_module.c: is a function, by its full name, of the program's main module? The first finds out
 * which that is.
 */
void go_image_find_main_module(struct go_image *image);
bool go_image_is_own(const struct go_image *image, const char *function);

/*
 * The next segment behind index that is writable (or not); vaddr, file and memory size. *index
 * starts at 0. False: there is none.
 */
bool go_image_segment(const struct go_image *image, bool writable, size_t *index,
		      uint64_t *ret_vaddr, uint64_t *ret_file_size, uint64_t *ret_memory_size);

/* A section by its name, with its header; NULL: none. */
Elf_Scn *go_image_elf_section(const struct go_image *image, const char *name, GElf_Shdr *header);

/* The same: vaddr and size; false: none of that name. */
bool go_image_section(const struct go_image *image, const char *name, uint64_t *ret_vaddr,
		      uint64_t *ret_size);

#endif
