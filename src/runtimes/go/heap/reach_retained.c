// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goroutines hold and nothing else does. When all that the others reach is marked, each group
 * of them gets a colour, and gives it to what it reaches of the rest; what two groups reach is
 * shared. One pass answers for all groups.
 */
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/types.h"
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/sync/waits.h"
#include "util/now.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARED 255
#define COLOURS_MAX 250	       /* groups; those of fewer goroutines are taken for the others */
#define NOTED_MAX (256u << 20) /* objects, of a byte each, in spans that have any */
#define KINDS_MAX 16384	       /* of types and sizes, of all groups; a power of two */
#define PROBES_MAX 64
#define HEADERS 512
#define SEEDS_MOST 100000 /* objects and goroutines that types are looked for from */

/* Goroutines of one group that are told together. */
struct part {
	uint64_t lowest;     /* goid */
	size_t first, count; /* in members */
	uint64_t stack_bytes;
	uint8_t colour; /* 0: none */
};

struct member {
	uint64_t key;
	uint32_t number;
};

/* Objects of one type, or of one size where that is not known, of one colour. */
struct kind {
	uint64_t type;		/* address; 0: not known */
	uint64_t size;		/* of a slot, where the type is not known */
	bool pointers, channel; /* of a channel the type is that of its elements */
	uint8_t colour;		/* 0: unused */
	uint64_t count, bytes;
};

struct reach_colours {
	uint8_t **of; /* by span, then by object; NULL: nothing of it has one */
	size_t span_count;
	uint64_t noted;
	uint8_t now;
};

struct retaining {
	struct search *search;
	struct lc_go_process *model;
	struct member *members;
	size_t member_count;
	struct part *parts;
	size_t part_count;
	struct kind *kinds;
	uint64_t shared_of[256];   /* bytes that a colour shares */
	struct reach_types *types; /* of small objects; NULL: not known */
	size_t seeds;
};

/* --- colours --- */
static uint8_t *colour_at(struct search *search, const struct go_span *span, uint64_t index)
{
	struct reach_colours *colours = search->colours;
	size_t at = span - search->heap.spans;
	uint64_t count = go_heap_room(span);

	if (at >= colours->span_count)
		return NULL;
	if (!colours->of[at]) {
		if (count > NOTED_MAX - colours->noted) {
			reach_fail(search, -E2BIG);
			return NULL;
		}
		colours->noted += count;
		colours->of[at] = calloc(count, 1);
		if (!colours->of[at]) {
			reach_fail(search, -ENOMEM);
			return NULL;
		}
	}
	return &colours->of[at][index];
}

void reach_colour(struct search *search, const struct go_span *span, uint64_t object)
{
	uint8_t *colour = colour_at(search, span, (object - span->start) / span->size);
	uint8_t now = search->colours->now;

	if (!colour || *colour == now || *colour == SHARED)
		return;
	*colour = *colour ? SHARED : now;
	if (span->scan)
		reach_enqueue(search, object, span->first + (object - span->start) / span->size);
}

/* What it leads to gets the colour that it has by now. */
void reach_take_colour(struct search *search, const struct go_span *span, uint64_t object)
{
	const uint8_t *colour = colour_at(search, span, (object - span->start) / span->size);

	search->colours->now = colour ? *colour : 0;
}

bool reach_has_colour(const struct search *search, const struct go_span *span, uint64_t object)
{
	const struct reach_colours *colours = search->colours;
	size_t at = span - search->heap.spans;
	uint64_t index = (object - span->start) / span->size;

	return at < colours->span_count && colours->of[at] && index < go_heap_room(span) &&
	       colours->of[at][index];
}

void reach_colours_free(struct reach_colours *colours)
{
	size_t i;

	for (i = 0; colours && i < colours->span_count; i++)
		free(colours->of[i]);
	if (colours)
		free(colours->of);
	free(colours);
}

