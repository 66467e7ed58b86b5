/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which function's debugging information entry holds an address. libdw finds a compilation unit
 * through .debug_aranges only, which clang, Rust and Go do not write, and walks the whole of it for
 * each question; here both are indexed at first use.
 */
#ifndef LEAKHOP_BINARY_COMPILATION_UNITS_H
#define LEAKHOP_BINARY_COMPILATION_UNITS_H

#include <elfutils/libdw.h>
#include <stdbool.h>

struct unit_index;

int unit_index_create(Dwarf *dwarf, struct unit_index **ret_index);
void unit_index_free(struct unit_index *index);

/* The compilation unit that holds address. */
bool unit_find(struct unit_index *index, Dwarf_Addr address, Dwarf_Die *ret_unit);

/* The function (DW_TAG_subprogram) in unit that holds address. */
bool unit_find_function(struct unit_index *index, Dwarf_Die *unit, Dwarf_Addr address,
			Dwarf_Die *ret_function);

#endif
