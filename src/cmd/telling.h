/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user is told of a session: findings as they come due, and the report at the end. */
#ifndef LEAKHOP_CMD_TELLING_H
#define LEAKHOP_CMD_TELLING_H

#include "cmd/session.h"

/* What is being looked at, how, and what can't be seen; to stderr, unless --quiet. */
void tell_start(const struct session *session);

/*
 * Blocks past the threshold that were not told yet. Nothing for --json. Returns 0 or a negative
 * errno.
 */
int tell_new(struct session *session);

/* The end: the summary or the document. Returns 0 or a negative errno. */
int tell_end(struct session *session);

#endif
