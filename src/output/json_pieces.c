// SPDX-License-Identifier: GPL-2.0-only
/* Strings, numbers, times and stacks in JSON: see json_pieces.h. */
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

static json_t *frame_json(const struct lc_frame *frame)
{
	json_t *json = json_pack("{so sI so si so so so sb}", "function",
				 json_text(frame->function), "offset", (json_int_t)frame->offset,
				 "file", json_text(frame->file), "line", (int)frame->line, "module",
				 json_text(frame->module), "build_id", json_text(frame->build_id),
				 "address", json_hex(frame->address), "inlined", frame->inlined);

	if (json && frame->guessed)
		json_object_set_new(json, "guessed", json_true());
	return json;
}

json_t *json_stack(const struct output_run *run, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	json_t *json = json_array();
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++)
		json_array_append_new(json, frame_json(&stack->frames[i]));
	return json;
}

json_t *json_trend(const struct growth_trend *trend)
{
	return json_pack("{si sI sI sf sf si}", "count", (int)trend->count, "joined",
			 (json_int_t)trend->joined, "left", (json_int_t)trend->left, "slope_per_s",
			 trend->slope_per_s, "slope_error", trend->slope_error, "sweeps",
			 (int)trend->sweeps);
}
