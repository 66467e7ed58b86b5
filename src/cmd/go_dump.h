/* SPDX-License-Identifier: GPL-2.0-only */
/* dump --format=go: the goroutines of a process in Go's own format. */
#ifndef LEAKHOP_CMD_GO_DUMP_H
#define LEAKHOP_CMD_GO_DUMP_H

#include "cmd/session.h"

/* Writes it, and returns the exit code; what is wrong goes to stderr. */
int go_dump(struct session_options *options);

#endif
