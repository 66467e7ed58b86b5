// SPDX-License-Identifier: GPL-2.0-only
/* Symbols through libdwfl, which reads the tables of the file and of its debug file. */
#include "binary/symbols.h"

#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#include "binary/demangle.h"
#include "binary/file.h"
#include "util/cleanup.h"

/* The static symbol table of a library has "read@@GLIBC_2.2.5". */
static char *without_version(const char *name)
{
	_cleanup_free_ char *bare = NULL;
	const char *version = strchr(name + 1, '@');

	if (!version)
		return demangle(name);
	bare = strndup(name, (size_t)(version - name));
	return bare ? demangle(bare) : NULL;
}

char *symbol_find(struct binary_file *file, uint64_t vaddr, uint64_t *ret_offset)
{
	GElf_Off offset = 0;
	GElf_Sym symbol;
	const char *name = dwfl_module_addrinfo(file->handle, vaddr, &offset, &symbol, NULL, NULL,
						NULL);

	*ret_offset = offset;
	return name && *name ? without_version(name) : NULL;
}
