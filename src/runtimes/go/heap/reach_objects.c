// SPDX-License-Identifier: GPL-2.0-only
/*
 * What objects of the heap lead to. A queued waiter's record, descriptors of goroutines and the
 * runtime's other books lead nowhere: else every wait would keep itself alive.
 */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <string.h>

#define AT_ONCE 512 /* pieces of memory */
#define PARTS_AT_ONCE 2048
#define GAP_MOST 2048	     /* bytes between objects that are read with them */
#define PROCESSOR_LEAST 2048 /* a p has a queue of 256 addresses */

/* A record of a waiter in a queue: its goroutine waits, and says nothing about who could come. */
static bool is_waiter(const struct search *search, const uint8_t *bytes, uint64_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	uint64_t g;

	if (o->sudog_size <= 0 || size < (uint64_t)o->sudog_size ||
	    size > (uint64_t)o->sudog_size + 32)
		return false;
	memcpy(&g, bytes + o->sudog_g, 8);
	return g && reach_goroutine_at(search, g) != REACH_NONE;
}

static bool has_size_of_g(const struct go_offsets *o, uint64_t size)
{
	return o->g_size > 0 && o->g_sched_g >= 0 && size >= (uint64_t)o->g_size &&
	       size <= (uint64_t)o->g_size + 64;
}

/*
 * Is there what the runtime keeps of a thread (m) at this address? Its first field leads to a
 * descriptor that names itself and the m (src/runtime/runtime2.go).
 */
static bool is_m(const struct search *search, uint64_t m, uint64_t g0)
{
	const struct go_offsets *o = &search->process->offsets;
	const struct go_span *span = go_heap_span(&search->heap, g0);

	return span && o->g_m >= 0 && has_size_of_g(o, span->size) &&
	       go_word(search->process, g0 + o->g_sched_g) == g0 &&
	       go_word(search->process, g0 + o->g_m) == m;
}

/*
 * A descriptor, also of a thread's own stacks, which is not in the list of all: it has the bounds
 * of a stack and twice the address where it gets short, and it names itself, or a thread.
 */
static bool is_descriptor(const struct search *search, uint64_t object, const uint8_t *bytes,
			  uint64_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	uint64_t words[4], itself, m = 0; /* stack.lo, stack.hi, stackguard0, stackguard1 */

	if (!has_size_of_g(o, size))
		return false;
	if (reach_goroutine_at(search, object) != REACH_NONE)
		return true;
	memcpy(words, bytes, sizeof(words));
	memcpy(&itself, bytes + o->g_sched_g, 8);
	if (!words[0] || words[0] >= words[2] || words[2] >= words[1] || words[2] != words[3])
		return false;
	if (o->g_m >= 0)
		memcpy(&m, bytes + o->g_m, 8);
	return itself == object || (m && is_m(search, m, go_word(search->process, m)));
}

/*
 * Old pointers of the last thing that a thread did for a goroutine hold nothing. Large objects have
 * a word before them.
 */
static bool is_thread(const struct search *search, uint64_t object, const uint8_t *bytes,
		      uint64_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	uint64_t words[2];

	if (o->g_size <= 0 || size < (uint64_t)o->g_size || o->g_sched_g < 0)
		return false;
	memcpy(words, bytes, sizeof(words));
	return is_m(search, object, words[0]) || is_m(search, object + 8, words[1]);
}

/*
 * A p (src/runtime/runtime2.go): its timers are roots of their own. Its cache of pages has
 * addresses that are no pointers, and its buffer for the collector old ones.
 */
static bool is_processor(const struct search *search, uint64_t object)
{
	const struct go_offsets *o = &search->process->offsets;
	size_t i;

	for (i = 0; i < search->processor_count; i++) {
		if (search->processors[i] == object || search->processors[i] == object + 8)
			return o->p_timers_heap >= 0 || o->p_timers >= 0;
	}
	return false;
}

bool reach_is_book(const struct search *search, uint64_t object, const uint8_t *bytes,
		   uint64_t size)
{
	return is_waiter(search, bytes, size) || is_descriptor(search, object, bytes, size) ||
	       is_thread(search, object, bytes, size) ||
	       (size > PROCESSOR_LEAST && is_processor(search, object));
}

/* The bits of an arena for what was read; NULL: there are none, or they cannot be read. */
static const uint8_t *read_arena_bits(struct search *search, uint64_t from, uint64_t to)
{
	uint64_t size, at = reach_bits_of_arena(search, from, to, &size);

	return at && size <= REACH_ARENA_BITS &&
			       go_read(search->process, at, search->arena_bits, size)
		       ? search->arena_bits
		       : NULL;
}

