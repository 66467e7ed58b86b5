/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user is told of a session: findings as they come due, and the report at the end. */
#ifndef LEAKHOP_CMD_SESSION_REPORT_H
#define LEAKHOP_CMD_SESSION_REPORT_H

#include "cmd/session.h"

/* What is being looked at, how, and what can't be seen; to stderr, unless --quiet. */
void session_report_begin(const struct session *session);

/*
 * Blocks past the threshold that were not told yet. Nothing for --json. Returns 0 or a negative
 * errno.
 */
int session_report_due(struct session *session);

/* The end: the summary or the document. Returns 0 or a negative errno. */
int session_report_end(struct session *session);

#endif
