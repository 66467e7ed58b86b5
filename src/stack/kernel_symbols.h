/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's functions by address, from /proc/kallsyms. */
#ifndef LEAKHOP_STACK_KERNEL_SYMBOLS_H
#define LEAKHOP_STACK_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel_symbols;

/* Reads /proc/kallsyms. That the kernel hides the addresses is no error. Returns 0 or -errno. */
int kernel_symbols_read(struct kernel_symbols **ret_symbols);

/* The same from text. Lines that make no sense are skipped. */
int kernel_symbols_parse(const char *text, size_t size, struct kernel_symbols **ret_symbols);
void kernel_symbols_free(struct kernel_symbols *symbols);

/* Whether all addresses read were 0, or there were none. */
bool kernel_symbols_hidden(const struct kernel_symbols *symbols);

/*
 * The function that holds address, or NULL. *ret_module becomes "[kernel]" or "[MODULE]", with the
 * module's name.
 */
const char *kernel_symbols_find(const struct kernel_symbols *symbols, uint64_t address,
				uint64_t *ret_offset, const char **ret_module);

#endif
