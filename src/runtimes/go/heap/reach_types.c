// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types of small objects that goroutines hold and nothing else does. No type stands before them
 * (src/runtime/mbitmap.go, 1.22 and later: up to 512 bytes); but what leads to one has one: a
 * larger object, a value that somebody waits to send, an interface on a stack, and what these lead
 * to in turn, field by field. It is believed where the pointer is to the object's beginning, and
 * the type is of the object's size class. Of two types the larger one is told: a structure begins
 * with its first field.
 */
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/types.h"
#include "util/now.h"

#include <stdlib.h>
#include <string.h>

#define SMALL_MOST 512
#define OBJECTS_MAX (1u << 20) /* in a table; a power of two; half of it is used */
#define LAYOUTS_MAX 1024       /* a power of two */
#define PROBES_MAX 64
#define LEAVES_MAX 256
#define DEPTH_MOST 16
#define TYPE_MOST 4096	  /* bytes of a type whose fields are looked at */
#define READ_MOST 65536u  /* bytes of an object */
#define FOLLOWED_TIMED 64 /* after so many objects the time is looked at */
#define ITAB_TYPE 8
#define PATIENCE_NS 1000000000ull
#define CAPACITY 16 /* of a slice */

/* A pointer in a type, or what begins with one. */
struct leaf {
	uint32_t offset;
	uint8_t kind; /* enum go_type_kind */
	uint64_t type, to;
};

struct layout {
	uint64_t type; /* 0: unused */
	uint64_t size;
	struct leaf *leaves;
	size_t count;
};

struct typed {
	uint64_t number; /* of the object + 1 */
	uint64_t type;	 /* that is told */
	uint64_t inside; /* of what is in it: of a slice that of its elements */
	uint64_t size;	 /* bytes of it */
	bool channel;	 /* of a channel the type is that of its elements */
};

struct reach_types {
	struct search *search;
	struct typed *objects;
	size_t count;
	struct layout layouts[LAYOUTS_MAX];
	struct reach_list queue; /* of objects, their addresses */
	uint64_t until;		 /* ns, CLOCK_MONOTONIC */
	uint8_t bytes[READ_MOST];
};

struct reach_types *reach_types_new(struct search *search)
{
	struct reach_types *types = calloc(1, sizeof(*types));

	if (!types)
		return NULL;
	types->search = search;
	types->until = now_monotonic() + PATIENCE_NS;
	types->objects = calloc(OBJECTS_MAX, sizeof(*types->objects));
	if (!types->objects) {
		free(types);
		return NULL;
	}
	return types;
}

void reach_types_free(struct reach_types *types)
{
	size_t i;

	for (i = 0; types && i < LAYOUTS_MAX; i++)
		free(types->layouts[i].leaves);
	if (types) {
		free(types->queue.items);
		free(types->objects);
	}
	free(types);
}

static uint64_t class_of(uint64_t size)
{
	if (size <= 32)
		return (size + 7) & ~7ull;
	if (size <= 256)
		return (size + 15) & ~15ull;
	return (size + 31) & ~31ull;
}

static struct typed *typed_at(const struct reach_types *types, uint64_t number)
{
	size_t at = (number * 0x9e3779b97f4a7c15ull >> 24) & (OBJECTS_MAX - 1), probes;
	struct typed *typed;

	for (probes = 0; probes < PROBES_MAX; probes++) {
		typed = &types->objects[(at + probes) & (OBJECTS_MAX - 1)];
		if (!typed->number || typed->number == number + 1)
			return typed;
	}
	return NULL;
}

uint64_t reach_types_of(const struct reach_types *types, uint64_t number, bool *ret_channel)
{
	const struct typed *typed = types ? typed_at(types, number) : NULL;

	if (!typed || !typed->number)
		return 0;
	*ret_channel = typed->channel;
	return typed->type;
}

/* The innermost type that begins at offset and is no structure or array; false: none does. */
static bool leaf_at(const struct go_process *process, uint64_t address, uint64_t offset,
		    struct leaf *ret)
{
	char name[GO_TYPE_NAME];
	uint64_t base = 0, from, inner;
	struct go_type type, element;
	unsigned depth;

