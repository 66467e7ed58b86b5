/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several runs beside each other: what has changed between two, and what many have in common. A
 * public header of this folder.
 */
#ifndef LEAKHOP_OUTPUT_COMPARED_H
#define LEAKHOP_OUTPUT_COMPARED_H

#include "output/output.h"
#include "verdict/groups.h"

/* Where groups are of. Strings are the caller's. */
struct output_origin {
	const char *path, *host, *command;
	int64_t at;    /* ns since 1970 */
	size_t groups; /* how many it has */
};

/*
 * What has changed; with verbose also what has not. origins: before, after. Returns 0 or -EIO;
 * so does the other.
 */
int output_differences(FILE *stream, bool json, const struct output_origin *origins,
		       const struct verdict_differences *differences, bool verbose);

/* Each group once, with its sources; with verbose also those that are idle. */
int output_unions(FILE *stream, bool json, const struct output_origin *origins, size_t count,
		  const struct verdict_unions *unions, bool verbose);

#endif
