// SPDX-License-Identifier: GPL-2.0-only
/* Finalizers and cleanups of a Go process: see specials.h. */
#include "runtimes/go/heap/specials.h"
#include "runtimes/go/image/pclntab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPECIALS_MAX (1u << 18)
/* A record is read with what lies behind it: the next record may be in it: its words only add to
 * what lives */
#define RECORD_MAX GO_SPECIAL_MAX
#define CLEANUP_1_24 6 /* _KindSpecialCleanup */
#define CLEANUP_1_25 7
#define WIDE_OFFSET_KIND 16 /* where the kind stands since the offset has 64 bits */

static int add_word(struct go_specials *specials, uint64_t word)
{
	size_t capacity = specials->word_capacity * 2 + 64;
	uint64_t *grown;

	if (specials->word_count == specials->word_capacity) {
		grown = reallocarray(specials->words, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		specials->words = grown;
		specials->word_capacity = capacity;
	}
	specials->words[specials->word_count++] = word;
	return 0;
}

static int add_special(struct go_specials *specials, struct go_special special)
{
	size_t capacity = specials->capacity * 2 + 64;
	struct go_special *grown;

	if (specials->count == specials->capacity) {
		grown = reallocarray(specials->list, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		specials->list = grown;
		specials->capacity = capacity;
	}
	specials->list[specials->count++] = special;
	return 0;
}

static uint64_t word_at(const uint8_t *record, size_t offset, size_t size)
{
	uint64_t word = 0;

	memcpy(&word, record + offset, size);
	return word;
}

/* The object that a record belongs to: by its distance from the span's start. */
static uint64_t object_of(const struct go_process *process, const struct go_span *span,
			  const uint8_t *record)
{
	uint64_t offset = word_at(record, 8,
				  process->offsets.special_kind >= WIDE_OFFSET_KIND ? 8 : 2);

	return offset < span->end - span->start ? go_heap_object(span, span->start + offset) : 0;
}

/*
 * _KindSpecialFinalizer: 1.25 put another kind before it. Behind it is _KindSpecialWeakHandle,
 * since 1.23.
 */
static uint8_t finalizer_kind(const struct go_process *process)
{
	return process->version >= GO_VERSION(1, 25, 0) ? 2 : 1;
}

/* _KindSpecialCleanup: since 1.24, behind profiles, what is reachable, and what is pinned. */
static uint8_t cleanup_kind(const struct go_process *process)
{
	return process->version >= GO_VERSION(1, 25, 0) ? CLEANUP_1_25 : CLEANUP_1_24;
}

static bool is_cleanup(const struct go_process *process, uint8_t kind)
{
	return process->version >= GO_VERSION(1, 24, 0) && kind == cleanup_kind(process);
}

static bool is_weak(const struct go_process *process, uint8_t kind)
{
	return process->version >= GO_VERSION(1, 23, 0) && kind == finalizer_kind(process) + 1;
}

static int add_record(const struct go_process *process, const struct go_heap *heap,
		      const struct go_span *span, const uint8_t *record,
		      struct go_specials *specials)
{
	const struct go_offsets *o = &process->offsets;
	uint8_t kind = record[o->special_kind];
	bool finalizer = kind == finalizer_kind(process);
	struct go_special special = {
		.object = object_of(process, span, record),
		.first = specials->word_count,
		.gives = finalizer || is_weak(process, kind),
		.waits_for_end = finalizer || is_cleanup(process, kind),
	};
	uint64_t word;
	size_t at;
	int r = 0;

	for (at = o->special_size; at + 8 <= RECORD_MAX && !r; at += 8) {
		word = word_at(record, at, 8);
		if (word >= heap->low && word < heap->high)
			r = add_word(specials, word);
	}
	special.count = specials->word_count - special.first;
	return r ?: add_special(specials, special);
}

/* What lies behind the last one of a piece of memory may not be readable. */
static bool read_record(const struct go_process *process, uint64_t at, uint8_t record[RECORD_MAX])
{
	size_t got;

	memset(record, 0, RECORD_MAX);
	return !go_read_part(process, at, record, RECORD_MAX, &got) &&
	       got > (size_t)process->offsets.special_size;
}

int go_specials_read(const struct go_process *process, const struct go_heap *heap,
		     struct go_specials *specials)
{
	const struct go_offsets *o = &process->offsets;
	uint8_t record[RECORD_MAX];
	size_t i, records = 0;
	uint64_t at;
	int r = 0;

	*specials = (struct go_specials){};
	if (o->special_size < 0 || o->special_size > RECORD_MAX || o->special_kind < 8 ||
	    o->special_kind >= RECORD_MAX)
		return -ENOENT;
	for (i = 0; i < heap->count && !r; i++) {
		for (at = heap->spans[i].specials; at && !r; at = word_at(record, 0, 8)) {
			if (records++ == SPECIALS_MAX)
				r = -E2BIG;
			else if (!read_record(process, at, record))
				r = -EFAULT;
			else
				r = add_record(process, heap, &heap->spans[i], record, specials);
		}
	}
	if (r < 0)
		go_specials_release(specials);
	return r;
}

/* What the standard library's do is nothing to a program's locks. */
static bool is_of_library(const char *name)
{
	static const char *const beginnings[] = { "os.(*", "net.(*netFD).", "internal/poll.",
						  "unique.(*" };

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (!strncmp(name, beginnings[i], strlen(beginnings[i])))
			return true;
	}
	return false;
}

/* A function's value: its first word is the code. */
static bool is_library_function(const struct go_process *process, uint64_t value)
{
	uint64_t code = value ? go_word(process, value) : 0;
	const struct go_module *module = code ? go_process_module(process, code) : NULL;
	struct go_function function;

	return module && pclntab_function(module->image->table, code - module->bias, &function) &&
	       is_of_library(pclntab_name(module->image->table, function.name));
}

/*
 * A finalizer's record begins with its function. A cleanup's has since 1.26 one that knows how to
 * call it before it; until then it is a closure's, which is not looked into.
 */
static bool calls_program(const struct go_process *process, const uint8_t *record)
{
	const struct go_offsets *o = &process->offsets;
	uint8_t kind = record[o->special_kind];

	if (is_cleanup(process, kind))
		return process->version < GO_VERSION(1, 26, 0) ||
		       !is_library_function(process, word_at(record, o->special_size + 8, 8));
	return kind == finalizer_kind(process) &&
	       !is_library_function(process, word_at(record, o->special_size, 8));
}

bool go_specials_call(const struct go_process *process, const struct go_heap *heap)
{
	const struct go_offsets *o = &process->offsets;
	uint8_t record[RECORD_MAX];
	size_t records = 0;

	if (o->special_size < 0 || o->special_size + 16 > RECORD_MAX || o->special_kind < 8 ||
	    o->special_kind >= RECORD_MAX)
		return true;
	for (size_t i = 0; i < heap->count; i++) {
		for (uint64_t at = heap->spans[i].specials; at; at = word_at(record, 0, 8)) {
			if (records++ == SPECIALS_MAX || !read_record(process, at, record) ||
			    calls_program(process, record))
				return true;
		}
	}
	return false;
}

void go_specials_release(struct go_specials *specials)
{
	free(specials->words);
	free(specials->list);
	*specials = (struct go_specials){};
}
