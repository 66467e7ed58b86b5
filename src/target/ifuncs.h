/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of a library of which the dynamic linker has chosen one for this processor
 * (STT_GNU_IFUNC): which, told without any symbol of the chosen one. The library calls them itself,
 * by relocations (R_X86_64_IRELATIVE, R_AARCH64_IRELATIVE) that have the address of the function
 * that chooses; its dynamic symbol has the same, and the word that is relocated has what was
 * chosen.
 *
 * Read of a process's memory, so of a stranger: bounded, and what makes no sense is not found.
 */
#ifndef LEAKHOP_TARGET_IFUNCS_H
#define LEAKHOP_TARGET_IFUNCS_H

#include "target/maps.h"

/*
 * The addresses of count functions of the C library that a process has loaded; 0: not found.
 * Returns 0; -ENOENT: there is no such library, or it makes no sense; -ENOMEM.
 */
int target_ifuncs_of_libc(const struct target_task *task, const struct target_maps *maps,
			  const char *const *names, size_t count, uint64_t *ret_addresses);

#endif
