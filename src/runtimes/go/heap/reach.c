// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at who can reach what, and looks again: see reach.h. A look ends when nobody was found to
 * have moved since he was read, or after some passes; then whoever ran meanwhile has been looked at
 * once more.
 */
#include "runtimes/go/image/modules.h"
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIME_LEAST 5000000000ull /* ns, of a look */
#define TIME_GB 4000000000ull	 /* for each GB of heap; one of small objects takes two or three */
#define TIME_MAX 15000000000ull
#define PASSES 4

/*
 * Those that could be woken come last: once nobody is left who could not, what they have is of no
 * interest.
 */
static bool mark_some(struct search *search)
{
	if (search->to_search.count && !reach_is_ahead(search))
		reach_read_stacks(search, &search->to_search);
	else if (reach_has_objects(search) || reach_is_ahead(search))
		reach_read_objects(search);
	else if (search->woken.count)
		reach_read_stacks(search, &search->woken);
	else
		return reach_follow_holders(search);
	return true;
}

static void mark_all(struct search *search)
{
	reach_mark_rest(search);
	while (search->open && !search->error && mark_some(search)) {
		reach_mark_rest(search);
		if (now_monotonic() > search->end_at)
			reach_fail(search, -ETIME);
	}
	reach_drop_ahead(search);
}

/* Until no finalizer is left that may be called. Of those that are due few are ever asked for. */
static void mark_to_the_end(struct search *search)
{
	mark_all(search);
	if (search->open && !search->error)
		reach_read_due(search);
	do
		mark_all(search);
	while (search->open && !search->error &&
	       (reach_read_callers(search) || reach_release_specials(search)));
}

int reach_begin(struct search *search)
{
	struct go_process *process = search->process;
	uint64_t unknown;
	/* The globals of a module that is not known may hold anything. */
	int r = go_modules_have_grown(process, &unknown) ? -ENOENT
							 : go_heap_read(process, &search->heap);

	search->chunk = malloc(REACH_CHUNK + REACH_SLACK);
	search->batch = malloc(sizeof(*search->batch));
	search->arena_bits = malloc(REACH_ARENA_BITS + REACH_SLACK);
	search->ahead = reach_ahead_new();
	search->frames = reach_frames_new();
	search->bits = reach_bits_new(process);
	search->processors = calloc(GO_PROCESSORS_MAX, sizeof(*search->processors));
	if (!r && (!search->chunk || !search->arena_bits || !search->batch || !search->frames ||
		   !search->ahead || !search->bits || !search->processors))
		r = -ENOMEM;
	r = r ?: go_specials_read(process, &search->heap, &search->specials);
	r = r ?: reach_marks_begin(search);
	if (!r && search->wants_paths) {
		search->paths = reach_paths_new(search);
		r = search->paths ? 0 : -ENOMEM;
	}
	if (!r)
		search->processor_count = go_processors(process, search->processors);
	/* Their timers are roots, and who runs is told by them. */
	return r ?: search->processor_count ? 0 : -ENOENT;
}

/* After another one, which it releases; NULL. */
static int look(struct search *search, struct search *before)
{
	unsigned pass;
	int r = reach_begin(search);

	if (!r && before)
		reach_marks_take(search, before);
	if (before)
		reach_release(before);
	if (!r)
		go_semaphores_read(search->process, search->model->count, &search->semaphores);
	r = r ?: reach_list_goroutines(search);
	if (r < 0)
		return r;
	reach_find_coroutines(search);
	reach_wake_met(search);
	reach_read_roots(search);
	mark_to_the_end(search);
	for (pass = 0; pass < PASSES && search->open && !search->error; pass++) {
		if (!reach_look_again(search))
			break;
		reach_read_roots(search);
		mark_to_the_end(search);
	}
	return search->error;
}

int reach_look_once(struct search *search)
{
	return look(search, NULL);
}

static void release_list(struct reach_list *list)
{
	free(list->items);
	*list = (struct reach_list){};
}

void reach_release(struct search *search)
{
	release_list(&search->collected);
	reach_queue_release(&search->queue);
	release_list(&search->to_search);
	release_list(&search->calling);
	release_list(&search->woken);
	free(search->goroutines);
	free(search->by_address);
	free(search->by_object);
	free(search->waits);
	free(search->processors);
	free(search->marks);
	free(search->awaited);
	free(search->held);
	free(search->chunk);
	free(search->batch);
	free(search->arena_bits);
	reach_ahead_free(search->ahead);
	free(search->frames);
	reach_bits_free(search->bits);
	reach_paths_free(search->paths);
	reach_colours_free(search->colours);
	go_semaphores_release(&search->semaphores);
	go_conditions_release(&search->conditions);
	go_specials_release(&search->specials);
	go_heap_release(&search->heap);
	*search = (struct search){};
}

