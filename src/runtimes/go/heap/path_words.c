// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why what somebody waits for lives, in words: a search that notes what each object was met from,
 * then each of these by the best name there is. A variable by the file's symbols; an object by the
 * type that stands before it, or that an interface or a field which leads to it has; a closure by
 * its function; else by its size.
 */
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/image/types.h"
#include "runtimes/go/image/variables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 4096
#define LOOKED_INTO 65536 /* bytes of an object, for the pointer to the next one */
#define TEXT_MAX 200

struct words {
	struct search *search;
	struct lc_go_path *path;
	size_t steps;
	uint64_t pointer; /* where the pointer to the next object stands; 0: not found */
	uint64_t type;	  /* of the object at hand; 0: not known */
	uint64_t object;  /* the same; 0: it is none */
	uint64_t base;	  /* where what has the type begins */
	uint8_t *bytes;
};

/* The first half of the links, and the last ones. */
static void add(struct words *words, const char *text)
{
	struct lc_go_path *path = words->path;
	uint32_t half = LC_GO_LINKS / 2;

	if (path->count == LC_GO_LINKS) {
		memmove(path->links[half], path->links[half + 1],
			(LC_GO_LINKS - half - 1) * sizeof(path->links[0]));
		path->count--;
		path->left_out++;
	}
	snprintf(path->links[path->count++], sizeof(path->links[0]), "%s", text);
}

static const struct go_module *module_with(const struct go_process *process, uint64_t address)
{
	size_t i;

	for (i = 0; i < process->module_count; i++) {
		if (address >= process->modules[i].data && address < process->modules[i].ebss)
			return &process->modules[i];
	}
	return NULL;
}

static void add_variable(struct words *words, uint64_t address)
{
	const struct go_module *module = module_with(words->search->process, address);
	const char *name = NULL;
	uint64_t offset = 0;
	char text[TEXT_MAX];

	if (module)
		name = go_image_variable(module->image, address - module->bias, &offset);
	if (name && offset)
		snprintf(text, sizeof(text), "%.70s+%llu (global)", name,
			 (unsigned long long)offset);
	else if (name)
		snprintf(text, sizeof(text), "%.80s (global)", name);
	else
		snprintf(text, sizeof(text), "global variable at 0x%llx",
			 (unsigned long long)address);
	add(words, text);
}

static void add_goroutine(struct words *words, uint64_t number)
{
	const struct search *search = words->search;
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "goroutine %llu",
		 number < search->goroutine_count
			 ? (unsigned long long)search->goroutines[number].goid
			 : 0ull);
	add(words, text);
}

static bool has_function(const struct words *words, uint64_t object, char *text, size_t size)
{
	const struct go_process *process = words->search->process;
	uint64_t pc = go_word(process, object);
	const struct go_module *module = pc ? go_process_module(process, pc) : NULL;
	struct go_function function;

	if (!module || !module->image->table ||
	    !pclntab_function(module->image->table, pc - module->bias, &function) ||
	    function.entry != pc - module->bias)
		return false;
	snprintf(text, size, "closure %.80s", pclntab_name(module->image->table, function.name));
	return true;
}

/* An interface has its type, or a table that has it, in the word before. */
static uint64_t type_before(const struct go_process *process, uint64_t pointer)
{
	uint64_t before = pointer >= 8 ? go_word(process, pointer - 8) : 0, type;

	if (!before)
		return 0;
	if (go_is_type(process, before))
		return before;
	if (!module_with(process, before))
		return 0;
	type = go_word(process, before + 8);
	return go_is_type(process, type) && go_is_type(process, go_word(process, before)) ? type
											  : 0;
}

/* What a pointer of this type leads to: for slices, maps and channels what they are is told. */
static uint64_t target_of(const struct go_process *process, uint64_t type)
{
	struct go_type read;

	if (!type || !go_type_read(process, type, &read))
		return 0;
	return read.kind == GO_TYPE_POINTER ? go_type_element(process, &read) : type;
}

