/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of another process, read while it goes on running. Relies on process_vm_readv(), so on
 * the right to ptrace the process, without attaching to it.
 */
#ifndef LEAKHOP_TARGET_MEMORY_H
#define LEAKHOP_TARGET_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/access.h"

/*
 * Reads up to size bytes at address into buffer. Where only the first part is mapped, that part is
 * read: *ret_read is then less than size, but never 0.
 * Returns 0, -EFAULT if not even the first byte is readable, -ESRCH, -EPERM, -ENOSYS, -ETIME.
 */
int target_memory_read(const struct target_task *task, uint64_t address, void *buffer, size_t size,
		       size_t *ret_read);

/* All of it, or false. */
static inline bool target_memory_read_all(const struct target_task *task, uint64_t address,
					  void *buffer, size_t size)
{
	size_t count = 0;

	return target_memory_read(task, address, buffer, size, &count) == 0 && count == size;
}

/* A piece of memory to be read. */
struct target_piece {
	uint64_t address;
	void *buffer;
	size_t size;
	bool read; /* set: all of it was */
};

/*
 * Reads many pieces with few calls; a piece that is not mapped in full is left out and the others
 * are read. Returns 0, -ESRCH, -EPERM, -ENOSYS, -ETIME.
 */
int target_memory_read_pieces(const struct target_task *task, struct target_piece *pieces,
			      size_t count);

/*
 * The same of a process that this one may read itself (access.h), through one of its threads. It
 * may be called by any thread.
 */
int target_memory_read_pieces_itself(pid_t tid, struct target_piece *pieces, size_t count);

/*
 * What has the place of a process's memory: a recording, or what a test makes up. read does as
 * target_memory_read() does.
 */
struct target_memory_source {
	int (*read)(void *context, uint64_t address, void *buffer, size_t size, size_t *ret_read);
	void *context;
};

/* As target_memory_read_pieces(), with a call of the source for each. */
int target_source_read_pieces(const struct target_memory_source *source,
			      struct target_piece *pieces, size_t count);

#endif
