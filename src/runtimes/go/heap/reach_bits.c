// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which words of an object are pointers, as the collector knows it (src/runtime/mbitmap.go): by the
 * bits of its arena, two for each word (1.17 to 1.19) or one (1.20, 1.21); since 1.22 by bits at
 * the end of a span of small objects, by the type that stands before a larger one, or that its span
 * notes. Where that cannot be read or makes no sense each word may be one.
 */
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/types.h"

#include <stdlib.h>
#include <string.h>

#define OLDEST_KNOWN GO_VERSION(1, 17, 0)
#define NEWEST_KNOWN GO_VERSION(1, 28, 0)
#define SPAN_SIZE 8192 /* of small objects */
#define SMALL_MOST 512 /* bytes of an object whose bits are in its span */
#define BITS_SIZE 128  /* of these: SPAN_SIZE / 8 / 8 */
#define MARKS_SIZE 128 /* behind them, where the collector marks spans (spanInlineMarkBits) */
#define MARKS_LEAST 16 /* bytes of an object there */
#define HEADER_SIZE 8  /* mallocHeaderSize */
#define ARENA_WORDS (GO_ARENA_SIZE / 8)
#define MASKS_MAX 4096	 /* types; a power of two */
#define MASK_MOST 131072 /* words of a type */
#define MASKS_BYTES_MAX (64u << 20)
#define PROBES_MAX 16

/* A type's pointers, and how often they repeat. */
struct mask {
	uint64_t type; /* address; 0: unused */
	uint64_t size;
	uint64_t words; /* that may be pointers, of each size bytes; 0: it is not known */
	uint8_t *bits;
};

struct reach_bits {
	enum reach_layout layout;
	struct mask masks[MASKS_MAX];
	size_t mask_bytes;
	bool ended; /* the object at hand has no pointers behind */
	uint64_t arena,
		arena_at; /* the last one asked for: its number + 1, and what is noted of it */
};

static enum reach_layout layout_of(const struct go_process *process)
{
	uint32_t version = process->version;
	bool in_arena = process->offsets.arena_bitmap >= 0;

	if (version < OLDEST_KNOWN || version >= NEWEST_KNOWN ||
	    in_arena != (version < GO_VERSION(1, 22, 0)))
		return REACH_LAYOUT_UNKNOWN;
	if (!in_arena)
		return REACH_IN_SPAN;
	return version < GO_VERSION(1, 20, 0) ? REACH_TWO_BITS : REACH_ONE_BIT;
}

struct reach_bits *reach_bits_new(const struct go_process *process)
{
	struct reach_bits *bits = calloc(1, sizeof(*bits));

	if (bits)
		bits->layout = layout_of(process);
	return bits;
}

void reach_bits_free(struct reach_bits *bits)
{
	size_t i;

	for (i = 0; bits && i < MASKS_MAX; i++)
		free(bits->masks[i].bits);
	free(bits);
}

enum reach_layout reach_layout(const struct search *search)
{
	return search->bits->layout;
}

/* Are its bits in the span itself? */
static bool is_small(const struct search *search, const struct go_span *span)
{
	return search->bits->layout == REACH_IN_SPAN && span->size <= SMALL_MOST && !span->arena &&
	       span->end - span->start == SPAN_SIZE;
}

bool reach_is_read_whole(const struct search *search, const struct go_span *span)
{
	return is_small(search, span) && span->size > 8;
}

/* Never another one, once it is there. */
static uint64_t arena_of(const struct search *search, uint64_t address)
{
	struct reach_bits *bits = search->bits;

	if (bits->arena != address / GO_ARENA_SIZE + 1 || !bits->arena_at) {
		bits->arena = address / GO_ARENA_SIZE + 1;
		bits->arena_at = go_heap_arena(search->process, &search->heap, address);
	}
	return bits->arena_at;
}

uint64_t reach_bits_of_arena(const struct search *search, uint64_t from, uint64_t to,
			     uint64_t *ret_size)
{
	unsigned words = search->bits->layout == REACH_TWO_BITS ? 4 : 8; /* of a byte */
	uint64_t arena;
	uint64_t first = from % GO_ARENA_SIZE / 8 / words;
	uint64_t last = (to - 1) % GO_ARENA_SIZE / 8 / words;

	if (search->bits->layout == REACH_IN_SPAN || search->bits->layout == REACH_LAYOUT_UNKNOWN ||
	    from / GO_ARENA_SIZE != (to - 1) / GO_ARENA_SIZE)
		return 0;
	arena = arena_of(search, from);
	if (!arena)
		return 0;
	*ret_size = last - first + 1;
	return arena + search->process->offsets.arena_bitmap + first;
}

