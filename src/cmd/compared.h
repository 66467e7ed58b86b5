/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups of several recordings, or JSON documents: for diff, and report of more than one. */
#ifndef LEAKHOP_CMD_COMPARED_H
#define LEAKHOP_CMD_COMPARED_H

#include "cmd/document.h"
#include "cmd/recorded.h"
#include "output/compared.h"

struct compared {
	/* What groups point into: of each file one of the two. */
	struct recorded *files;
	struct document *documents;
	struct session_options *options; /* of each recording, filled in by what it says */
	struct output_origin *origins;
	size_t count;
};

/*
 * Reads all files of the options, and takes what waits in each: into groups[0], or with apart into
 * one of its own. Returns 0 or a negative errno with error. compared_release() in any case.
 */
int compared_read(const struct options *options, bool apart, struct compared *compared,
		  struct verdict_groups *groups, struct error *error);
void compared_release(struct compared *compared);

#endif
