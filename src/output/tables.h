/* SPDX-License-Identifier: GPL-2.0-only */
/* All tables of fields, in the order in which a reader meets them. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TABLES_H
#define LEAKHOP_OUTPUT_TABLES_H

#include "output/fields.h"

#define TABLES_MAX 64

/* Fills tables with the document's and those that it leads to; returns how many. */
size_t tables_all(const struct fields **tables);

/* Is the field there whatever the object is? */
bool tables_always(const struct field *field);

#endif
