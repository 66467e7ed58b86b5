// SPDX-License-Identifier: GPL-2.0-only
/* The end of a text report: counts, a line for each group, losses, cost. */
#include "output/go_limits.h"
#include "output/line.h"
#include "output/output.h"
#include "output/subject.h"
#include "output/text_go_events.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * "add_to_totals leaky-server.c:37"; of code without names what addr2line wants: "server+0x11cd".
 */
static void text_place(struct line *line, const struct lc_frame *frame)
{
	if (frame->function[0]) {
		line_put(line, LINE_PLAIN, frame->function);
	} else if (frame->module[0] && frame->offset) {
		line_put(line, LINE_PLAIN, text_basename(frame->module));
		line_add(line, LINE_PLAIN, "+0x%llx", (unsigned long long)frame->offset);
	}
	if (frame->line) {
		line_add(line, LINE_PLAIN, " ");
		line_put(line, LINE_PLAIN, text_basename(frame->file));
		line_add(line, LINE_PLAIN, ":%u", frame->line);
	}
}

static void summary_line(struct line *line, const struct output_run *run,
			 const struct verdict_record *record)
{
	const struct lc_frame *frame = text_telling_frame(run, record->user_stack);
	bool wrong = record->conclusion.verdict >= VERDICT_STUCK;
	char span[32] = "-";

	line_add(line, wrong ? LINE_RED : LINE_PLAIN, "%-9s",
		 text_verdict(record->conclusion.verdict));
	line_add(line, LINE_PLAIN, "%7zu  ", record->count);
	if (!output_is_of_core(run))
		duration_format(record->blocked_ns, span, sizeof(span));
	line_add(line, LINE_PLAIN, "%-8s ", span);
	line_add(line, LINE_PLAIN, "%s", record->still_blocked ? "" : "ended ");
	line_put(line, LINE_PLAIN, record->thread->process_comm);
	line_add(line, LINE_PLAIN, " (%d)", record->thread->task.pid);
	line_tab(line, 52);
	if (record->still_blocked && record->thread->wait)
		line_add(line, LINE_PLAIN, "%s  ", lc_wait_kind_name(record->thread->wait->kind));
	line_tab(line, 72);
	if (!frame)
		frame = text_telling_frame(run, record->kernel_stack);
	if (frame)
		text_place(line, frame);
	line_end(line);
}

static const char *go_place(const struct output_run *run, const struct verdict_goroutines *record,
			    unsigned *ret_line, const char **ret_file)
{
	const struct lc_frame *frame = subject_place(run, record);

	*ret_line = frame ? frame->line : 0;
	*ret_file = frame ? frame->file : "";
	return frame ? frame->function : "";
}

static void go_line(struct line *line, const struct output_run *run,
		    const struct verdict_goroutines *record)
{
	bool wrong = record->conclusion.verdict >= VERDICT_STUCK;
	const char *file, *function;
	unsigned number;
	char span[32];

	line_add(line, wrong ? LINE_RED : LINE_PLAIN, "%-9s",
		 text_verdict(record->conclusion.verdict));
	line_add(line, LINE_PLAIN, "%6zug  ",
		 record->whole_site ? (size_t)record->site->living : record->count);
	/* One look does not tell. */
	line_add(line, LINE_PLAIN, "%-8s ",
		 record->oldest_ns ? duration_format(record->oldest_ns, span, sizeof(span)) : "-");
	line_put(line, LINE_PLAIN, record->process->comm);
	line_add(line, LINE_PLAIN, " (%d)", record->process->pid);
	line_tab(line, 52);
	line_add(line, LINE_PLAIN, "%s  ",
		 record->whole_site ? "go statement" : lc_go_kind_name(record->goroutine->kind));
	line_tab(line, 72);
	function = go_place(run, record, &number, &file);
	line_put(line, LINE_PLAIN, function);
	if (number) {
		line_add(line, LINE_PLAIN, " ");
		line_put(line, LINE_PLAIN, text_basename(file));
		line_add(line, LINE_PLAIN, ":%u", number);
	}
	line_end(line);
}

