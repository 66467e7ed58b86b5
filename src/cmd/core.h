/* SPDX-License-Identifier: GPL-2.0-only */
/* A core in the place of a live target: for dump --core, and report of a core. */
#ifndef LEAKHOP_CMD_CORE_H
#define LEAKHOP_CMD_CORE_H

#include "cmd/session.h"
#include "target/core.h"

/*
 * Opens the core that the options name, and lets them look at it and at nothing else: no threshold
 * applies. Freed as an access is. Returns 0 or a negative errno with error.
 */
int core_begin(struct session_options *options, struct target_core **ret_core, struct error *error);

/* Whose core it is, and what ended it; to stderr. */
void core_say_origin(const struct session_options *options, const struct target_core *core);

#endif
