// SPDX-License-Identifier: GPL-2.0-only
/* What offsets a program may claim: see offsets.h. */
#include "runtimes/go/image/offsets.h"

#include <stddef.h>
#include <string.h>

#define WORD 8

const struct go_field go_fields[GO_FIELD_COUNT] = {
#define FIELD(member, name) { offsetof(struct go_offsets, member), name },
	GO_FIELDS(FIELD)
#undef FIELD
};

static const struct {
	const char *structure;
	int32_t most;
} bounds[] = {
	{ "g", GO_DESCRIPTOR_MAX },	  { "sudog", GO_WAITER_MAX }, { "hchan", GO_CHANNEL_MAX },
	{ "pollDesc", GO_POLL_DESC_MAX }, { "timer", GO_TIMER_MAX },  { "mspan", GO_SPAN_MAX },
	{ "special", GO_SPECIAL_MAX },	  { "_defer", GO_DEFER_MAX },
};

static int32_t value_of(const struct go_offsets *offsets, const struct go_field *field)
{
	int32_t value;

	memcpy(&value, (const char *)offsets + field->member, sizeof(value));
	return value;
}

static size_t structure_length(const struct go_field *field)
{
	return strcspn(field->name, ".");
}

static bool is_of(const struct go_field *field, const struct go_field *other)
{
	size_t length = structure_length(other);

	return structure_length(field) == length && !memcmp(field->name, other->name, length);
}

static int32_t bound_of(const struct go_field *field)
{
	size_t i;

	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		if (strlen(bounds[i].structure) == structure_length(field) &&
		    !memcmp(bounds[i].structure, field->name, structure_length(field)))
			return bounds[i].most;
	}
	return GO_STRUCTURE_MAX;
}

/* The size that is claimed for a field's structure; its bound where none is. */
static int32_t size_of_structure(const struct go_offsets *offsets, const struct go_field *field)
{
	size_t i;

	for (i = 0; i < GO_FIELD_COUNT; i++) {
		if (is_of(&go_fields[i], field) && !go_fields[i].name[structure_length(field)] &&
		    value_of(offsets, &go_fields[i]) > 0)
			return value_of(offsets, &go_fields[i]);
	}
	return bound_of(field);
}

static bool fits(const struct go_offsets *offsets, const struct go_field *field)
{
	int32_t value = value_of(offsets, field), most = bound_of(field);

	if (value == GO_NO_FIELD)
		return true;
	if (!field->name[structure_length(field)])
		return value > 0 && value <= most;
	return value >= 0 && value <= most - WORD && value < size_of_structure(offsets, field);
}

static void restore(struct go_offsets *offsets, const struct go_offsets *table,
		    const struct go_field *field)
{
	size_t i;

	for (i = 0; i < GO_FIELD_COUNT; i++) {
		if (is_of(&go_fields[i], field))
			memcpy((char *)offsets + go_fields[i].member,
			       (const char *)table + go_fields[i].member, sizeof(int32_t));
	}
}

void go_offsets_bound(struct go_offsets *offsets, const struct go_offsets *table)
{
	size_t i;

	for (i = 0; i < GO_FIELD_COUNT; i++) {
		if (!fits(offsets, &go_fields[i]))
			restore(offsets, table, &go_fields[i]);
	}
}
