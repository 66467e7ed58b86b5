/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that are copied together, and the next ones while these are looked at: a few readings,
 * one behind the other. Private to the files of the search.
 *
 * No object is taken from a copy that is older than what led to it: what leads to it was copied
 * before, or with it, or is a stack that was read before the copy was asked for.
 */
#ifndef LEAKHOP_RUNTIMES_GO_REACH_READING_H
#define LEAKHOP_RUNTIMES_GO_REACH_READING_H

#include "runtimes/go/heap/reach_search.h"
#include "target/memory.h"

/* Where a span lies that is read with others: some lists lead from one to the next, down or up. */
enum reach_side {
	REACH_BELOW,
	REACH_ABOVE,
	REACH_ITSELF,
};

/* Objects of a span, by number. */
struct reach_part {
	const struct go_span *span;
	uint64_t first, last; /* of these one */
	uint32_t piece;
	enum reach_side side;
};

struct reading;

/* The next objects that wait are begun to be copied. False: there are none, or no room. */
bool reach_reading_begin(struct search *search);

/*
 * The one that was begun first, as soon as its copy is there; until the next one is begun. NULL:
 * there is none.
 */
struct reading *reach_reading_end(struct search *search);
size_t reach_reading_parts(const struct reading *reading, const struct reach_part **ret_parts);

/* So many objects were taken on each side: what lies there is read with others, or is not. */
void reach_reading_took(struct search *search, const struct reading *reading,
			const size_t taken[REACH_ITSELF + 1]);
struct reach_piece reach_reading_piece(const struct reading *reading,
				       const struct reach_part *part);

/*
 * When nothing is being copied: the next one, where that is too large to be read with others.
 * False: it is not.
 */
bool reach_next_large(struct search *search, uint64_t *ret_object);

/* The bits of an arena for what was read into search->chunk; NULL: there are none. */
const uint8_t *reach_read_arena_bits(struct search *search, uint64_t from, uint64_t to);

#endif
