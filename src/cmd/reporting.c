// SPDX-License-Identifier: GPL-2.0-only
/* The parts of a report, and where they go: see reporting.h. */
#include "cmd/reporting.h"
#include "cmd/file.h"
#include "output/found.h"
#include "output/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAID_PROCESSES 8 /* of those that --explain gN names */

int reporting_records(const struct report_source *source, enum verdict_scope scope,
		      struct verdict_records *records)
{
	size_t i;
	int r;

	if (!source->threads)
		return 0;
	r = verdict_make(source->view, scope, records);
	if (r < 0)
		return r;
	for (i = 0; i < records->count; i++) {
		/* Those that are only counted need no names. */
		if (scope == VERDICT_NEW && !source->options->format->as_due)
			break;
		if (source->progress)
			progress_say(source->progress, "naming stacks: %zu of %zu", i,
				     records->count);
		source->name_record(source->context, &records->list[i]);
	}
	return 0;
}

int reporting_goroutines(const struct verdict_view *view, struct verdict_goroutine_records *records)
{
	int r = verdict_goroutines_make(&view->snapshot, view, records);

	if (!r)
		verdict_goroutines_join(view, records);
	return r;
}

int reporting_make(const struct report_source *source, struct output_report *report)
{
	const struct session_options *options = source->options;
	const struct lc_go *go = source->view->snapshot.go;
	size_t i;
	int r;

	*report = (struct output_report){
		.go = go,
		.go_processes = go->count,
		.has_threads = options->observe.once || options->all,
		.threads_seen = source->threads_seen,
		.founds = source->founds,
	};
	r = reporting_records(source, VERDICT_FINDINGS, &report->findings);
	r = r ?: reporting_records(source, VERDICT_SUSPECTS, &report->suspects);
	r = r ?: reporting_records(source, VERDICT_WAITS, &report->waits);
	if (!r && report->has_threads)
		r = reporting_records(source, VERDICT_THREADS, &report->threads);
	r = r ?: reporting_goroutines(source->view, &report->goroutines);
	for (i = 0; i < report->goroutines.count; i++)
		source->name_goroutines(source->context, &report->goroutines.list[i]);
	return r;
}

void reporting_release(struct output_report *report)
{
	verdict_release(&report->findings);
	verdict_release(&report->suspects);
	verdict_release(&report->waits);
	verdict_release(&report->threads);
	verdict_goroutines_release(&report->goroutines);
}

static void add_processes(const struct report_source *source, const char *before, bool with,
			  char *text, size_t size)
{
	const struct lc_go_process *process = source->view->snapshot.go->processes;
	size_t used = strlen(text);
	unsigned count = 0;

	for (; process; process = process->hh.next) {
		if (!lc_go_by_goid(process, source->options->explain_goid) == with)
			continue;
		if (++count > SAID_PROCESSES)
			continue;
		used += snprintf(text + used, size - used, "%s%.15s (%d)",
				 count == 1 ? before : ", ", process->comm, process->pid);
	}
	if (count > SAID_PROCESSES)
		snprintf(text + used, size - used, " and %u more", count - SAID_PROCESSES);
}

static void say_explanation(const struct report_source *source)
{
	pid_t tid = source->options->explain;

	if (graph_find(&source->view->graph, tid) == GRAPH_NONE)
		output_message("thread %d, which was to be explained, was not seen", tid);
}

/*
 * Where --explain gN has looked, and in how many it was: an answer of the wrong process would not
 * show.
 */
static void say_go_explanation(const struct report_source *source)
{
	const struct session_options *options = source->options;
	const struct lc_go *go = source->view->snapshot.go;
	const struct lc_go_process *process = go->processes;
	char where[SAID_PROCESSES * 40 + 40] = "";
	unsigned found = 0;

	for (; process; process = process->hh.next)
		found += lc_go_by_goid(process, options->explain_goid) != NULL;
	if (!found && !go->count)
		snprintf(where, sizeof(where), ": no Go program is among the processes");
	else
		add_processes(source, found ? ": " : " in ", found > 0, where, sizeof(where));
	if (!found)
		output_message("goroutine %llu, which was to be explained, was not seen%s",
			       (unsigned long long)options->explain_goid, where);
	else if (found > 1 && !options->quiet)
		output_message("%u processes have a goroutine %llu%s; -p names one", found,
			       (unsigned long long)options->explain_goid, where);
}

static int write_dot(const struct report_source *source)
{
	struct file_document document;
	int r, closed;

	if (!source->options->dot)
		return 0;
	r = file_begin_document(source->options->dot, /* grows= */ false, &document);
	if (r < 0)
		return r;
	r = output_dot(document.stream, source->run);
	closed = file_end_document(&document, !r);
	return r ?: closed;
}

int reporting_write(const struct report_source *source, FILE *stream, unsigned reported,
		    const struct output_report *report)
{
	const struct session_options *options = source->options;
	struct output_sink sink = { .stream = stream, .run = source->run, .reported = reported };
	int r;

	if (options->explain_goid)
		say_go_explanation(source);
	if (options->explain && !options->format->for_programs)
		say_explanation(source);
	r = options->format->end(&sink, report);
	return r ?: write_dot(source);
}

static unsigned found_in(const struct verdict_records *records)
{
	unsigned found = 0;
	size_t i;

	for (i = 0; i < records->count; i++)
		found |= 1u << records->list[i].conclusion.verdict;
	return found;
}

unsigned reporting_found(const struct output_report *report)
{
	const struct verdict_goroutine_records *groups = &report->goroutines;
	unsigned found = found_in(&report->findings) | found_in(&report->suspects);
	size_t i;

	for (i = 0; i < groups->count; i++)
		found |= 1u << groups->list[i].conclusion.verdict;
	for (i = 0; i < groups->timer_count; i++)
		found |= 1u << groups->timers[i].conclusion.verdict;
	for (i = 0; report->founds && i < report->founds->count; i++) {
		if (!report->founds->list[i].known)
			found |= 1u << report->founds->list[i].verdict;
	}
	return found;
}
