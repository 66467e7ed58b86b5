// SPDX-License-Identifier: GPL-2.0-only
/*
 * What objects of the heap lead to. A queued waiter's record, descriptors of goroutines and the
 * runtime's other books lead nowhere: else every wait would keep itself alive.
 */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_reading.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <string.h>

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
					      .bits = reach_read_arena_bits(search, at,
									    at + size) };
		if (!reach_mark_part(search, span, type, at - object, &piece))
			reach_mark_words(search, search->chunk, size);
	}
}

static void take(struct search *search, const struct go_span *span, uint64_t object,
		 const struct reach_piece *piece)
{
	const uint8_t *bytes = piece->bytes + (object - piece->address);

	begin_object(search, span, object);
	if (!reach_is_book(search, object, bytes, span->size) &&
	    go_heap_in_use(search->process, &search->heap, span, object))
		reach_mark_object(search, span, object, piece);
}

/* Those of a part that are to be read, from the first one on. Returns how many there were. */
static size_t take_part(struct search *search, const struct reading *reading,
			const struct reach_part *part)
{
	const struct go_span *span = part->span;
	struct reach_piece piece = reach_reading_piece(reading, part);
	uint64_t number = reach_take(search, part->first, part->last);
	size_t count = 0;

	if (number < part->last && reach_is_read_whole(search, span))
		piece.small = reach_small_bits(search, span, &piece);
	for (; number < part->last && !search->error;
	     number = reach_take(search, number + 1, part->last), count++)
		take(search, span, span->start + (number - span->first) * span->size, &piece);
	return count;
}

/* What they lead to in what was read at the same time is read with them. */
static void take_parts(struct search *search, const struct reading *reading)
{
	const struct reach_part *parts;
	size_t count = reach_reading_parts(reading, &parts), taken[REACH_ITSELF + 1] = {};
	size_t any = 1, some, i;

	while (any && !search->error) {
		for (i = 0, any = 0; i < count; i++) {
			some = take_part(search, reading, &parts[i]);
			taken[parts[i].side] += some;
			any += some;
		}
		if (!any || search->paths)
			break;
		reach_mark_rest(search);
	}
	reach_reading_took(search, reading, taken);
}

/* Was it read since it was told? */
static bool is_taken(struct search *search, uint64_t object)
{
	const struct go_span *span = go_heap_span(&search->heap, object);
	uint64_t number = span->first + go_heap_index(span, object);

	return reach_take(search, number, number + 1) > number;
}

/*
 * What is to be read next is copied while what was copied before is looked at. A stack that is to
 * be read comes before anything else is copied, so that what its goroutine has put into an object
 * by then is seen there.
 */
void reach_read_objects(struct search *search)
{
	struct reading *reading;
	uint64_t object;

	while ((!search->to_search.count || !reach_is_ahead(search)) && reach_reading_begin(search))
		;
	reading = reach_reading_end(search);
	if (reading)
		take_parts(search, reading);
	else if (reach_next_large(search, &object) && !is_taken(search, object))
		read_large(search, go_heap_span(&search->heap, object), object);
}
