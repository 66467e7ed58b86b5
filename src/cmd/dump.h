/* SPDX-License-Identifier: GPL-2.0-only */
/* One look at all threads: what dump does, and report with a core. */
#ifndef LEAKHOP_CMD_DUMP_H
#define LEAKHOP_CMD_DUMP_H

#include "cmd/session.h"

/* Looks once and writes the report. Returns an exit code, having said what was wrong. */
int dump_once(struct session_options *options);

#endif
