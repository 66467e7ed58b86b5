// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names what is to be told, looks up what else is known of it, and gives it to output: see
 * telling.h.
 */
#include "cmd/telling.h"
#include "cmd/file.h"
#include "cmd/version.h"
#include "observe/annotate.h"
#include "output/message.h"
#include "util/duration.h"
#include "verdict/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#define MOST_LIMITS 8
#define SAID_PROCESSES 8 /* of those that --explain gN names */

/* An output_run and the strings it points to. */
struct reporting {
	struct output_run run;
	struct verdict_view view;
	struct utsname system;
	const char *limits[MOST_LIMITS + 1];
};

static uint64_t timeval_ns(const struct timeval *time)
{
	return time->tv_sec * 1000000000ull + time->tv_usec * 1000ull;
}

static void fill_cost(struct session *session, struct output_cost *cost)
{
	struct collect_cost programs[32];
	uint64_t files_ns, files_bytes;
	struct rusage usage;
	size_t i, count;

	getrusage(RUSAGE_SELF, &usage);
	cost->user_ns = timeval_ns(&usage.ru_utime);
	cost->system_ns = timeval_ns(&usage.ru_stime);
	session->files->does->cost(session->files, &files_ns, &files_bytes);
	cost->user_ns += files_ns;
	cost->rss_bytes = usage.ru_maxrss * 1024ull + files_bytes;
	cost->load_ns = collect_load_ns(session->observer.collect);
	cost->sweeps = session->observer.sweeps;
	cost->go_first_sweep_ns = session->observer.go.count ? session->observer.go_first_sweep_ns
							     : 0;
	cost->go_longest_sweep_ns = session->observer.go.count
					    ? session->observer.go_longest_sweep_ns
					    : 0;
	collect_go_counts(session->observer.collect, &cost->go_events);
	cost->go_probe_ns = collect_go_probe_ns(session->observer.collect);
	count = collect_costs(session->observer.collect, programs, 32);
	for (i = 0; i < count; i++) {
		cost->bpf_runs += programs[i].runs;
		cost->bpf_ns += programs[i].run_ns;
	}
}

static void reporting_release(struct reporting *reporting)
{
	verdict_view_release(&reporting->view);
}

/* Returns 0 or -ENOMEM. */
static int reporting_init(struct reporting *reporting, struct session *session)
{
	const struct session_options *options = session->options;
	struct lc_snapshot snapshot;
	struct observer_losses losses;
	size_t i;
	int r;

	memset(reporting, 0, sizeof(*reporting));
	uname(&reporting->system);
	for (i = 0; options->observe.threads && i < MOST_LIMITS; i++) /* they are all of threads */
		reporting->limits[i] = collect_limit(session->observer.collect, i);
	observer_get_losses(&session->observer, &losses);
	reporting->run = (struct output_run){
		.command = options->command,
		.version = LEAKHOP_VERSION,
		.host = reporting->system.nodename,
		.kernel = reporting->system.release,
		.source = collect_source(session->observer.collect),
		.limits = reporting->limits,
		.started = session->started,
		.realtime_offset = session->realtime_offset,
		.now = now_monotonic(),
		.threshold_ns = options->observe.collect.threshold_ns,
		.lost = { .events = losses.events,
			  .stacks = losses.stacks,
			  .threads = losses.threads,
			  .goroutines = losses.goroutines,
			  .unasked = losses.unasked },
		.stacks = session->observer.stacks,
		.user_stacks = options->observe.user_stacks,
		.kernel_stacks = options->observe.kernel_stacks,
		.life = options->life,
		.verbose = options->verbose,
		.go_events = options->observe.collect.go_events,
		.explain = options->explain,
		.explain_goid = options->explain_goid,
		.ended_in_full = options->observe.collect.short_blocks,
		.show_ended = options->observe.collect.short_blocks || options->all ||
			      options->verbose,
	};
	reporting->run.ended = (int64_t)reporting->run.now + session->realtime_offset;
	reporting->run.view = &reporting->view;
	fill_cost(session, &reporting->run.cost);
	observer_snapshot(&session->observer, reporting->run.now, &snapshot);
	r = verdict_view_create(&snapshot, &reporting->view);
	if (!r)
		annotate_graph(&session->observer, &reporting->view.graph);
	return r;
}

static int make_records(struct session *session, const struct reporting *reporting,
			enum verdict_scope scope, struct verdict_records *records)
{
	size_t i;
	int r;