static uint64_t time_for(struct go_process *process)
{
	uint64_t time = (go_heap_bytes(process) >> 30) * TIME_GB + TIME_LEAST;

	return time < TIME_MAX ? time : TIME_MAX;
}

struct search *reach_search_new(struct go_process *process, const struct lc_go_process *model)
{
	struct search *search = calloc(1, sizeof(*search));

	if (search) {
		search->process = process;
		search->model = model;
		search->conditions.most = model->count + GO_CONDITIONS_LATE;
		search->end_at = now_monotonic() + time_for(process);
	}
	return search;
}

static void add_readers(const struct search *search, const struct lc_go_process *model,
			uint8_t *stuck)
{
	const struct runtime_goids *readers = search->loops ? search->loops->readers : NULL;
	const struct lc_goroutine *goroutine;
	size_t i;

	for (i = 0; readers && i < readers->count; i++) {
		goroutine = lc_go_by_goid(model, readers->list[i]);
		if (goroutine)
			stuck[goroutine - model->list] = REACH_READ;
	}
}

static int find_dependents(struct search *search, struct lc_go_process *model, const uint8_t *dead)
{
	/* There may be more by now than were asked about. */
	uint8_t *stuck = calloc(1, search->goroutine_count + model->count + 1);
	size_t i;
	int r;

	if (!stuck)
		return -ENOMEM;
	for (i = 0; i < model->count; i++)
		stuck[i] = dead[i] ? REACH_READ : 0;
	add_readers(search, model, stuck);
	r = reach_find_dependents(search, model, stuck);
	free(stuck);
	return r;
}

/* What is retained is no answer to who could be woken: without it that stands, too. */
static int find_more(struct search *search, struct lc_go_process *model, const uint8_t *dead,
		     bool any_dead)
{
	int r = any_dead ? reach_find_releasers(search, model) : 0;

	r = r ?: find_dependents(search, model, dead);
	search->end_at = now_monotonic() + time_for(search->process);
	if (!r && any_dead && reach_find_retained(search, model, dead, dead) == -ENOMEM)
		r = -ENOMEM;
	return r;
}

/* One more, which takes the place of the one before. */
static int look_again(const struct reach_looks *looks, struct search **last)
{
	struct search *search;
	int r = *last ? reach_wait_for_runners(*last) : 0;

	if (r < 0)
		return r;
	search = looks->new_search(looks->context);
	if (!search)
		return -ENOMEM;
	r = look(search, *last);
	free(*last);
	*last = search;
	return r;
}

int reach_look_repeatedly(const struct reach_looks *looks, struct search **ret_last)
{
	bool moved = false;
	unsigned number;
	size_t left = 1;
	int r = 0;

	*ret_last = NULL;
	/*
	 * Only what nothing reached at the first look is worth a second; a third, where somebody
	 * ran meanwhile.
	 */
	for (number = 1; number <= 3 && left && (number < 3 || moved); number++) {
		r = look_again(looks, ret_last);
		if (r < 0)
			return r;
		left = looks->take(looks->context, *ret_last, number);
		moved = moved || (*ret_last)->moved;
	}
	return 0;
}

struct reaching {
	struct go_process *process;
	struct lc_go_process *model;
	const struct go_loops *loops;
	uint8_t *dead;
	size_t count;
};

static struct search *search_for_all(void *context)
{
	const struct reaching *reaching = context;
	struct search *search = reach_search_new(reaching->process, reaching->model);

	if (search)
		search->loops = reaching->loops;
	return search;
}

/*
 * Those of this look that were dead in each look before, too. dead: by place, of the model's count.
 */
static size_t take_answers(void *context, const struct search *search, unsigned number)
{
	struct reaching *reaching = context;
	uint8_t *dead = reaching->dead;
	size_t i;

	reaching->count = 0;
	for (i = 0; i < search->model->count; i++) {
		bool is_dead = i < search->goroutine_count &&
			       search->goroutines[i].state == REACH_WAITS;

		dead[i] = is_dead && (number == 1 || dead[i]);
		reaching->count += dead[i] != 0;
	}
	return reaching->count;
}

int go_reach(struct go_process *process, struct lc_go_process *model, uint8_t *dead,
	     const struct go_loops *loops)
{
	struct reaching reaching = { process, model, loops, dead, 0 };
	const struct reach_looks looks = { search_for_all, take_answers, &reaching };
	struct search *last;
	int r = reach_look_repeatedly(&looks, &last);

	/* What only the last look can tell. */
	if (!r)
		r = find_more(last, model, dead, reaching.count != 0);
	if (last)
		reach_release(last);
	free(last);
	return r;
}
