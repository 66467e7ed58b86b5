// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names what is to be told, looks up what else is known of it, and gives it to output: see
 * session_report.h.
 */
#include "cmd/session_report.h"
#include "cmd/heading.h"
#include "cmd/reporting.h"
#include "cmd/saving.h"
#include "observe/annotate.h"
#include "observe/resting.h"
#include "output/message.h"
#include "util/duration.h"
#include "verdict/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct reporting {
	struct heading head;
	struct verdict_view view;
};

static void view_release(struct reporting *reporting)
{
	verdict_view_release(&reporting->view);
}

/* Returns 0 or -ENOMEM. */
static int reporting_init(struct reporting *reporting, struct session *session, bool awake)
{
	struct lc_snapshot snapshot;
	int r;

	heading_fill(session, &reporting->head);
	reporting->head.run.view = &reporting->view;
	observer_snapshot(&session->observer, reporting->head.run.now, &snapshot);
	snapshot.awake = awake;
	r = verdict_view_create(&snapshot, &reporting->view);
	if (!r)
		annotate_graph(&session->observer, &reporting->view.graph);
	return r;
}

static void name_record(void *context, struct verdict_record *record)
{
	struct session *session = context;

	annotate_record(&session->observer, record, session->options->life);
}

static void name_goroutines(void *context, struct verdict_goroutines *record)
{
	struct session *session = context;

	annotate_goroutines(&session->observer, record);
}

static struct report_source source_of(struct session *session, const struct reporting *reporting)
{
	const struct session_options *options = session->options;

	return (struct report_source){
		.options = options,
		.run = &reporting->head.run,
		.view = &reporting->view,
		.progress = &session->progress,
		.threads_seen = heading_threads_seen(session),
		.threads = options->observe.threads,
		.name_record = name_record,
		.name_goroutines = name_goroutines,
		.context = session,
	};
}

/* What probes in Go processes cost. */
static void say_probe_cost(const struct session *session)
{
	uint64_t probe_ns = collect_go_probe_ns(session->observer.collect);
	char span[32];

	if (!session->options->observe.collect.go_events || !session->observer.runtime || !probe_ns)
		return;
	output_message("--go-events: each creation, end, wait and wake-up of a goroutine takes "
		       "the process about %s longer (measured here, on leakhop itself)",
		       duration_format(probe_ns, span, sizeof(span)));
}

void session_report_begin(const struct session *session)
{
	const struct session_options *options = session->options;
	const char *limit;
	char span[32];
	size_t i;

	if (options->quiet)
		return;
	for (i = 0;
	     options->observe.threads && (limit = collect_limit(session->observer.collect, i)); i++)
		output_message("%s", limit);
	if (options->observe.once)
		return;
	say_probe_cost(session);
	output_message("tracing; %s blocked for %s are shown%s",
		       !options->observe.threads     ? "goroutines"
		       : options->observe.goroutines ? "threads and goroutines"
						     : "threads",
		       duration_format(options->observe.collect.threshold_ns, span, sizeof(span)),
		       options->duration_ns ? "" : "; Ctrl-C ends it with a summary");
}

static void mark_reported(struct session *session, const struct verdict_record *record,
			  unsigned number)
{
	struct lc_thread *thread;
	size_t i;

	for (i = 0; i < record->count; i++) {
		thread = lc_model_find(session->observer.model, record->tids[i].tid);
		if (!thread)
			continue;
		thread->reported = number;
		thread->reported_as_suspect = record->conclusion.verdict == VERDICT_SUSPECT;
	}
}

/* What is told now wipes the line that says that the run lives. */
static struct output_sink sink_of(struct session *session, const struct reporting *reporting)
{
	progress_clear(&session->progress);
	return (struct output_sink){ .stream = session->out.stream,
				     .run = &reporting->head.run,
				     .reported = session->reported };
}

static void count_due(struct session *session, enum verdict verdict)
{
	if (verdict >= VERDICT_STUCK)
		session->findings++;
	else
		session->suspects++;
}

static int report_thread(struct session *session, const struct reporting *reporting,
			 const struct verdict_record *record)
{
	struct output_sink sink;

	if (!record->reported_before) {
		session->reported++;
		count_due(session, record->conclusion.verdict);
	}
	mark_reported(session, record, record->reported_before ?: session->reported);
	saving_record(session, record, /* at_end= */ false);
	if (!session->options->format->as_due)
		return 0;
	sink = sink_of(session, reporting);
	return session->options->format->thread(&sink, record);
}

/* A group is told when it comes due, and again when its verdict has become worse. */
static bool is_news(const struct verdict_goroutines *record)
{
	enum verdict verdict = record->conclusion.verdict;

	if (verdict < VERDICT_SUSPECT || record->goroutine->reported >= verdict)
		return false;
	return verdict >= VERDICT_STUCK || record->due;
}

