// SPDX-License-Identifier: GPL-2.0-only
/* What each object was first met from: see reach_paths.h. */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <stdlib.h>

#define PARENTS_MAX (16u << 20) /* objects, of 4 bytes each */
#define ROOTS_MAX (1u << 20)
#define ROOT_FIRST 0xc0000000u /* numbers from there on are of roots */

struct reach_paths {
	uint32_t **parents; /* by span, then by object: number of the object + 1, or of a root */
	size_t span_count;
	uint64_t noted;
	struct reach_step *roots;
	size_t root_count, root_capacity;
	uint64_t *woken_by; /* by goroutine: the object; 0: nothing that was met */
	size_t goroutine_count;
	struct reach_step now;
	uint32_t number; /* of now; 0: not given yet */
};

struct reach_paths *reach_paths_new(const struct search *search)
{
	struct reach_paths *paths = calloc(1, sizeof(*paths));

	if (!paths)
		return NULL;
	paths->span_count = search->heap.capacity;
	paths->parents = calloc(paths->span_count ?: 1, sizeof(*paths->parents));
	if (!paths->parents) {
		reach_paths_free(paths);
		return NULL;
	}
	return paths;
}

void reach_paths_free(struct reach_paths *paths)
{
	size_t i;

	if (!paths)
		return;
	for (i = 0; i < paths->span_count && paths->parents; i++)
		free(paths->parents[i]);
	free(paths->parents);
	free(paths->roots);
	free(paths->woken_by);
	free(paths);
}

void reach_from(struct search *search, enum reach_source source, uint64_t value)
{
	struct reach_paths *paths = search->paths;

	if (!paths)
		return;
	paths->now = (struct reach_step){ source, value };
	paths->number = 0;
}

static uint32_t add_root(struct search *search)
{
	struct reach_paths *paths = search->paths;
	size_t capacity = paths->root_capacity * 2 + 64;
	struct reach_step *grown;

	if (paths->root_count == ROOTS_MAX)
		return 0;
	if (paths->root_count == paths->root_capacity) {
		grown = reallocarray(paths->roots, capacity, sizeof(*grown));
		if (!grown) {
			reach_fail(search, -ENOMEM);
			return 0;
		}
		paths->roots = grown;
		paths->root_capacity = capacity;
	}
	paths->roots[paths->root_count] = paths->now;
	return ROOT_FIRST + paths->root_count++;
}

static uint32_t object_number(const struct search *search, uint64_t object)
{
	const struct go_span *span = go_heap_span(&search->heap, object);
	uint64_t number = span ? span->first + (object - span->start) / span->size : UINT64_MAX;

	return number < ROOT_FIRST - 1 ? number + 1 : 0;
}

/* One number for each thing that pointers were found in. */
static uint32_t number_of_now(struct search *search)
{
	struct reach_paths *paths = search->paths;

	if (!paths->number)
		paths->number = paths->now.source == REACH_FROM_OBJECT
					? object_number(search, paths->now.value)
					: add_root(search);
	return paths->number;
}

void reach_note_step(struct search *search, const struct go_span *span, uint64_t object)
{
	struct reach_paths *paths = search->paths;
	size_t at = span - search->heap.spans;
	uint64_t count = (span->end - span->start + span->size - 1) / span->size;

	if (!paths || at >= paths->span_count)
		return;
	if (!paths->parents[at]) {
		if (count > PARENTS_MAX - paths->noted) {
			reach_fail(search, -E2BIG);
			return;
		}
		paths->noted += count;
		paths->parents[at] = calloc(count, sizeof(**paths->parents));
		if (!paths->parents[at]) {
			reach_fail(search, -ENOMEM);
			return;
		}
	}
	paths->parents[at][(object - span->start) / span->size] = number_of_now(search);
}

void reach_note_woken(struct search *search, uint32_t goroutine, uint64_t object)
{
	struct reach_paths *paths = search->paths;
	uint64_t *grown;

	if (!paths)
		return;
	if (goroutine >= paths->goroutine_count) {
		grown = reallocarray(paths->woken_by, search->goroutine_count, sizeof(*grown));
		if (!grown) {
			reach_fail(search, -ENOMEM);
			return;
		}
		for (size_t i = paths->goroutine_count; i < search->goroutine_count; i++)
			grown[i] = 0;
		paths->woken_by = grown;
		paths->goroutine_count = search->goroutine_count;
	}
	if (!paths->woken_by[goroutine])
		paths->woken_by[goroutine] = object;
}

static struct reach_step step_before(const struct search *search, struct reach_step step)
{
	const struct reach_paths *paths = search->paths;
	const struct go_span *span;
	uint64_t number;

	if (step.source == REACH_FROM_GOROUTINE && step.value < paths->goroutine_count &&
	    paths->woken_by[step.value])
		return (struct reach_step){ REACH_FROM_OBJECT, paths->woken_by[step.value] };
	span = step.source == REACH_FROM_OBJECT ? go_heap_span(&search->heap, step.value) : NULL;
	if (!span || !paths->parents[span - search->heap.spans])
		return (struct reach_step){};
	number = paths->parents[span - search->heap.spans][(step.value - span->start) / span->size];
	if (number >= ROOT_FIRST && number - ROOT_FIRST < paths->root_count)
		return paths->roots[number - ROOT_FIRST];
	span = number && number < ROOT_FIRST ? go_heap_numbered(&search->heap, number - 1) : NULL;
	return span ? (struct reach_step){ REACH_FROM_OBJECT,
					   span->start + (number - 1 - span->first) * span->size }
		    : (struct reach_step){};
}

size_t reach_path_of(const struct search *search, uint32_t goroutine, struct reach_step *steps,
		     size_t most)
{
	struct reach_step step = { REACH_FROM_GOROUTINE, goroutine };
	size_t count = 0;

	step = step_before(search, step);
	for (; step.source && count < most; step = step_before(search, step))
		steps[count++] = step;
	return count;
}
