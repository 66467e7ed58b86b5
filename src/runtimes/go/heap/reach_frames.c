// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live pointers of a stack that stands still, by the collector's own maps
 * (src/runtime/mgcmark.go, scanstack): of each frame at a call the words that the map names, and of
 * variables whose address was taken those that a live pointer, on this stack or in its descriptor,
 * leads to. Of any other frame each word, and of a stack that is not walked to its end all.
 */
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/stackmaps.h"
#include "runtimes/go/sched/allgs.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 4096
#define VARIABLES_MAX 8192
#define DEFERS_MAX 1024
#define MAPS_CACHED 4096 /* a power of two */

struct frame {
	struct go_stack_map map;
	uint64_t sp, fp; /* fp: of its caller the sp */
};

/* A variable whose address was taken: runtime.stackObject. */
struct variable {
	uint64_t from, to;
	bool met;
};

struct cached_map {
	uint64_t pc;
	struct go_stack_map map;
};

struct reach_frames {
	struct search *search;
	const uint8_t *bytes; /* of the stack, [from, to) */
	uint64_t from, to;
	struct frame frames[FRAMES_MAX];
	size_t count;
	struct variable variables[VARIABLES_MAX]; /* by address; none overlap */
	size_t variable_count;
	uint32_t met[VARIABLES_MAX]; /* not read yet */
	size_t met_count;
	struct cached_map maps[MAPS_CACHED];
};

struct reach_frames *reach_frames_new(void)
{
	return calloc(1, sizeof(struct reach_frames));
}

/* A frame at the same address is as large, each time. */
static void find_map(struct reach_frames *f, const struct go_cursor *cursor,
		     struct go_stack_map *ret)
{
	struct cached_map *cached = &f->maps[(cursor->pc ^ cursor->pc >> 12) & (MAPS_CACHED - 1)];

	if (cached->pc != cursor->pc) {
		go_stack_map_at(cursor->module->image, cursor->pc - cursor->module->bias,
				cursor->fp - cursor->sp - 8, &cached->map);
		cached->pc = cursor->pc;
	}
	*ret = cached->map;
}

static uint64_t varp_of(const struct frame *frame)
{
	/* Above the locals: the frame pointer, where there is a frame, and the return address. */
	return frame->fp - (frame->fp - frame->sp > 8 ? 16 : 8);
}

/* False: they are not in order, as they are to be. */
static bool add_variables(struct reach_frames *f, const struct frame *frame)
{
	struct go_stack_object object;
	uint64_t from, last;
	uint32_t i;

	for (i = 0; i < frame->map.object_count; i++) {
		object = go_stack_object(&frame->map, i);
		from = (object.from < 0 ? varp_of(frame) : frame->fp) + (int64_t)object.from;
		if (from < frame->sp) /* not there yet */
			continue;
		last = f->variable_count ? f->variables[f->variable_count - 1].to : 0;
		if (f->variable_count == VARIABLES_MAX || object.size <= 0 || from % 8 ||
		    from < last || from >= f->to || (uint64_t)object.size > f->to - from)
			return false;
		f->variables[f->variable_count++] = (struct variable){ .from = from,
								       .to = from + object.size };
	}
	return true;
}

/* Whose arguments are of unknown size may have them all over its caller's frame. */
static bool add_frame(struct reach_frames *f, const struct go_cursor *cursor)
{
	const struct frame *callee = f->count ? &f->frames[f->count - 1] : NULL;
	struct frame *frame = &f->frames[f->count];

	if (f->count == FRAMES_MAX || cursor->sp < f->from || cursor->fp > f->to ||
	    cursor->fp - cursor->sp < 8 || cursor->sp % 8)
		return false;
	frame->sp = cursor->sp;
	frame->fp = cursor->fp;
	find_map(f, cursor, &frame->map);
	if (frame->map.kind == GO_FRAME_SPOILS)
		return false;
	if (cursor->interrupted ||
	    (callee && (callee->map.registers || callee->map.arg_bytes == GO_ARGS_UNKNOWN)))
		frame->map.kind = GO_FRAME_BY_WORD;
	f->count++;
	return frame->map.kind != GO_FRAME_BY_MAP || add_variables(f, frame);
}

static bool collect(struct reach_frames *f, const struct go_descriptor *d)
{
	struct go_cursor cursor = go_cursor_begin(f->search->process, d->sched_pc, f->from,
						  f->bytes, f->to - f->from);

	f->count = f->variable_count = f->met_count = 0;
	while (go_cursor_next(&cursor)) {
		if (!add_frame(f, &cursor))
			return false;
	}
	return f->count && cursor.end == LC_STACK_WHOLE;
}

/* A pointer into the stack leads to the variable there, if there is any. */
static void meet(struct reach_frames *f, uint64_t word)
{
	size_t low = 0, high = f->variable_count, middle;

	while (low < high) { /* the first that ends behind it */
		middle = (low + high) / 2;
		if (f->variables[middle].to <= word)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == f->variable_count || word < f->variables[low].from || f->variables[low].met)
		return;
	f->variables[low].met = true;
	f->met[f->met_count++] = low;
}

