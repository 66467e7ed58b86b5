/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler tells the collector of a frame that stands at a call: which words are live
 * pointers, and where variables lie whose address was taken. Layouts: src/runtime/stkframe.go
 * (getStackMap), src/runtime/stack.go (stackObjectRecord) of Go 1.17 to 1.27. The bytes come from a
 * stranger's file: every offset is checked.
 */
#ifndef LEAKHOP_RUNTIMES_GO_STACKMAPS_H
#define LEAKHOP_RUNTIMES_GO_STACKMAPS_H

#include "runtimes/go/image/image.h"

enum go_frame_kind {
	GO_FRAME_BY_WORD, /* nothing is known: each word may be a pointer */
	GO_FRAME_BY_MAP,
	GO_FRAME_SPOILS, /* the stack has more than frames at calls: nothing is known of any */
};

#define GO_ARGS_UNKNOWN UINT32_MAX

/* Of the bits, word k is bit k % 8 of byte k / 8. The image's, as long as that lives. */
struct go_stack_map {
	enum go_frame_kind kind;
	bool registers; /* its caller was interrupted, and its frame has that one's registers */
	const uint8_t *locals;	/* of local_count words that end at varp */
	const uint8_t *args;	/* of arg_count words from argp on */
	const uint8_t *objects; /* object_count records: go_stack_object() */
	uint32_t local_count, arg_count, object_count;
	uint32_t arg_bytes; /* of any kind; GO_ARGS_UNKNOWN */
};

/* Where a variable lies: from varp if from is negative, else from argp. Bytes. */
struct go_stack_object {
	int32_t from, size;
};

/*
 * The map of a return address, vaddr, where the frame has frame_size bytes without the return
 * address.
 */
void go_stack_map_at(const struct go_image *image, uint64_t vaddr, uint32_t frame_size,
		     struct go_stack_map *ret);

struct go_stack_object go_stack_object(const struct go_stack_map *map, uint32_t index);

#endif