static struct reach_colours *new_colours(const struct search *search)
{
	struct reach_colours *colours = calloc(1, sizeof(*colours));

	if (!colours)
		return NULL;
	colours->of = calloc(search->heap.capacity ?: 1, sizeof(*colours->of));
	if (!colours->of) {
		free(colours);
		return NULL;
	}
	colours->span_count = search->heap.capacity;
	return colours;
}

/* --- groups --- */
static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int most_first(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->lowest < y->lowest ? -1 : x->lowest > y->lowest;
}

static const struct lc_goroutine *known(const struct retaining *r, uint32_t number)
{
	const struct lc_goroutine *goroutine = number < r->model->count ? &r->model->list[number]
									: NULL;

	return goroutine && goroutine->goid && goroutine->group &&
			       goroutine->goid == r->search->goroutines[number].goid
		       ? goroutine
		       : NULL;
}

static bool list_members(struct retaining *r, const uint8_t *chosen, const uint8_t *dead)
{
	const struct lc_goroutine *goroutine;
	size_t i;

	r->members = calloc(r->search->goroutine_count ?: 1, sizeof(*r->members));
	if (!r->members)
		return false;
	for (i = 0; i < r->search->goroutine_count; i++) {
		goroutine = known(r, i);
		if (goroutine && chosen[i])
			r->members[r->member_count++] = (struct member){
				.key = (uint64_t)goroutine->group << 1 | (dead[i] != 0),
				.number = i,
			};
	}
	qsort(r->members, r->member_count, sizeof(*r->members), by_key);
	return true;
}

static bool make_parts(struct retaining *r)
{
	struct part *part = NULL;
	size_t i;

	r->parts = calloc(r->member_count ?: 1, sizeof(*r->parts));
	if (!r->parts)
		return false;
	for (i = 0; i < r->member_count; i++) {
		const struct lc_goroutine *goroutine = known(r, r->members[i].number);

		if (!i || r->members[i].key != r->members[i - 1].key) {
			part = &r->parts[r->part_count++];
			*part = (struct part){ .first = i, .lowest = UINT64_MAX };
		}
		part->count++;
		part->stack_bytes += goroutine->stack_bytes;
		if (goroutine->goid < part->lowest)
			part->lowest = goroutine->goid;
	}
	qsort(r->parts, r->part_count, sizeof(*r->parts), most_first);
	for (i = 0; i < r->part_count && i < COLOURS_MAX; i++)
		r->parts[i].colour = i + 1;
	return true;
}

/* --- the pass --- */
static void read_all(struct search *search, struct reach_list *list)
{
	while (list->count && !search->error) {
		reach_read_stacks(search, list);
		reach_mark_rest(search);
		if (now_monotonic() > search->end_at)
			reach_fail(search, -ETIME);
	}
	while (reach_has_objects(search) && !search->error) {
		reach_read_objects(search);
		reach_mark_rest(search);
		if (now_monotonic() > search->end_at)
			reach_fail(search, -ETIME);
	}
	reach_drop_ahead(search);
}

/* Those of a list that have no colour. */
static void drop_coloured(struct reach_list *list, const uint8_t *coloured)
{
	size_t i, n = 0;

	for (i = 0; i < list->count; i++) {
		if (!coloured[list->items[i]])
			list->items[n++] = list->items[i];
	}
	list->count = n;
}

/* All that is reached by who has no colour. */
static void mark_others(struct retaining *r)
{
	struct search *search = r->search;
	uint8_t *coloured = calloc(1, search->goroutine_count + 1);
	struct reach_list list = {};
	size_t i, k;

	if (!coloured) {
		reach_fail(search, -ENOMEM);
		return;
	}
	for (i = 0; i < r->part_count; i++) {
		for (k = 0; k < r->parts[i].count && r->parts[i].colour; k++)
			coloured[r->members[r->parts[i].first + k].number] = 1;
	}
	/* What these have is not asked for when something that they wait for is met. */
	for (i = 0; i < search->goroutine_count; i++) {
		if (search->goroutines[i].state != REACH_WAITS)
			continue;
		if (!coloured[i])
			reach_push(search, &list, i);
		search->goroutines[i].state = REACH_LIVES;
	}
	drop_coloured(&search->to_search, coloured);
	drop_coloured(&search->woken, coloured);
	read_all(search, &search->to_search);
	read_all(search, &search->woken);
	read_all(search, &list);
	free(list.items);
	free(coloured);
}

