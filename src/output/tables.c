// SPDX-License-Identifier: GPL-2.0-only
/* All tables of fields: see tables.h. */
#include "output/tables.h"

#include <string.h>

bool tables_always(const struct field *field)
{
	return !strcmp(field->present, "ALWAYS");
}

static void add(const struct fields **tables, size_t *count, const struct fields *table)
{
	size_t i;

	for (i = 0; i < *count; i++) {
		if (tables[i] == table)
			return;
	}
	if (*count < TABLES_MAX)
		tables[(*count)++] = table;
}

/* First what a reader knows by name, then what these are made of. */
size_t tables_all(const struct fields **tables)
{
	static const struct fields *const roots[] = {
		&fields_document, &fields_record,      &fields_goroutines,
		&fields_timers,	  &fields_explanation, &fields_go_explanation,
	};
	size_t count = 0, at, i;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		add(tables, &count, roots[i]);
	for (at = 0; at < count; at++) {
		for (i = 0; i < tables[at]->count; i++) {
			if (tables[at]->list[i].of)
				add(tables, &count, tables[at]->list[i].of);
		}
	}
	add(tables, &count, &fields_frame);
	return count;
}