/* By what it was met from: an interface, or a field of something whose type is known. */
static uint64_t type_by_pointer(const struct words *words)
{
	const struct go_process *process = words->search->process;
	uint64_t type, from, field, offset = words->pointer - words->base;
	char name[GO_TYPE_NAME];
	struct go_type holder;
	unsigned depth;

	if (!words->pointer)
		return 0;
	type = type_before(process, words->pointer);
	if (type)
		return target_of(process, type);
	type = words->type;
	for (depth = 0; type && depth < 8; depth++) {
		if (!go_type_read(process, type, &holder))
			return 0;
		if (holder.kind == GO_TYPE_ARRAY) {
			type = go_type_element(process, &holder);
			if (!type || !go_type_read(process, type, &holder) || !holder.size)
				return 0;
			offset %= holder.size;
			continue;
		}
		if (holder.kind != GO_TYPE_STRUCT)
			return depth ? target_of(process, type) : 0;
		if (!go_type_field(process, &holder, offset, &field, &from, name))
			return 0;
		offset -= from;
		type = field;
	}
	return 0;
}

static uint64_t type_of_channel(const struct words *words, uint64_t channel)
{
	int32_t at = words->search->process->offsets.hchan_elemtype;
	uint64_t type = at >= 0 ? go_word(words->search->process, channel + at) : 0;

	return go_is_type(words->search->process, type) ? type : 0;
}

static bool is_function(const struct go_process *process, uint64_t address)
{
	struct go_type type;

	return address && go_type_read(process, address, &type) && type.kind == GO_TYPE_FUNC;
}

static void name_object(struct words *words, uint64_t object, const struct go_span *span,
			bool channel, char *text, size_t size)
{
	const struct go_process *process = words->search->process;
	char name[GO_TYPE_NAME] = "";
	uint8_t head[8] = {};
	struct go_type type;
	bool header;

	if (channel && type_of_channel(words, object)) {
		go_type_name(process, type_of_channel(words, object), name);
		snprintf(text, size, "chan %.80s", name);
		words->type = 0;
		return;
	}
	go_read(process, object, head, sizeof(head));
	words->base = object;
	words->type = 0;
	type.address = reach_type_of(words->search, span, head);
	header = type.address != 0;
	if (header)
		words->base += span->class >> 1 ? 8 : 0;
	else
		type.address = type_by_pointer(words);
	words->type = type.address;
	if (type.address)
		go_type_name(process, type.address, name);
	if (header && go_type_read(process, type.address, &type) && type.size &&
	    span->size / type.size >= 2)
		snprintf(text, size, "[]%.80s", name);
	else if (name[0] && !is_function(process, words->type))
		snprintf(text, size, "%.90s", name);
	else if (!has_function(words, object, text, size))
		snprintf(text, size, "%llu bytes", (unsigned long long)span->size);
}

/* The word of what is at hand that leads to the next object. */
static void find_pointer(struct words *words, uint64_t next)
{
	const struct go_span *span = go_heap_span(&words->search->heap, next), *own;
	uint64_t word;
	size_t got = 0, i, size;

	words->pointer = 0;
	own = words->object ? go_heap_span(&words->search->heap, words->object) : NULL;
	if (!own || !span)
		return;
	size = own->size < LOOKED_INTO ? own->size : LOOKED_INTO;
	if (go_read_part(words->search->process, words->object, words->bytes, size, &got) < 0)
		return;
	for (i = 0; i + 8 <= got && !words->pointer; i += 8) {
		memcpy(&word, words->bytes + i, 8);
		if (word >= span->start && word < span->end && go_heap_object(span, word) == next)
			words->pointer = words->object + i;
	}
}

static void add_object(struct words *words, uint64_t object, bool channel)
{
	const struct go_span *span = go_heap_span(&words->search->heap, object);
	char text[TEXT_MAX];

	if (!span)
		return;
	if (words->object)
		find_pointer(words, object);
	name_object(words, object, span, channel, text, sizeof(text));
	words->object = object;
	add(words, text);
}