static void colour_parts(struct retaining *r)
{
	struct search *search = r->search;
	struct reach_list list = {};
	size_t i, k;

	search->mode = REACH_COLOURS;
	for (i = 0; i < r->part_count && r->parts[i].colour && !search->error; i++) {
		for (k = r->parts[i].count; k > 0; k--)
			reach_push(search, &list, r->members[r->parts[i].first + k - 1].number);
		search->colours->now = r->parts[i].colour;
		read_all(search, &list);
	}
	search->mode = REACH_MARKS;
	free(list.items);
}

/* --- what it comes to --- */
static bool is_channels(uint8_t kind)
{
	return kind == LC_GO_CHAN_RECEIVE || kind == LC_GO_CHAN_SEND || kind == LC_GO_SELECT;
}

static void count(struct retaining *r, struct kind one)
{
	uint64_t key = one.type ?: one.size << 1 | one.pointers;
	size_t at = (key * 0x9e3779b97f4a7c15ull >> 24) + one.colour * 31, probes;
	struct kind *kind;

	for (probes = 0; probes < PROBES_MAX; probes++) {
		kind = &r->kinds[(at + probes) & (KINDS_MAX - 1)];
		if (!kind->colour)
			*kind = one;
		else if (kind->colour != one.colour || kind->type != one.type ||
			 kind->channel != one.channel ||
			 (!one.type && (kind->size != one.size || kind->pointers != one.pointers)))
			continue;
		kind->count++;
		kind->bytes += one.size;
		return;
	}
}

/* Objects of one span that have a header: their types stand there. */
static void count_typed(struct retaining *r, const struct go_span *span, const uint8_t *colours,
			uint64_t objects)
{
	struct target_piece pieces[HEADERS];
	uint64_t words[HEADERS], i, numbers[HEADERS], type;
	size_t n = 0, k;

	for (i = 0; i <= objects; i++) {
		if (n == HEADERS || (i == objects && n)) {
			if (go_read_pieces(r->search->process, pieces, n) < 0)
				memset(words, 0, sizeof(words));
			for (k = 0; k < n; k++) {
				type = pieces[k].read ? reach_type_of(r->search, span,
								      (uint8_t *)&words[k])
						      : 0;
				count(r, (struct kind){ .type = type,
							.size = span->size,
							.pointers = true,
							.colour = colours[numbers[k]] });
			}
			n = 0;
		}
		if (i == objects || !colours[i])
			continue;
		numbers[n] = i;
		pieces[n] = (struct target_piece){ .address = span->start + i * span->size,
						   .buffer = &words[n],
						   .size = 8 };
		n++;
	}
}

/* A channel that somebody waits for: the type of its elements; 0: it is none. */
static uint64_t channel_of(const struct retaining *r, const struct go_span *span, uint64_t index)
{
	const struct search *search = r->search;
	uint64_t object = span->start + index * span->size, number = span->first + index, type;
	int32_t size = search->process->offsets.hchan_size,
		at = search->process->offsets.hchan_elemtype;
	const struct reach_wait *wait;

	if (at < 0 || size <= 0 || span->size < (uint64_t)size || number >= search->bit_count ||
	    !reach_is_awaited(search, number))
		return 0;
	wait = reach_first_wait(search, object);
	if (!wait || wait->word != object || !is_channels(search->goroutines[wait->goroutine].kind))
		return 0;
	type = go_word(search->process, object + at);
	return go_is_type(search->process, type) ? type : 0;
}

