// SPDX-License-Identifier: GPL-2.0-only
/*
 * Indexes of compilation units and of functions by address. Hostile DWARF may nest and overlap as
 * it likes: depth and numbers are bounded, and a wrong answer is the worst that comes of it.
 */
#include "binary/compilation_units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#define MAX_DEPTH 32
#define MAX_RANGES ((size_t)8 * 1024 * 1024)
#define MAX_UNITS_INDEXED 256

/* A range of addresses and the entry that claims it. */
struct range {
	Dwarf_Addr low;
	Dwarf_Addr high;
	Dwarf_Die die;
};

struct ranges {
	struct range *items;
	size_t count;
	size_t capacity;
};

struct function_index {
	void *unit; /* Dwarf_Die.addr of its unit: the place in the file's data */
	struct ranges functions;
};

struct unit_index {
	Dwarf *dwarf;
	bool has_units;
	struct ranges units;
	struct function_index indexed[MAX_UNITS_INDEXED]; /* the oldest is replaced */
	size_t next;
};

int unit_index_create(Dwarf *dwarf, struct unit_index **ret_index)
{
	struct unit_index *index = calloc(1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	index->dwarf = dwarf;
	*ret_index = index;
	return 0;
}

void unit_index_free(struct unit_index *index)
{
	if (!index)
		return;
	free(index->units.items);
	for (size_t i = 0; i < MAX_UNITS_INDEXED; i++)
		free(index->indexed[i].functions.items);
	free(index);
}

static bool add_range(struct ranges *ranges, Dwarf_Addr low, Dwarf_Addr high, const Dwarf_Die *die)
{
	if (low >= high)
		return true;
	if (ranges->count == ranges->capacity) {
		size_t capacity = ranges->capacity ? ranges->capacity * 2 : 64;
		struct range *grown;

		if (capacity > MAX_RANGES)
			return false;
		grown = reallocarray(ranges->items, capacity, sizeof(*grown));
		if (!grown)
			return false;
		ranges->items = grown;
		ranges->capacity = capacity;
	}
	ranges->items[ranges->count++] = (struct range){ low, high, *die };
	return true;
}

static bool add_die(struct ranges *ranges, Dwarf_Die *die)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0) {
		/* Code that the linker dropped is left at address 0. */
		if (low != 0 && !add_range(ranges, low, high, die))
			return false;
	}
	return true;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return a->low < b->low ? -1 : a->low > b->low;
}

static void sort(struct ranges *ranges)
{
	if (ranges->count > 0)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
}

static bool find_range(const struct ranges *ranges, Dwarf_Addr address, Dwarf_Die *ret_die)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->items[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || address >= ranges->items[low - 1].high)
		return false;
	*ret_die = ranges->items[low - 1].die;
	return true;
}

static void index_units(struct unit_index *index)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	index->has_units = true;
	while (dwarf_get_units(index->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		int tag = dwarf_tag(&die);

		if ((tag == DW_TAG_compile_unit || tag == DW_TAG_skeleton_unit) &&
		    !add_die(&index->units, &die))
			break;
	}
	sort(&index->units);
}

bool unit_find(struct unit_index *index, Dwarf_Addr address, Dwarf_Die *ret_unit)
{
	if (dwarf_addrdie(index->dwarf, address, ret_unit))
		return true;
	if (!index->has_units)
		index_units(index);
	return find_range(&index->units, address, ret_unit);
}

/* Functions may be children of namespaces and classes. */
static bool add_functions(struct ranges *ranges, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die child;

	if (depth == MAX_DEPTH || dwarf_child(parent, &child) != 0)
		return true;
	do {
		bool fine = true;

		switch (dwarf_tag(&child)) {
		case DW_TAG_subprogram:
			fine = add_die(ranges, &child);
			break;
		case DW_TAG_namespace:
		case DW_TAG_module:
		case DW_TAG_class_type:
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type: /* Rust puts methods there */
			fine = add_functions(ranges, &child, depth + 1);
			break;
		default:
			break;
		}
		if (!fine)
			return false;
	} while (dwarf_siblingof(&child, &child) == 0);
	return true;
}

static struct ranges *functions_of(struct unit_index *index, Dwarf_Die *unit)
{
	struct function_index *indexed;

	for (size_t i = 0; i < MAX_UNITS_INDEXED; i++) {
		if (index->indexed[i].unit == unit->addr)
			return &index->indexed[i].functions;
	}
	indexed = &index->indexed[index->next];
	index->next = (index->next + 1) % MAX_UNITS_INDEXED;
	free(indexed->functions.items);
	*indexed = (struct function_index){ .unit = unit->addr };
	(void)add_functions(&indexed->functions, unit, 0);
	sort(&indexed->functions);
	return &indexed->functions;
}

bool unit_find_function(struct unit_index *index, Dwarf_Die *unit, Dwarf_Addr address,
			Dwarf_Die *ret_function)
{
	Dwarf_Die split, *whole = unit;
	uint8_t type;

	/* -gsplit-dwarf: the entries are in another file, which libdw finds. */
	if (dwarf_cu_info(unit->cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 &&
	    type == DW_UT_skeleton && dwarf_tag(&split) == DW_TAG_compile_unit)
		whole = &split;
	return find_range(functions_of(index, whole), address, ret_function);
}
