// SPDX-License-Identifier: GPL-2.0-only
/* Threads as Perfetto shows them: see perfetto_drawing.h. */
#include "output/names.h"
#include "output/perfetto_drawing.h"
#include "output/remedy.h"

#include <stdlib.h>
#include <string.h>

/*
 * Of who woke or spawned: as it is known now, where it still is; 0: not even its process is known.
 */
static uint64_t track_of(const struct drawing *drawing, const struct lc_task *task)
{
	const struct lc_thread *thread = lc_snapshot_find(drawing->run->view->snapshot.threads,
							  task->tid);

	if (thread && (!task->pid || thread->task.pid == task->pid))
		return perfetto_thread(drawing->perfetto, &thread->task, thread->process_comm);
	return task->pid ? perfetto_thread(drawing->perfetto, task, NULL) : 0;
}

/* A pair of events at one moment, and the arrow between them. */
static void draw_arrow(const struct drawing *drawing, const struct lc_task *from, uint64_t to,
		       uint64_t at, uint64_t arrives_at, const char *words, const char *arrives)
{
	uint64_t arrow = perfetto_arrow(drawing->perfetto);
	struct perfetto_event begins = {
		.type = PERFETTO_INSTANT,
		.track = track_of(drawing, from),
		.at = at,
		.category = "leakhop",
		.name = words,
		.flow_from = arrow,
	};
	struct perfetto_event ends = {
		.type = PERFETTO_INSTANT,
		.track = to,
		.at = arrives_at,
		.category = "leakhop",
		.name = arrives,
		.flow_to = arrow,
	};

	drawing_note(&ends, "by", from->comm);
	drawing_note_number(&ends, "by tid", from->tid);
	if (begins.track)
		perfetto_event(drawing->perfetto, &begins);
	else
		ends.flow_to = 0;
	perfetto_event(drawing->perfetto, &ends);
}

static void draw_birth(const struct drawing *drawing, const struct lc_thread *thread,
		       uint64_t track)
{
	char words[80];
	uint64_t at = thread->spawned_at;

	if (!at || !thread->spawner.tid)
		return;
	snprintf(words, sizeof(words), "spawns %.15s %d", thread->task.comm, thread->task.tid);
	draw_arrow(drawing, &thread->spawner, track, at,
		   thread->first_run_at > at ? thread->first_run_at : at, words, "spawned");
}

static void draw_wake(const struct drawing *drawing, const struct lc_thread *thread, uint64_t track,
		      const struct lc_task *waker, uint64_t at)
{
	char words[80];

	if (!waker->tid) /* a timer or an interrupt */
		return;
	snprintf(words, sizeof(words), "wakes %.15s %d", thread->task.comm, thread->task.tid);
	draw_arrow(drawing, waker, track, at, at, words, "woken");
}

/*
 * When it ended, but not after the next one began: of two clocks' figures one may be a little off,
 * and slices that overlap would be taken for calls within calls.
 */
static uint64_t end_of(const struct lc_thread *thread, const struct lc_block *block)
{
	uint64_t end = block->at + block->ns, begin;
	int i;

	for (i = 0; i <= LC_LONGEST_BLOCKS; i++) {
		if (i < LC_LONGEST_BLOCKS)
			begin = thread->longest[i].ns ? thread->longest[i].at : 0;
		else
			begin = thread->blocked ? thread->blocked_since : 0;
		if (begin > block->at && begin < end)
			end = begin;
	}
	return end;
}

static void draw_one_ended(const struct drawing *drawing, const struct lc_thread *thread,
			   uint64_t track, const struct lc_block *block)
{
	char call[32], stack[DRAWING_NOTE_BYTES];
	struct lc_task waker = { .tid = block->waker_tid };
	struct perfetto_event event = {
		.type = PERFETTO_BEGIN,
		.track = track,
		.at = block->at,
		.category = "ended",
		.name = block->syscall_nr < 0 ? "blocked"
					      : name_syscall(block->syscall_nr, call, sizeof(call)),
	};

	drawing_stack(drawing->run, block->user_stack, stack, sizeof(stack));
	drawing_note(&event, "stack", stack);
	drawing_slice(drawing, &event, end_of(thread, block));
	memcpy(waker.comm, block->waker_comm, sizeof(waker.comm));
	if (block->at + block->ns != thread->last_wake_at)
		draw_wake(drawing, thread, track, &waker, block->at + block->ns);
}

