// SPDX-License-Identifier: GPL-2.0-only
/* A finding as text, for a tired person: who, how long, where; then the rest. */
#include "output/line.h"
#include "output/names.h"
#include "output/output.h"
#include "output/text_stack.h"
#include "output/text_wait.h"
#include "util/duration.h"

#include <errno.h>
#include <string.h>

#define LABEL_COLUMN 4
#define VALUE_COLUMN 18
#define MOST_TIDS 12

static void label(struct line *line, const char *name)
{
	line_tab(line, LABEL_COLUMN);
	line_add(line, LINE_FAINT, "%s", name);
	line_tab(line, VALUE_COLUMN);
}

static const char *ago(const struct output_run *run, uint64_t at, char *buffer, size_t size)
{
	return duration_format(run->now > at ? run->now - at : 0, buffer, size);
}

static void put_task(struct line *line, const struct lc_task *task)
{
	/* tid 0 wakes from an interrupt: a timer, a disk, the network. */
	if (!task->tid) {
		line_add(line, LINE_PLAIN, "the kernel (timer or interrupt)");
		return;
	}
	line_put(line, LINE_PLAIN, task->comm);
	line_add(line, LINE_PLAIN, " (%d)", task->tid);
}

static const char *loud_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_DEADLOCK:
		return "DEADLOCK";
	case VERDICT_LEAK:
		return "LEAK";
	case VERDICT_STUCK:
		return "STUCK";
	case VERDICT_SUSPECT:
		return "suspect";
	default:
		return verdict_name(verdict);
	}
}

static void text_head(struct line *line, const struct output_run *run,
		      const struct verdict_record *record, unsigned number)
{
	const struct lc_thread *thread = record->thread;
	char span[32], clock[32];

	if (number)
		line_add(line, LINE_BOLD, "#%u  ", number);
	if (record->conclusion.verdict >= VERDICT_SUSPECT)
		line_add(line, record->conclusion.verdict == VERDICT_SUSPECT ? LINE_BOLD : LINE_RED, "%s  ",
			 loud_name(record->conclusion.verdict));
	line_put(line, LINE_BOLD, thread->process_comm);
	line_add(line, LINE_BOLD, " (%d)", thread->task.pid);
	line_add(line, LINE_PLAIN, ": %zu thread%s ", record->count, record->count == 1 ? "" : "s");
	if (record->conclusion.verdict == VERDICT_RUNNING) {
		line_add(line, LINE_PLAIN, "%s", name_state(thread->state));
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

	label(line, record->count == 1 ? "thread" : "threads");
	line_put(line, LINE_PLAIN, task->comm);
	line_add(line, LINE_PLAIN, " ");
	put_tids(line, record);
	if (task->ns_tid && (task->ns_tid != task->tid || task->ns_pid != task->pid))
		line_add(line, LINE_PLAIN, " (in its container: process %d, thread %d)",
			 task->ns_pid, task->ns_tid);
	line_end(line);
}

static void text_syscall(struct line *line, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	unsigned i, count = name_syscall_args(record->syscall.nr);
	char buffer[32];

	label(line, "state");
	if (!record->still_blocked && record->conclusion.verdict != VERDICT_RUNNING)
		line_add(line, LINE_PLAIN, "was blocked");
	else
		line_add(line, LINE_PLAIN, "%s", name_state(thread->on_cpu ? 'R' : thread->state));
	if (record->syscall.nr != LC_NO_SYSCALL) {
		line_add(line, LINE_PLAIN, " in %s",
			 name_syscall(record->syscall.nr, buffer, sizeof(buffer)));
		line_add(line, LINE_FAINT, "(");
		for (i = 0; i < count && record->still_blocked; i++)
			line_add(line, LINE_FAINT, "%s0x%llx", i ? ", " : "",
				 (unsigned long long)record->syscall.args[i]);
		line_add(line, LINE_FAINT, ")");
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
		label(line, "last woken");
		line_add(line, LINE_PLAIN, "%s ago by ",
			 ago(run, thread->last_wake_at, span, sizeof(span)));
		put_task(line, &thread->waker);
		line_end(line);
	}
	if (record->has_futex_wake) {
		label(line, "futex");
		line_add(line, LINE_PLAIN, "last woken %s ago by ",
			 ago(run, wake->at, span, sizeof(span)));
		line_put(line, LINE_PLAIN, wake->comm);
		line_add(line, LINE_PLAIN,
			 " (%d), which woke %s; %llu of %llu wake-ups found nobody", wake->tid,
			 wake->woken ? "somebody" : "nobody", (unsigned long long)wake->empty_calls,
			 (unsigned long long)wake->calls);
		line_end(line);
	}
	if (record->has_epoll_return && set->at) {
		label(line, "epoll");
		line_add(line, LINE_PLAIN,
			 "last gave %u event%s, %s ago; %llu times since the start", set->events,
			 set->events == 1 ? "" : "s", ago(run, set->at, span, sizeof(span)),
			 (unsigned long long)set->returns);
		line_end(line);
	}
}

static void text_counts(struct line *line, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	char most[32], total[32];

	if (record->blocks.count) {
		label(line, "blocks");
		line_add(line, LINE_PLAIN, "%llu ended here, %s together, the longest %s",
			 (unsigned long long)record->blocks.count,
			 duration_format(record->blocks.total_ns, total, sizeof(total)),
			 duration_format(record->blocks.max_ns, most, sizeof(most)));
		line_end(line);
	}
	if (thread->seen_at) {
		label(line, "so far");
		line_add(line, LINE_PLAIN,
			 "ran for %s, gave up the CPU %llu times, was put off it %llu times",
			 duration_format(thread->run_ns, total, sizeof(total)),
			 (unsigned long long)thread->voluntary_switches,
			 (unsigned long long)thread->involuntary_switches);
		line_end(line);
	}
	if (thread->spawn_failures) {
		label(line, "spawning");
		line_add(line, LINE_RED, "%llu threads or processes could not be spawned: %s",
			 (unsigned long long)thread->spawn_failures, strerror(thread->spawn_error));
		line_end(line);
	}
}

static void text_spawn(FILE *stream, struct line *line, const struct output_run *run,
		       const struct lc_thread *thread)
{
	char span[32];

	if (!thread->spawned_at)
		return;
	label(line, "spawned");
	line_add(line, LINE_PLAIN, "%s ago by ", ago(run, thread->spawned_at, span, sizeof(span)));
	put_task(line, &thread->spawner);
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
	default:
		return "its stack could not be read";
	}
}