	for (depth = 0; depth < DEPTH_MOST; depth++) {
		if (!go_is_type(process, address) || !go_type_read(process, address, &type))
			return false;
		if (type.kind == GO_TYPE_STRUCT) {
			if (!go_type_field(process, &type, offset - base, &inner, &from, name))
				return false;
			base += from;
		} else if (type.kind == GO_TYPE_ARRAY) {
			inner = go_type_element(process, &type);
			if (!inner || !go_type_read(process, inner, &element) || !element.size)
				return false;
			base += (offset - base) / element.size * element.size;
		} else {
			*ret = (struct leaf){ .offset = offset,
					      .kind = type.kind,
					      .type = address,
					      .to = go_type_element(process, &type) };
			return base == offset;
		}
		address = inner;
	}
	return false;
}

static bool is_followed(uint8_t kind)
{
	return kind == GO_TYPE_POINTER || kind == GO_TYPE_SLICE || kind == GO_TYPE_STRING ||
	       kind == GO_TYPE_MAP || kind == GO_TYPE_CHAN || kind == GO_TYPE_FUNC ||
	       kind == GO_TYPE_INTERFACE;
}

static void make_layout(struct reach_types *types, struct layout *layout)
{
	const struct go_process *process = types->search->process;
	struct go_type type;
	struct leaf leaf;
	uint64_t offset;

	if (!go_is_type(process, layout->type) || !go_type_read(process, layout->type, &type) ||
	    type.pointer_bytes > TYPE_MOST || type.pointer_bytes > type.size)
		return;
	layout->size = type.size;
	layout->leaves = type.pointer_bytes ? calloc(LEAVES_MAX, sizeof(*layout->leaves)) : NULL;
	for (offset = 0; layout->leaves && offset < type.pointer_bytes; offset += 8) {
		if (now_monotonic() > types->until)
			return;
		if (layout->count < LEAVES_MAX && leaf_at(process, layout->type, offset, &leaf) &&
		    is_followed(leaf.kind))
			layout->leaves[layout->count++] = leaf;
	}
}

/* NULL: there are too many. */
static const struct layout *layout_of(struct reach_types *types, uint64_t type)
{
	size_t at = ((type >> 3) * 0x9e3779b97f4a7c15ull >> 24) & (LAYOUTS_MAX - 1), probes;
	struct layout *layout;

	for (probes = 0; probes < PROBES_MAX; probes++) {
		layout = &types->layouts[(at + probes) & (LAYOUTS_MAX - 1)];
		if (!layout->type) {
			layout->type = type;
			make_layout(types, layout);
		}
		if (layout->type == type)
			return layout;
	}
	return NULL;
}

/* A pointer to what has this type, of so many bytes. */
static void note(struct reach_types *types, uint64_t pointer, uint64_t type, uint64_t inside,
		 uint64_t size, bool channel)
{
	struct search *search = types->search;
	const struct go_span *span = go_heap_span(&search->heap, pointer);
	struct typed *typed;
	uint64_t number;

	if (!span || span->tiny || span->size > SMALL_MOST || !size || size > SMALL_MOST ||
	    class_of(size) != span->size || go_heap_object(span, pointer) != pointer ||
	    !reach_has_colour(search, span, pointer))
		return;
	number = span->first + go_heap_index(span, pointer);
	typed = typed_at(types, number);
	if (!typed || typed->size >= size || (!typed->number && types->count == OBJECTS_MAX / 2))
		return;
	types->count += !typed->number;
	*typed = (struct typed){ number + 1, type, inside, size, channel };
	if (span->scan && inside)
		reach_push(search, &types->queue, pointer);
}

static uint64_t size_of(struct reach_types *types, uint64_t type)
{
	const struct layout *layout = type ? layout_of(types, type) : NULL;

	return layout ? layout->size : 0;
}

