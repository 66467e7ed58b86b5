/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a worker may take. A single file may take its time; but what many of them took in vain
 * comes off a common account, so that a hundred hostile files do not take a hundred times as long.
 */
#ifndef LEAKHOP_SANDBOX_PATIENCE_H
#define LEAKHOP_SANDBOX_PATIENCE_H

#include <stdint.h>

struct patience {
	uint64_t left; /* ns */
	uint64_t at;   /* ns, CLOCK_MONOTONIC: when that was so */
};

void patience_begin(struct patience *patience, uint64_t now);

/* ns that reading a file of so many stored bytes may take. */
uint64_t patience_for(struct patience *patience, uint64_t now, uint64_t stored_bytes);

/* ns that were lost. */
void patience_lose(struct patience *patience, uint64_t now, uint64_t lost);

#endif
