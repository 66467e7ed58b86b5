/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lines and inlined calls of an address, from DWARF. */
#ifndef LEAKHOP_BINARY_LINES_H
#define LEAKHOP_BINARY_LINES_H

#include "binary/binary.h"

struct binary_file;

/*
 * Fills places, innermost first: those of inlined calls, and last the function that has code of its
 * own. Returns how many there are: at least 1 if a unit of the DWARF holds vaddr, else 0.
 */
size_t lines_find(struct binary_file *file, uint64_t vaddr,
		  struct source_location places[BINARY_PLACES_MAX]);

#endif