static void add_step(struct words *words, const struct reach_step *step, bool channel)
{
	if (step->source == REACH_FROM_OBJECT) {
		add_object(words, step->value, channel);
		return;
	}
	words->object = words->type = words->pointer = words->base = 0;
	switch (step->source) {
	case REACH_FROM_VARIABLE:
		add_variable(words, step->value);
		words->pointer = words->base = step->value;
		break;
	case REACH_FROM_GOROUTINE:
		add_goroutine(words, step->value);
		break;
	case REACH_FROM_TIMER:
		add(words, "timers");
		break;
	case REACH_FROM_FINALIZER:
		add(words, "a finalizer, cleanup or weak pointer");
		break;
	default:
		add(words, "a thread's registers");
	}
}

static bool is_channel(enum lc_go_kind kind)
{
	return kind == LC_GO_CHAN_RECEIVE || kind == LC_GO_CHAN_SEND || kind == LC_GO_SELECT;
}

/* Is the step before it a channel that this goroutine waits for? */
static bool wakes(const struct search *search, const struct reach_step *step)
{
	return step->source == REACH_FROM_GOROUTINE && step->value < search->goroutine_count &&
	       is_channel(search->goroutines[step->value].kind);
}

static int put_path(struct search *search, struct lc_go_process *model,
		    const struct lc_goroutine *goroutine, struct reach_step *steps, uint8_t *bytes)
{
	uint32_t place = goroutine - model->list;
	size_t count = reach_path_of(search, place, steps, STEPS_MAX), i;
	struct lc_go_path path = { .goid = goroutine->goid };
	struct words words = { .search = search, .path = &path, .bytes = bytes };

	/* Longer than this is no explanation, and its beginning is not known. */
	if (!count || count == STEPS_MAX)
		return 0;
	for (i = count; i > 0; i--)
		add_step(&words, &steps[i - 1],
			 i == 1 ? is_channel(goroutine->kind) : wakes(search, &steps[i - 2]));
	return lc_go_set_path(model, &path);
}

static int put_paths(struct search *search, struct lc_go_process *model,
		     const struct runtime_why *why)
{
	struct reach_step *steps = calloc(STEPS_MAX, sizeof(*steps));
	uint8_t *bytes = malloc(LOOKED_INTO);
	const struct lc_goroutine *goroutine;
	int r = steps && bytes ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < why->count && !r; i++) {
		goroutine = lc_go_by_goid(model, why->goids[i]);
		if (goroutine && (size_t)(goroutine - model->list) < search->goroutine_count &&
		    search->goroutines[goroutine - model->list].goid == why->goids[i])
			r = put_path(search, model, goroutine, steps, bytes);
	}
	free(steps);
	free(bytes);
	return r == -ENOSPC ? 0 : r;
}

static int put_dependents(struct search *search, struct lc_go_process *model,
			  const struct runtime_why *why)
{
	size_t size = search->goroutine_count > model->count ? search->goroutine_count
							     : model->count;
	uint8_t *stuck = why->stuck_count ? calloc(1, size + 1) : NULL;
	const struct lc_goroutine *goroutine;
	size_t i;
	int r;

	if (!why->stuck_count)
		return 0;
	if (!stuck)
		return -ENOMEM;
	for (i = 0; i < why->stuck_count; i++) {
		goroutine = lc_go_by_goid(model, why->stuck[i]);
		if (goroutine)
			stuck[goroutine - model->list] = REACH_READ;
	}
	r = reach_find_dependents(search, model, stuck);
	free(stuck);
	return r;
}

int go_reach_paths(struct go_process *process, struct lc_go_process *model,
		   const struct runtime_why *why, const struct go_loops *loops)
{
	struct search *search = reach_search_new(process, model);
	int r = search ? 0 : -ENOMEM;

	if (!r) {
		search->loops = loops;
		search->wants_paths = why->count != 0;
		r = reach_look_once(search);
	}
	r = r ?: put_paths(search, model, why);
	r = r ?: put_dependents(search, model, why);
	if (search)
		reach_release(search);
	free(search);
	return r;
}
