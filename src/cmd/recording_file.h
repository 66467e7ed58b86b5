/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that -o FILE.leakhop names. */
#ifndef LEAKHOP_CMD_RECORDING_FILE_H
#define LEAKHOP_CMD_RECORDING_FILE_H

#include "record/record.h"

/* Is this the name of a recording, by its end? */
bool recording_file_is(const char *path);

/*
 * Creates it as file_create() does, with what SQLite keeps beside it; max_size: 0, no bound.
 * Returns 0 or a negative errno with error.
 */
int recording_file_open(const char *path, uint64_t max_size, struct recorder **ret_recorder,
			struct error *error);

#endif
