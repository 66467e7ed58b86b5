// SPDX-License-Identifier: GPL-2.0-only
/*
 * What finalizers, cleanups and weak pointers give. A finalizer is called when nothing has its
 * object any more. An object that one has who waits for ever, and nobody who lives, stays as long
 * as that one does: its finalizer is never called, and gives nothing. That is said only where the
 * collector itself has to see that one's pointer: from a frame whose live pointers are named, by
 * objects whose pointers are known, none of which anything that lives could change.
 */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void mark_special(struct search *search, const struct go_special *special)
{
	uint32_t i;

	reach_from(search, REACH_FROM_FINALIZER, special->object);
	for (i = 0; i < special->count; i++)
		reach_mark(search, search->specials.words[special->first + i]);
	if (special->gives)
		reach_mark(search, special->object);
}

void reach_read_specials(struct search *search)
{
	struct go_special *special;
	size_t i;

	for (i = 0; i < search->specials.count; i++) {
		special = &search->specials.list[i];
		special->marked = special->marked || !special->waits_for_end;
		if (special->marked)
			mark_special(search, special);
	}
}

/* Who waits and was not met: what he has for certain. */
static bool find_held(struct search *search)
{
	struct reach_list list = {};
	size_t size = search->bit_count / 8 + 1, i;

	free(search->held);
	search->held = calloc(1, size);
	if (!search->held) {
		reach_fail(search, -ENOMEM);
		return false;
	}
	for (i = 0; i < search->goroutine_count; i++) {
		if (search->goroutines[i].state == REACH_WAITS)
			reach_push(search, &list, i);
	}
	search->mode = REACH_HOLDS;
	while (list.count && !search->error)
		reach_read_stacks(search, &list);
	while (reach_has_objects(search) && !search->error)
		reach_read_objects(search);
	reach_drop_ahead(search);
	search->mode = REACH_MARKS;
	free(list.items);
	return !search->error;
}

static bool is_met(const struct search *search, const struct go_special *special)
{
	uint64_t object;

	return !special->object || reach_was_met(search, special->object, &object);
}

/* by_held: those that nobody who waits has; else those whose object lives, or is not known. */
static bool release(struct search *search, bool by_held, size_t *ret_left)
{
	struct go_special *special;
	bool any = false;
	size_t i;

	*ret_left = 0;
	for (i = 0; i < search->specials.count; i++) {
		special = &search->specials.list[i];
		if (special->marked)
			continue;
		if (by_held ? reach_is_held(search, special->object) : !is_met(search, special)) {
			++*ret_left;
			continue;
		}
		special->marked = true;
		mark_special(search, special);
		any = true;
	}
	return any;
}

bool reach_release_specials(struct search *search)
{
	size_t left;

	if (release(search, /* by_held= */ false, &left))
		return true;
	return left && find_held(search) && release(search, /* by_held= */ true, &left);
}