static void count_span(struct retaining *r, const struct go_span *span, const uint8_t *colours)
{
	uint64_t objects = go_heap_room(span), i;

	if (span->scan && span->size > 512 && reach_layout(r->search) == REACH_IN_SPAN) {
		count_typed(r, span, colours, objects);
		return;
	}
	for (i = 0; i < objects; i++) {
		uint64_t type = colours[i] ? channel_of(r, span, i) : 0;
		bool channel = type != 0;

		if (!colours[i])
			continue;
		if (!type)
			type = reach_types_of(r->types, span->first + i, &channel);
		count(r, (struct kind){ .type = type,
					.size = span->size,
					.pointers = span->scan,
					.channel = channel,
					.colour = colours[i] });
	}
}

/* --- types of small objects --- */
/* Larger ones, which have theirs before them or noted in their span. */
static void seed_by_span(struct retaining *r, const struct go_span *span, const uint8_t *colours)
{
	uint64_t objects = go_heap_room(span), head = span->class >> 1 ? sizeof(uint64_t) : 0, i;
	uint64_t object, type;
	uint8_t word[8];

	if (!span->scan || span->size <= 512 || reach_layout(r->search) != REACH_IN_SPAN)
		return;
	for (i = 0; i < objects && r->seeds < SEEDS_MOST; i++) {
		object = span->start + i * span->size;
		if (!colours[i] || !go_read(r->search->process, object, word, sizeof(word)))
			continue;
		type = reach_type_of(r->search, span, word);
		if (type)
			reach_types_seed(r->types, object + head, type, span->size - head);
		r->seeds++;
	}
}

/* What it is about to send: the channel tells its type, wherever it stands. */
static void seed_by_channel(struct retaining *r, const struct reach_goroutine *goroutine)
{
	const struct go_process *process = r->search->process;
	const struct go_offsets *o = &process->offsets;
	uint8_t waiter[GO_WAITER_MAX];
	uint64_t channel;

	if (!is_channels(goroutine->kind) || !goroutine->waiting || o->hchan_elemtype < 0 ||
	    !go_read_waiter(process, goroutine->waiting, waiter))
		return;
	channel = go_waiter_word(process, waiter, o->sudog_c);
	if (channel)
		reach_types_value(r->types, go_waiter_word(process, waiter, o->sudog_elem),
				  go_word(process, channel + o->hchan_elemtype));
}

static void seed_by_goroutine(struct retaining *r, const struct reach_goroutine *goroutine)
{
	struct search *search = r->search;
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {};
	struct go_descriptor d;
	uint64_t from, to;
	size_t got;

	if (!go_read(search->process, goroutine->address, bytes, allgs_size(search->process)))
		return;
	go_descriptor_read(&search->process->offsets, bytes, &d);
	reach_stack_range(&d, &from, &to);
	if (to - from > REACH_CHUNK)
		to = from + REACH_CHUNK;
	if (from < to && !go_read_part(search->process, from, search->chunk, to - from, &got))
		reach_types_stack(r->types, search->chunk, got);
	seed_by_channel(r, goroutine);
	r->seeds++;
}

static void find_types(struct retaining *r)
{
	struct search *search = r->search;
	size_t i, k;

	r->types = reach_types_new(search);
	if (!r->types)
		return;
	for (i = 0; i < search->heap.count && i < search->colours->span_count; i++) {
		if (search->colours->of[i])
			seed_by_span(r, &search->heap.spans[i], search->colours->of[i]);
	}
	for (i = 0; i < r->part_count && r->parts[i].colour; i++) {
		for (k = 0; k < r->parts[i].count && r->seeds < SEEDS_MOST; k++)
			seed_by_goroutine(
				r, &search->goroutines[r->members[r->parts[i].first + k].number]);
	}
	reach_types_follow(r->types);
}

static int largest_first(const void *a, const void *b)
{
	const struct kind *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return x->type < y->type ? -1 : x->type > y->type;
}