static void take_word(struct reach_frames *f, uint64_t word)
{
	if (word >= f->from && word < f->to)
		meet(f, word);
	else
		reach_mark(f->search, word);
}

static uint64_t word_at(const struct reach_frames *f, uint64_t address)
{
	uint64_t word;

	memcpy(&word, f->bytes + (address - f->from), 8);
	return word;
}

/* [from, to), as far as the stack goes: words that may be pointers. */
static void take_words(struct reach_frames *f, uint64_t from, uint64_t to)
{
	if (reach_is_sure(f->search))
		return;
	for (; from < to && f->to - from >= 8; from += 8)
		take_word(f, word_at(f, from));
}

static void take_bits(struct reach_frames *f, const uint8_t *bits, uint32_t count, uint64_t from)
{
	uint32_t i;

	for (i = 0; i < count && from + i * 8 + 8 <= f->to; i++) {
		if (bits[i / 8] >> (i % 8) & 1)
			take_word(f, word_at(f, from + i * 8));
	}
}

static void take_frame(struct reach_frames *f, const struct frame *frame)
{
	const struct go_stack_map *map = &frame->map;

	if (map->kind == GO_FRAME_BY_MAP) {
		take_bits(f, map->locals, map->local_count,
			  varp_of(frame) - (uint64_t)map->local_count * 8);
		take_bits(f, map->args, map->arg_count, frame->fp);
		return;
	}
	take_words(f, frame->sp, frame->fp);
	if (map->arg_bytes == GO_ARGS_UNKNOWN)
		return; /* its caller is taken whole */
	take_words(f, frame->fp, frame->fp + map->arg_bytes);
}

static bool read_record(const struct reach_frames *f, uint64_t at, uint8_t *record, size_t size)
{
	if (at < f->from || at >= f->to)
		return go_read(f->search->process, at, record, size);
	if (at % 8 || f->to - at < size)
		return false;
	memcpy(record, f->bytes + (at - f->from), size);
	return true;
}

/*
 * What is deferred: records on the stack or in the heap, in a chain. No map tells of those on the
 * stack, and their functions may be closures there. False: the chain cannot be read.
 */
static bool take_defers(struct reach_frames *f, uint64_t at)
{
	const struct go_offsets *o = &f->search->process->offsets;
	uint8_t record[GO_DEFER_MAX];
	unsigned count;
	uint64_t word;
	int32_t i;

	if (reach_is_sure(f->search)) /* a call that is due may be made */
		return true;
	for (count = 0; at && count < DEFERS_MAX; count++) {
		take_word(f, at);
		if (!read_record(f, at, record, o->defer_size))
			return false;
		for (i = 0; i + 8 <= o->defer_size; i += 8) {
			memcpy(&word, record + i, 8);
			take_word(f, word);
		}
		memcpy(&at, record + o->defer_link, 8);
	}
	return !at;
}

static void take_descriptor(struct reach_frames *f, const uint8_t *descriptor)
{
	uint64_t word;
	size_t i;

	for (i = 0; i + 8 <= allgs_size(f->search->process); i += 8) {
		memcpy(&word, descriptor + i, 8);
		if (!reach_is_sure(f->search))
			take_word(f, word);
	}
}

static bool knows_fields(const struct go_offsets *o)
{
	return o->g_panic >= 0 && o->g_defer >= 0 && o->g_panic + 8 <= GO_DESCRIPTOR_MAX &&
	       o->g_defer + 8 <= GO_DESCRIPTOR_MAX && o->defer_size > 0 &&
	       o->defer_size <= GO_DEFER_MAX && o->defer_link >= 0 &&
	       o->defer_link + 8 <= o->defer_size;
}

/*
 * It can only go on from where it was stopped. In a system call it could be back at any time, and
 * nothing would count it.
 */
static bool stands_still(const struct go_descriptor *d)
{
	return !go_descriptor_runs(d) &&
	       (d->status == GO_STATUS_WAITING || d->status == GO_STATUS_LEAKED ||
		d->status == GO_STATUS_RUNNABLE || d->status == GO_STATUS_PREEMPTED);
}

bool reach_mark_frames(struct search *search, const struct go_descriptor *d,
		       const uint8_t *descriptor, const uint8_t *stack, size_t size)
{
	const struct go_offsets *o = &search->process->offsets;
	struct reach_frames *f = search->frames;
	uint64_t panic, defers;
	size_t i;

	if (!stands_still(d) || d->sched_sp + size != d->stack_hi || d->syscallsp ||
	    !knows_fields(o))
		return false;
	memcpy(&panic, descriptor + o->g_panic, 8);
	memcpy(&defers, descriptor + o->g_defer, 8);
	f->search = search;
	f->bytes = stack;
	f->from = d->sched_sp;
	f->to = d->stack_hi;
	if (panic || !collect(f, d) || !take_defers(f, defers))
		return false;
	for (i = 0; i < f->count; i++)
		take_frame(f, &f->frames[i]);
	take_words(f, f->frames[f->count - 1].sp, f->to);
	take_descriptor(f, descriptor);
	while (f->met_count) {
		const struct variable *variable = &f->variables[f->met[--f->met_count]];

		take_words(f, variable->from, variable->to);
	}
	return true;
}
