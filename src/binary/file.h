/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that libdwfl has open, at bias 0: its addresses are those in the file. What is dear to
 * find out, its unwind information and debug data, is looked up at first use.
 */
#ifndef LEAKHOP_BINARY_FILE_H
#define LEAKHOP_BINARY_FILE_H

#include <elfutils/libdwfl.h>

#include "binary/binary.h"
#include "binary/debug_file.h"

struct unit_index;

/* See function_starts.h. */
struct function_starts {
	const uint8_t *pairs; /* libelf's */
	uint64_t base;	      /* vaddr that they are relative to */
	size_t count;	      /* 0: there are none */
};

struct binary_file {
	char *path; /* for libdwfl, which wants a name */
	Dwfl *dwfl;
	Dwfl_Module *handle; /* NULL: libdwfl does not like it */
	Dwfl_Callbacks callbacks;
	Dwarf_CFI *eh_frame;
	Dwarf_CFI *debug_frame;
	uint64_t debug_frame_bias;
	Dwarf *own_dwarf; /* of the file itself, for its .debug_frame only */
	bool tried_eh_frame;
	bool tried_debug_frame;
	bool tried_functions;
	struct function_starts functions;
	struct debug_search search;
	struct unit_index *units; /* see compilation_units.h */
};

/* Opens a file; fd stays the caller's, as debug_files, which must outlive it. */
int binary_file_open(uint64_t number, int fd, const char *path,
		     const struct binary_debug_files *debug_files, struct binary_file **ret_file);
void binary_file_free(struct binary_file *file);

/*
 * Unwind information; NULL if there is none. The file's .eh_frame, and .debug_frame of the file or
 * of its separate debug file (may take long); an address in that one is
 * vaddr - file->debug_frame_bias.
 */
Dwarf_CFI *binary_file_eh_frame(struct binary_file *file);
Dwarf_CFI *binary_file_debug_frame(struct binary_file *file);

/* The rule for an address; *ret_rule is released with free(). Returns 0 or -ENOMEM. */
int binary_file_rule(struct binary_file *file, uint64_t vaddr, struct stack_rule **ret_rule);

#endif