static void put_kind(const struct retaining *r, const struct kind *kind,
		     struct lc_go_retained *retained)
{
	struct lc_go_retained_type *type;
	char name[GO_TYPE_NAME] = "";

	retained->heap_bytes += kind->bytes;
	retained->objects += kind->count;
	if (retained->count == LC_GO_RETAINED_TYPES)
		return;
	type = &retained->types[retained->count++];
	if (kind->type)
		go_type_name(r->search->process, kind->type, name);
	snprintf(type->name, sizeof(type->name), "%s%.*s", kind->channel && name[0] ? "chan " : "",
		 (int)sizeof(type->name) - 6, name);
	type->size = name[0] ? 0 : kind->size;
	type->pointers = kind->pointers;
	type->count = kind->count;
	type->bytes = kind->bytes;
}

static int put_part(const struct retaining *r, const struct part *part)
{
	struct lc_go_retained retained = { .goid = part->lowest,
					   .goroutines = part->count,
					   .stack_bytes = part->stack_bytes };
	size_t i;

	for (i = 0; i < KINDS_MAX; i++) {
		if (r->kinds[i].colour == part->colour)
			put_kind(r, &r->kinds[i], &retained);
		else if (r->kinds[i].colour == SHARED)
			retained.shared_bytes += r->kinds[i].bytes;
	}
	return lc_go_set_retained(r->model, &retained);
}

static int put_parts(struct retaining *r)
{
	struct search *search = r->search;
	size_t i;
	int error = 0;

	find_types(r);
	for (i = 0; i < search->heap.count && i < search->colours->span_count; i++) {
		if (search->colours->of[i])
			count_span(r, &search->heap.spans[i], search->colours->of[i]);
	}
	qsort(r->kinds, KINDS_MAX, sizeof(*r->kinds), largest_first);
	for (i = 0; i < r->part_count && r->parts[i].colour && !error; i++)
		error = put_part(r, &r->parts[i]);
	return error == -ENOSPC ? 0 : error;
}

int reach_find_retained(struct search *search, struct lc_go_process *model, const uint8_t *chosen,
			const uint8_t *dead)
{
	struct retaining r = { .search = search, .model = model };
	int error = -ENOMEM;

	search->colours = new_colours(search);
	r.kinds = calloc(KINDS_MAX, sizeof(*r.kinds));
	if (search->colours && r.kinds && list_members(&r, chosen, dead) && make_parts(&r)) {
		mark_others(&r);
		colour_parts(&r);
		error = search->error ?: put_parts(&r);
	}
	reach_types_free(r.types);
	free(r.members);
	free(r.parts);
	free(r.kinds);
	return error;
}

/* Of all groups but the runtime's own. */
static bool is_asked(const struct lc_go_process *model, const struct lc_goroutine *goroutine)
{
	return goroutine->goid && !lc_go_is_runtimes(model, goroutine);
}

int go_reach_retained(struct go_process *process, struct lc_go_process *model)
{
	struct search *search = reach_search_new(process, model);
	uint8_t *chosen, *dead = NULL;
	size_t i, size;
	int r = search ? reach_begin(search) : -ENOMEM;

	r = r ?: reach_list_goroutines(search);
	size = (!r && search->goroutine_count > model->count ? search->goroutine_count
							     : model->count) +
	       1;
	chosen = calloc(1, size);
	dead = calloc(1, size);
	if (!r && (!chosen || !dead))
		r = -ENOMEM;
	for (i = 0; i < model->count && !r; i++) {
		chosen[i] = is_asked(model, &model->list[i]);
		dead[i] = (model->list[i].flags & LC_GO_UNREACHABLE) != 0;
	}
	if (!r) {
		reach_read_roots(search);
		r = search->error ?: reach_find_retained(search, model, chosen, dead);
	}
	if (search)
		reach_release(search);
	free(search);
	free(chosen);
	free(dead);
	return r;
}
