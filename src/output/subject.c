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

bool subject_of(const struct output_run *run, const struct verdict_goroutines *record,
		struct subject *ret)
{
	const struct lc_frame *frame = text_telling_frame(run, record->goroutine->stack);
	bool any = false;
	size_t i;

	*ret = (struct subject){};
	if (record->whole_site || !frame || !frame->go || frame->own)
		return false;
	for (i = 0; i < record->dependent_count; i++)
		any = takes_part(run, &record->dependents[i], ret) || any;
	return any;
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
	bool one = subject->who->count == 1;
	const char *peer;
	int length = peer_of(record->wait, &peer);
	size_t used;

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
