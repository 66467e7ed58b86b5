/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this folder share. Private to it. */
#ifndef LEAKHOP_RUNTIMES_PYTHON_PRIVATE_H
#define LEAKHOP_RUNTIMES_PYTHON_PRIVATE_H

#include "runtimes/python/python.h"
#include "target/memory.h"

#define PYTHON_UNIT 2	      /* bytes of an instruction, and of each cache behind it */
#define PYTHON_OBJECT_SIZE 16 /* ob_size; the length of a string */

/* The layouts of the versions that are known, one by one; NULL behind the last. */
const struct python_layout *python_layout(size_t index);

/* 0 where it cannot be read. */
static inline uint64_t python_word(const struct target_task *task, uint64_t address)
{
	uint64_t word;

	return target_memory_read_all(task, address, &word, sizeof(word)) ? word : 0;
}

#endif
