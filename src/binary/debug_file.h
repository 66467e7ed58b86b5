/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds separate debug files for libdwfl, which never opens one by itself. */
#ifndef LEAKHOP_BINARY_DEBUG_FILE_H
#define LEAKHOP_BINARY_DEBUG_FILE_H

#include <elfutils/libdwfl.h>

#include "binary/binary.h"

/* For whom it looks. */
struct debug_search {
	uint64_t number; /* of the file */
	const struct binary_debug_files *files;
	int found_fd; /* the separate debug file, libdwfl's; -1: none yet */
};

/* Dwfl_Callbacks.find_debuginfo. *user_data is the struct debug_search. */
int debug_file_find(Dwfl_Module *module, void **user_data, const char *module_name, Dwarf_Addr base,
		    const char *file_name, const char *link_name, GElf_Word link_checksum,
		    char **ret_name);

#endif
