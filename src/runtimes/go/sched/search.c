// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where in a program's data a thing is that has no symbol: told by what it looks like. See
 * process.h.
 */
#include "runtimes/go/sched/process.h"
#include "util/cleanup.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (1u << 20)
#define WORDS_BETWEEN_LOOKS 64 /* at the clock */
#define PATIENCE_NS 1000000000ull
#define OVERLAP 16 /* what looks at three words may lie across the border */

/* Each word may look like the thing until memory elsewhere is read. Returns 1 if it is there. */
static int search_chunk(uint64_t at, const uint64_t *words, size_t count, uint64_t until,
			go_fits_fn *fits, void *context, uint64_t *ret_address)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i % WORDS_BETWEEN_LOOKS == 0 && now_monotonic() > until)
			return -ETIME;
		if (fits(context, at + i * 8, words + i)) {
			*ret_address = at + i * 8;
			return 1;
		}
	}
	return 0;
}

int go_search(const struct go_process *process, uint64_t from, uint64_t to, uint64_t most,
	      go_fits_fn *fits, void *context, uint64_t *ret_address)
{
	_cleanup_free_ uint64_t *words = NULL;
	uint64_t at, size, until = now_monotonic() + PATIENCE_NS;
	size_t got;
	int r;

	from &= ~7ull;
	if (to <= from)
		return -ENOENT;
	if (to - from > most)
		to = from + most;
	words = malloc(CHUNK + OVERLAP);
	if (!words)
		return -ENOMEM;
	for (at = from; at < to; at += CHUNK) {
		size = to - at < CHUNK ? to - at : CHUNK;
		memset(words, 0, size + OVERLAP);
		if (go_read_part(process, at, words, size + OVERLAP, &got) < 0)
			continue;
		r = search_chunk(at, words, (got < size ? got : size) / 8, until, fits, context,
				 ret_address);
		if (r)
			return r < 0 ? r : 0;
	}
	return -ENOENT;
}