static void text_user_stack(FILE *stream, struct line *line, const struct output_run *run,
			    const struct verdict_record *record)
{
	if (!run->user_stacks || record->thread->kernel_thread ||
	    record->conclusion.verdict == VERDICT_RUNNING)
		return;
	label(line, "blocked at");
	if (!record->user_stack)
		line_add(line, LINE_PLAIN, "not known: %s", no_stack_because(record));
	line_end(line);
	text_stack(stream, line->style, run, record->user_stack, LABEL_COLUMN + 4);
}

/* In one line, innermost first: it tells less than the program's own stack, which stands above it. */
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
	label(line, "in the kernel");
	if (!whole)
		text_kernel_line(line, stack);
	line_end(line);
	if (whole)
		text_stack(stream, line->style, run, record->kernel_stack, LABEL_COLUMN + 4);
}

/* One line of the life: a point of time, as an offset from now, and what happened. */
static void life_at(struct line *line, const struct output_run *run, uint64_t at)
{
	char span[32];

	line_tab(line, LABEL_COLUMN + 4);
	line_add(line, LINE_FAINT, "%10s ago  ", ago(run, at, span, sizeof(span)));
}

static void text_life(struct line *line, const struct output_run *run,
		      const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	const struct lc_frame *frame;
	char span[32], name[32];
	uint64_t born = thread->spawned_at ? thread->spawned_at : thread->first_seen_at;
	int i;

	label(line, "life");
	line_end(line);
	if (thread->spawned_at) {
		life_at(line, run, thread->spawned_at);
		line_add(line, LINE_PLAIN, "spawned by ");
		put_task(line, &thread->spawner);
		frame = text_telling_frame(run, thread->spawn_stack);
		if (frame && frame->line) {
			line_add(line, LINE_PLAIN, " at ");
			line_put(line, LINE_PLAIN, text_basename(frame->file));
			line_add(line, LINE_PLAIN, ":%u", frame->line);
		}
	} else if (thread->first_seen_at) {
		life_at(line, run, thread->first_seen_at);
		line_add(line, LINE_PLAIN, "first seen (older than this trace)");
	}
	line_end(line);
	if (thread->first_run_at) {
		life_at(line, run, thread->first_run_at);
		line_add(line, LINE_PLAIN, "first ran, %s after its birth",
			 duration_format(thread->first_run_at > born ? thread->first_run_at - born
								     : 0,
					 span, sizeof(span)));
		line_end(line);
	}
	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++) {
		life_at(line, run, thread->longest[i].at);
		line_add(line, LINE_PLAIN, "blocked for %s",
			 duration_format(thread->longest[i].ns, span, sizeof(span)));
		if (thread->longest[i].syscall_nr >= 0)
			line_add(line, LINE_PLAIN, " in %s",
				 name_syscall(thread->longest[i].syscall_nr, name, sizeof(name)));
		line_add(line, LINE_PLAIN, ", woken by ");
		line_put(line, LINE_PLAIN,
			 thread->longest[i].waker_tid ? thread->longest[i].waker_comm
						      : "the kernel");
		line_add(line, LINE_PLAIN, " (%d)", thread->longest[i].waker_tid);
		line_end(line);
	}
	if (thread->last_wake_at) {
		life_at(line, run, thread->last_wake_at);
		line_add(line, LINE_PLAIN, "last woken by ");
		put_task(line, &thread->waker);
		line_end(line);
	}
	if (record->still_blocked) {
		life_at(line, run, record->since);
		line_add(line, LINE_RED, "blocked, up to now");
		line_end(line);
	}
}

