/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What docs/ says of the JSON, written from the table of fields (fields.h): scripts/gen-reference.c
 * writes it, and a unit test holds docs/ against it.
 */
#ifndef LEAKHOP_OUTPUT_REFERENCE_H
#define LEAKHOP_OUTPUT_REFERENCE_H

#include <stdio.h>

/* docs/leakhop.schema.json. Returns 0 or -EIO. */
int output_schema(FILE *stream);

/* The tables of docs/json.md, one for each object. Returns 0 or -EIO. */
int output_reference(FILE *stream);

#endif
