// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for structures in one unit of a file's DWARF. Relies on libdw, which also expands
 * compressed sections.
 */
#include "binary/layout.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <string.h>

#include "binary/inspect.h"

#define MOST_MEMBERS 512
#define MOST_TYPES 200000
#define NOT_FOUND (-1)

struct layout {
	const char *prefix; /* of the structures: the unit's name */
	const char *const *names;
	size_t count;
	int32_t *offsets;
};

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
static int32_t path_offset(const Dwarf_Die *type, const char *path)
{
	Dwarf_Die at = *type, member;
	Dwarf_Word offset = 0;
	size_t length;

	for (;;) {
		length = strcspn(path, ".");
		if (!member_of(&at, path, length, &offset, &member) || offset > INT32_MAX)
			return NOT_FOUND;
		if (!path[length])
			return (int32_t)offset;
		path += length + 1;
		if (!type_of(&member, &at))
			return NOT_FOUND;
	}
}

static bool fill(Dwarf_Die *type, const char *structure, const struct layout *layout)
{
	size_t length = strlen(structure), i;
	const char *rest;
	bool found = false;
	int32_t value;

	for (i = 0; i < layout->count; i++) {
		if (strncmp(layout->names[i], structure, length) != 0)
			continue;
		rest = layout->names[i] + length;
		if (*rest && *rest != '.')
			continue;
		value = *rest ? path_offset(type, rest + 1) : dwarf_bytesize(type);
		if (value >= 0)
			layout->offsets[i] = value;
		found = true;
	}
	return found;
}

/* The names of a unit's structures are those of the list behind "PREFIX.". */
static int fill_from_unit(Dwarf_Die *unit, const struct layout *layout)
{
	size_t length = strlen(layout->prefix);
	const char *name;
	Dwarf_Die die;
	unsigned i = 0;
	int r = -ENODATA;

	if (dwarf_child(unit, &die) != 0)
		return r;
	do {
		name = dwarf_tag(&die) == DW_TAG_structure_type ? dwarf_diename(&die) : NULL;
		if (!name || strncmp(name, layout->prefix, length) != 0 || name[length] != '.')
			continue;
		if (fill(&die, name + length + 1, layout))
			r = 0;
	} while (++i < MOST_TYPES && dwarf_siblingof(&die, &die) == 0);
	return r;
}

int layout_read(int fd, const char *prefix, const char *const *names, size_t count,
		int32_t *ret_offsets)
{
	const struct layout layout = { prefix, names, count, ret_offsets };
	Dwarf *dwarf = inspect_is_bounded(fd) ? dwarf_begin(fd, DWARF_C_READ) : NULL;
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	const char *name;
	int r = -ENODATA;

	for (size_t i = 0; i < count; i++)
		ret_offsets[i] = NOT_FOUND;
	if (!dwarf)
		return r;
	while (r < 0 && dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		name = dwarf_diename(&die);
		if (name && strcmp(name, prefix) == 0)
			r = fill_from_unit(&die, &layout);
	}
	dwarf_end(dwarf);
	return r;
}