int output_text_record(FILE *stream, const struct output_style *style, const struct output_run *run,
		       const struct verdict_record *record, unsigned number)
{
	struct line line = line_begin(stream, style);

	text_head(&line, run, record, number);
	text_threads(&line, record);
	text_syscall(&line, record);
	text_wait(stream, style, run, record);
	text_user_stack(stream, &line, run, record);
	text_spawn(stream, &line, run, record->thread);
	text_kernel_stack(stream, &line, run, record);
	text_wake(&line, run, record);
	text_counts(&line, record);
	if (run->life)
		text_life(&line, run, record);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}

int output_text_more(FILE *stream, const struct output_style *style, const struct output_run *run,
		     const struct verdict_record *record, unsigned number, size_t at_place)
{
	struct line line = line_begin(stream, style);
	char span[32];

	line_add(&line, LINE_BOLD, "#%u  ", number);
	line_add(&line, LINE_PLAIN, "%zu more thread%s at this place, %zu now: ", record->count,
		 record->count == 1 ? "" : "s", at_place);
	put_tids(&line, record);
	line_add(&line, LINE_PLAIN, ", blocked for %s",
		 duration_format(run->now - record->since, span, sizeof(span)));
	line_end(&line);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}

static void summary_line(struct line *line, const struct output_run *run,
			 const struct verdict_record *record)
{
	const struct lc_frame *frame = text_telling_frame(run, record->user_stack);
	bool wrong = record->conclusion.verdict >= VERDICT_STUCK;
	char span[32];

	line_add(line, wrong ? LINE_RED : LINE_PLAIN, "%-9s", loud_name(record->conclusion.verdict));
	line_add(line, LINE_PLAIN, "%7zu  ", record->count);
	line_add(line, LINE_PLAIN, "%-8s ", duration_format(record->blocked_ns, span, sizeof(span)));
	line_add(line, LINE_PLAIN, "%s", record->still_blocked ? "" : "ended ");
	line_put(line, LINE_PLAIN, record->thread->process_comm);
	line_add(line, LINE_PLAIN, " (%d)", record->thread->task.pid);
	line_tab(line, 52);
	if (record->still_blocked && record->thread->wait)
		line_add(line, LINE_PLAIN, "%s  ", lc_wait_kind_name(record->thread->wait->kind));
	line_tab(line, 72);
	if (!frame)
		frame = text_telling_frame(run, record->kernel_stack);
	if (frame && frame->function[0])
		line_put(line, LINE_PLAIN, frame->function);
	if (frame && frame->line) {
		line_add(line, LINE_PLAIN, " ");
		line_put(line, LINE_PLAIN, text_basename(frame->file));
		line_add(line, LINE_PLAIN, ":%u", frame->line);
	}
	line_end(line);
}

static bool same_doubt(const struct verdict_record *a, const struct verdict_record *b)
{
	return a->thread->task.pid == b->thread->task.pid && a->conclusion.rule == b->conclusion.rule;
}

