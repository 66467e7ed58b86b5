/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that reads what a read may hang of: memory, mappings and files of processes. */
#ifndef LEAKHOP_SANDBOX_READER_H
#define LEAKHOP_SANDBOX_READER_H

#include "target/access.h"

/* What the process does: returns an exit code. */
int reader_work(int socket);

/* What goes over its socket. Strings are behind the structures. */
struct reader_read {
	int32_t tid;
	uint32_t size;
	uint64_t address;
};

struct reader_open {
	int32_t tid;
	int32_t deleted;
	uint64_t start, end, offset, inode, device;
};

#define READER_READ_MAX ((size_t)128 * 1024)

#endif
