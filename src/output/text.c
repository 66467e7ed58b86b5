// SPDX-License-Identifier: GPL-2.0-only
/* A finding as text, for a tired person: who, how long, where; then the rest. */
#include "output/line.h"
#include "output/names.h"
#include "output/output.h"
#include "output/text_life.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "output/text_wait.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>
#include <string.h>

#define MOST_TIDS 12

static void text_head(struct line *line, const struct output_run *run,
		      const struct verdict_record *record, unsigned number)
{
	const struct lc_thread *thread = record->thread;
	char span[32], clock[32];

	if (number)
		line_add(line, LINE_BOLD, "#%u  ", number);
	if (record->conclusion.verdict >= VERDICT_SUSPECT)
		line_add(line, record->conclusion.verdict == VERDICT_SUSPECT ? LINE_BOLD : LINE_RED,
			 "%s  ", text_verdict(record->conclusion.verdict));
	line_put(line, LINE_BOLD, thread->process_comm);
	line_add(line, LINE_BOLD, " (%d)", thread->task.pid);
	line_add(line, LINE_PLAIN, ": %zu thread%s ", record->count, record->count == 1 ? "" : "s");
	if (record->conclusion.verdict == VERDICT_RUNNING) {
		line_add(line, LINE_PLAIN, "%s", name_state(thread->state));
	} else if (record->still_blocked && output_is_of_core(run)) {
		line_add(line, LINE_RED, "blocked");
	} else if (record->still_blocked) {
		line_add(line, LINE_RED, "blocked for %s%s", record->at_least ? "at least " : "",
			 duration_format(record->blocked_ns, span, sizeof(span)));
		line_add(line, LINE_PLAIN, ", since %s",
			 time_format_clock((int64_t)record->since + run->realtime_offset,
					   (int64_t)run->now + run->realtime_offset, clock,
					   sizeof(clock)));
	} else {
		line_add(line, LINE_RED,
			 record->blocks.count == 1 ? "was blocked once"
						   : "blocked again and again");
		line_add(line, LINE_PLAIN, record->blocks.count == 1 ? ", for %s" : ", up to %s",
			 duration_format(record->blocks.max_ns, span, sizeof(span)));
	}
	line_end(line);
}

static void put_tids(struct line *line, const struct verdict_record *record)
{
	size_t i;

	for (i = 0; i < record->count && i < MOST_TIDS; i++)
		line_add(line, LINE_PLAIN, "%s%d", i ? ", " : "", record->tids[i].tid);
	if (record->count > MOST_TIDS)
		line_add(line, LINE_PLAIN, " and %zu more", record->count - MOST_TIDS);
}

static void text_threads(struct line *line, const struct verdict_record *record)
{
	const struct lc_task *task = &record->thread->task;

	text_label(line, record->count == 1 ? "thread" : "threads");
	line_put(line, LINE_PLAIN, task->comm);
	line_add(line, LINE_PLAIN, " ");
	put_tids(line, record);
	if (task->ns_tid && (task->ns_tid != task->tid || task->ns_pid != task->pid))
		line_add(line, LINE_PLAIN, " (in its container: process %d, thread %d)",
			 task->ns_pid, task->ns_tid);
	line_end(line);
}

static void text_syscall(struct line *line, const struct output_run *run,
			 const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	unsigned i, count = name_call_args(run, record->syscall.nr);
	char buffer[32];

	text_label(line, "state");
	if (!record->still_blocked && record->conclusion.verdict != VERDICT_RUNNING)
		line_add(line, LINE_PLAIN, "was blocked");
	else
		line_add(line, LINE_PLAIN, "%s", name_state(thread->on_cpu ? 'R' : thread->state));
	if (record->syscall.nr != LC_NO_SYSCALL) {
		line_add(line, LINE_PLAIN, " in %s",
			 name_call(run, record->syscall.nr, buffer, sizeof(buffer)));
		line_add(line, LINE_FAINT, "(");
		for (i = 0; i < count && record->still_blocked; i++)
			line_add(line, LINE_FAINT, "%s0x%llx", i ? ", " : "",
				 (unsigned long long)record->syscall.args[i]);
		line_add(line, LINE_FAINT, ")");
	}
	line_end(line);
}

