// SPDX-License-Identifier: GPL-2.0-only
/* Strings, numbers and times in JSON: see json_pieces.h. */
#include "output/json_pieces.h"
#include "output/escape.h"
#include "util/duration.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *string)
{
	size_t length = strlen(string), used = 0, step;
	char *clean;
	json_t *json = json_string(string);

	if (json)
		return json;
	clean = malloc(3 * length + 1);
	if (!clean)
		return NULL;
	while (*string) {
		step = escape_utf8_length(string, NULL);
		memcpy(clean + used, step ? string : "\xef\xbf\xbd", step ? step : 3);
		used += step ? step : 3;
		string += step ? step : 1;
	}
	clean[used] = '\0';
	json = json_string(clean);
	free(clean);
	return json;
}

json_t *json_hex(uint64_t number)
{
	return json_sprintf("0x%llx", (unsigned long long)number);
}

json_t *json_when(const struct output_run *run, uint64_t monotonic)
{
	char buffer[40];

	if (!monotonic)
		return json_null();
	return json_string(time_format_rfc3339((int64_t)monotonic + run->realtime_offset, buffer,
					       sizeof(buffer)));
}