	if (!session->options->observe.threads)
		return 0;
	r = verdict_make(&reporting->view, scope, records);
	if (r < 0)
		return r;
	for (i = 0; i < records->count; i++) {
		/* Those that are only counted need no names. */
		if (scope == VERDICT_NEW && !session->options->format->as_due)
			break;
		progress_say(&session->progress, "naming stacks: %zu of %zu", i, records->count);
		annotate_record(&session->observer, &records->list[i], session->options->life);
	}
	return 0;
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

void tell_start(const struct session *session)
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

static void mark_told(struct session *session, const struct verdict_record *record, unsigned number)
{
	struct lc_thread *thread;
	size_t i;

	for (i = 0; i < record->count; i++) {
		thread = lc_model_find(session->observer.model, record->tids[i].tid);
		if (!thread)
			continue;
		thread->told = number;
		thread->told_as_suspect = record->conclusion.verdict == VERDICT_SUSPECT;
	}
}

/* What is told now wipes the line that says that the run lives. */
static struct output_sink sink_of(struct session *session, const struct reporting *reporting)
{
	progress_clear(&session->progress);
	return (struct output_sink){ .stream = session->out,
				     .run = &reporting->run,
				     .told = session->told };
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
	struct output_before before;
	struct output_sink sink;

	before.number = verdict_told_before(&reporting->view, record, &before.at_place);
	if (!before.number) {
		session->told++;
		count_due(session, record->conclusion.verdict);
	}
	mark_told(session, record, before.number ?: session->told);
	if (!session->options->format->as_due)
		return 0;
	sink = sink_of(session, reporting);
	return session->options->format->thread(&sink, record, &before);
}

static int make_goroutines(const struct reporting *reporting,
			   struct verdict_goroutine_records *records)
{
	int r = verdict_goroutines_make(&reporting->view.snapshot, &reporting->view, records);