/* A thread of a Go program in a call is there for a goroutine. */
static void text_goroutine(struct line *line, const struct output_run *run,
			   const struct verdict_record *record)
{
	const struct lc_frame *frame;

	if (!record->goroutine)
		return;
	text_label(line, "goroutine");
	line_add(line, LINE_PLAIN, "%llu  ", (unsigned long long)record->goroutine->goid);
	frame = text_telling_frame(run, record->goroutine->stack);
	if (!frame)
		frame = text_telling_frame(run,
					   record->go->sites[record->goroutine->site].entry_stack);
	if (frame) {
		line_put(line, LINE_PLAIN, frame->function);
		line_add(line, LINE_PLAIN, " ");
		line_put(line, LINE_PLAIN, text_basename(frame->file));
		line_add(line, LINE_PLAIN, ":%u", frame->line);
	}
	line_end(line);
}

static void text_wake(struct line *line, const struct output_run *run,
		      const struct verdict_record *record)
{
	const struct lc_futex_wake *wake = &record->futex_wake;
	const struct lc_epoll_return *set = &record->epoll_return;
	const struct lc_thread *thread = record->thread;
	char span[32];

	if (thread->last_wake_at) {
		text_label(line, "last woken");
		line_add(line, LINE_PLAIN, "%s ago by ",
			 text_ago(run, thread->last_wake_at, span, sizeof(span)));
		text_task(line, &thread->waker);
		line_end(line);
	}
	if (record->has_futex_wake) {
		text_label(line, "futex");
		line_add(line, LINE_PLAIN, "last woken %s ago by ",
			 text_ago(run, wake->at, span, sizeof(span)));
		line_put(line, LINE_PLAIN, wake->comm);
		line_add(line, LINE_PLAIN,
			 " (%d), which woke %s; %llu of %llu wake-ups found nobody", wake->tid,
			 wake->woken ? "somebody" : "nobody", (unsigned long long)wake->empty_calls,
			 (unsigned long long)wake->calls);
		line_end(line);
	}
	if (record->has_epoll_return && set->at) {
		text_label(line, "epoll");
		line_add(line, LINE_PLAIN,
			 "last gave %u event%s, %s ago; %llu time%s since the start", set->events,
			 plural(set->events), text_ago(run, set->at, span, sizeof(span)),
			 (unsigned long long)set->returns, plural(set->returns));
		line_end(line);
	}
}

static void text_counts(struct line *line, const struct output_run *run,
			const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	char most[32], total[32];

	if (record->blocks.count) {
		text_label(line, "blocks");
		line_add(line, LINE_PLAIN, "%llu ended here, %s together, the longest %s",
			 (unsigned long long)record->blocks.count,
			 duration_format(record->blocks.total_ns, total, sizeof(total)),
			 duration_format(record->blocks.max_ns, most, sizeof(most)));
		line_end(line);
	}
	if (thread->seen_at && !output_is_of_core(run)) {
		text_label(line, "so far");
		line_add(line, LINE_PLAIN,
			 "ran for %s, gave up the CPU %llu time%s, was put off it %llu time%s",
			 duration_format(thread->run_ns, total, sizeof(total)),
			 (unsigned long long)thread->voluntary_switches,
			 plural(thread->voluntary_switches),
			 (unsigned long long)thread->involuntary_switches,
			 plural(thread->involuntary_switches));
		line_end(line);
	}
	if (thread->spawn_failures) {
		text_label(line, "spawning");
		line_add(line, LINE_RED, "%llu thread%s or process%s could not be spawned: %s",
			 (unsigned long long)thread->spawn_failures, plural(thread->spawn_failures),
			 thread->spawn_failures == 1 ? "" : "es", strerror(thread->spawn_error));
		line_end(line);
	}
}

