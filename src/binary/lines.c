// SPDX-License-Identifier: GPL-2.0-only
/*
 * An address is in the line that the line table says, in the innermost of the inlined calls around
 * it; each of these says in which line of the next outer function it was called.
 */
#include "binary/lines.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#include "binary/demangle.h"
#include "binary/file.h"
#include "binary/compilation_units.h"

#define MAX_DEPTH 64

static char *function_name(Dwarf_Die *die)
{
	static const unsigned names[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		Dwarf_Attribute attribute;
		const char *name = dwarf_formstring(
			dwarf_attr_integrate(die, names[i], &attribute));

		if (name)
			return demangle(name);
	}
	return NULL;
}

/* The child that holds address and may hold inlined calls. */
static bool find_inner(Dwarf_Die *parent, Dwarf_Addr address, Dwarf_Die *ret_child)
{
	if (dwarf_child(parent, ret_child) != 0)
		return false;
	do {
		switch (dwarf_tag(ret_child)) {
		case DW_TAG_inlined_subroutine:
		case DW_TAG_lexical_block:
		case DW_TAG_try_block:
		case DW_TAG_catch_block:
		case DW_TAG_with_stmt:
			if (dwarf_haspc(ret_child, address) == 1)
				return true;
			break;
		default:
			break;
		}
	} while (dwarf_siblingof(ret_child, ret_child) == 0);
	return false;
}

/* The inlined calls around address, outermost first. */
static size_t find_inlined(const Dwarf_Die *function, Dwarf_Addr address, Dwarf_Die *calls,
			   size_t max)
{
	Dwarf_Die die = *function, child;
	size_t count = 0;

	for (unsigned depth = 0; depth < MAX_DEPTH && count < max; depth++) {
		if (!find_inner(&die, address, &child))
			break;
		if (dwarf_tag(&child) == DW_TAG_inlined_subroutine)
			calls[count++] = child;
		die = child;
	}
	return count;
}

static void set_line(struct source_location *place, Dwarf_Die *unit, Dwarf_Addr address)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	const char *file;
	int number;

	if (!line || dwarf_lineno(line, &number) != 0)
		return;
	file = dwarf_linesrc(line, NULL, NULL);
	place->file = file ? strdup(file) : NULL;
	place->line = number > 0 ? (unsigned)number : 0;
}

/* Where the inlined function was called. */
static void set_call_line(struct source_location *place, Dwarf_Die *call)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file_number, line;
	Dwarf_Files *files;
	Dwarf_Die unit;
	size_t count;
	const char *file;

	if (dwarf_formudata(dwarf_attr(call, DW_AT_call_line, &attribute), &line) == 0)
		place->line = (unsigned)line;
	if (dwarf_formudata(dwarf_attr(call, DW_AT_call_file, &attribute), &file_number) != 0 ||
	    !dwarf_diecu(call, &unit, NULL, NULL) ||
	    dwarf_getsrcfiles(&unit, &files, &count) != 0 || file_number >= count)
		return;
	file = dwarf_filesrc(files, file_number, NULL, NULL);
	place->file = file ? strdup(file) : NULL;
}

size_t lines_find(struct binary_file *file, uint64_t vaddr,
		  struct source_location places[BINARY_PLACES_MAX])
{
	Dwarf_Die unit, function, calls[BINARY_PLACES_MAX - 1];
	size_t call_count, count = 0;
	Dwarf_Addr bias, address;
	Dwarf *dwarf = dwfl_module_getdwarf(file->handle, &bias);

	if (!dwarf)
		return 0;
	if (!file->units && unit_index_create(dwarf, &file->units) < 0)
		return 0;
	address = vaddr - bias;
	if (!unit_find(file->units, address, &unit))
		return 0;
	memset(places, 0, sizeof(places[0]));
	set_line(&places[0], &unit, address);
	if (!unit_find_function(file->units, &unit, address, &function))
		return 1;
	call_count = find_inlined(&function, address, calls, BINARY_PLACES_MAX - 1);
	while (call_count > 0) {
		Dwarf_Die *call = &calls[--call_count];

		places[count++].function = function_name(call);
		memset(&places[count], 0, sizeof(places[count]));
		set_call_line(&places[count], call);
	}
	places[count++].function = function_name(&function);
	return count;
}