/* Findings and suspects, a line each; those that are idle together, unless they were asked for. */
static void go_lines(struct line *line, const struct output_run *run,
		     const struct output_report *report)
{
	const struct verdict_goroutines *record;
	size_t i, groups = 0, idle = 0;

	for (i = 0; i < report->goroutines.count; i++) {
		record = &report->goroutines.list[i];
		if (record->conclusion.verdict >= VERDICT_SUSPECT || run->verbose) {
			go_line(line, run, record);
			continue;
		}
		groups++;
		idle += record->count;
	}
	if (!groups)
		return;
	line_add(line, LINE_FAINT, "%zu goroutine%s at %zu place%s run or are idle (-v shows them)",
		 idle, idle == 1 ? "" : "s", groups, groups == 1 ? "" : "s");
	line_end(line);
}

static void timer_lines(struct line *line, const struct output_report *report)
{
	const struct verdict_timers *timers;
	size_t i;

	for (i = 0; i < report->goroutines.timer_count; i++) {
		timers = &report->goroutines.timers[i];
		line_add(line, LINE_RED, "%-9s", text_verdict(timers->conclusion.verdict));
		line_add(line, LINE_PLAIN, "%16s ", "");
		line_put(line, LINE_PLAIN, timers->process->comm);
		line_add(line, LINE_PLAIN, " (%d)", timers->process->pid);
		line_tab(line, 52);
		line_add(line, LINE_PLAIN, "%llu timers  ",
			 (unsigned long long)timers->process->timers);
		line_tab(line, 72);
		line_put(line, LINE_PLAIN, timers->process->timer_function);
		line_end(line);
	}
}

static void go_limit_line(struct line *line, const char *text)
{
	line_put(line, LINE_PLAIN, text);
	line_end(line);
}

static void go_limits(struct line *line, const struct output_report *report)
{
	const struct lc_go_process *process = report->go ? report->go->processes : NULL;
	char text[GO_LIMIT_SIZE];

	for (; process; process = process->hh.next) {
		if (go_limit(process, text, sizeof(text)))
			go_limit_line(line, text);
		if (go_search_limit(process, text, sizeof(text)))
			go_limit_line(line, text);
	}
}

/* Suspects of one process and one rule share one doubt. */
struct doubt {
	pid_t pid;
	uintptr_t rule; /* its name, which is static */
	size_t place;	/* of the record in the list */
	size_t threads;
};

