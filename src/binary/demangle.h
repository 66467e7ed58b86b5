/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of C++ and Rust functions as their programmers wrote them. */
#ifndef LEAKHOP_BINARY_DEMANGLE_H
#define LEAKHOP_BINARY_DEMANGLE_H

/*
 * Returns the demangled name, or a copy of name if it isn't mangled, is longer than 1024 bytes, or
 * would become longer than 16 KiB. NULL only for want of memory. The caller frees it.
 */
char *demangle(const char *name);

#endif
