/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields as JSON, by jansson; each returns a new reference. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_JSON_VALUES_H
#define LEAKHOP_OUTPUT_JSON_VALUES_H

#include "output/fields.h"

#include <jansson.h>

/*
 * A string from outside: bytes that are no UTF-8, which jansson refuses, become U+FFFD. NULL: no
 * memory.
 */
json_t *json_text(const char *string);

/* All fields of an object that are present, in the order of the table. */
json_t *json_of(const struct field_source *source, const struct fields *fields, const void *object);

#endif