static int earliest_first(const void *a, const void *b)
{
	const struct lc_block *const *x = a, *const *y = b;

	return (*x)->at < (*y)->at ? -1 : (*x)->at > (*y)->at;
}

/* In the order of time: where one ends as the next begins, the end has to come first. */
static void draw_ended(const struct drawing *drawing, const struct lc_thread *thread,
		       uint64_t track)
{
	const struct lc_block *list[LC_LONGEST_BLOCKS];
	size_t i, count = 0;

	while (count < LC_LONGEST_BLOCKS && thread->longest[count].ns) {
		list[count] = &thread->longest[count];
		count++;
	}
	qsort(list, count, sizeof(list[0]), earliest_first);
	for (i = 0; i < count; i++)
		draw_one_ended(drawing, thread, track, list[i]);
}

/* The block that goes on, with what is concluded of it. */
static void draw_block(const struct drawing *drawing, const struct lc_thread *thread,
		       uint64_t track)
{
	const struct output_run *run = drawing->run;
	uint32_t node = graph_find(&run->view->graph, thread->task.tid);
	char place[DRAWING_PLACE_BYTES], stack[DRAWING_NOTE_BYTES], call[32], remedy[REMEDY_BYTES];
	struct conclusion conclusion = {};
	struct perfetto_event event = {
		.type = PERFETTO_BEGIN,
		.track = track,
		.at = thread->blocked_since,
		.category = "blocked",
		.name = thread->wait ? lc_wait_kind_name(thread->wait->kind) : "blocked",
	};

	drawing_location(run, thread->user_stack, place, sizeof(place));
	drawing_stack(run, thread->user_stack, stack, sizeof(stack));
	drawing_note(&event, "waits for", thread->wait ? thread->wait->object : "");
	drawing_note(&event, "at", place);
	if (thread->syscall.nr != LC_NO_SYSCALL)
		drawing_note(&event, "system call",
			     name_syscall(thread->syscall.nr, call, sizeof(call)));
	if (node != GRAPH_NONE) {
		verdict_conclude(run->view, node, &conclusion);
		drawing_note(&event, "verdict", verdict_name(conclusion.verdict));
		drawing_note(&event, "why", conclusion.reason);
		drawing_note(&event, "proof", conclusion.proof);
		drawing_note(&event, "remedy",
			     remedy_words(run, &conclusion, remedy, sizeof(remedy)));
	}
	drawing_note(&event, "stack", stack);
	drawing_slice(drawing, &event, run->now);
}

void drawing_thread(const struct drawing *drawing, const struct lc_thread *thread)
{
	uint64_t track = perfetto_thread(drawing->perfetto, &thread->task, thread->process_comm);

	draw_birth(drawing, thread, track);
	draw_ended(drawing, thread, track);
	if (thread->last_wake_at)
		draw_wake(drawing, thread, track, &thread->waker, thread->last_wake_at);
	if (thread->blocked && !thread->ended_at && thread->seen_at)
		draw_block(drawing, thread, track);
}

void drawing_thread_counts(struct drawing *drawing, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	struct lc_series_key key = lc_series_thread_key(thread);
	char place[DRAWING_PLACE_BYTES], name[500];

	if (!record->has_trend)
		return;
	drawing_location(drawing->run, record->user_stack, place, sizeof(place));
	snprintf(name, sizeof(name), "threads at %s", place[0] ? place : "a place without a name");
	drawing_counts(drawing, thread->task.pid, thread->process_comm, name, &key);
}
