/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a file with code says: the public header of this folder. It reads ELF and DWARF with libelf
 * and libdw: unwind information, symbols, lines, layouts of structures.
 *
 * The files are a stranger's, and libdw reads them without a bound of time or memory. So these
 * calls are a table: binary_local_create() makes one that reads in this process; sandbox/sandbox.h
 * makes one that asks a process without privileges, and gives up on a file that it dies of.
 *
 * A file has a number, which its user chooses; addresses are the file's own. All functions return 0
 * or a negative errno: -ENOENT if the file is not open (or was given up), -ENOMEM.
 */
#ifndef LEAKHOP_BINARY_BINARY_H
#define LEAKHOP_BINARY_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary/unwind_rule.h"

#define BINARY_BUILD_ID_MAX 64
#define BINARY_SEGMENTS_MAX 1024
#define BINARY_LAYOUT_MAX 512

/* A PT_LOAD of the file. */
struct binary_segment {
	uint64_t offset;
	uint64_t file_size;
	uint64_t vaddr;
	uint64_t executable; /* a flag; as wide as the rest, so that there is no padding */
};

struct binary_description {
	bool is_elf;
	bool foreign; /* for another machine, as of a 32-bit process */
	char build_id[2 * BINARY_BUILD_ID_MAX + 1]; /* hex; "" if there is none */
	uint32_t segment_count;
	struct binary_segment segments[BINARY_SEGMENTS_MAX];
};

#define BINARY_PLACES_MAX 32

struct source_location {
	char *function; /* demangled; NULL: not known */
	char *file;	/* NULL: not known */
	unsigned line;
};

/* The function with code of its own is the last; before it those inlined into it. */
struct address_names {
	size_t count;
	char *symbol;	 /* demangled; NULL: none */
	uint64_t offset; /* from the symbol's start */
	struct source_location places[];
};

/* Places are taken over, also on failure. NULL: no memory. */
struct address_names *address_names_make(struct source_location *places, size_t count);
void address_names_free(struct address_names *names);

/* A separate file with debug data that is looked for. */
struct binary_debug_request {
	uint64_t number;	 /* of the file that it belongs to */
	const uint8_t *build_id; /* that it must have */
	size_t build_id_size;	 /* 0: it is known by its checksum, which the caller compares */
	const char *name;	 /* .gnu_debuglink or .gnu_debugaltlink; "": none */
	bool is_part; /* name is the path of a .dwo or .dwp, which tells by itself what it is of */
};

/*
 * Who opens what libdw would open by itself, when it likes and wherever a file tells it to. attempt
 * counts from 0: a file that was not the right one is followed by the next place. Returns 0;
 * -ENOENT: there is no further place.
 */
struct binary_debug_files {
	int (*open)(void *context, const struct binary_debug_request *request, unsigned attempt,
		    int *ret_fd);
	void *context;
};

struct binary_files;

struct binary_operations {
	void (*free)(struct binary_files *files);

	/* What a file is. That it is no ELF file is no error. */
	int (*describe)(struct binary_files *files, int fd, struct binary_description *ret);

	/* Makes a file known under a number. fd stays the caller's; path is a name for messages. */
	int (*open)(struct binary_files *files, uint64_t number, int fd, const char *path);
	void (*close)(struct binary_files *files, uint64_t number);

	/*
	 * Bytes of a file that is open and has been deleted, which its file system keeps for us;
	 * 0: of any other. NULL: not known.
	 */
	uint64_t (*deleted)(struct binary_files *files, uint64_t number);

	/* The rule at an address (release with free()); one with found unset: there is none. */
	int (*rule)(struct binary_files *files, uint64_t number, uint64_t vaddr,
		    struct stack_rule **ret_rule);

	/* The names of an address; release with address_names_free(). */
	int (*names)(struct binary_files *files, uint64_t number, uint64_t vaddr,
		     struct address_names **ret_names);

	/*
	 * Offsets of members of structures by the DWARF of a file: "g.stack.lo" is looked up as
	 * structure PREFIX.g in the unit of that name; "g" alone is its size. What is not found
	 * becomes -1. count is at most BINARY_LAYOUT_MAX. -ENODATA: no such unit or structures.
	 */
	int (*layout)(struct binary_files *files, int fd, const char *prefix,
		      const char *const *names, size_t count, int32_t *ret_offsets);
};

/* Begins what each kind keeps. */
struct binary_files {
	const struct binary_operations *does;
};

/* Reads in this process. debug_files is copied; its open may be NULL: no separate files. */
int binary_local_create(const struct binary_debug_files *debug_files,
			struct binary_files **ret_files);

#endif
