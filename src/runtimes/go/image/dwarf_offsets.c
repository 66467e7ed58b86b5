// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offsets from the program's own debug data, which knows better than any table: vendors change Go,
 * too. Relies on libdw; Go compresses the sections, which that undoes.
 */
#include "runtimes/go/image/offsets.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <string.h>

#define MOST_MEMBERS 512
#define MOST_TYPES 200000

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_formref_die(dwarf_attr(die, DW_AT_type, &attribute), ret) &&
	       !dwarf_peel_type(ret, ret);
}

/* The member called name (its first length bytes); adds its offset. */
static bool member_of(Dwarf_Die *type, const char *name, size_t length, Dwarf_Word *offset,
		      Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word location;
	const char *found;
	unsigned i = 0;

	if (dwarf_child(type, ret))
		return false;
	do {
		found = dwarf_diename(ret);
		if (!found || strlen(found) != length || memcmp(found, name, length))
			continue;
		if (dwarf_formudata(dwarf_attr(ret, DW_AT_data_member_location, &attribute),
				    &location))
			return false;
		*offset += location;
		return true;
	} while (++i < MOST_MEMBERS && !dwarf_siblingof(ret, ret));
	return false;
}

/* "stack.lo" in a struct; -1 where it has no such field. */
static int32_t path_offset(Dwarf_Die *type, const char *path)
{
	Dwarf_Die at = *type, member;
	Dwarf_Word offset = 0;
	size_t length;

	for (;;) {
		length = strcspn(path, ".");
		if (!member_of(&at, path, length, &offset, &member) || offset > INT32_MAX)
			return GO_NO_FIELD;
		if (!path[length])
			return (int32_t)offset;
		path += length + 1;
		if (!type_of(&member, &at))
			return GO_NO_FIELD;
	}
}

static void fill(Dwarf_Die *type, const char *name, struct go_offsets *offsets)
{
	size_t length = strlen(name), i;
	const char *rest;
	int32_t value;

	for (i = 0; i < GO_FIELD_COUNT; i++) {
		if (strncmp(go_fields[i].name, name, length))
			continue;
		rest = go_fields[i].name + length;
		if (*rest && *rest != '.')
			continue;
		value = *rest ? path_offset(type, rest + 1) : dwarf_bytesize(type);
		if (value >= 0) /* else the table's word stands */
			memcpy((char *)offsets + go_fields[i].member, &value, sizeof(value));
	}
}

static int fill_from_unit(Dwarf_Die *unit, struct go_offsets *offsets)
{
	static const char prefix[] = "runtime.";
	const char *name;
	Dwarf_Die die;
	unsigned i = 0;
	int found = 0;

	if (dwarf_child(unit, &die))
		return 0;
	do {
		name = dwarf_tag(&die) == DW_TAG_structure_type ? dwarf_diename(&die) : NULL;
		if (!name || strncmp(name, prefix, sizeof(prefix) - 1))
			continue;
		fill(&die, name + sizeof(prefix) - 1, offsets);
		found |= !strcmp(name, "runtime.g");
	} while (++i < MOST_TYPES && !dwarf_siblingof(&die, &die));
	return found;
}

int go_offsets_from_dwarf(Elf *elf, struct go_offsets *offsets)
{
	const struct go_offsets table = *offsets;
	Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	const char *name;
	int found = 0;

	if (!dwarf)
		return 0;
	while (!found && !dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL)) {
		name = dwarf_diename(&die);
		if (name && !strcmp(name, "runtime"))
			found = fill_from_unit(&die, offsets);
	}
	dwarf_end(dwarf);
	go_offsets_bound(offsets, &table);
	return found;
}
