// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which objects are copied together, by whom, and when: see reach_reading.h. In a large heap the
 * kernel needs as long to copy as leakhop to look at what was copied, so a thread has the first, as
 * soon as there is something to be copied ahead.
 */
#include "runtimes/go/heap/reach_reading.h"
#include "target/ahead.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READINGS 5  /* of which one is looked at */
#define AT_ONCE 512 /* pieces of memory */
#define PARTS_AT_ONCE 2048
#define GAP_MOST 2048	   /* bytes between objects that are read with them */
#define NEAR_MOST 64	   /* spans on a side of what is to be read */
#define NEAR_SURE 8	   /* from so many on a list leads there */
#define FOLLOWED_MOST 1024 /* objects that wait, of lists that are followed one by one */
#define NEAR_TRIED 16	   /* each so many readings one is tried */

_Static_assert(READINGS <= TARGET_AHEAD_MOST, "each of them may be on its way");

/* What is read at once. */
struct reading {
	struct target_piece pieces[2 * AT_ONCE]; /* behind the last one the bits of each */
	struct reach_part parts[PARTS_AT_ONCE];
	size_t piece_count, part_count, bits_count;
	uint64_t used;	      /* bytes */
	size_t from, to;      /* numbers of spans: of those between all are read that can be */
	size_t near_count[2]; /* parts on each side */
	uint8_t *chunk, *arena_bits;
	bool by_thread;
	int result;
};

struct reach_ahead {
	struct reading readings[READINGS];
	size_t first, count;	 /* that were begun */
	const uint64_t *objects; /* those that were told last by reach_dequeue() */
	size_t object_count, at;
	struct target_ahead *thread;
	bool alone;	/* there can be none */
	size_t near[2]; /* spans on each side */
	unsigned turns;
};

struct reach_ahead *reach_ahead_new(void)
{
	return calloc(1, sizeof(struct reach_ahead));
}

void reach_ahead_free(struct reach_ahead *ahead)
{
	size_t i;

	if (!ahead)
		return;
	target_ahead_free(ahead->thread);
	for (i = 0; i < READINGS; i++) {
		free(ahead->readings[i].chunk);
		free(ahead->readings[i].arena_bits);
	}
	free(ahead);
}

bool reach_is_ahead(const struct search *search)
{
	return search->ahead->count;
}

const uint8_t *reach_read_arena_bits(struct search *search, uint64_t from, uint64_t to)
{
	uint64_t size, at = reach_bits_of_arena(search, from, to, &size);

	return at && size <= REACH_ARENA_BITS &&
			       go_read(search->process, at, search->arena_bits, size)
		       ? search->arena_bits
		       : NULL;
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
static bool add_piece(struct reading *reading, uint64_t from, uint64_t end)
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
		.address = from, .buffer = reading->chunk + reading->used, .size = end - from
	};
	reading->used += end - from;
	return true;
}

/* All of a span, be it near or what is to be read itself. */
static bool add_span(struct search *search, struct reading *reading, const struct go_span *span,
		     enum reach_side side)
{
	uint64_t end = span->first + go_heap_room(span);

	if (reading->part_count == PARTS_AT_ONCE || !add_piece(reading, span->start, span->end))
		return false;
	reading->parts[reading->part_count++] =
		(struct reach_part){ .span = span,
				     .first = span->first,
				     .last = end < search->bit_count ? end : search->bit_count,
				     .piece = reading->piece_count - 1,
				     .side = side };
	if (side != REACH_ITSELF)
		reading->near_count[side]++;
	return true;
}

/*
 * While few objects wait, as of a long list, the next ones often lie near: then more is read at
 * once than that span. False: that is not done, or there is no room.
 */
static bool add_around(struct search *search, struct reading *reading, const struct go_span *span)
{
	const struct go_heap *heap = &search->heap;
	const size_t *near = search->ahead->near;
	size_t at = span - heap->spans, from, to, i;

	if (!(near[REACH_BELOW] + near[REACH_ABOVE]) || search->queue.sweeps || search->paths ||
	    at < reading->to)
		return false;
	from = at > near[REACH_BELOW] ? at - near[REACH_BELOW] : 0;
	from = from > reading->to ? from : reading->to;
	to = at + near[REACH_ABOVE] < heap->count ? at + near[REACH_ABOVE] + 1 : heap->count;
	if ((to - from) * GO_PAGE_SIZE > REACH_CHUNK - reading->used ||
	    to - from > PARTS_AT_ONCE - reading->part_count ||
	    to - from > AT_ONCE - reading->piece_count)
		return false;
	for (i = from; i < to; i++) {
		const struct go_span *one = &heap->spans[i];

		if (i != at && !(one->scan && reach_is_read_whole(search, one)))
			continue;
		if (!add_span(search, reading, one,
			      i < at   ? REACH_BELOW
			      : i > at ? REACH_ABOVE
				       : REACH_ITSELF))
			break;
	}
	if (i <= at)
		return false;
	reading->from = from;
	reading->to = i;
	return true;
}