	if (!r)
		verdict_goroutines_join(&reporting->view, records);
	return r;
}

/* A group is told when it comes due, and again when its verdict has become worse. */
static bool is_news(const struct verdict_goroutines *record)
{
	enum verdict verdict = record->conclusion.verdict;

	if (verdict < VERDICT_SUSPECT || record->goroutine->told >= verdict)
		return false;
	return verdict >= VERDICT_STUCK || record->due;
}

static void mark_goroutines_told(struct session *session, const struct verdict_goroutines *record)
{
	struct lc_go_process *process = lc_go_find(&session->observer.go, record->process->pid);
	struct lc_goroutine *goroutine;
	size_t i;

	for (i = 0; i < record->goid_count; i++) {
		goroutine = lc_go_by_goid(process, record->goids[i]);
		if (goroutine)
			goroutine->told = record->conclusion.verdict;
	}
}

static int report_timers(struct session *session, const struct reporting *reporting,
			 const struct verdict_timers *timers)
{
	struct lc_go_process *process = lc_go_find(&session->observer.go, timers->process->pid);
	struct output_sink sink;

	if (process->timers_told)
		return 0;
	process->timers_told = true;
	session->told++;
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
	mark_goroutines_told(session, record);
	session->told++;
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
	int r = make_goroutines(reporting, &records);

	for (i = 0; i < records.count && !r; i++)
		r = report_group(session, reporting, &records.list[i]);
	for (i = 0; i < records.timer_count && !r; i++)
		r = report_timers(session, reporting, &records.timers[i]);
	verdict_goroutines_release(&records);
	return r;
}

int tell_new(struct session *session)
{
	struct verdict_records records = {};
	struct reporting reporting;
	size_t i;
	int r;

	/* What is told at the end only is counted where somebody sees it. */
	if (!session->options->format->as_due && !progress_is_long(&session->progress))
		return 0;
	progress_begin(&session->progress);
	r = reporting_init(&reporting, session);
	r = r ?: make_records(session, &reporting, VERDICT_NEW, &records);
	progress_end(&session->progress);
	for (i = 0; i < records.count && !r; i++)
		r = report_thread(session, &reporting, &records.list[i]);
	r = r ?: report_goroutines(session, &reporting);
	verdict_release(&records);
	reporting_release(&reporting);
	return r;
}

static void add_processes(const struct session *session, const char *before, bool with, char *text,
			  size_t size)
{
	const struct lc_go_process *process = session->observer.go.processes;
	size_t used = strlen(text);
	unsigned count = 0;

	for (; process; process = process->hh.next) {
		if (!lc_go_by_goid(process, session->options->explain_goid) == with)
			continue;
		if (++count > SAID_PROCESSES)
			continue;
		used += snprintf(text + used, size - used, "%s%.15s (%d)",
				 count == 1 ? before : ", ", process->comm, process->pid);
	}
	if (count > SAID_PROCESSES)
		snprintf(text + used, size - used, " and %u more", count - SAID_PROCESSES);
}

static void say_explanation(const struct session *session, const struct reporting *reporting)
{
	pid_t tid = session->options->explain;

	if (graph_find(&reporting->view.graph, tid) == GRAPH_NONE)
		output_message("thread %d, which was to be explained, was not seen", tid);
}

/*
 * Where --explain gN has looked, and in how many it was: an answer of the wrong process would not
 * show.
 */
static void say_go_explanation(const struct session *session)
{
	const struct session_options *options = session->options;
	const struct lc_go_process *process = session->observer.go.processes;
	char where[SAID_PROCESSES * 40 + 40] = "";
	unsigned found = 0;

	for (; process; process = process->hh.next)
		found += lc_go_by_goid(process, options->explain_goid) != NULL;
	if (!found && !session->observer.go.count)
		snprintf(where, sizeof(where), ": no Go program is among the processes");
	else
		add_processes(session, found ? ": " : " in ", found > 0, where, sizeof(where));
	if (!found)
		output_message("goroutine %llu, which was to be explained, was not seen%s",
			       (unsigned long long)options->explain_goid, where);
	else if (found > 1 && !options->quiet)
		output_message("%u processes have a goroutine %llu%s; -p names one", found,
			       (unsigned long long)options->explain_goid, where);
}

static int write_dot(const struct session_options *options, const struct reporting *reporting)
{
	FILE *file;
	int fd, r;

	if (!options->dot)
		return 0;
	fd = file_create(options->dot);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return -errno;
	r = output_dot(file, &reporting->run);
	return fclose(file) ? -EIO : r;
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

static int make_report(struct session *session, const struct reporting *reporting,
		       struct output_report *report)
{
	const struct session_options *options = session->options;
	size_t i;
	int r;

	*report = (struct output_report){
		.go = &session->observer.go,
		.go_processes = session->observer.go.count,
		.has_threads = options->observe.once || options->all,
		.threads_seen = options->observe.once ? session->observer.threads_living
						      : session->observer.threads_seen,
	};
	r = make_records(session, reporting, VERDICT_FINDINGS, &report->findings);
	r = r ?: make_records(session, reporting, VERDICT_SUSPECTS, &report->suspects);
	r = r ?: make_records(session, reporting, VERDICT_WAITS, &report->waits);
	if (!r && report->has_threads)
		r = make_records(session, reporting, VERDICT_THREADS, &report->threads);
	r = r ?: make_goroutines(reporting, &report->goroutines);
	for (i = 0; i < report->goroutines.count; i++)
		annotate_goroutines(&session->observer, &report->goroutines.list[i]);
	annotate_go_events(&session->observer);
	if (options->format->all_stacks)
		annotate_stacks(&session->observer);
	return r;
}

static void report_release(struct output_report *report)
{
	verdict_release(&report->findings);
	verdict_release(&report->suspects);
	verdict_release(&report->waits);
	verdict_release(&report->threads);
	verdict_goroutines_release(&report->goroutines);
}

static void note_found(struct session *session, const struct verdict_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		session->found |= 1u << records->list[i].conclusion.verdict;
}

static void note_goroutines_found(struct session *session,
				  const struct verdict_goroutine_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		session->found |= 1u << records->list[i].conclusion.verdict;
	for (i = 0; i < records->timer_count; i++)
		session->found |= 1u << records->timers[i].conclusion.verdict;
}

int tell_end(struct session *session)
{
	const struct session_options *options = session->options;
	struct output_report report = {};
	struct output_sink sink;
	struct reporting reporting;
	int r;

	progress_begin(&session->progress);
	r = reporting_init(&reporting, session);
	r = r ?: make_report(session, &reporting, &report);
	reporting.run.names_hidden = has_kernel_stacks(session) &&
				     stack_kernel_names_hidden(session->observer.engine);
	progress_end(&session->progress);
	if (reporting.run.names_hidden && !options->quiet)
		output_message("the kernel hides its symbols (kptr_restrict, or no CAP_SYSLOG): "
			       "kernel stacks have no names");
	if (session->observer.stopped && !options->quiet)
		output_message("ended before all was read: of some threads it is not told what "
			       "they wait for");
	fill_cost(session, &reporting.run.cost);
	if (!r && options->explain_goid)
		say_go_explanation(session);
	if (!r && options->explain && !options->format->for_programs)
		say_explanation(session, &reporting);
	sink = sink_of(session, &reporting);
	r = r ?: options->format->end(&sink, &report);
	if (!r)
		r = write_dot(options, &reporting);
	note_found(session, &report.findings);
	note_found(session, &report.suspects);
	note_goroutines_found(session, &report.goroutines);
	report_release(&report);
	reporting_release(&reporting);
	return r;
}