static void text_spawn(FILE *stream, struct line *line, const struct output_run *run,
		       const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	char span[32];

	if (!thread->spawned_at)
		return;
	text_label(line, "spawned");
	line_add(line, LINE_PLAIN, "%s ago by ",
		 text_ago(run, thread->spawned_at, span, sizeof(span)));
	text_task(line, &thread->spawner);
	if (record->orphan)
		line_add(line, LINE_PLAIN, ", which has ended since");
	line_add(line, LINE_PLAIN, "%s", thread->spawn_stack ? ", at" : "; where is not known");
	line_end(line);
	text_stack(stream, line->style, run, thread->spawn_stack, LABEL_COLUMN + 4);
}

static const char *no_stack_because(const struct verdict_record *record)
{
	if (!record->still_blocked)
		return "it ended before its stack was read";
	switch (record->thread->stack_error) {
	case -EAGAIN:
		return "it ran each time it was read";
	case -EPERM:
	case -EACCES:
		return "not permitted to read its memory";
	case -ETIME:
		return "the kernel does not give its memory: a thread of its process is stuck "
		       "there";
	default:
		return "its stack could not be read";
	}
}

static void text_user_stack(FILE *stream, struct line *line, const struct output_run *run,
			    const struct verdict_record *record)
{
	if (!run->user_stacks || record->thread->kernel_thread ||
	    (record->conclusion.verdict == VERDICT_RUNNING && !record->thread->moving))
		return;
	text_label(line, "blocked at");
	if (!record->user_stack)
		line_add(line, LINE_PLAIN, "not known: %s", no_stack_because(record));
	line_end(line);
	text_stack(stream, line->style, run, record->user_stack, LABEL_COLUMN + 4);
}

/*
 * In one line, innermost first: it tells less than the program's own stack, which stands above it.
 */
static void text_kernel_line(struct line *line, const struct lc_stack *stack)
{
	size_t i, most = 5;

	for (i = 0; i < stack->frame_count && i < most; i++) {
		if (i)
			line_add(line, LINE_FAINT, " < ");
		if (stack->frames[i].function[0])
			line_put(line, LINE_PLAIN, stack->frames[i].function);
		else
			line_add(line, LINE_PLAIN, "0x%llx",
				 (unsigned long long)stack->frames[i].address);
	}
	if (stack->frame_count > most)
		line_add(line, LINE_FAINT, " < ...");
}

static void text_kernel_stack(FILE *stream, struct line *line, const struct output_run *run,
			      const struct verdict_record *record)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, record->kernel_stack);
	bool whole = !run->user_stacks || run->verbose || !record->user_stack;

	if (!run->kernel_stacks || !stack || !stack->frame_count)
		return;
	text_label(line, "in the kernel");
	if (!whole)
		text_kernel_line(line, stack);
	line_end(line);
	if (whole)
		text_stack(stream, line->style, run, record->kernel_stack, LABEL_COLUMN + 4);
}

int output_text_record(FILE *stream, const struct output_style *style, const struct output_run *run,
		       const struct verdict_record *record, unsigned number)
{
	struct line line = line_begin(stream, style);

	text_head(&line, run, record, number);
	text_threads(&line, record);
	text_where_it_runs(&line, run, record->thread->task.pid);
	text_syscall(&line, run, record);
	text_goroutine(&line, run, record);
	text_wait(stream, style, run, record);
	text_user_stack(stream, &line, run, record);
	text_spawn(stream, &line, run, record);
	text_kernel_stack(stream, &line, run, record);
	text_wake(&line, run, record);
	text_counts(&line, run, record);
	if (run->life)
		text_life(&line, run, record);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}

int output_text_more(FILE *stream, const struct output_style *style, const struct output_run *run,
		     const struct verdict_record *record)
{
	struct line line = line_begin(stream, style);
	char span[32];

	line_add(&line, LINE_BOLD, "#%u  ", record->reported_before);
	line_add(&line, LINE_PLAIN, "%zu more thread%s at this place, %zu now: ", record->count,
		 record->count == 1 ? "" : "s", record->at_place);
	put_tids(&line, record);
	line_add(&line, LINE_PLAIN, ", blocked for %s",
		 duration_format(run->now - record->since, span, sizeof(span)));
	line_end(&line);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
