/* SPDX-License-Identifier: GPL-2.0-only */
/* The symbol of an address in a module. */
#ifndef LEAKHOP_STACK_SYMBOLS_H
#define LEAKHOP_STACK_SYMBOLS_H

#include <stdint.h>

struct stack_module;

/*
 * The demangled name of the symbol that holds vaddr (of .symtab, .dynsym, a separate debug file or
 * .gnu_debugdata) and how far behind its start vaddr is. NULL: there is none. The caller frees it.
 */
char *symbol_find(struct stack_module *module, uint64_t vaddr, uint64_t *ret_offset);

#endif