/* Suspects of one process and one rule share one doubt: one line, for the longest of them. */
static size_t suspect_lines(struct line *line, const struct output_run *run,
			    const struct verdict_records *records)
{
	struct verdict_record merged;
	size_t i, j, lines = 0;

	for (i = 0; i < records->count; i++) {
		for (j = 0; j < i && !same_doubt(&records->list[i], &records->list[j]); j++)
			;
		if (j < i)
			continue;
		merged = records->list[i];
		for (j = i + 1; j < records->count; j++)
			merged.count += same_doubt(&merged, &records->list[j]) ? records->list[j].count : 0;
		lines++;
		if (line)
			summary_line(line, run, &merged);
	}
	return lines;
}

/* Blocks that have ended came back: one line for all of them, unless they were asked for. */
static void summary_lines(struct line *line, const struct output_run *run,
			  const struct verdict_records *records)
{
	unsigned long long blocks = 0;
	size_t i, threads = 0;

	for (i = 0; i < records->count; i++) {
		if (records->list[i].still_blocked || run->show_ended) {
			summary_line(line, run, &records->list[i]);
			continue;
		}
		blocks += records->list[i].blocks.count;
		threads += records->list[i].count;
	}
	if (!blocks)
		return;
	line_add(line, LINE_FAINT, "%llu such block%s of %zu thread%s ended meanwhile (-v shows them)",
		 blocks, blocks == 1 ? "" : "s", threads, threads == 1 ? "" : "s");
	line_end(line);
}

static void text_losses(struct line *line, const struct output_run *run)
{
	const struct output_lost *lost = &run->lost;

	if (!lost->events && !lost->stacks && !lost->threads)
		return;
	line_add(line, LINE_RED, "lost: %llu events, %llu stacks, %llu threads",
		 (unsigned long long)lost->events, (unsigned long long)lost->stacks,
		 (unsigned long long)lost->threads);
	line_end(line);
}

/* "2 findings, 1 suspect, 7 groups wait". */
static void summary_counts(struct line *line, const struct output_run *run,
			   const struct output_report *report)
{
	size_t suspects = suspect_lines(NULL, run, &report->suspects);
	char took[32], threshold[32];

	duration_format(run->ended > run->started ? run->ended - run->started : 0, took, sizeof(took));
	duration_format(run->threshold_ns, threshold, sizeof(threshold));
	line_add(line, LINE_BOLD, "%s, %zu thread%s; for %s or longer: ", took, report->threads_seen,
		 report->threads_seen == 1 ? "" : "s", threshold);
	line_add(line, report->findings.count ? LINE_RED : LINE_BOLD, "%zu finding%s",
		 report->findings.count, report->findings.count == 1 ? "" : "s");
	line_add(line, LINE_BOLD, " (%zu threads), %zu suspect%s (%zu), %zu wait%s (%zu)",
		 report->findings.threads, suspects, suspects == 1 ? "" : "s",
		 report->suspects.threads, report->waits.count,
		 report->waits.count == 1 ? "" : "s", report->waits.threads);
	line_end(line);
}

int output_text_summary(FILE *stream, const struct output_style *style, const struct output_run *run,
			const struct output_report *report)
{
	struct line line = line_begin(stream, style);
	char cpu[32];

	summary_counts(&line, run, report);
	if (report->findings.count + report->suspects.count + report->waits.count) {
		line_add(&line, LINE_FAINT, "verdict  threads  longest  process");
		line_tab(&line, 52);
		line_add(&line, LINE_FAINT, "waits for");
		line_tab(&line, 72);
		line_add(&line, LINE_FAINT, "where");
		line_end(&line);
	}
	summary_lines(&line, run, &report->findings);
	suspect_lines(&line, run, &report->suspects);
	summary_lines(&line, run, &report->waits);
	text_losses(&line, run);
	line_add(&line, LINE_FAINT, "cost: %s of CPU, %llu MiB",
		 duration_format(run->cost.user_ns + run->cost.system_ns, cpu, sizeof(cpu)),
		 (unsigned long long)run->cost.rss_bytes >> 20);
	if (run->cost.bpf_runs)
		line_add(&line, LINE_FAINT, "; in the kernel %llu ns for each of %llu runs",
			 (unsigned long long)(run->cost.bpf_ns / run->cost.bpf_runs),
			 (unsigned long long)run->cost.bpf_runs);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
