/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mappings of a process, from /proc/PID/maps: sorted, found by address.
 *
 * The text comes from a stranger (who chooses paths and how many mappings there are): the parser
 * takes any bytes, skips lines that it does not understand, and the number of mappings is bounded.
 */
#ifndef LEAKHOP_TARGET_MAPS_H
#define LEAKHOP_TARGET_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/access.h"

#define TARGET_MAPS_MAX 1000000

struct target_mapping {
	uint64_t start;
	uint64_t end;	 /* first address behind it */
	uint64_t offset; /* in the file */
	uint64_t inode;	 /* 0: no file */
	dev_t device;	 /* as the superblock has it: st_dev differs on btrfs and overlayfs */
	int protection;	 /* PROT_READ and so on, of sys/mman.h */
	bool shared;
	bool deleted;	  /* " (deleted)" was behind the path, and is cut */
	const char *path; /* never NULL; "" if anonymous; "[vdso]" and the like; the maps own it */
};

#define TARGET_DEVICES_MAX 32

struct target_maps_text; /* where the paths are kept */

struct target_maps {
	struct target_mapping *mappings; /* sorted by start */
	size_t count;
	size_t capacity;
	struct target_maps_text *text;
	/* Of all files, kept or not; one more than there may be: not all are here. */
	dev_t devices[TARGET_DEVICES_MAX];
	size_t device_count;
};

#define TARGET_MAPS_INIT         \
	{                        \
		.mappings = NULL \
	}

/*
 * Reads the mappings of a process or thread into maps (which must be initialised; what it held is
 * released). No mappings at all (a kernel thread, a zombie) is 0 with count 0.
 * Returns 0, -ESRCH, -EACCES or -EPERM, -E2BIG past TARGET_MAPS_MAX, -ENOMEM, -ETIME.
 */
int target_maps_read(const struct target_task *task, enum target_maps_keep keep,
		     struct target_maps *maps);

/*
 * Adds the mappings of a piece of text that consists of whole lines; the last one may lack its
 * newline. Call target_maps_sort() after the last piece.
 */
int target_maps_parse(struct target_maps *maps, const char *text, size_t size,
		      enum target_maps_keep keep);
void target_maps_sort(struct target_maps *maps);

/*
 * Adds a mapping, if it is to be kept; its path, which is not copied, must outlive the maps.
 * Returns 0, -E2BIG or -ENOMEM.
 */
int target_maps_add(struct target_maps *maps, const struct target_mapping *mapping,
		    enum target_maps_keep keep);

/* The mapping that holds address, or NULL. */
const struct target_mapping *target_maps_find(const struct target_maps *maps, uint64_t address);

void target_maps_release(struct target_maps *maps);

#endif
