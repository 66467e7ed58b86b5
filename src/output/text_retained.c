// SPDX-License-Identifier: GPL-2.0-only
/* What goroutines hold and nothing else does: see text_retained.h. */
#include "output/text_retained.h"
#include "output/text_pieces.h"
#include "util/plural.h"

#include <stdio.h>

const char *text_bytes(uint64_t bytes, char *buffer, size_t size)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes / 1024;
	size_t i;

	if (bytes < 1024) {
		snprintf(buffer, size, "%llu byte%s", (unsigned long long)bytes, plural(bytes));
		return buffer;
	}
	for (i = 0; value >= 1024 && i + 1 < sizeof(units) / sizeof(*units); i++)
		value /= 1024;
	if (value < 100 && value != (double)(uint64_t)value)
		snprintf(buffer, size, "%.1f %s", value, units[i]);
	else
		snprintf(buffer, size, "%.0f %s", value, units[i]);
	return buffer;
}

const char *text_retained_type(const struct lc_go_retained_type *type, char *buffer, size_t size)
{
	char bytes[32];

	if (type->name[0])
		snprintf(buffer, size, "%s", type->name);
	else
		snprintf(buffer, size, "%s with%s pointers",
			 text_bytes(type->size, bytes, sizeof(bytes)), type->pointers ? "" : "out");
	return buffer;
}

static void put_type(struct line *line, const struct lc_go_retained_type *type)
{
	char name[128], bytes[32];

	line_add(line, LINE_PLAIN, "%llu of ", (unsigned long long)type->count);
	line_put(line, LINE_PLAIN, text_retained_type(type, name, sizeof(name)));
	if (type->name[0] || type->count > 1)
		line_add(line, LINE_FAINT, " (%s)", text_bytes(type->bytes, bytes, sizeof(bytes)));
}

void text_retained(struct line *line, const struct lc_go_retained *retained)
{
	char bytes[32];
	uint32_t i;

	if (!retained)
		return;
	text_label(line, retained->goroutines == 1 ? "holds" : "hold");
	line_add(line, LINE_RED, "%s",
		 text_bytes(retained->heap_bytes + retained->stack_bytes, bytes, sizeof(bytes)));
	line_add(line, LINE_PLAIN, " that nothing else does: ");
	for (i = 0; i < retained->count; i++) {
		put_type(line, &retained->types[i]);
		line_add(line, LINE_PLAIN, ", ");
	}
	line_add(line, LINE_PLAIN, "%s of stacks",
		 text_bytes(retained->stack_bytes, bytes, sizeof(bytes)));
	line_end(line);
	if (!retained->shared_bytes)
		return;
	text_label(line, "");
	line_add(line, LINE_PLAIN, "and %s together with other groups",
		 text_bytes(retained->shared_bytes, bytes, sizeof(bytes)));
	line_end(line);
}