/* By what they share; of these the one that comes first in the list is first. */
static int compare_doubts(const void *a, const void *b)
{
	const struct doubt *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static int compare_places(const void *a, const void *b)
{
	const struct doubt *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

/* Each once, in the order of the list; the caller frees them. NULL: no memory. */
static struct doubt *list_doubts(const struct verdict_records *records, size_t *ret_count)
{
	struct doubt *doubts = calloc(records->count ?: 1, sizeof(*doubts));
	size_t i, count = 0;

	if (!doubts)
		return NULL;
	for (i = 0; i < records->count; i++)
		doubts[i] = (struct doubt){ .pid = records->list[i].thread->task.pid,
					    .rule = (uintptr_t)records->list[i].conclusion.rule,
					    .place = i,
					    .threads = records->list[i].count };
	qsort(doubts, records->count, sizeof(*doubts), compare_doubts);
	for (i = 0; i < records->count; i++) {
		if (count && doubts[count - 1].pid == doubts[i].pid &&
		    doubts[count - 1].rule == doubts[i].rule)
			doubts[count - 1].threads += doubts[i].threads;
		else
			doubts[count++] = doubts[i];
	}
	qsort(doubts, count, sizeof(*doubts), compare_places);
	*ret_count = count;
	return doubts;
}

/* One line for each doubt, for the longest of them. Without memory there are none. */
static size_t suspect_lines(struct line *line, const struct output_run *run,
			    const struct verdict_records *records)
{
	size_t count = 0, i;
	struct doubt *doubts = list_doubts(records, &count);
	struct verdict_record merged;

	for (i = 0; line && i < count; i++) {
		merged = records->list[doubts[i].place];
		merged.count = doubts[i].threads;
		summary_line(line, run, &merged);
	}
	free(doubts);
	return count;
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
	line_add(line, LINE_FAINT,
		 "%llu such block%s of %zu thread%s ended meanwhile (-v shows them)", blocks,
		 blocks == 1 ? "" : "s", threads, threads == 1 ? "" : "s");
	line_end(line);
}

static void text_losses(struct line *line, const struct output_run *run)
{
	const struct output_lost *lost = &run->lost;

	if (!lost->events && !lost->stacks && !lost->threads && !lost->goroutines)
		return;
	line_add(line, LINE_RED, "lost: %llu event%s, %llu stack%s, %llu thread%s",
		 (unsigned long long)lost->events, plural(lost->events),
		 (unsigned long long)lost->stacks, plural(lost->stacks),
		 (unsigned long long)lost->threads, plural(lost->threads));
	if (lost->goroutines)
		line_add(line, LINE_RED, ", %llu goroutine%s", (unsigned long long)lost->goroutines,
			 plural(lost->goroutines));
	line_end(line);
}

/* "2 findings, 1 suspect, 7 groups wait". */
static void summary_counts(struct line *line, const struct output_run *run,
			   const struct output_report *report)
{
	size_t suspects = suspect_lines(NULL, run, &report->suspects);
	size_t findings = report->findings.count + report->goroutines.timer_count, i,
	       go_findings = 0, go_suspects = 0;
	char took[32], threshold[32];

	for (i = 0; i < report->goroutines.count; i++) {
		enum verdict verdict = report->goroutines.list[i].conclusion.verdict;

		findings += verdict >= VERDICT_STUCK;
		suspects += verdict == VERDICT_SUSPECT;
		if (verdict >= VERDICT_STUCK)
			go_findings += report->goroutines.list[i].count;
		else if (verdict == VERDICT_SUSPECT)
			go_suspects += report->goroutines.list[i].count;
	}

	duration_format(run->ended > run->started ? run->ended - run->started : 0, took,
			sizeof(took));
	duration_format(run->threshold_ns, threshold, sizeof(threshold));
	line_add(line, LINE_BOLD, "%s, %zu thread%s", output_is_of_core(run) ? "a core" : took,
		 report->threads_seen, report->threads_seen == 1 ? "" : "s");
	if (report->goroutines.goroutines)
		line_add(line, LINE_BOLD, ", %zu goroutine%s", report->goroutines.goroutines,
			 plural(report->goroutines.goroutines));
	if (output_is_of_core(run))
		line_add(line, LINE_BOLD, ": ");
	else
		line_add(line, LINE_BOLD, "; for %s or longer: ", threshold);
	line_add(line, findings ? LINE_RED : LINE_BOLD, "%zu finding%s", findings,
		 findings == 1 ? "" : "s");
	line_add(line, LINE_BOLD, " (%zu thread%s", report->findings.threads,
		 plural(report->findings.threads));
	if (go_findings)
		line_add(line, LINE_BOLD, ", %zu goroutine%s", go_findings, plural(go_findings));
	line_add(line, LINE_BOLD, "), %zu suspect%s (%zu), %zu wait%s (%zu)", suspects,
		 suspects == 1 ? "" : "s", report->suspects.threads + go_suspects,
		 report->waits.count, report->waits.count == 1 ? "" : "s", report->waits.threads);
	line_end(line);
}

int output_text_summary(FILE *stream, const struct output_style *style,
			const struct output_run *run, const struct output_report *report)
{
	struct line line = line_begin(stream, style);
	char cpu[32];

	summary_counts(&line, run, report);
	if (report->findings.count + report->suspects.count + report->waits.count +
	    report->goroutines.count) {
		line_add(&line, LINE_FAINT, "verdict  threads  longest  process");
		line_tab(&line, 52);
		line_add(&line, LINE_FAINT, "waits for");
		line_tab(&line, 72);
		line_add(&line, LINE_FAINT, "where");
		line_end(&line);
	}
	summary_lines(&line, run, &report->findings);
	timer_lines(&line, report);
	go_lines(&line, run, report);
	suspect_lines(&line, run, &report->suspects);
	summary_lines(&line, run, &report->waits);
	go_limits(&line, report);
	text_go_events(&line, run, report);
	text_losses(&line, run);
	line_add(&line, LINE_FAINT, "cost: %s of CPU, %llu MiB",
		 duration_format(run->cost.user_ns + run->cost.system_ns, cpu, sizeof(cpu)),
		 (unsigned long long)run->cost.rss_bytes >> 20);
	if (run->cost.bpf_runs)
		line_add(&line, LINE_FAINT, "; in the kernel %llu ns for each of %llu run%s",
			 (unsigned long long)(run->cost.bpf_ns / run->cost.bpf_runs),
			 (unsigned long long)run->cost.bpf_runs, plural(run->cost.bpf_runs));
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