/* What an interface has: a pointer, or a pointer to its value. */
static void note_interface(struct reach_types *types, uint64_t head, uint64_t data)
{
	const struct go_process *process = types->search->process;
	struct go_type type;

	if (!data)
		return;
	if (!go_is_type(process, head)) {
		if (!go_is_type(process, go_word(process, head))) /* of the interface itself */
			return;
		head = go_word(process, head + ITAB_TYPE);
	}
	if (!go_is_type(process, head) || !go_type_read(process, head, &type))
		return;
	if (type.kind == GO_TYPE_POINTER)
		head = go_type_element(process, &type);
	else if (type.kind == GO_TYPE_MAP || type.kind == GO_TYPE_CHAN || type.kind == GO_TYPE_FUNC)
		return;
	note(types, data, head, head, size_of(types, head), false);
}

static uint64_t word_at(const uint8_t *bytes, size_t size, uint64_t offset)
{
	uint64_t word = 0;

	if (offset + 8 <= size)
		memcpy(&word, bytes + offset, 8);
	return word;
}

static void follow_leaf(struct reach_types *types, const struct leaf *leaf, const uint8_t *bytes,
			size_t size)
{
	uint64_t word = word_at(bytes, size, 0), next = word_at(bytes, size, 8), each;

	switch (leaf->kind) {
	case GO_TYPE_POINTER:
		note(types, word, leaf->to, leaf->to, size_of(types, leaf->to), false);
		break;
	case GO_TYPE_SLICE:
		each = size_of(types, leaf->to);
		next = word_at(bytes, size, CAPACITY);
		if (next <= SMALL_MOST && each <= SMALL_MOST)
			note(types, word, leaf->type, leaf->to, each * next, false);
		break;
	case GO_TYPE_STRING:
		note(types, word, leaf->type, 0, next, false);
		break;
	case GO_TYPE_CHAN:
		note(types, word, leaf->to, 0, types->search->process->offsets.hchan_size, true);
		break;
	case GO_TYPE_INTERFACE:
		note_interface(types, word, next);
		break;
	default: /* closures and maps have no type of their own */
		break;
	}
}

static void follow(struct reach_types *types, uint64_t type, const uint8_t *bytes, size_t size)
{
	const struct layout *layout = type ? layout_of(types, type) : NULL;
	size_t at, i;

	if (!layout || !layout->size || !layout->count)
		return;
	for (at = 0; at + layout->size <= size; at += layout->size) {
		for (i = 0; i < layout->count; i++)
			follow_leaf(types, &layout->leaves[i],
				    bytes + at + layout->leaves[i].offset,
				    size - at - layout->leaves[i].offset);
	}
}

void reach_types_seed(struct reach_types *types, uint64_t address, uint64_t type, uint64_t size)
{
	if (now_monotonic() > types->until)
		return;
	size = size < READ_MOST ? size : READ_MOST;
	if (go_read(types->search->process, address, types->bytes, size))
		follow(types, type, types->bytes, size);
}

void reach_types_value(struct reach_types *types, uint64_t address, uint64_t type)
{
	reach_types_seed(types, address, type, size_of(types, type));
}

void reach_types_stack(struct reach_types *types, const uint8_t *bytes, size_t size)
{
	size_t at;

	for (at = 0; at + 16 <= size; at += 8) {
		uint64_t head = word_at(bytes, size, at), data = word_at(bytes, size, at + 8);
		const struct go_span *span = go_heap_span(&types->search->heap, data);

		if (span && !go_heap_span(&types->search->heap, head) && head >= 4096 &&
		    span->size <= SMALL_MOST && reach_has_colour(types->search, span, data))
			note_interface(types, head, data);
	}
}

void reach_types_follow(struct reach_types *types)
{
	struct search *search = types->search;
	const struct go_span *span;
	struct typed *typed;
	uint64_t object;
	size_t steps;

	for (steps = 0; types->queue.count; steps++) {
		if (steps % FOLLOWED_TIMED == 0 && now_monotonic() > types->until)
			return;
		object = types->queue.items[--types->queue.count];
		span = go_heap_span(&search->heap, object);
		typed = span ? typed_at(types, span->first + go_heap_index(span, object)) : NULL;
		if (typed && typed->number)
			reach_types_seed(types, object, typed->inside, span->size);
	}
}
