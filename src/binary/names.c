// SPDX-License-Identifier: GPL-2.0-only
/* The names of an address, as one piece. */
#include "binary/binary.h"

#include <stdlib.h>
#include <string.h>

static void release_places(struct source_location *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(places[i].function);
		free(places[i].file);
	}
}

struct address_names *address_names_make(struct source_location *places, size_t count)
{
	struct address_names *names = calloc(1, sizeof(*names) + count * sizeof(places[0]));

	if (!names) {
		release_places(places, count);
		return NULL;
	}
	names->count = count;
	if (count)
		memcpy(names->places, places, count * sizeof(places[0]));
	return names;
}

void address_names_free(struct address_names *names)
{
	if (!names)
		return;
	release_places(names->places, names->count);
	free(names->symbol);
	free(names);
}
