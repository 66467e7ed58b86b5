/* SPDX-License-Identifier: GPL-2.0-only */
/* The symbol of an address in a file. */
#ifndef LEAKHOP_BINARY_SYMBOLS_H
#define LEAKHOP_BINARY_SYMBOLS_H

#include <stdint.h>

struct binary_file;

/*
 * The demangled name of the symbol that holds vaddr (of .symtab, .dynsym, a separate debug file or
 * .gnu_debugdata) and how far behind its start vaddr is. NULL: there is none. The caller frees it.
 */
char *symbol_find(struct binary_file *file, uint64_t vaddr, uint64_t *ret_offset);

#endif