static void mark_goroutines_reported(struct session *session,
				     const struct verdict_goroutines *record)
{
	struct lc_go_process *process = lc_go_find(&session->observer.go, record->process->pid);
	struct lc_goroutine *goroutine;
	size_t i;

	for (i = 0; i < record->goid_count; i++) {
		goroutine = lc_go_by_goid(process, record->goids[i]);
		if (goroutine)
			goroutine->reported = record->conclusion.verdict;
	}
}

static int report_timers(struct session *session, const struct reporting *reporting,
			 const struct verdict_timers *timers)
{
	struct lc_go_process *process = lc_go_find(&session->observer.go, timers->process->pid);
	struct output_sink sink;

	if (process->timers_reported)
		return 0;
	process->timers_reported = true;
	saving_timers(session, timers, /* at_end= */ false);
	session->reported++;
	count_due(session, timers->conclusion.verdict);
	if (!session->options->format->as_due)
		return 0;
	sink = sink_of(session, reporting);
	return session->options->format->timers(&sink, timers);
}

static int report_group(struct session *session, const struct reporting *reporting,
			struct verdict_goroutines *record)
{
	struct output_sink sink;

	if (!is_news(record))
		return 0;
	mark_goroutines_reported(session, record);
	saving_goroutines(session, record, /* at_end= */ false);
	session->reported++;
	count_due(session, record->conclusion.verdict);
	if (!session->options->format->as_due)
		return 0;
	annotate_goroutines(&session->observer, record);
	sink = sink_of(session, reporting);
	return session->options->format->goroutines(&sink, record);
}

static int report_goroutines(struct session *session, const struct reporting *reporting)
{
	struct verdict_goroutine_records records;
	size_t i;
	int r = reporting_goroutines(&reporting->view, &records);

	for (i = 0; i < records.count && !r; i++)
		r = report_group(session, reporting, &records.list[i]);
	for (i = 0; i < records.timer_count && !r; i++)
		r = report_timers(session, reporting, &records.timers[i]);
	verdict_goroutines_release(&records);
	return r;
}

int session_report_due(struct session *session)
{
	struct verdict_records records = {};
	struct report_source source;
	struct reporting reporting;
	size_t i;
	int r;

	/* What is told at the end only is counted where somebody sees it. */
	if (!session->options->format->as_due && !progress_is_long(&session->progress)) {
		resting_begin(&session->observer, NULL);
		return 0;
	}
	resting_wake_owners(&session->observer);
	progress_begin(&session->progress);
	r = reporting_init(&reporting, session, /* awake= */ true);
	source = source_of(session, &reporting);
	r = r ?: reporting_records(&source, VERDICT_NEW, &records);
	progress_end(&session->progress);
	for (i = 0; i < records.count && !r; i++)
		r = report_thread(session, &reporting, &records.list[i]);
	r = r ?: report_goroutines(session, &reporting);
	if (!r)
		resting_begin(&session->observer, &reporting.view);
	verdict_release(&records);
	view_release(&reporting);
	return r;
}

static bool has_kernel_stacks(const struct session *session)
{
	struct lc_thread *thread;

	for (thread = lc_model_next(session->observer.model, NULL); thread;
	     thread = lc_model_next(session->observer.model, thread)) {
		if (thread->kernel_stack)
			return true;
	}
	return false;
}

static void say_what_is_missing(const struct session *session, const struct reporting *reporting)
{
	if (session->options->quiet)
		return;
	if (reporting->head.run.names_hidden)
		output_message("the kernel hides its symbols (kptr_restrict, or no CAP_SYSLOG): "
			       "kernel stacks have no names");
	if (session->observer.stopped)
		output_message("ended before all was read: of some threads it is not told what "
			       "they wait for");
}

int session_report_end(struct session *session)
{
	struct output_report report = {};
	struct report_source source;
	struct reporting reporting;
	int r;

	progress_begin(&session->progress);
	saving_name_all(session);
	r = reporting_init(&reporting, session, /* awake= */ false);
	source = source_of(session, &reporting);
	r = r ?: reporting_make(&source, &report);
	annotate_go_events(&session->observer);
	reporting.head.run.names_hidden = has_kernel_stacks(session) &&
					  stack_kernel_names_hidden(session->observer.engine);
	progress_end(&session->progress);
	say_what_is_missing(session, &reporting);
	heading_fill_cost(session, &reporting.head.run.cost);
	if (!r)
		saving_end(session, &reporting.head.run, &report);
	r = r ?: reporting_write(&source, session->out.stream, session->reported, &report);
	session->found = reporting_found(&report);
	reporting_release(&report);
	view_release(&reporting);
	return r;
}
