/* SPDX-License-Identifier: GPL-2.0-only */
/* What a check has found, into its recording and back. */
#ifndef LEAKHOP_CMD_FOUND_RECORD_H
#define LEAKHOP_CMD_FOUND_RECORD_H

#include "output/found.h"
#include "record/record.h"

/* Notes all of it, for the write that comes next. */
void found_record_note(struct recorder *recorder, const struct founds *founds);

/*
 * What a recording has of it, of the processes that the filter lets through. Returns 0; -EBADMSG: a
 * word is none of leakhop's; -ENOMEM. found_release() frees.
 */
int found_record_read(const struct recording *recording, const struct record_filter *filter,
		      struct founds *founds);

#endif
