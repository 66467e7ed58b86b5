// SPDX-License-Identifier: GPL-2.0-only
/* Stacks and frames of a page: see html_stacks.h. Relies on uthash. */
#include "output/html_stacks.h"
#include "output/escape.h"
#include "output/json_values.h"
#include "output/names.h"
#include "output/samples.h"
#include "output/text_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

struct known_frame {
	UT_hash_handle hh;
	int place;
	size_t size;
	char key[];
};

struct known_stack {
	UT_hash_handle hh;
	uint32_t id;
	int place;
};

struct html_stacks {
	const struct output_run *run;
	struct known_frame *known_frames;
	struct known_stack *known_stacks;
	json_t *frames, *stacks;
};

json_t *html_text(const char *text)
{
	char clean[SAMPLE_NAME_BYTES];

	return json_text(escape_text(text, clean, sizeof(clean)));
}

static json_t *frame_json(const struct lc_frame *frame)
{
	char name[SAMPLE_NAME_BYTES], place[SAMPLE_NAME_BYTES] = "";

	sample_frame_name(frame, name, sizeof(name));
	if (frame->line)
		snprintf(place, sizeof(place), "%.3800s:%u", frame->file, frame->line);
	return json_pack("[s,o,o,b]", name, html_text(place), html_text(frame->module),
			 (int)frame->inlined);
}

/* Equal frames are one, wherever they stand. Returns its place, or -1. */
static int frame_place(struct html_stacks *stacks, const struct lc_frame *frame)
{
	json_t *json = frame_json(frame);
	char *key = json ? json_dumps(json, JSON_COMPACT) : NULL;
	size_t size = key ? strlen(key) : 0;
	struct known_frame *known = NULL;

	if (key)
		HASH_FIND(hh, stacks->known_frames, key, size, known);
	if (key && !known)
		known = calloc(1, sizeof(*known) + size + 1);
	if (known && !known->size) {
		memcpy(known->key, key, size);
		known->size = size;
		known->place = (int)json_array_size(stacks->frames);
		HASH_ADD_KEYPTR(hh, stacks->known_frames, known->key, size, known);
		json_array_append(stacks->frames, json);
	}
	json_decref(json);
	free(key);
	return known ? known->place : -1;
}

static json_t *stack_json(struct html_stacks *stacks, uint32_t id, const struct lc_stack *stack)
{
	const struct lc_frame *telling = text_telling_frame(stacks->run, id);
	json_t *places = json_array();
	size_t i;

	for (i = 0; i < stack->frame_count; i++)
		json_array_append_new(places, json_integer(frame_place(stacks, &stack->frames[i])));
	return json_pack("[o,i,s]", places,
			 telling && telling->line ? (int)(telling - stack->frames) : -1,
			 stack->end == LC_STACK_WHOLE || stack->end == LC_STACK_NONE
				 ? ""
				 : name_stack_end(stack->end));
}

int html_stack(struct html_stacks *stacks, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(stacks->run->stacks, id);
	struct known_stack *known;

	if (!stack || !stack->frame_count)
		return -1;
	HASH_FIND(hh, stacks->known_stacks, &id, sizeof(id), known);
	if (known)
		return known->place;
	known = calloc(1, sizeof(*known));
	if (!known)
		return -1;
	known->id = id;
	known->place = (int)json_array_size(stacks->stacks);
	HASH_ADD(hh, stacks->known_stacks, id, sizeof(known->id), known);
	json_array_append_new(stacks->stacks, stack_json(stacks, id, stack));
	return known->place;
}

json_t *html_stacks_frames(const struct html_stacks *stacks)
{
	return json_incref(stacks->frames);
}

json_t *html_stacks_list(const struct html_stacks *stacks)
{
	return json_incref(stacks->stacks);
}

int html_stacks_create(const struct output_run *run, struct html_stacks **ret_stacks)
{
	struct html_stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return -ENOMEM;
	stacks->run = run;
	stacks->frames = json_array();
	stacks->stacks = json_array();
	*ret_stacks = stacks;
	return 0;
}

void html_stacks_free(struct html_stacks *stacks)
{
	struct known_frame *frame, *next_frame;
	struct known_stack *stack, *next_stack;

	if (!stacks)
		return;
	HASH_ITER(hh, stacks->known_frames, frame, next_frame) {
		HASH_DEL(stacks->known_frames, frame);
		free(frame);
	}
	HASH_ITER(hh, stacks->known_stacks, stack, next_stack) {
		HASH_DEL(stacks->known_stacks, stack);
		free(stack);
	}
	json_decref(stacks->frames);
	json_decref(stacks->stacks);
	free(stacks);
}
