// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines as Perfetto shows them: see perfetto_drawing.h. */
#include "output/perfetto_drawing.h"
#include "output/remedy.h"

#include <stdlib.h>

#define MOST_SLICES 64 /* of a group; the name of its track has their number */

/* Of one goroutine, made when it is first asked for; 0: there are too many. */
static uint64_t goroutine_track(struct drawing *drawing, const struct lc_go_process *process,
				uint64_t goid)
{
	char name[64];
	size_t i;

	for (i = 0; i < drawing->known; i++) {
		if (drawing->goroutines[i].pid == process->pid &&
		    drawing->goroutines[i].goid == goid)
			return drawing->goroutines[i].track;
	}
	if (drawing->known == DRAWING_GOROUTINES)
		return 0;
	snprintf(name, sizeof(name), "goroutine %llu", (unsigned long long)goid);
	drawing->goroutines[drawing->known] = (struct goroutine_track){
		.pid = process->pid,
		.goid = goid,
		.track = perfetto_track(drawing->perfetto, process->pid, process->comm, name,
					/* counts= */ false),
	};
	return drawing->goroutines[drawing->known++].track;
}

static void draw_go_arrow(struct drawing *drawing, const struct lc_go_process *process,
			  uint64_t from, uint64_t to, uint64_t at, const char *does,
			  const char *done)
{
	uint64_t arrow = perfetto_arrow(drawing->perfetto);
	char words[80], by[64];
	struct perfetto_event begins = {
		.type = PERFETTO_INSTANT,
		.track = goroutine_track(drawing, process, from),
		.at = at,
		.category = "leakhop",
		.name = words,
		.flow_from = arrow,
	};
	struct perfetto_event ends = {
		.type = PERFETTO_INSTANT,
		.track = goroutine_track(drawing, process, to),
		.at = at,
		.category = "leakhop",
		.name = done,
		.flow_to = arrow,
	};

	snprintf(words, sizeof(words), "%s goroutine %llu", does, (unsigned long long)to);
	snprintf(by, sizeof(by), "goroutine %llu", (unsigned long long)from);
	drawing_note(&ends, "by", by);
	if (!begins.track || !ends.track)
		return;
	perfetto_event(drawing->perfetto, &begins);
	perfetto_event(drawing->perfetto, &ends);
}

static int earliest_first(const void *a, const void *b)
{
	const struct lc_goroutine *const *x = a, *const *y = b;
	uint64_t x_since = lc_go_since(*x), y_since = lc_go_since(*y);

	return x_since < y_since ? -1 : x_since > y_since;
}

/* Of those that a record lists the longest there, MOST_SLICES at most; the caller frees. */
static const struct lc_goroutine **longest_of(const struct verdict_goroutines *record,
					      size_t *ret_count)
{
	const struct lc_goroutine **list = calloc(record->goid_count + 1, sizeof(*list));
	size_t i, count = 0;

	for (i = 0; list && i < record->goid_count; i++) {
		list[count] = lc_go_by_goid(record->process, record->goids[i]);
		count += list[count] != NULL;
	}
	if (count)
		qsort(list, count, sizeof(*list), earliest_first);
	*ret_count = count < MOST_SLICES ? count : MOST_SLICES;
	return list;
}

static void begin_goroutine(const struct drawing *drawing, const struct verdict_goroutines *record,
			    const struct lc_goroutine *goroutine, uint64_t track, const char *stack)
{
	char place[DRAWING_PLACE_BYTES], name[64];
	struct perfetto_event event = {
		.type = PERFETTO_BEGIN,
		.track = track,
		.at = lc_go_since(goroutine),
		.category = "blocked",
		.name = name,
	};

	snprintf(name, sizeof(name), "goroutine %llu, %s", (unsigned long long)goroutine->goid,
		 lc_go_kind_name(goroutine->kind));
	drawing_location(drawing->run, record->goroutine->stack, place, sizeof(place));
	drawing_note(&event, "at", place);
	drawing_note(&event, "verdict", verdict_name(record->conclusion.verdict));
	drawing_note(&event, "why", record->conclusion.reason);
	drawing_note(&event, "proof", record->conclusion.proof);
	drawing_note(&event, "remedy", remedy_of_goroutines(drawing->run, record));
	drawing_note(&event, "stack", stack);
	if (goroutine->parent_goid)
		drawing_note_number(&event, "parent goroutine", goroutine->parent_goid);
	perfetto_event(drawing->perfetto, &event);
}