static void begin_object(struct search *search, const struct go_span *span, uint64_t object)
{
	reach_from(search, REACH_FROM_OBJECT, object);
	if (search->mode == REACH_COLOURS)
		reach_take_colour(search, span, object);
}

/* One that is too large to be read with others. */
static void read_large(struct search *search, const struct go_span *span, uint64_t object)
{
	uint64_t at, end = object + span->size < span->end ? object + span->size : span->end, size;
	uint64_t type = 0;
	struct reach_piece piece;
	size_t got;

	begin_object(search, span, object);
	for (at = object; at < end; at += size) {
		size = end - at < REACH_CHUNK ? end - at : REACH_CHUNK;
		if (go_read_part(search->process, at, search->chunk, size, &got) < 0 ||
		    got < size) {
			reach_fail(search, -EFAULT);
			return;
		}
		if (at == object && reach_is_book(search, object, search->chunk, span->size))
			return;
		if (at == object)
			type = reach_type_of(search, span, search->chunk);
		piece = (struct reach_piece){ .address = at,
					      .bytes = search->chunk,
					      .size = size,
					      .bits = read_arena_bits(search, at, at + size) };
		if (!reach_mark_part(search, span, type, at - object, &piece))
			reach_mark_words(search, search->chunk, size);
	}
}

/* Objects of a span that were read, by number. */
struct part {
	const struct go_span *span;
	uint64_t first, last; /* of these one */
	uint32_t piece;
};

/* What is read at once. */
struct reading {
	struct target_piece pieces[AT_ONCE], bits[AT_ONCE];
	struct part parts[PARTS_AT_ONCE];
	size_t piece_count, part_count;
	uint64_t used; /* bytes */
};

static void take(struct search *search, const struct go_span *span, uint64_t object,
		 const struct reach_piece *piece)
{
	const uint8_t *bytes = piece->bytes + (object - piece->address);

	begin_object(search, span, object);
	if (!reach_is_book(search, object, bytes, span->size) &&
	    go_heap_in_use(search->process, &search->heap, span, object))
		reach_mark_object(search, span, object, piece);
}

/* Does what ends at end fit into the same piece, of one arena? */
static bool joins(const struct target_piece *last, uint64_t from, uint64_t end, size_t used)
{
	uint64_t last_end = last->address + last->size;

	return from >= last->address && (from <= last_end || from - last_end <= GAP_MOST) &&
	       (end <= last_end || used + (end - last_end) <= REACH_CHUNK) &&
	       last->address / GO_ARENA_SIZE == (end - 1) / GO_ARENA_SIZE;
}

/*
 * What lies close to each other is one piece: most of the time goes into the number of pieces.
 * False: there is no room for it.
 */
static bool add_piece(struct search *search, struct reading *reading, uint64_t from, uint64_t end)
{
	struct target_piece *last = reading->piece_count
					    ? &reading->pieces[reading->piece_count - 1]
					    : NULL;

	if (last && joins(last, from, end, reading->used)) {
		if (end > last->address + last->size) {
			reading->used += end - (last->address + last->size);
			last->size = end - last->address;
		}
		return true;
	}
	if (reading->piece_count == AT_ONCE || end - from > REACH_CHUNK - reading->used)
		return false;
	reading->pieces[reading->piece_count++] = (struct target_piece){
		.address = from, .buffer = search->chunk + reading->used, .size = end - from
	};
	reading->used += end - from;
	return true;
}

static bool add_object(struct search *search, struct reading *reading, uint64_t object)
{
	const struct go_span *span = go_heap_span(&search->heap, object);
	struct part *last = reading->part_count ? &reading->parts[reading->part_count - 1] : NULL;
	bool whole = reach_is_read_whole(search, span);
	uint64_t number = span->first + go_heap_index(span, object);
	uint64_t end = span->first + go_heap_room(span);

	if (last && last->span == span && number < last->last)
		return true;
	if (reading->part_count == PARTS_AT_ONCE || span->size > REACH_CHUNK ||
	    !add_piece(search, reading, whole ? span->start : object,
		       whole ? span->end : object + span->size))
		return false;
	/* What lies between was read, too, and may be met by what is read now. */
	if (last && last->span == span && last->piece == reading->piece_count - 1 &&
	    !search->paths) {
		last->last = number + 1;
		return true;
	}
	whole = whole && !search->paths;
	reading->parts[reading->part_count++] =
		(struct part){ .span = span,
			       .first = whole ? span->first : number,
			       .last = !whole			 ? number + 1
				       : end < search->bit_count ? end
								 : search->bit_count,
			       .piece = reading->piece_count - 1 };
	return true;
}