static bool has_bit(const uint8_t *bits, uint64_t number)
{
	return bits[number / 8] >> (number % 8) & 1;
}

#define BITS_AT_ONCE 56 /* of a word, from any bit of a byte on */

/* A word behind the last bit can be read. */
static void mark_bits(struct search *search, const uint8_t *words, size_t count,
		      const uint8_t *bits, uint64_t first)
{
	uint64_t word, some;
	size_t i, n;

	for (i = 0; i < count; i += n, first += n) {
		n = count - i < BITS_AT_ONCE ? count - i : BITS_AT_ONCE;
		memcpy(&some, bits + first / 8, sizeof(some));
		some = some >> (first % 8) & ((1ull << n) - 1);
		for (; some; some &= some - 1) {
			memcpy(&word, words + (i + (size_t)__builtin_ctzll(some)) * 8, 8);
			reach_mark_soon(search, word);
		}
	}
}

/* Four bits for pointers, and four that say whether others follow. False: none does. */
static bool mark_two_bits(struct search *search, const uint8_t *words, size_t count,
			  const uint8_t *bits, uint64_t first)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < count; i++) {
		uint8_t byte = bits[(first + i) / 4] >> ((first + i) % 4);

		if (!(byte & 0x10))
			return false;
		if (!(byte & 1))
			continue;
		memcpy(&word, words + i * 8, 8);
		reach_mark_soon(search, word);
	}
	return true;
}

const uint8_t *reach_small_bits(const struct search *search, const struct go_span *span,
				const struct reach_piece *piece)
{
	uint64_t at = span->end - BITS_SIZE;
	uint8_t last;

	if (!is_small(search, span) || span->class >> 1 == 0 || piece->address > at ||
	    piece->address + piece->size < span->end)
		return NULL;
	/* The marks end with the span's class; bits of words that are bits themselves are 0. */
	last = piece->bytes[span->end - 1 - piece->address];
	if (search->process->version >= GO_VERSION(1, 25, 0) && span->size >= MARKS_LEAST &&
	    last == span->class)
		at -= MARKS_SIZE;
	else if (last)
		return NULL;
	return piece->address <= at ? piece->bytes + (at - piece->address) : NULL;
}

static bool mark_small(struct search *search, const struct go_span *span, uint64_t object,
		       const struct reach_piece *piece)
{
	const uint8_t *bytes = piece->bytes + (object - piece->address);

	if (span->size == 8) { /* all of these are pointers */
		uint64_t word;

		memcpy(&word, bytes, 8);
		reach_mark_soon(search, word);
		return true;
	}
	/* Where the bits are is none. */
	if (!piece->small || bytes + span->size > piece->small)
		return false;
	mark_bits(search, bytes, span->size / 8, piece->small, (object - span->start) / 8);
	return true;
}

/* Where the bits of a type are; 0: a program would have to be run to have them, or was not yet. */
static uint64_t mask_address(const struct search *search, const struct go_type *type)
{
	const struct go_module *module;
	uint64_t bits;
	size_t i;

	if (!type->on_demand)
		return type->gcdata;
	bits = go_word(search->process, type->gcdata);
	for (i = 0; i < search->process->module_count; i++) {
		module = &search->process->modules[i];
		if (bits >= module->data && bits < module->ebss) /* it is just being made */
			return 0;
	}
	return bits;
}

static void read_mask(struct search *search, struct mask *mask)
{
	struct reach_bits *bits = search->bits;
	struct go_type type;
	uint64_t words, at;
	size_t size;

	if (!go_is_type(search->process, mask->type) ||
	    !go_type_read(search->process, mask->type, &type) || type.program)
		return;
	words = type.pointer_bytes / 8;
	size = (words + 7) / 8;
	at = mask_address(search, &type);
	if (!words || words > MASK_MOST || type.pointer_bytes % 8 || type.size % 8 || !at ||
	    type.pointer_bytes > type.size || bits->mask_bytes + size > MASKS_BYTES_MAX)
		return;
	mask->bits = malloc(size);
	if (!mask->bits || !go_read(search->process, at, mask->bits, size))
		return;
	bits->mask_bytes += size;
	mask->size = type.size;
	mask->words = words;
}

