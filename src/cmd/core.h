/* SPDX-License-Identifier: GPL-2.0-only */
/* A core in the place of a live target: for dump --core, and report of a core. */
#ifndef LEAKHOP_CMD_CORE_H
#define LEAKHOP_CMD_CORE_H

#include "observe/observer.h"
#include "target/core.h"

/*
 * Opens a core, and lets an observer look at it and at nothing else: no threshold applies. files
 * are copied, but not what they point to. Freed as an access is. Returns 0 or a negative errno with
 * error.
 */
int core_begin(const char *path, const struct target_core_options *files,
	       struct observer_options *observe, struct target_core **ret_core,
	       struct error *error);

/* Whose core it is, and what ended it; to stderr. */
void core_say_origin(const char *path, const struct target_core *core);

#endif
