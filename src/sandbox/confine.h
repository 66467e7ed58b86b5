/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes away what a worker does not need. */
#ifndef LEAKHOP_SANDBOX_CONFINE_H
#define LEAKHOP_SANDBOX_CONFINE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What each worker begins with: its name; signals of the terminal are its parent's business;
 * standard streams and the socket stay open, and what the parent has open does not. Returns 0 or a
 * negative errno.
 */
int confine_begin(const char *name);

/*
 * This process keeps its open descriptors, memory and the right to answer, and nothing else: no
 * capability, user, file system, network, new process or program. What a kernel lacks of that
 * (Landlock, namespaces) is left out; without the filter of system calls the process is not
 * confined, which is an error. *ret_listener becomes a descriptor by which its parent is asked when
 * a file is to be opened (listener.h); -1 where the kernel has no such thing. Returns 0 or a
 * negative errno.
 */
int confine(int *ret_listener);

/*
 * The same for the reader, which keeps its user, its capabilities and its root: it may read memory
 * and open files to read, and nothing else. Returns 0 or a negative errno.
 */
int confine_reader(void);

/*
 * The same as confine() for the emulator, which may make memory that can be executed, but not of
 * files; and nobody opens files for it.
 */
int confine_emulator(void);

/* Gives all capabilities up but these. Returns 0 or -EPERM. */
int confine_capabilities(const unsigned *kept, size_t count);

/* How much address space this process may have from now on, in bytes. */
void confine_memory(uint64_t bytes);

#endif
