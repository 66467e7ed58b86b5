// SPDX-License-Identifier: GPL-2.0-only
/* The collector's maps of frames: see stackmaps.h. */
#include "runtimes/go/image/stackmaps.h"
#include "runtimes/go/image/pclntab.h"

#include <string.h>

/* internal/abi/symtab.go */
#define PCDATA_STACK_MAP_INDEX 1
#define FUNCDATA_ARGS 0
#define FUNCDATA_LOCALS 1
#define FUNCDATA_OBJECTS 2

#define OBJECT_RECORD 16 /* off, size, ptrBytes, gcdataoff */
#define OBJECTS_MAX 4096
#define MAPS_MAX (1 << 20) /* of a function, and words of each */
#define ARGS_MAX (1 << 20)
#define NEWEST_KNOWN GO_VERSION(1, 28, 0)
#define NOTES_ASSEMBLY GO_VERSION(1, 19, 0) /* surely */

#if defined(__x86_64__)
#define KNOWN_MACHINE 1
#else
#define KNOWN_MACHINE 0 /* where varp lies was not tried there */
#endif

/*
 * On such stacks there are other machines' registers, frames of other stacks, or calls that will
 * not return.
 */
static bool spoils(const char *name)
{
	static const char *const names[] = {
		"gopanic",	 "sigpanic",	  "systemstack", "systemstack_switch",
		"mcall",	 "asmcgocall",	  "cgocall",	 "cgocallback",
		"cgocallbackg",	 "cgocallbackg1", "debugCallV1", "debugCallV2",
		"debugCallWrap", "Goexit",
	};
	size_t i;

	if (strncmp(name, "runtime.", 8) != 0)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name + 8, names[i]))
			return true;
	}
	return false;
}

/* Bytes of an indirect call: its opcode, ModRM, SIB and displacement. */
static size_t call_size(const uint8_t *code)
{
	unsigned mode = code[1] >> 6, rm = code[1] & 7;
	size_t size = 2 + (mode != 3 && rm == 4);

	if (code[0] != 0xff || (code[1] >> 3 & 7) != 2)
		return 0;
	if (mode == 1)
		return size + 1;
	return size + (mode == 2 || (!mode && rm == 5) ? 4 : 0);
}

/* A frame that was interrupted, or goes on elsewhere, mostly does not stand behind a call. */
static bool is_behind_call(const struct go_image *image, uint64_t vaddr)
{
	const uint8_t *code = go_image_bytes(image, vaddr - 7, 7);
	size_t size;

	if (!code)
		return false;
	if (code[2] == 0xe8)
		return true;
	for (size = 2; size <= 7; size++) {
		if (call_size(code + 7 - size) == size)
			return true;
	}
	return false;
}

/*
 * n int32, nbit int32, n times the bits (runtime.stackmap). False: there is no such map, or it
 * makes no sense.
 */
static bool read_map(const struct go_image *image, uint64_t vaddr, int32_t index,
		     const uint8_t **ret_bits, uint32_t *ret_count)
{
	const uint8_t *bytes = vaddr ? go_image_bytes(image, vaddr, 8) : NULL;
	int32_t head[2];
	size_t size;

	if (!bytes)
		return false;
	memcpy(head, bytes, sizeof(head));
	if (head[0] <= 0 || head[0] > MAPS_MAX || head[1] < 0 || head[1] > MAPS_MAX || index < 0 ||
	    index >= head[0])
		return false;
	size = ((size_t)head[1] + 7) / 8;
	*ret_count = head[1];
	*ret_bits = go_image_bytes(image, vaddr + 8 + index * size, size);
	return !size || *ret_bits;
}

static bool read_locals(const struct go_image *image, const struct go_function *function,
			int32_t index, uint32_t size, struct go_stack_map *ret)
{
	uint64_t vaddr = pclntab_function_data(image->table, function, FUNCDATA_LOCALS);

	/* Above the locals is the saved frame pointer. */
	size = size > 8 ? size - 8 : 0;
	if (!size)
		return true;
	return read_map(image, vaddr, index, &ret->locals, &ret->local_count) &&
	       ret->local_count <= size / 8 &&
	       /* What assembly says of itself before that was noted. */
	       (ret->local_count || image->version >= NOTES_ASSEMBLY);
}

static bool read_args(const struct go_image *image, const struct go_function *function,
		      int32_t index, struct go_stack_map *ret)
{
	uint64_t vaddr = pclntab_function_data(image->table, function, FUNCDATA_ARGS);

	if (!ret->arg_bytes)
		return true;
	return read_map(image, vaddr, index, &ret->args, &ret->arg_count) &&
	       ret->arg_count <= (ret->arg_bytes + 7) / 8;
}

/* A count of 8 bytes, and the records. */
static bool read_stack_objects(const struct go_image *image, const struct go_function *function,
			       struct go_stack_map *ret)
{
	uint64_t vaddr = pclntab_function_data(image->table, function, FUNCDATA_OBJECTS), count;
	const uint8_t *bytes = vaddr ? go_image_bytes(image, vaddr, 8) : NULL;

	if (!vaddr)
		return true;
	if (!bytes)
		return false;
	memcpy(&count, bytes, 8);
	if (count > OBJECTS_MAX)
		return false;
	ret->object_count = count;
	ret->objects = go_image_bytes(image, vaddr + 8, count * OBJECT_RECORD);
	return !count || ret->objects;
}

static bool read_frame(const struct go_image *image, const struct go_function *function,
		       uint64_t vaddr, uint32_t frame_size, struct go_stack_map *ret)
{
	int32_t index = pclntab_data(image->table, function, PCDATA_STACK_MAP_INDEX, vaddr - 1);

	return vaddr > function->entry && !pclntab_is_assembly(function) &&
	       !pclntab_is_top(function) && is_behind_call(image, vaddr) && index >= 0 &&
	       read_locals(image, function, index, frame_size, ret) &&
	       read_args(image, function, index, ret) && read_stack_objects(image, function, ret);
}

void go_stack_map_at(const struct go_image *image, uint64_t vaddr, uint32_t frame_size,
		     struct go_stack_map *ret)
{
	struct go_function function;
	const char *name;
	uint32_t arg_bytes;

	*ret = (struct go_stack_map){ .kind = GO_FRAME_SPOILS };
	if (!KNOWN_MACHINE || !image->table || !image->version || image->version >= NEWEST_KNOWN ||
	    !pclntab_function(image->table, vaddr, &function))
		return;
	name = pclntab_name(image->table, function.name);
	if (spoils(name))
		return;
	arg_bytes = function.args < 0 || function.args > ARGS_MAX ? GO_ARGS_UNKNOWN
								  : (uint32_t)function.args;
	*ret = (struct go_stack_map){ .kind = GO_FRAME_BY_MAP, .arg_bytes = arg_bytes };
	if (arg_bytes != GO_ARGS_UNKNOWN && read_frame(image, &function, vaddr, frame_size, ret))
		return;
	*ret = (struct go_stack_map){ .kind = GO_FRAME_BY_WORD,
				      .registers = !strcmp(name, "runtime.asyncPreempt"),
				      .arg_bytes = arg_bytes };
}

struct go_stack_object go_stack_object(const struct go_stack_map *map, uint32_t index)
{
	struct go_stack_object object;

	memcpy(&object, map->objects + (size_t)index * OBJECT_RECORD, sizeof(object));
	return object;
}
