// SPDX-License-Identifier: GPL-2.0-only
/* An account of time: it fills by a twentieth of the time that passes. */
#include "sandbox/patience.h"

#define MOST 6000000000ull
#define LEAST 150000000ull
#define ALWAYS 2000000000ull
#define BYTES_PER_MS 32768 /* what libdw reads, with a margin of ten */
#define REFILL 20

void patience_begin(struct patience *patience, uint64_t now)
{
	*patience = (struct patience){ .left = MOST, .at = now };
}

static void refill(struct patience *patience, uint64_t now)
{
	patience->left += (now - patience->at) / REFILL;
	if (patience->left > MOST)
		patience->left = MOST;
	patience->at = now;
}

uint64_t patience_for(struct patience *patience, uint64_t now, uint64_t stored_bytes)
{
	uint64_t wanted = ALWAYS, size = stored_bytes / BYTES_PER_MS * 1000000;

	refill(patience, now);
	/* The more was lost in vain, the less each may take: at first all of it, in the end little.
	 */
	if (patience->left < MOST / 2)
		wanted = patience->left / 3;
	else
		wanted += size;
	return wanted > LEAST ? wanted : LEAST;
}

void patience_lose(struct patience *patience, uint64_t now, uint64_t lost)
{
	refill(patience, now);
	patience->left -= lost < patience->left ? lost : patience->left;
}
