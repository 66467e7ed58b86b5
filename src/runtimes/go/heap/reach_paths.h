/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why something lives: what each object was first met from, in a search for that alone. Private to
 * the files of the search.
 */
#ifndef LEAKHOP_RUNTIMES_GO_REACH_PATHS_H
#define LEAKHOP_RUNTIMES_GO_REACH_PATHS_H

#include <stddef.h>
#include <stdint.h>

struct go_span;
struct search;

/* What a pointer was found in. */
enum reach_source {
	REACH_FROM_NOTHING,
	REACH_FROM_OBJECT,    /* value: its address */
	REACH_FROM_VARIABLE,  /* the word's address */
	REACH_FROM_GOROUTINE, /* its number in the search */
	REACH_FROM_TIMER,
	REACH_FROM_FINALIZER, /* the object that has it, or a cleanup or weak pointer */
	REACH_FROM_REGISTER,  /* of a core's thread */
};

struct reach_step {
	enum reach_source source;
	uint64_t value;
};

struct reach_paths; /* reach_paths_free() releases */

/* NULL without memory. */
struct reach_paths *reach_paths_new(const struct search *search);
void reach_paths_free(struct reach_paths *paths);

/* From now on pointers are found in this. Nothing without paths. */
void reach_from(struct search *search, enum reach_source source, uint64_t value);

/* An object was met for the first time; a goroutine was woken by a pointer to an object. */
void reach_note_step(struct search *search, const struct go_span *span, uint64_t object);
void reach_note_woken(struct search *search, uint32_t goroutine, uint64_t object);

/*
 * The steps that lead to what a goroutine waits for, the last one first, that object before all of
 * them: [0] is it. Returns how many, at most most of them; 0: nothing has met it.
 */
size_t reach_path_of(const struct search *search, uint32_t goroutine, struct reach_step *steps,
		     size_t most);

#endif
