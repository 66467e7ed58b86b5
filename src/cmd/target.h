/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes and threads that the user named: do they exist, do they still? */
#ifndef LEAKHOP_CMD_TARGET_H
#define LEAKHOP_CMD_TARGET_H

#include "collect/collect.h"

/*
 * 0, or -ESRCH with error for the first one named that does not exist, or that is a thread, not a
 * process.
 */
int named_targets_check(const struct collect_filter *filter, struct error *error);

/* Is at least one of those named alive? True where nobody was named by number. */
bool named_targets_live(const struct collect_filter *filter);

#endif
