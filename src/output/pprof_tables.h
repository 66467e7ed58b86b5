/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of a pprof profile: strings, functions, mappings and locations, each once and with a
 * number. Pieces of the profile are written as they come, and belong together, since in protobuf
 * messages that stand one behind the other are one. Private to this folder.
 */
#ifndef LEAKHOP_OUTPUT_PPROF_TABLES_H
#define LEAKHOP_OUTPUT_PPROF_TABLES_H

#include "model/stacks.h"
#include "output/gzip.h"

#include "pprof.pb-c.h"

#define PPROF_LOCATIONS 256 /* of a sample, at most: user and kernel frames */

struct pprof_tables;

int pprof_tables_create(struct gzip *gzip, struct pprof_tables **ret_tables);
void pprof_tables_free(struct pprof_tables *tables);

/* Errors are kept: from then on nothing is written. Returns the first one, or 0. */
int pprof_error(const struct pprof_tables *tables);

/* Writes a piece of the profile. */
void pprof_write(struct pprof_tables *tables, const Pprof__Profile *piece);

/* The number of a string; escaped, so that it is UTF-8 and harmless on a terminal. */
int64_t pprof_string(struct pprof_tables *tables, const char *text);

/*
 * The numbers of a stack's locations, the innermost first, appended to ids, which has room for
 * PPROF_LOCATIONS. A call with those that are inlined into it is one.
 */
void pprof_stack(struct pprof_tables *tables, const struct lc_stack *stack, uint64_t *ids,
		 size_t *count);

/* Writes the mappings, whose sizes are known at the end only. */
void pprof_write_mappings(struct pprof_tables *tables);

#endif
