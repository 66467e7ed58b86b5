/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes away what a worker does not need. */
#ifndef LEAKHOP_SANDBOX_CONFINE_H
#define LEAKHOP_SANDBOX_CONFINE_H

#include <stdint.h>

/*
 * This process keeps its open descriptors, memory and the right to answer, and nothing else: no
 * capability, user, file system, network, new process or program. What a kernel lacks of that
 * (Landlock, namespaces) is left out; without the filter of system calls the process is not
 * confined, which is an error. Returns 0 or a negative errno.
 */
int confine(void);

/* How much address space this process may have from now on, in bytes. */
void confine_memory(uint64_t bytes);

#endif
