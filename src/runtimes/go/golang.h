/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goroutines of other processes: the public header of this folder.
 *
 * The Go runtime's own structures are read through process_vm_readv: its list of all goroutines,
 * their descriptors, stacks, and what they wait for. A goroutine that changed while it was read is
 * read again; one that runs is told as running. Works on stripped, static and position-independent
 * programs and on Go in shared libraries, Go 1.17 to 1.27 and what is laid out as those. Everything
 * read is hostile: each read is bounded, each walk ends. Nothing is written to the process.
 */
#ifndef LEAKHOP_RUNTIMES_GO_GOLANG_H
#define LEAKHOP_RUNTIMES_GO_GOLANG_H

#include "runtimes/runtime.h"

struct binary_files;
struct target_access;

/*
 * Stacks are interned in stacks; access is to the processes (NULL: by itself), files reads debug
 * data (NULL: nothing does). All must outlive the
 * runtime, which its close() ends. Returns 0 or -ENOMEM.
 */
int golang_open(struct lc_stacks *stacks, struct target_access *access, struct binary_files *files,
		struct runtime **ret_runtime);

#endif
