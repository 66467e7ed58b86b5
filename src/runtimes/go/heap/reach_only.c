// SPDX-License-Identifier: GPL-2.0-only
/*
 * What if the other cases of a select never came: see go_reach_only(). The search is the usual one,
 * but for what these goroutines are taken to wait for.
 */
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_goid(const void *key, const void *element)
{
	const uint64_t *goid = key;
	const struct go_only *only = element;

	return *goid < only->goid ? -1 : *goid > only->goid;
}

static const struct go_only *only_of(const struct search *search, uint64_t goid)
{
	return search->only_count ? bsearch(&goid, search->only, search->only_count,
					    sizeof(*search->only), by_goid)
				  : NULL;
}

bool reach_is_left_out(const struct search *search, uint32_t goroutine, uint64_t word)
{
	const struct go_only *only = only_of(search, search->goroutines[goroutine].goid);

	return only && only->channel != word;
}

/* Those that nothing has woken, and that were seen to wait for their channel. */
static void note_dead(const struct search *search, uint8_t *dead)
{
	const struct reach_goroutine *goroutine;
	const struct go_only *only;
	size_t i;

	for (i = 0; i < search->wait_count; i++) {
		goroutine = &search->goroutines[search->waits[i].goroutine];
		only = only_of(search, goroutine->goid);
		if (only && goroutine->state == REACH_WAITS)
			dead[only - search->only] = 1;
	}
}

struct reaching {
	struct go_process *process;
	const struct lc_go_process *model;
	const struct go_only *only;
	size_t count;
	uint8_t *dead, *now;
};

static struct search *search_for_these(void *context)
{
	const struct reaching *reaching = context;
	struct search *search = reach_search_new(reaching->process, reaching->model);

	if (search) {
		search->only = reaching->only;
		search->only_count = reaching->count;
	}
	return search;
}

/* Returns how many were dead in this look and in those before. */
static size_t take_answers(void *context, const struct search *search, unsigned number)
{
	struct reaching *reaching = context;
	size_t i, left = 0;

	memset(reaching->now, 0, reaching->count);
	note_dead(search, reaching->now);
	for (i = 0; i < reaching->count; i++) {
		reaching->dead[i] = reaching->now[i] && (number == 1 || reaching->dead[i]);
		left += reaching->dead[i];
	}
	return left;
}

int go_reach_only(struct go_process *process, const struct lc_go_process *model,
		  const struct go_only *only, size_t count, uint8_t *dead)
{
	uint8_t *now = calloc(1, count + 1);
	struct reaching reaching = { process, model, only, count, dead, now };
	const struct reach_looks looks = { search_for_these, take_answers, &reaching };
	struct search *last = NULL;
	int r = !now ? -ENOMEM : !count ? 0 : reach_look_repeatedly(&looks, &last);

	if (last)
		reach_release(last);
	free(last);
	free(now);
	return r;
}
