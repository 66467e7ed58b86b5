/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lines and inlined calls of an address, from DWARF. */
#ifndef LEAKHOP_STACK_LINES_H
#define LEAKHOP_STACK_LINES_H

#include <stddef.h>
#include <stdint.h>

struct stack_module;

#define LINES_MAX_PLACES 32

struct source_place {
	char *function; /* demangled; NULL: not known */
	char *file;	/* NULL: not known */
	unsigned line;
};

/*
 * Fills places, innermost first: those of inlined calls, and last the function that has code of its
 * own. Returns how many there are: at least 1 if a unit of the DWARF holds vaddr, else 0.
 */
size_t lines_find(struct stack_module *module, uint64_t vaddr,
		  struct source_place places[LINES_MAX_PLACES]);

void source_places_release(struct source_place *places, size_t count);

#endif
