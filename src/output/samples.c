// SPDX-License-Identifier: GPL-2.0-only
/* All waits of a run, from its models: see samples.h. */
#include "output/samples.h"
#include "output/escape.h"
#include "output/text_stack.h"

#include <stdio.h>
#include <string.h>

struct walking {
	const struct output_run *run;
	int (*take)(void *context, const struct sample *sample);
	void *context;
};

static uint64_t since_to(uint64_t since, uint64_t now)
{
	return now > since ? now - since : 0;
}

static enum verdict verdict_of(const struct output_run *run, uint32_t node)
{
	return node == GRAPH_NONE ? VERDICT_BLOCKED : run->view->judgements[node].verdict;
}

static int take_thread(const struct walking *walking, const struct lc_thread *thread)
{
	const struct output_run *run = walking->run;
	uint32_t node = graph_find(&run->view->graph, thread->task.tid);
	const struct sample sample = {
		.pid = thread->task.pid,
		.process = thread->process_comm,
		.tid = thread->task.tid,
		.thread = thread->task.comm,
		.wait = thread->wait ? lc_wait_kind_name(thread->wait->kind) : "",
		.verdict = verdict_of(run, node),
		.user_stack = run->user_stacks ? thread->user_stack : 0,
		.kernel_stack = run->kernel_stacks ? thread->kernel_stack : 0,
		.spawn_stack = thread->spawn_stack,
		.count = 1,
		.ns = since_to(thread->blocked_since, run->now),
	};

	return walking->take(walking->context, &sample);
}

static int take_places(const struct walking *walking, const struct lc_thread *thread)
{
	struct sample sample = {
		.pid = thread->task.pid,
		.process = thread->process_comm,
		.tid = thread->task.tid,
		.thread = thread->task.comm,
		.wait = "",
		.verdict = VERDICT_BLOCKED,
		.spawn_stack = thread->spawn_stack,
		.ended = true,
	};
	int i, r = 0;

	for (i = 0; i < LC_SITES && thread->places[i].blocks.count && !r; i++) {
		sample.user_stack = walking->run->user_stacks ? thread->places[i].user_stack : 0;
		sample.count = thread->places[i].blocks.count;
		sample.ns = thread->places[i].blocks.total_ns;
		r = walking->take(walking->context, &sample);
	}
	return r;
}

static int take_threads(const struct walking *walking)
{
	const struct lc_model *threads = walking->run->view->snapshot.threads;
	const struct lc_thread *thread = lc_snapshot_next(threads, NULL);
	int r = 0;

	for (; thread && !r; thread = lc_snapshot_next(threads, thread)) {
		if (thread->blocked && !thread->ended_at && thread->seen_at)
			r = take_thread(walking, thread);
		r = r ?: take_places(walking, thread);
	}
	return r;
}

/* Of a group of which nothing reaches some, these are a record of their own. */
static bool is_of_record(const struct verdict_goroutines *record,
			 const struct lc_goroutine *goroutine)
{
	struct lc_series_key group = lc_series_goroutine_key(record->process, record->goroutine);
	struct lc_series_key one = lc_series_goroutine_key(record->process, goroutine);
	bool unreachable = goroutine->flags & LC_GO_UNREACHABLE;

	if (memcmp(&one, &group, sizeof(one)))
		return false;
	return !(record->others && !unreachable) && !(record->apart && unreachable);
}

/* Each has the same share of what they hold together, and one what is left over. */
static uint64_t share_of(const struct verdict_goroutines *record, size_t first, size_t count)
{
	uint64_t bytes = record->retained
				 ? record->retained->heap_bytes + record->retained->stack_bytes
				 : 0;

	return bytes / record->count * count + (first ? 0 : bytes % record->count);
}

/* Those of a group that its record has no room to list: they are told together. */
static int take_rest(const struct walking *walking, const struct verdict_goroutines *record,
		     struct sample *sample, uint64_t reported_ns)
{
	const struct lc_go_process *process = record->process;
	uint64_t ns = 0;
	size_t i;

	for (i = 0; i < process->count; i++) {
		if (process->list[i].goid && is_of_record(record, &process->list[i]))
			ns += since_to(lc_go_since(&process->list[i]), process->last_sweep_at);
	}
	sample->goid = 0;
	sample->tid = 0;
	sample->count = record->count - record->goid_count;
	sample->ns = ns > reported_ns ? ns - reported_ns : 0;
	sample->retained_bytes = share_of(record, record->goid_count, sample->count);
	return walking->take(walking->context, sample);
}

static int take_group(const struct walking *walking, const struct verdict_goroutines *record)
{
	const struct lc_go_process *process = record->process;
	const struct lc_goroutine *goroutine;
	struct sample sample = {
		.pid = process->pid,
		.process = process->comm,
		.wait = lc_go_kind_name(record->goroutine->kind),
		.verdict = record->conclusion.verdict,
		.user_stack = record->goroutine->stack,
		.spawn_stack = record->site->spawn_stack,
		.count = 1,
	};
	uint64_t reported_ns = 0;
	size_t i;
	int r = 0;

	for (i = 0; i < record->goid_count && !r; i++) {
		goroutine = lc_go_by_goid(process, record->goids[i]);
		sample.goid = record->goids[i];
		sample.tid = goroutine ? goroutine->tid : 0;
		sample.ns = goroutine ? since_to(lc_go_since(goroutine), process->last_sweep_at)
				      : 0;
		sample.retained_bytes = share_of(record, i, 1);
		reported_ns += sample.ns;
		r = walking->take(walking->context, &sample);
	}
	if (!r && record->count > record->goid_count)
		r = take_rest(walking, record, &sample, reported_ns);
	return r;
}

int samples_each(const struct output_run *run, const struct output_report *report,
		 int (*take)(void *context, const struct sample *sample), void *context)
{
	const struct walking walking = { .run = run, .take = take, .context = context };
	size_t i;
	int r = run->view ? take_threads(&walking) : 0;

	for (i = 0; i < report->goroutines.count && !r; i++) {
		if (report->goroutines.list[i].goroutine->kind != LC_GO_NO_WAIT)
			r = take_group(&walking, &report->goroutines.list[i]);
	}
	return r;
}

const char *sample_frame_name(const struct lc_frame *frame, char *buffer, size_t size)
{
	char name[SAMPLE_NAME_BYTES];

	if (frame->function[0])
		return escape_text(frame->function, buffer, size);
	if (frame->module[0] && frame->offset)
		snprintf(name, sizeof(name), "%s+0x%llx", text_basename(frame->module),
			 (unsigned long long)frame->offset);
	else
		snprintf(name, sizeof(name), "0x%llx", (unsigned long long)frame->address);
	return escape_text(name, buffer, size);
}
