// SPDX-License-Identifier: GPL-2.0-only
/* The interned stacks and strings of stacks.h. Relies on uthash. */
#include "model/stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	struct lc_stack stack;
	uint32_t id;
	size_t key_size;
	uint64_t key[]; /* end, then (module, vaddr, pid) for each frame */
};

struct text {
	UT_hash_handle hh;
	char string[];
};

struct lc_stacks {
	struct entry *by_key;
	struct entry **by_id; /* index id - 1 */
	size_t count, capacity, max;
	uint64_t refused;
	struct text *texts;
};

int lc_stacks_create(size_t max, struct lc_stacks **ret_stacks)
{
	struct lc_stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return -ENOMEM;
	stacks->max = max ? max : LC_STACKS_MAX;
	*ret_stacks = stacks;
	return 0;
}

void lc_stacks_free(struct lc_stacks *stacks)
{
	struct text *text, *next_text;
	struct entry *entry, *next;

	if (!stacks)
		return;
	HASH_ITER(hh, stacks->by_key, entry, next) {
		HASH_DEL(stacks->by_key, entry);
		free((void *)entry->stack.raw);
		free((void *)entry->stack.frames);
		free(entry);
	}
	HASH_ITER(hh, stacks->texts, text, next_text) {
		HASH_DEL(stacks->texts, text);
		free(text);
	}
	free(stacks->by_id);
	free(stacks);
}

static int entry_create(const struct lc_raw_frame *raw, size_t count, enum lc_stack_end end,
			struct entry **ret_entry)
{
	size_t words = 1 + 3 * count, i;
	struct entry *entry = calloc(1, sizeof(*entry) + words * sizeof(uint64_t));
	struct lc_raw_frame *copy = calloc(count + 1, sizeof(*copy));

	if (!entry || !copy) {
		free(entry);
		free(copy);
		return -ENOMEM;
	}
	if (count)
		memcpy(copy, raw, count * sizeof(*copy));
	entry->key_size = words * sizeof(uint64_t);
	entry->key[0] = end;
	for (i = 0; i < count; i++) {
		entry->key[1 + 3 * i] = raw[i].module;
		entry->key[2 + 3 * i] = raw[i].vaddr;
		entry->key[3 + 3 * i] = raw[i].pid;
	}
	entry->stack = (struct lc_stack){ .raw = copy, .raw_count = count, .end = end };
	*ret_entry = entry;
	return 0;
}

static void entry_free(struct entry *entry)
{
	free((void *)entry->stack.raw);
	free(entry);
}

static int make_room(struct lc_stacks *stacks)
{
	size_t capacity = stacks->capacity ? 2 * stacks->capacity : 64;
	struct entry **grown;

	if (stacks->count < stacks->capacity)
		return 0;
	grown = realloc(stacks->by_id, capacity * sizeof(struct entry *));
	if (!grown)
		return -ENOMEM;
	stacks->by_id = grown;
	stacks->capacity = capacity;
	return 0;
}

int lc_stacks_intern(struct lc_stacks *stacks, const struct lc_raw_frame *raw, size_t count,
		     enum lc_stack_end end, uint32_t *ret_id)
{
	struct entry *entry, *found;
	int r;

	r = entry_create(raw, count, end, &entry);
	if (r < 0)
		return r;
	HASH_FIND(hh, stacks->by_key, entry->key, entry->key_size, found);
	if (found) {
		entry_free(entry);
		*ret_id = found->id;
		return 0;
	}
	if (stacks->count >= stacks->max) {
		entry_free(entry);
		stacks->refused++;
		return -ENOSPC;
	}
	r = make_room(stacks);
	if (r < 0) {
		entry_free(entry);
		return r;
	}
	stacks->by_id[stacks->count++] = entry;
	HASH_ADD_KEYPTR(hh, stacks->by_key, entry->key, entry->key_size, entry);
	*ret_id = entry->id = stacks->count;
	return 0;
}

const struct lc_stack *lc_stacks_get(const struct lc_stacks *stacks, uint32_t id)
{
	return id && id <= stacks->count ? &stacks->by_id[id - 1]->stack : NULL;
}

static const char *text_keep(struct lc_stacks *stacks, const char *string)
{
	struct text *text;
	size_t size;

	if (!string || !*string)
		return "";
	HASH_FIND_STR(stacks->texts, string, text);
	if (text)
		return text->string;
	size = strlen(string) + 1;
	text = calloc(1, sizeof(*text) + size);
	if (!text)
		return NULL;
	memcpy(text->string, string, size);
	HASH_ADD_KEYPTR(hh, stacks->texts, text->string, size - 1, text);
	return text->string;
}

int lc_stacks_set_frames(struct lc_stacks *stacks, uint32_t id, const struct lc_frame *frames,
			 size_t count)
{
	struct lc_stack *stack = (struct lc_stack *)lc_stacks_get(stacks, id);
	struct lc_frame *copy;
	size_t i;

	if (!stack)
		return -ENOENT;
	if (stack->frames)
		return 0;
	copy = calloc(count + 1, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		copy[i] = frames[i];
		copy[i].function = text_keep(stacks, frames[i].function);
		copy[i].file = text_keep(stacks, frames[i].file);
		copy[i].module = text_keep(stacks, frames[i].module);
		copy[i].build_id = text_keep(stacks, frames[i].build_id);
		if (!copy[i].function || !copy[i].file || !copy[i].module || !copy[i].build_id) {
			free(copy);
			return -ENOMEM;
		}
	}
	stack->frames = copy;
	stack->frame_count = count;
	return 0;
}

int lc_stacks_rename(struct lc_stacks *stacks, uint32_t id, const struct lc_frame *frames,
		     size_t count)
{
	struct lc_stack *stack = (struct lc_stack *)lc_stacks_get(stacks, id);
	const struct lc_frame *before;
	int r;

	if (!stack || !stack->frames)
		return -ENOENT;
	before = stack->frames;
	stack->frames = NULL;
	r = lc_stacks_set_frames(stacks, id, frames, count);
	if (r < 0)
		stack->frames = before;
	else
		free((void *)before);
	return r;
}

size_t lc_stacks_count(const struct lc_stacks *stacks)
{
	return stacks->count;
}

uint64_t lc_stacks_refused(const struct lc_stacks *stacks)
{
	return stacks->refused;
}
