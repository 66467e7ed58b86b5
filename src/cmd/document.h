/* SPDX-License-Identifier: GPL-2.0-only */
/* A JSON document of dump or trace (docs/json.md), read back into groups: for diff. */
#ifndef LEAKHOP_CMD_DOCUMENT_H
#define LEAKHOP_CMD_DOCUMENT_H

#include "cmd/session.h"
#include "output/compared.h"

#include <jansson.h>

#define DOCUMENT_SIZE_MOST (INT64_C(1) << 30)

/* What groups point into. */
struct document {
	json_t *root;
	struct lc_stacks *stacks;
};

/* Whether a file begins as JSON does. False where it can't be read. */
bool document_is_one(const char *path);

/*
 * Reads a document, or the last line of --json=lines, and adds what waits in it, by the filters and
 * the threshold of the options. *ret_origin: where it is of. Returns 0 or a negative errno with
 * error. document_release() frees, in any case.
 */
int document_read(const char *path, const struct session_options *options, size_t source,
		  struct document *document, struct verdict_groups *groups,
		  struct output_origin *ret_origin, struct error *error);
void document_release(struct document *document);

#endif