static bool is_added(const struct search *search, const struct reading *reading,
		     const struct go_span *span)
{
	size_t at = span - search->heap.spans;

	return at >= reading->from && at < reading->to;
}

static bool add_object(struct search *search, struct reading *reading, uint64_t object)
{
	const struct go_span *span = go_heap_span(&search->heap, object);
	struct reach_part *last = reading->part_count ? &reading->parts[reading->part_count - 1]
						      : NULL;
	bool whole = reach_is_read_whole(search, span);
	uint64_t number = span->first + go_heap_index(span, object);
	uint64_t end = span->first + go_heap_room(span);

	if ((last && last->span == span && number < last->last) ||
	    (whole && is_added(search, reading, span)) ||
	    (whole && add_around(search, reading, span)))
		return true;
	if (reading->part_count == PARTS_AT_ONCE || span->size > REACH_CHUNK ||
	    !add_piece(reading, whole ? span->start : object,
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
		(struct reach_part){ .span = span,
				     .first = whole ? span->first : number,
				     .last = !whole		       ? number + 1
					     : end < search->bit_count ? end
								       : search->bit_count,
				     .piece = reading->piece_count - 1,
				     .side = REACH_ITSELF };
	return true;
}

/* Where the arenas have the bits: those of each piece, one behind the other. */
static void add_bits(struct search *search, struct reading *reading)
{
	struct target_piece *bits = reading->pieces + reading->piece_count;
	uint64_t used = 0, size, at;
	size_t i;

	reading->bits_count = 0;
	if (reach_layout(search) != REACH_ONE_BIT && reach_layout(search) != REACH_TWO_BITS)
		return;
	reading->bits_count = reading->piece_count;
	memset(bits, 0, reading->bits_count * sizeof(*bits));
	for (i = 0; i < reading->piece_count; i++) {
		const struct target_piece *piece = &reading->pieces[i];

		at = reach_bits_of_arena(search, piece->address, piece->address + piece->size,
					 &size);
		if (!at || size > REACH_ARENA_BITS - used)
			continue;
		bits[i] = (struct target_piece){ .address = at,
						 .buffer = reading->arena_bits + used,
						 .size = size };
		used += size;
	}
}

static void read_alloc_bits(struct search *search, const struct reading *reading)
{
	const struct go_span *spans[PARTS_AT_ONCE];
	size_t i;

	for (i = 0; i < reading->part_count; i++)
		spans[i] = reading->parts[i].span;
	go_heap_read_bits(search->process, &search->heap, spans, reading->part_count);
}

/*
 * What is copied before something else is looked at, only. What a test or a core has in place of
 * memory is read by nobody else.
 */
static struct target_ahead *thread_for(struct search *search)
{
	struct reach_ahead *ahead = search->ahead;

	if (search->process->memory || ahead->alone)
		return NULL;
	if (!ahead->thread && (ahead->count || search->queue.sweeps)) {
		ahead->thread = target_ahead_new();
		ahead->alone = !ahead->thread;
	}
	return ahead->count || search->queue.sweeps ? ahead->thread : NULL;
}

static void copy(struct search *search, struct reading *reading)
{
	const struct target_task task = { search->process->access, search->process->pid,
					  search->process->pid };
	size_t count = reading->piece_count + reading->bits_count;
	struct target_ahead *thread = thread_for(search);

	reading->by_thread = thread;
	if (thread)
		target_ahead_begin(thread, &task, reading->pieces, count);
	else
		reading->result = go_read_pieces(search->process, reading->pieces, count);
}

static bool has_room(struct search *search, struct reading *reading)
{
	if (!reading->chunk)
		reading->chunk = malloc(REACH_CHUNK + REACH_SLACK);
	if (!reading->arena_bits)
		reading->arena_bits = malloc(REACH_ARENA_BITS + REACH_SLACK);
	if (!reading->chunk || !reading->arena_bits)
		reach_fail(search, -ENOMEM);
	return !search->error;
}

/* Is there an object that was told, and of which nothing was done yet? */
static bool has_next(struct search *search)
{
	struct reach_ahead *ahead = search->ahead;

	if (ahead->at == ahead->object_count) {
		ahead->at = 0;
		ahead->object_count = reach_dequeue(search, /* again= */ !ahead->count,
						    &ahead->objects);
	}
	return ahead->at < ahead->object_count;
}

static bool is_large(const struct search *search, uint64_t object)
{
	return go_heap_span(&search->heap, object)->size > REACH_CHUNK;
}

bool reach_next_large(struct search *search, uint64_t *ret_object)
{
	struct reach_ahead *ahead = search->ahead;

	if (!has_next(search) || !is_large(search, ahead->objects[ahead->at]))
		return false;
	*ret_object = ahead->objects[ahead->at++];
	return true;
}

/* Does what waits lead to one side? */
static bool leads_somewhere(const struct search *search)
{
	const size_t *near = search->ahead->near;

	return !search->queue.sweeps && !search->paths &&
	       (near[REACH_BELOW] >= NEAR_SURE) != (near[REACH_ABOVE] >= NEAR_SURE);
}

/* Are they so few that one can be followed after the other? */
static bool are_few(const struct search *search)
{
	const struct reach_ahead *ahead = search->ahead;
	size_t count = ahead->object_count - ahead->at;

	return count <= FOLLOWED_MOST && !is_large(search, ahead->objects[ahead->at]) &&
	       !is_large(search, ahead->objects[ahead->object_count - 1]);
}

/*
 * Of several lists the one that is to go farthest comes first, until it is where the next one is:
 * from there on they are read together. The others wait.
 */
static void add_farthest(struct search *search, struct reading *reading)
{
	struct reach_ahead *ahead = search->ahead;
	bool down = ahead->near[REACH_BELOW] >= NEAR_SURE;
	size_t count = ahead->object_count - ahead->at, i;
	const uint64_t *objects = ahead->objects + ahead->at;
	uint64_t one = objects[down ? count - 1 : 0];

	add_object(search, reading, one);
	for (i = 0; i < count; i++) {
		const struct go_span *span = go_heap_span(&search->heap, objects[i]);

		if (objects[i] != one &&
		    !(reach_is_read_whole(search, span) && is_added(search, reading, span)))
			reach_push(search, &search->queue.list, objects[i]);
	}
	ahead->at = ahead->object_count;
}

bool reach_reading_begin(struct search *search)
{
	struct reach_ahead *ahead = search->ahead;
	struct reading *reading = &ahead->readings[(ahead->first + ahead->count) % READINGS];

	/*
	 * For a path those that were met first come first; and of lists that are followed to where
	 * they meet the next one to be read is not known before.
	 */
	if ((ahead->count && leads_somewhere(search)) ||
	    ahead->count == (search->paths ? 1 : READINGS) || search->error || !has_next(search) ||
	    is_large(search, ahead->objects[ahead->at]) || !has_room(search, reading))
		return false;
	reading->piece_count = reading->part_count = 0;
	reading->near_count[REACH_BELOW] = reading->near_count[REACH_ABOVE] = 0;
	reading->used = reading->from = reading->to = 0;
	if (!ahead->near[REACH_BELOW] && !ahead->near[REACH_ABOVE] &&
	    ++ahead->turns % NEAR_TRIED == 0)
		ahead->near[REACH_BELOW] = ahead->near[REACH_ABOVE] = 1;
	if (leads_somewhere(search) && are_few(search))
		add_farthest(search, reading);
	else
		while (ahead->at < ahead->object_count &&
		       add_object(search, reading, ahead->objects[ahead->at]))
			ahead->at++;
	add_bits(search, reading);
	read_alloc_bits(search, reading);
	copy(search, reading);
	ahead->count++;
	return true;
}

/* Whatever came of it. */
static struct reading *end_first(struct reach_ahead *ahead)
{
	struct reading *reading = &ahead->readings[ahead->first];

	if (reading->by_thread)
		reading->result = target_ahead_end(ahead->thread);
	ahead->first = (ahead->first + 1) % READINGS;
	ahead->count--;
	return reading;
}

struct reading *reach_reading_end(struct search *search)
{
	struct reading *reading = search->ahead->count ? end_first(search->ahead) : NULL;
	size_t i;

	if (!reading)
		return NULL;
	if (reading->result < 0)
		reach_fail(search, -EFAULT);
	for (i = 0; i < reading->piece_count; i++) {
		if (!reading->pieces[i].read)
			reach_fail(search, -EFAULT);
	}
	return reading;
}

void reach_drop_ahead(struct search *search)
{
	struct reach_ahead *ahead = search->ahead;

	while (ahead->count)
		end_first(ahead);
	ahead->at = ahead->object_count = 0;
	reach_queue_again(search);
}

size_t reach_reading_parts(const struct reading *reading, const struct reach_part **ret_parts)
{
	*ret_parts = reading->parts;
	return reading->part_count;
}

void reach_reading_took(struct search *search, const struct reading *reading,
			const size_t taken[REACH_ITSELF + 1])
{
	size_t *near = search->ahead->near, count;
	unsigned side;

	for (side = 0; side < REACH_ITSELF; side++) {
		count = reading->near_count[side];
		if (count && taken[side] >= count && near[side] < NEAR_MOST)
			near[side] = near[side] ? near[side] * 2 : 1;
		else if (count && taken[side] <= count / 8)
			near[side] /= 2;
	}
}

struct reach_piece reach_reading_piece(const struct reading *reading, const struct reach_part *part)
{
	const struct target_piece *from = &reading->pieces[part->piece], *bits = NULL;

	if (reading->bits_count)
		bits = &reading->pieces[reading->piece_count + part->piece];
	return (struct reach_piece){ .address = from->address,
				     .bytes = from->buffer,
				     .size = from->size,
				     .bits = bits && bits->read ? bits->buffer : NULL };
}
