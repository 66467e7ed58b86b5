// SPDX-License-Identifier: GPL-2.0-only
/* Lists and plain values: see fields.h. */
#include "output/fields.h"

const char *const field_verdicts[] = {
	"running", "idle", "blocked", "suspect", "stuck", "leak", "deadlock", NULL,
};

const char *const field_record_types[] = { "finding", "suspect", NULL };

const void *field_next(const struct field_source *source, const struct field_value *list,
		       const void *before)
{
	const char *first = list->object, *last = before;

	if (list->next)
		return list->next(source, list->object, before);
	if (!last)
		return list->count ? first : NULL;
	last += list->stride;
	return last < first + list->count * list->stride ? last : NULL;
}

const char *field_letter(char state, struct field_scratch *scratch)
{
	scratch->word[0] = state ? state : '?';
	scratch->word[1] = '\0';
	return scratch->word;
}

struct field_value field_chain(const struct field_source *source, uint32_t node,
			       struct field_scratch *scratch)
{
	const struct verdict_view *view = source->run->view;
	uint32_t at = node, entry = GRAPH_NONE;
	size_t count = 0;

	while (view && at != GRAPH_NONE && count < FIELD_CHAIN_MAX) {
		scratch->chain[count++] = at;
		at = graph_chain_next(&view->graph, at, &entry);
	}
	return ARRAY(scratch->chain, count);
}

#define NUMBER_FIELDS(F) F(, NUMBER, PLAIN, ALWAYS, *number, "")
FIELDS_OF(number, uint64_t, NULL, NUMBER_FIELDS);

#define HEX_FIELDS(F) F(, HEX, PLAIN, ALWAYS, *hex, "")
FIELDS_OF(hex, uint64_t, NULL, HEX_FIELDS);
