// SPDX-License-Identifier: GPL-2.0-only
/* The list of formats: see format.h. */
#include "output/format.h"

#include <string.h>

static const struct output_format *const formats[] = {
	&output_format_text,   &output_format_json,	    &output_format_json_lines,
	&output_format_folded, &output_format_folded_count, &output_format_dot,
	&output_format_pprof,  &output_format_perfetto,	    &output_format_html,
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct output_format *output_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < FORMATS; i++) {
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	}
	/* Lines of JSON have a name of their own elsewhere. */
	return strcmp(name, "jsonl") ? NULL : &output_format_json_lines;
}

const char *output_format_names(char *buffer, size_t size)
{
	size_t i, used = 0;

	for (i = 0; i < FORMATS && used < size; i++)
		used += snprintf(buffer + used, size - used, "%s%s", i ? ", " : "",
				 formats[i]->name);
	return buffer;
}