/* NULL: its pointers are not known. */
static const struct mask *mask_of(struct search *search, uint64_t type)
{
	size_t at = (type >> 3) * 0x9e3779b97f4a7c15ull >> 24 & (MASKS_MAX - 1), probes;
	struct mask *mask;

	for (probes = 0; probes < PROBES_MAX; probes++) {
		mask = &search->bits->masks[(at + probes) & (MASKS_MAX - 1)];
		if (!mask->type) {
			mask->type = type;
			read_mask(search, mask);
		}
		if (mask->type == type)
			return mask->words ? mask : NULL;
	}
	return NULL;
}

/* Elements of a type, one behind the other; from is how far into them the bytes begin. */
static void mark_tiles(struct search *search, const struct mask *mask, uint64_t from,
		       const uint8_t *bytes, size_t size)
{
	uint64_t words = mask->size / 8, at = from / 8 % words, word;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8, at = at + 1 == words ? 0 : at + 1) {
		if (at >= mask->words || !has_bit(mask->bits, at))
			continue;
		memcpy(&word, bytes + i, 8);
		reach_mark_soon(search, word);
	}
}

uint64_t reach_type_of(struct search *search, const struct go_span *span, const uint8_t *bytes)
{
	uint64_t type = 0;

	if (search->bits->layout != REACH_IN_SPAN || span->size <= SMALL_MOST || !span->scan ||
	    span->arena)
		return 0;
	if (span->class >> 1)
		memcpy(&type, bytes, 8);
	else
		type = go_heap_large_type(search->process, span);
	return go_is_type(search->process, type) ? type : 0;
}

/* With its type before it, or noted in its span; offset: how far into it the bytes begin. */
static bool mark_typed(struct search *search, const struct go_span *span, uint64_t type,
		       uint64_t offset, const uint8_t *bytes, size_t size)
{
	const struct mask *mask = type ? mask_of(search, type) : NULL;
	uint64_t header = span->class >> 1 ? HEADER_SIZE : 0;

	if (!mask)
		return false;
	if (offset < header) {
		bytes += header - offset;
		size -= header - offset;
		offset = header;
	}
	mark_tiles(search, mask, offset - header, bytes, size);
	return true;
}

static bool mark_by_arena(struct search *search, uint64_t object, uint64_t size,
			  const struct reach_piece *piece)
{
	unsigned words = search->bits->layout == REACH_TWO_BITS ? 4 : 8;
	uint64_t first = object % GO_ARENA_SIZE / 8;
	uint64_t base = piece->address % GO_ARENA_SIZE / 8 / words * words;
	const uint8_t *bytes = piece->bytes + (object - piece->address);

	if (!piece->bits)
		return false;
	if (search->bits->layout == REACH_TWO_BITS)
		search->bits->ended = !mark_two_bits(search, bytes, size / 8, piece->bits,
						     first - base);
	else
		mark_bits(search, bytes, size / 8, piece->bits, first - base);
	return true;
}

void reach_mark_object(struct search *search, const struct go_span *span, uint64_t object,
		       const struct reach_piece *piece)
{
	const uint8_t *bytes = piece->bytes + (object - piece->address);
	bool known = false;

	if (span->arena)
		known = false;
	else if (search->bits->layout == REACH_TWO_BITS || search->bits->layout == REACH_ONE_BIT)
		known = mark_by_arena(search, object, span->size, piece);
	else if (is_small(search, span))
		known = mark_small(search, span, object, piece);
	else if (search->bits->layout == REACH_IN_SPAN)
		known = mark_typed(search, span, reach_type_of(search, span, bytes), 0, bytes,
				   span->size);
	if (!known)
		reach_mark_words(search, bytes, span->size);
}

bool reach_mark_part(struct search *search, const struct go_span *span, uint64_t type,
		     uint64_t offset, const struct reach_piece *piece)
{
	if (span->arena || search->bits->layout == REACH_LAYOUT_UNKNOWN)
		return false;
	if (search->bits->layout == REACH_IN_SPAN)
		return mark_typed(search, span, type, offset, piece->bytes, piece->size);
	search->bits->ended = search->bits->ended && offset;
	return search->bits->ended || mark_by_arena(search, piece->address, piece->size, piece);
}
