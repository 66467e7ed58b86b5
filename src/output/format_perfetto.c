// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace for Perfetto (ui.perfetto.dev): a track for each thread and each group of goroutines, on
 * which a block is a slice, and arrows from who woke or spawned to whom.
 */
#include "output/format.h"
#include "output/names.h"
#include "output/perfetto_packets.h"
#include "output/remedy.h"
#include "output/samples.h"
#include "output/text_stack.h"

#include <errno.h>
#include <stdlib.h>

#define MOST_SLICES 64	 /* of a group of goroutines; the name of its track has their number */
#define MOST_COUNTS 1000 /* groups whose numbers over time are shown */
#define NOTE_TEXT_BYTES 4096

struct drawing {
	const struct output_run *run;
	struct perfetto *perfetto;
	size_t counts;
};

static void note(struct perfetto_event *event, const char *name, const char *text)
{
	if (text && text[0])
		event->notes[event->note_count++] = (struct perfetto_note){ .name = name,
									    .text = text };
}

static void note_number(struct perfetto_event *event, const char *name, uint64_t number)
{
	event->notes[event->note_count++] = (struct perfetto_note){ .name = name,
								    .number = number };
}

/* "add_to_totals leaky-server.c:37"; "" where nothing is known. */
static void place_words(const struct output_run *run, uint32_t stack, char *buffer, size_t size)
{
	const struct lc_frame *frame = text_telling_frame(run, stack);
	char name[SAMPLE_NAME_BYTES];

	buffer[0] = '\0';
	if (!frame)
		return;
	sample_frame_name(frame, name, sizeof(name));
	if (frame->line)
		snprintf(buffer, size, "%.200s %.100s:%u", name, text_basename(frame->file),
			 frame->line);
	else
		snprintf(buffer, size, "%.200s", name);
}

/* "futex_wait < lock < add_to_totals < main", as far as there is room. */
static void stack_words(const struct output_run *run, uint32_t id, char *buffer, size_t size)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	char name[SAMPLE_NAME_BYTES];
	size_t i, used = 0;

	buffer[0] = '\0';
	for (i = 0; stack && i < stack->frame_count && used < size; i++)
		used += snprintf(buffer + used, size - used, "%s%s", i ? " < " : "",
				 sample_frame_name(&stack->frames[i], name, sizeof(name)));
}

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

	note(&ends, "by", from->comm);
	note_number(&ends, "by tid", from->tid);
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

static void draw_slice(const struct drawing *drawing, struct perfetto_event *begin, uint64_t until)
{
	const struct perfetto_event end = {
		.type = PERFETTO_END,
		.track = begin->track,
		.at = until > begin->at ? until : begin->at,
	};

	perfetto_event(drawing->perfetto, begin);
	perfetto_event(drawing->perfetto, &end);
}

static void draw_ended(const struct drawing *drawing, const struct lc_thread *thread,
		       uint64_t track)
{
	char call[32], stack[NOTE_TEXT_BYTES];
	const struct lc_block *block;
	struct lc_task waker = {};
	int i;

	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++) {
		block = &thread->longest[i];
		struct perfetto_event event = {
			.type = PERFETTO_BEGIN,
			.track = track,
			.at = block->at,
			.category = "ended",
			.name = block->syscall_nr < 0
					? "blocked"
					: name_syscall(block->syscall_nr, call, sizeof(call)),
		};

		stack_words(drawing->run, block->user_stack, stack, sizeof(stack));
		note(&event, "stack", stack);
		draw_slice(drawing, &event, block->at + block->ns);
		waker.tid = block->waker_tid;
		memcpy(waker.comm, block->waker_comm, sizeof(waker.comm));
		if (block->at + block->ns != thread->last_wake_at)
			draw_wake(drawing, thread, track, &waker, block->at + block->ns);
	}
}

/* The block that goes on, with what is concluded of it. */
static void draw_block(const struct drawing *drawing, const struct lc_thread *thread,
		       uint64_t track)
{
	const struct output_run *run = drawing->run;
	uint32_t node = graph_find(&run->view->graph, thread->task.tid);
	char place[400], stack[NOTE_TEXT_BYTES], call[32], remedy[REMEDY_BYTES];
	struct conclusion conclusion = {};
	struct perfetto_event event = {
		.type = PERFETTO_BEGIN,
		.track = track,
		.at = thread->blocked_since,
		.category = "blocked",
		.name = thread->wait ? lc_wait_kind_name(thread->wait->kind) : "blocked",
	};

	place_words(run, thread->user_stack, place, sizeof(place));
	stack_words(run, thread->user_stack, stack, sizeof(stack));
	note(&event, "waits for", thread->wait ? thread->wait->object : "");
	note(&event, "at", place);
	if (thread->syscall.nr != LC_NO_SYSCALL)
		note(&event, "system call", name_syscall(thread->syscall.nr, call, sizeof(call)));
	if (node != GRAPH_NONE) {
		verdict_conclude(run->view, node, &conclusion);
		note(&event, "verdict", verdict_name(conclusion.verdict));
		note(&event, "why", conclusion.reason);
		note(&event, "proof", conclusion.proof);
		note(&event, "remedy", remedy_words(run, &conclusion, remedy, sizeof(remedy)));
	}
	note(&event, "stack", stack);
	draw_slice(drawing, &event, run->now);
}

static void draw_thread(const struct drawing *drawing, const struct lc_thread *thread)
{
	uint64_t track = perfetto_thread(drawing->perfetto, &thread->task, thread->process_comm);

	draw_birth(drawing, thread, track);
	draw_ended(drawing, thread, track);
	if (thread->last_wake_at)
		draw_wake(drawing, thread, track, &thread->waker, thread->last_wake_at);
	if (thread->blocked && !thread->ended_at && thread->seen_at)
		draw_block(drawing, thread, track);
}

