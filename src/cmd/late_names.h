/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that the run which made a recording could not find: looked up by build-id when it is read,
 * in the files and the debug files of this host, below --symfs, and at the servers of
 * DEBUGINFOD_URLS.
 */
#ifndef LEAKHOP_CMD_LATE_NAMES_H
#define LEAKHOP_CMD_LATE_NAMES_H

#include "cmd/session.h"

/*
 * Frames of a file with a build-id that have no function or no line get them, where they are found.
 * Whoever has pointers to frames must get them again. Without memory some are left as they were.
 */
void late_names_fill(struct lc_stacks *stacks, const struct session_options *options);

#endif