/* All of them end now, so each lies within the one that has stood there longer. */
static void draw_goroutines(const struct drawing *drawing, const struct verdict_goroutines *record,
			    uint64_t track)
{
	const struct perfetto_event end = {
		.type = PERFETTO_END,
		.track = track,
		.at = drawing->run->now,
	};
	size_t i, count;
	const struct lc_goroutine **list = longest_of(record, &count);
	char stack[DRAWING_NOTE_BYTES];

	drawing_stack(drawing->run, record->goroutine->stack, stack, sizeof(stack));
	for (i = 0; i < count; i++)
		begin_goroutine(drawing, record, list[i], track, stack);
	for (i = 0; i < count; i++)
		perfetto_event(drawing->perfetto, &end);
	free(list);
}

/* With --go-events: the longest blocks that have ended, each goroutine's on a track of its own. */
void drawing_go_blocks(struct drawing *drawing, const struct lc_go_process *process)
{
	const struct lc_go_block *block;
	char stack[DRAWING_NOTE_BYTES];
	size_t i;

	for (i = 0; process->events && i < process->events->kept; i++) {
		block = &process->events->blocks[i];
		struct perfetto_event event = {
			.type = PERFETTO_BEGIN,
			.track = goroutine_track(drawing, process, block->goid),
			.at = block->since,
			.category = "ended",
			.name = lc_go_kind_name(block->kind),
		};

		drawing_stack(drawing->run, block->stack, stack, sizeof(stack));
		drawing_note(&event, "stack", stack);
		if (!event.track)
			return;
		drawing_slice(drawing, &event, block->since + block->blocked_ns);
		if (block->readier == LC_GO_READIER_GOROUTINE)
			draw_go_arrow(drawing, process, block->by, block->goid,
				      block->since + block->blocked_ns, "readies", "readied");
	}
}

/* The same: of the one that stands for its group, its birth, and who readied it last. */
static void draw_exact(struct drawing *drawing, const struct verdict_goroutines *record)
{
	const struct lc_go_exact *exact = &record->exact;
	uint64_t goid = record->goroutine->goid;

	if (!record->has_exact)
		return;
	if (exact->born_at && exact->parent_goid)
		draw_go_arrow(drawing, record->process, exact->parent_goid, goid, exact->born_at,
			      "spawns", "spawned");
	if (exact->ready_at && exact->readier == LC_GO_READIER_GOROUTINE)
		draw_go_arrow(drawing, record->process, exact->ready_by, goid, exact->ready_at,
			      "readies", "readied");
}

void drawing_group(struct drawing *drawing, const struct verdict_goroutines *record)
{
	const struct lc_go_process *process = record->process;
	struct lc_series_key key = lc_series_goroutine_key(process, record->goroutine);
	char place[DRAWING_PLACE_BYTES], name[500];

	drawing_location(drawing->run, record->goroutine->stack, place, sizeof(place));
	snprintf(name, sizeof(name), "%zu goroutines in %s, %s (%s)", record->count,
		 lc_go_kind_name(record->goroutine->kind), place,
		 verdict_name(record->conclusion.verdict));
	draw_goroutines(drawing, record,
			perfetto_track(drawing->perfetto, process->pid, process->comm, name,
				       /* counts= */ false));
	drawing_counts(drawing, process->pid, process->comm, name, &key);
	draw_exact(drawing, record);
}
