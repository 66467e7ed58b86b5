// SPDX-License-Identifier: GPL-2.0-only
/* Types of a Go process: see types.h. */
#include "runtimes/go/image/types.h"

#include <string.h>

#define TYPE_SIZE 48 /* of what all begin with */
#define FLAG_EXTRA_STAR 0x02
#define FLAG_ON_DEMAND 0x10
#define KIND_PROGRAM 0x40
#define KIND_MASK 0x1f
#define NAME_HEAD 4 /* flags, and at most so many bytes of its length */
#define FIELDS_MAX 4096
#define FIELD_SIZE 24

static const struct go_module *module_of(const struct go_process *process, uint64_t address)
{
	size_t i;

	for (i = 0; i < process->module_count; i++) {
		if (address >= process->modules[i].types && address < process->modules[i].etypes)
			return &process->modules[i];
	}
	return NULL;
}

bool go_is_type(const struct go_process *process, uint64_t address)
{
	return !(address & 7) && module_of(process, address);
}

bool go_type_read(const struct go_process *process, uint64_t address, struct go_type *ret)
{
	uint8_t bytes[TYPE_SIZE];

	if (!go_read(process, address, bytes, sizeof(bytes)))
		return false;
	*ret = (struct go_type){ .address = address,
				 .flags = bytes[20],
				 .kind = bytes[23] & KIND_MASK };
	memcpy(&ret->size, bytes, 8);
	memcpy(&ret->pointer_bytes, bytes + 8, 8);
	memcpy(&ret->gcdata, bytes + 32, 8);
	memcpy(&ret->name, bytes + 40, 4);
	ret->program = process->version < GO_VERSION(1, 24, 0) && bytes[23] & KIND_PROGRAM;
	ret->on_demand = process->version >= GO_VERSION(1, 24, 0) && bytes[20] & FLAG_ON_DEMAND;
	return true;
}

/* internal/abi.Name: flags, its length as a varint, its bytes. */
static void read_name(const struct go_process *process, uint64_t address, bool star,
		      char name[GO_TYPE_NAME])
{
	uint8_t head[NAME_HEAD];
	size_t length, at = 2, got;

	name[0] = '\0';
	if (!go_read(process, address, head, sizeof(head)))
		return;
	length = head[1] & 0x7f;
	if (head[1] & 0x80) {
		length |= (size_t)(head[2] & 0x7f) << 7;
		at++;
		if (head[2] & 0x80)
			return;
	}
	address += at + star;
	length -= length && star;
	if (length > GO_TYPE_NAME - 1)
		length = GO_TYPE_NAME - 1;
	if (go_read_part(process, address, name, length, &got) < 0 || got < length)
		length = 0;
	name[length] = '\0';
}

void go_type_name(const struct go_process *process, uint64_t address, char name[GO_TYPE_NAME])
{
	const struct go_module *module = module_of(process, address);
	struct go_type type;

	name[0] = '\0';
	if (!module || !go_type_read(process, address, &type) || type.name <= 0 ||
	    (uint64_t)type.name >= module->etypes - module->types)
		return;
	read_name(process, module->types + type.name, type.flags & FLAG_EXTRA_STAR, name);
}

uint64_t go_type_element(const struct go_process *process, const struct go_type *type)
{
	uint64_t at = type->address + TYPE_SIZE, element;

	if (type->kind == GO_TYPE_MAP)
		at += 8;
	else if (type->kind != GO_TYPE_POINTER && type->kind != GO_TYPE_SLICE &&
		 type->kind != GO_TYPE_ARRAY && type->kind != GO_TYPE_CHAN)
		return 0;
	element = go_word(process, at);
	return go_is_type(process, element) ? element : 0;
}

bool go_type_field(const struct go_process *process, const struct go_type *type, uint64_t offset,
		   uint64_t *ret_type, uint64_t *ret_from, char name[GO_TYPE_NAME])
{
	uint64_t head[3], field[3], i, from, best = UINT64_MAX, best_from = 0; /* pkgPath, fields */
	struct go_type inner;

	if (type->kind != GO_TYPE_STRUCT ||
	    !go_read(process, type->address + TYPE_SIZE, head, sizeof(head)) ||
	    head[2] > FIELDS_MAX)
		return false;
	for (i = 0; i < head[2]; i++) {
		if (!go_read(process, head[1] + i * FIELD_SIZE, field, sizeof(field)))
			return false;
		/* Until 1.18 with a bit for what is embedded. */
		from = process->version < GO_VERSION(1, 19, 0) ? field[2] >> 1 : field[2];
		if (from > offset || (best != UINT64_MAX && from < best_from))
			continue;
		if (!go_is_type(process, field[1]) || !go_type_read(process, field[1], &inner) ||
		    offset - from >= inner.size)
			continue;
		best = i;
		best_from = from;
		*ret_type = field[1];
		*ret_from = from;
		read_name(process, field[0], false, name);
	}
	return best != UINT64_MAX;
}