static int earliest_first(const void *a, const void *b)
{
	const struct lc_goroutine *const *x = a, *const *y = b;
	uint64_t x_since = lc_go_since(*x), y_since = lc_go_since(*y);

	return x_since < y_since ? -1 : x_since > y_since;
}

/* Of those that stand there, the longest; all end now, so each lies within the one before. */
static void draw_goroutines(const struct drawing *drawing, const struct verdict_goroutines *record,
			    uint64_t track)
{
	const struct output_run *run = drawing->run;
	const struct lc_goroutine **list = calloc(record->goid_count + 1, sizeof(*list));
	char place[400], stack[NOTE_TEXT_BYTES], name[64];
	struct perfetto_event end = { .type = PERFETTO_END, .track = track, .at = run->now };
	size_t i, count = 0;

	for (i = 0; list && i < record->goid_count; i++) {
		list[count] = lc_go_by_goid(record->process, record->goids[i]);
		count += list[count] != NULL;
	}
	if (count)
		qsort(list, count, sizeof(*list), earliest_first);
	count = count < MOST_SLICES ? count : MOST_SLICES;
	place_words(run, record->goroutine->stack, place, sizeof(place));
	stack_words(run, record->goroutine->stack, stack, sizeof(stack));
	for (i = 0; i < count; i++) {
		struct perfetto_event event = {
			.type = PERFETTO_BEGIN,
			.track = track,
			.at = lc_go_since(list[i]),
			.category = "blocked",
			.name = name,
		};

		snprintf(name, sizeof(name), "goroutine %llu, %s",
			 (unsigned long long)list[i]->goid, lc_go_kind_name(list[i]->kind));
		note(&event, "at", place);
		note(&event, "verdict", verdict_name(record->conclusion.verdict));
		note(&event, "why", record->conclusion.reason);
		note(&event, "proof", record->conclusion.proof);
		note(&event, "remedy", remedy_of_goroutines(run, record));
		note(&event, "stack", stack);
		note_number(&event, "parent goroutine", list[i]->parent_goid);
		perfetto_event(drawing->perfetto, &event);
	}
	for (i = 0; i < count; i++)
		perfetto_event(drawing->perfetto, &end);
	free(list);
}

static void draw_counts(struct drawing *drawing, pid_t pid, const char *process, const char *name,
			const struct lc_series_key *key)
{
	const struct lc_series *series = drawing->run->view->snapshot.series;
	const struct lc_series_group *group = series ? lc_series_find(series, key) : NULL;
	uint64_t track;
	uint32_t i;

	if (!group || group->sweep_count < 2 || drawing->counts == MOST_COUNTS)
		return;
	drawing->counts++;
	track = perfetto_track(drawing->perfetto, pid, process, name, /* counts= */ true);
	for (i = 0; i < group->sweep_count; i++)
		perfetto_count(drawing->perfetto, track, group->sweeps[i].at,
			       group->sweeps[i].count);
}

static void draw_group(struct drawing *drawing, const struct verdict_goroutines *record)
{
	const struct lc_go_process *process = record->process;
	struct lc_series_key key = lc_series_goroutine_key(process, record->goroutine);
	char place[400], name[500];

	place_words(drawing->run, record->goroutine->stack, place, sizeof(place));
	snprintf(name, sizeof(name), "%zu goroutines in %s, %s (%s)", record->count,
		 lc_go_kind_name(record->goroutine->kind), place,
		 verdict_name(record->conclusion.verdict));
	draw_goroutines(drawing, record,
			perfetto_track(drawing->perfetto, process->pid, process->comm, name,
				       /* counts= */ false));
	draw_counts(drawing, process->pid, process->comm, name, &key);
}

static void draw_thread_counts(struct drawing *drawing, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	struct lc_series_key key = lc_series_thread_key(thread);
	char place[400], name[500];

	if (!record->has_trend)
		return;
	place_words(drawing->run, record->user_stack, place, sizeof(place));
	snprintf(name, sizeof(name), "threads at %s", place[0] ? place : "a place without a name");
	draw_counts(drawing, thread->task.pid, thread->process_comm, name, &key);
}

static void draw(struct drawing *drawing, const struct output_report *report)
{
	const struct lc_model *threads = drawing->run->view->snapshot.threads;
	const struct lc_thread *thread;
	size_t i;

	perfetto_clocks(drawing->perfetto, drawing->run->now,
			(int64_t)drawing->run->now + drawing->run->realtime_offset);
	for (thread = lc_snapshot_next(threads, NULL); thread;
	     thread = lc_snapshot_next(threads, thread))
		draw_thread(drawing, thread);
	for (i = 0; i < report->threads.count; i++)
		draw_thread_counts(drawing, &report->threads.list[i]);
	for (i = 0; i < report->goroutines.count; i++) {
		if (report->goroutines.list[i].goroutine->kind != LC_GO_NO_WAIT)
			draw_group(drawing, &report->goroutines.list[i]);
	}
}

static int end(struct output_sink *sink, const struct output_report *report)
{
	struct drawing drawing = { .run = sink->run };
	int r = perfetto_create(sink->stream, &drawing.perfetto);

	if (r < 0)
		return r;
	draw(&drawing, report);
	r = perfetto_error(drawing.perfetto);
	perfetto_free(drawing.perfetto);
	if (!r && (fflush(sink->stream) || ferror(sink->stream)))
		r = -EIO;
	return r;
}

const struct output_format output_format_perfetto = {
	.name = "perfetto",
	.for_programs = true,
	.all_stacks = true,
	.is_file = true,
	.end = end,
};