/* Where the arenas have the bits: those of each piece, one behind the other. */
static void read_bits(struct search *search, struct reading *reading)
{
	uint64_t used = 0, size, at;
	size_t i;

	memset(reading->bits, 0, reading->piece_count * sizeof(*reading->bits));
	if (reach_layout(search) != REACH_ONE_BIT && reach_layout(search) != REACH_TWO_BITS)
		return;
	for (i = 0; i < reading->piece_count; i++) {
		const struct target_piece *piece = &reading->pieces[i];

		at = reach_bits_of_arena(search, piece->address, piece->address + piece->size,
					 &size);
		if (!at || size > REACH_ARENA_BITS - used)
			continue;
		reading->bits[i] = (struct target_piece){ .address = at,
							  .buffer = search->arena_bits + used,
							  .size = size };
		used += size;
	}
	if (go_read_pieces(search->process, reading->bits, reading->piece_count) < 0)
		memset(reading->bits, 0, reading->piece_count * sizeof(*reading->bits));
}

static void read_pieces(struct search *search, struct reading *reading)
{
	const struct go_span *spans[PARTS_AT_ONCE];
	size_t i;

	if (go_read_pieces(search->process, reading->pieces, reading->piece_count) < 0)
		reach_fail(search, -EFAULT);
	for (i = 0; i < reading->piece_count; i++) {
		if (!reading->pieces[i].read)
			reach_fail(search, -EFAULT);
	}
	read_bits(search, reading);
	for (i = 0; i < reading->part_count; i++)
		spans[i] = reading->parts[i].span;
	go_heap_read_bits(search->process, &search->heap, spans, reading->part_count);
}

/* Those of a part that are to be read, from the first one on. Returns whether there were any. */
static bool take_part(struct search *search, const struct reading *reading, const struct part *part)
{
	const struct target_piece *from = &reading->pieces[part->piece],
				  *bits = &reading->bits[part->piece];
	const struct go_span *span = part->span;
	struct reach_piece piece = { .address = from->address,
				     .bytes = from->buffer,
				     .size = from->size,
				     .bits = bits->read ? bits->buffer : NULL };
	uint64_t number = reach_take(search, part->first, part->last);
	bool any = number < part->last;

	if (any && reach_is_read_whole(search, span))
		piece.small = reach_small_bits(search, span, &piece);
	for (; number < part->last && !search->error;
	     number = reach_take(search, number + 1, part->last))
		take(search, span, span->start + (number - span->first) * span->size, &piece);
	return any;
}

/* What they lead to in what was read at the same time is read with them. */
static void take_parts(struct search *search, const struct reading *reading)
{
	bool any = true;
	size_t i;

	while (any && !search->error) {
		any = false;
		for (i = 0; i < reading->part_count; i++)
			any = take_part(search, reading, &reading->parts[i]) || any;
		if (!any || search->paths)
			break;
		reach_mark_rest(search);
	}
}

/* Returns how many of the objects these were. */
static size_t read_some(struct search *search, const uint64_t *objects, size_t count)
{
	struct reading *reading = search->reading;
	size_t i;

	reading->piece_count = reading->part_count = 0;
	reading->used = 0;
	for (i = 0; i < count && add_object(search, reading, objects[i]); i++)
		;
	read_pieces(search, reading);
	take_parts(search, reading);
	return i;
}

struct reading *reach_reading_new(void)
{
	return calloc(1, sizeof(struct reading));
}

/* Was it read with others since it was told? */
static bool is_taken(struct search *search, const struct go_span *span, uint64_t object)
{
	uint64_t number = span->first + go_heap_index(span, object);

	return reach_take(search, number, number + 1) > number;
}

void reach_read_objects(struct search *search)
{
	const uint64_t *objects;
	size_t count = reach_dequeue(search, &objects), at = 0;

	while (at < count && !search->error) {
		const struct go_span *span = go_heap_span(&search->heap, objects[at]);

		if (span->size <= REACH_CHUNK)
			at += read_some(search, objects + at, count - at);
		else if (is_taken(search, span, objects[at++]))
			continue;
		else
			read_large(search, span, objects[at - 1]);
	}
}
