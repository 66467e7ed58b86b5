// SPDX-License-Identifier: GPL-2.0-only
/* Long options are written in full: see abbreviation.h. */
#include "cmd/abbreviation.h"

#include <string.h>

static const char *long_name(int key, const struct argp_option *list)
{
	for (; list->name || list->doc; list++) {
		if (list->name && list->key == key)
			return list->name;
	}
	return NULL;
}

void abbreviation_refuse(int key, const char *arg, struct argp_state *state,
			 const struct argp_option *const lists[])
{
	const char *name = NULL, *word;
	int at = state->next - 1;

	for (; *lists && !name; lists++)
		name = long_name(key, *lists);
	/* argp's own keys, as that for the beginning, come without a word. */
	if (!name)
		return;
	word = at > 0 && arg == state->argv[at] ? state->argv[at - 1] : state->argv[at];
	if (strncmp(word, "--", 2))
		return;
	if (strlen(name) != strcspn(word + 2, "=") || strncmp(word + 2, name, strlen(name)))
		argp_error(state, "unrecognized option '%.*s' (--%s?)", (int)strcspn(word, "="),
			   word, name);
}
