// SPDX-License-Identifier: GPL-2.0-only
/* The list of formats: see format.h. */
#include "output/format.h"

#include <string.h>

const struct output_format *output_format_find(const char *name)
{
	static const struct output_format *const formats[] = {
		&output_format_text,
		&output_format_json,
		&output_format_json_lines,
	};
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	}
	return NULL;
}
