// SPDX-License-Identifier: GPL-2.0-only
/* Whom a group of a library's goroutines serves: see subject.h. */
#include "output/subject.h"
#include "output/text_stack.h"

#include <stdio.h>
#include <string.h>

/* The frame that the program's own one has called. */
static const struct lc_frame *call_of(const struct output_run *run, uint32_t id,
				      const struct lc_frame *place)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);

	return stack && place > stack->frames ? place - 1 : NULL;
}

static bool takes_part(const struct output_run *run, const struct verdict_dependents *one,
		       struct subject *ret)
{
	const struct lc_frame *place = text_telling_frame(run, one->goroutine->stack);

	if (!place || !place->go || !place->own || (ret->who && ret->who->count >= one->count))
		return false;
	*ret = (struct subject){ one, place, call_of(run, one->goroutine->stack, place) };
	return true;
}

static bool is_own(const struct lc_frame *frame)
{
	return frame->go && frame->own;
}

/* The innermost of the program's own frames, from a place on. */
static bool take_own(const struct lc_stack *stack, size_t from, struct subject *ret)
{
	size_t i;

	for (i = from; stack && i < stack->frame_count; i++) {
		if (!is_own(&stack->frames[i]))
			continue;
		*ret = (struct subject){ NULL, &stack->frames[i],
					 i ? &stack->frames[i - 1] : NULL };
		return true;
	}
	return false;
}

/* As long as the function with the go statement stands on its parent's stack, that is the call. */
static bool take_parent(const struct output_run *run, const struct verdict_goroutines *record,
			struct subject *ret)
{
	const struct lc_stack *spawn = lc_stacks_get(run->stacks, record->site->spawn_stack),
			      *parent = lc_stacks_get(run->stacks, record->parent_stack);
	const char *function = spawn && spawn->frame_count
				       ? spawn->frames[spawn->frame_count - 1].function
				       : "";
	size_t i;

	for (i = 0; parent && *function && i < parent->frame_count; i++) {
		if (!strcmp(parent->frames[i].function, function))
			return take_own(parent, i, ret);
	}
	return false;
}

static bool take_starter(const struct output_run *run, const struct verdict_goroutines *record,
			 struct subject *ret)
{
	const struct lc_frame *spawn = text_telling_frame(run, record->site->spawn_stack);

	return spawn && spawn->go && !spawn->own &&
	       (take_own(lc_stacks_get(run->stacks, record->birth_stack), 0, ret) ||
		take_own(lc_stacks_get(run->stacks, record->parents_birth_stack), 0, ret) ||
		take_parent(run, record, ret));
}

bool subject_of(const struct output_run *run, const struct verdict_goroutines *record,
		struct subject *ret)
{
	const struct lc_frame *frame = text_telling_frame(run, record->goroutine->stack);
	bool any = false;
	size_t i;

	*ret = (struct subject){};
	if (record->whole_site)
		return take_starter(run, record, ret);
	if (!frame || !frame->go || frame->own)
		return false;
	for (i = 0; i < record->dependent_count; i++)
		any = takes_part(run, &record->dependents[i], ret) || any;
	return any || take_starter(run, record, ret);
}

/* The other end of a connection: "TCP 127.0.0.1:40994 -> 10.0.0.5:443, ESTABLISHED, fd 6". */
static int peer_of(const struct lc_go_wait *wait, const char **ret_peer)
{
	const char *arrow = wait && wait->has_socket ? strstr(wait->socket.object, " -> ") : NULL;

	*ret_peer = arrow ? arrow + 4 : "";
	return (int)strcspn(*ret_peer, ",");
}

const char *subject_words(const struct verdict_goroutines *record, const struct subject *subject,
			  char *buffer, size_t size)
{
	bool one = subject->who && subject->who->count == 1;
	const char *peer;
	int length = peer_of(record->wait, &peer);
	size_t used;

	if (!subject->who) {
		snprintf(buffer, size, "had %s started by %.150s",
			 record->count > 1 ? "one of these" : "it",
			 subject->call ? subject->call->function : subject->place->function);
		return buffer;
	}
	used = snprintf(buffer, size, "wait%s in %.150s for ", one ? "s" : "",
			subject->call ? subject->call->function : subject->place->function);
	if (length)
		snprintf(buffer + used, size - used, "the answer of %.*s%s, through %s", length,
			 peer, record->count > 1 ? " (of the first)" : "",
			 record->count > 1 ? "these" : "this one");
	else
		snprintf(buffer + used, size - used, "what only %s could give",
			 record->count > 1 ? "these" : "this one");
	return buffer;
}

const struct lc_frame *subject_place(const struct output_run *run,
				     const struct verdict_goroutines *record)
{
	struct subject subject;

	if (subject_of(run, record, &subject))
		return subject.place;
	return text_telling_frame(run, record->whole_site ? record->site->spawn_stack
							  : record->goroutine->stack);
}
