// SPDX-License-Identifier: GPL-2.0-only
/* Names what is to be told, looks up what else is known of it, and gives it to output: see tell.h. */
#include "cmd/tell.h"
#include "observe/annotate.h"
#include "cmd/version.h"
#include "util/duration.h"
#include "verdict/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>

#define MOST_LIMITS 8
#define SAID_PROCESSES 8 /* of those that --explain gN names */

/* An output_run and the strings it points to. */
struct telling {
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
	struct rusage usage;
	size_t i, count;

	getrusage(RUSAGE_SELF, &usage);
	cost->user_ns = timeval_ns(&usage.ru_utime);
	cost->system_ns = timeval_ns(&usage.ru_stime);
	cost->rss_bytes = usage.ru_maxrss * 1024ull;
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

static void telling_release(struct telling *telling)
{
	verdict_view_release(&telling->view);
}

/* Returns 0 or -ENOMEM. */
static int telling_init(struct telling *telling, struct session *session)
{
	const struct session_options *options = session->options;
	struct lc_snapshot snapshot;
	struct observer_losses losses;
	size_t i;
	int r;

	memset(telling, 0, sizeof(*telling));
	uname(&telling->system);
	for (i = 0; options->observe.threads && i < MOST_LIMITS; i++) /* they are all of threads */
		telling->limits[i] = collect_limit(session->observer.collect, i);
	observer_get_losses(&session->observer, &losses);
	telling->run = (struct output_run){
		.command = options->command,
		.version = LEAKHOP_VERSION,
		.host = telling->system.nodename,
		.kernel = telling->system.release,
		.source = collect_source(session->observer.collect),
		.limits = telling->limits,
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
		.show_ended = options->observe.collect.short_blocks || options->all ||
			      options->verbose,
	};
	telling->run.ended = (int64_t)telling->run.now + session->realtime_offset;
	telling->run.view = &telling->view;
	fill_cost(session, &telling->run.cost);
	observer_snapshot(&session->observer, telling->run.now, &snapshot);
	r = verdict_view_create(&snapshot, session->observer.growth, &telling->view);
	if (!r)
		annotate_graph(&session->observer, &telling->view.graph);
	return r;
}

static int make_records(struct session *session, const struct telling *telling,
			enum verdict_scope scope, struct verdict_records *records)
{
	size_t i;
	int r;

	if (!session->options->observe.threads)
		return 0;
	r = verdict_make(&telling->view, scope, records);
	if (r < 0)
		return r;
	for (i = 0; i < records->count; i++) {
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

	if (!session->options->observe.collect.go_events || !session->observer.golang || !probe_ns)
		return;
	fprintf(stderr,
		"leakhop: --go-events: each creation, end, wait and wake-up of a goroutine takes "
		"the process about %s longer (measured here, on leakhop itself)\n",
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
		fprintf(stderr, "leakhop: %s\n", limit);
	if (options->observe.once)
		return;
	say_probe_cost(session);
	fprintf(stderr, "leakhop: tracing; %s blocked for %s are shown%s\n",
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

/* A place that is known already needs a line, not a page. */
static int tell_record(struct session *session, const struct telling *telling,
		       const struct verdict_record *record)
{
	struct output_style style = output_style_for(session->out);
	size_t at_place;
	unsigned number = verdict_told_before(&telling->view, record, &at_place);
	int r;

	if (session->options->format == SESSION_JSON_LINES)
		r = output_json_line(session->out, &telling->run, record);
	else if (number)
		r = output_text_more(session->out, &style, &telling->run, record, number, at_place);
	else
		r = output_text_record(session->out, &style, &telling->run, record,
				       session->told + 1);
	if (!number)
		number = ++session->told;
	mark_told(session, record, number);
	return r;
}

static int make_goroutines(struct session *session, const struct telling *telling,
			   struct verdict_goroutine_records *records)
{
	int r = verdict_goroutines_make(&session->observer.go, session->observer.growth,
					&telling->view, telling->run.now, telling->run.threshold_ns,
					records);

	if (!r)
		verdict_goroutines_join(&telling->view, records);
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

static int tell_timers(struct session *session, const struct verdict_timers *timers)
{
	struct output_style style = output_style_for(session->out);
	struct lc_go_process *process = lc_go_find(&session->observer.go, timers->process->pid);

	if (process->timers_told)
		return 0;
	process->timers_told = true;
	session->told++;
	if (session->options->format == SESSION_JSON_LINES)
		return output_json_timers_line(session->out, timers);
	return output_text_timers(session->out, &style, timers, session->told);
}

static int tell_goroutines(struct session *session, const struct telling *telling)
{
	struct output_style style = output_style_for(session->out);
	struct verdict_goroutine_records records;
	struct verdict_goroutines *record;
	size_t i;
	int r = make_goroutines(session, telling, &records);

	for (i = 0; i < records.count && !r; i++) {
		record = &records.list[i];
		if (!is_news(record))
			continue;
		annotate_goroutines(&session->observer, record);
		mark_goroutines_told(session, record);
		session->told++;
		if (session->options->format == SESSION_JSON_LINES)
			r = output_json_goroutines_line(session->out, &telling->run, record);
		else
			r = output_text_goroutines(session->out, &style, &telling->run, record,
						   session->told);
	}
	for (i = 0; i < records.timer_count && !r; i++)
		r = tell_timers(session, &records.timers[i]);
	verdict_goroutines_release(&records);
	return r;
}

int tell_new(struct session *session)
{
	struct verdict_records records = {};
	struct telling telling;
	size_t i;
	int r;

	if (session->options->format == SESSION_JSON)
		return 0;
	progress_begin(&session->progress);
	r = telling_init(&telling, session);
	r = r ?: make_records(session, &telling, VERDICT_NEW, &records);
	progress_end(&session->progress);
	for (i = 0; i < records.count && !r; i++)
		r = tell_record(session, &telling, &records.list[i]);
	r = r ?: tell_goroutines(session, &telling);
	verdict_release(&records);
	telling_release(&telling);
	return r;
}

/* In full: every record, or those whose blocks have all ended. */
static int print_records(struct session *session, const struct telling *telling,
			 const struct verdict_records *records, bool ended_only)
{
	struct output_style style = output_style_for(session->out);
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		if (ended_only && records->list[i].still_blocked)
			continue;
		session->told++;
		r = output_text_record(session->out, &style, &telling->run, &records->list[i],
				       session->told);
	}
	return r;
}

static int print_goroutines(struct session *session, const struct telling *telling,
			    const struct output_report *report)
{
	struct output_style style = output_style_for(session->out);
	size_t i;
	int r = 0;

	for (i = 0; i < report->goroutines.count && !r; i++) {
		/* The runtime's own tell nobody anything. */
		if (report->goroutines.list[i].site->system && !session->options->verbose)
			continue;
		r = output_text_goroutines(session->out, &style, &telling->run,
					   &report->goroutines.list[i], ++session->told);
	}
	return r;
}

static int print_explanation(struct session *session, const struct telling *telling)
{
	struct output_style style = output_style_for(session->out);
	uint32_t node = graph_find(&telling->view.graph, session->options->explain);

	if (node == GRAPH_NONE) {
		fprintf(stderr, "leakhop: thread %d, which was to be explained, was not seen\n",
			session->options->explain);
		return 0;
	}
	return output_text_explanation(session->out, &style, &telling->run, node);
}

/* Each process counts its goroutines from 1: all that have this one are told. */
static int print_go_explanation(struct session *session, const struct telling *telling,
				const struct output_report *report)
{
	struct output_style style = output_style_for(session->out);
	const struct verdict_goroutines *record;
	const struct lc_go_process *process = session->observer.go.processes;
	int r = 0;

	for (; process && !r; process = process->hh.next) {
		record = verdict_goroutines_find(&report->goroutines, process,
						 session->options->explain_goid);
		if (record)
			r = output_text_go_explanation(session->out, &style, &telling->run, record);
	}
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

/* Where --explain gN has looked, and in how many it was: an answer of the wrong process would not show. */
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
		fprintf(stderr,
			"leakhop: goroutine %llu, which was to be explained, was not seen%s\n",
			(unsigned long long)options->explain_goid, where);
	else if (found > 1 && !options->quiet)
		fprintf(stderr, "leakhop: %u processes have a goroutine %llu%s; -p names one\n",
			found, (unsigned long long)options->explain_goid, where);
}

static int print_end(struct session *session, const struct telling *telling,
		     const struct output_report *report)
{
	const struct session_options *options = session->options;
	struct output_style style = output_style_for(session->out);
	int r = 0;

	if (options->format == SESSION_JSON)
		return output_json(session->out, &telling->run, report);
	if (options->format == SESSION_JSON_LINES)
		return output_json_last_line(session->out, &telling->run, report);
	if (report->has_threads)
		r = print_goroutines(session, telling, report);
	if (!r && report->has_threads)
		r = print_records(session, telling, &report->threads, /* ended_only= */ false);
	else if (!r && options->observe.collect.short_blocks)
		r = print_records(session, telling, &report->waits, /* ended_only= */ true);
	if (!r && options->explain)
		r = print_explanation(session, telling);
	if (!r && options->explain_goid)
		r = print_go_explanation(session, telling, report);
	return r ?: output_text_summary(session->out, &style, &telling->run, report);
}

static int write_dot(const struct session_options *options, const struct telling *telling)
{
	FILE *file;
	int r;

	if (!options->dot)
		return 0;
	file = fopen(options->dot, "we");
	if (!file)
		return -errno;
	r = output_dot(file, &telling->run);
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

static int make_report(struct session *session, const struct telling *telling,
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
	r = make_records(session, telling, VERDICT_FINDINGS, &report->findings);
	r = r ?: make_records(session, telling, VERDICT_SUSPECTS, &report->suspects);
	r = r ?: make_records(session, telling, VERDICT_WAITS, &report->waits);
	if (!r && report->has_threads)
		r = make_records(session, telling, VERDICT_THREADS, &report->threads);
	r = r ?: make_goroutines(session, telling, &report->goroutines);
	for (i = 0; i < report->goroutines.count; i++)
		annotate_goroutines(&session->observer, &report->goroutines.list[i]);
	annotate_go_events(&session->observer);
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
	struct telling telling;
	int r;

	progress_begin(&session->progress);
	r = telling_init(&telling, session);
	r = r ?: make_report(session, &telling, &report);
	telling.run.names_hidden = has_kernel_stacks(session) &&
				   stack_kernel_names_hidden(session->observer.engine);
	progress_end(&session->progress);
	if (telling.run.names_hidden && !options->quiet)
		fprintf(stderr,
			"leakhop: the kernel hides its symbols (kptr_restrict, or no CAP_SYSLOG): "
			"kernel stacks have no names\n");
	fill_cost(session, &telling.run.cost);
	if (!r && options->explain_goid)
		say_go_explanation(session);
	if (!r)
		r = print_end(session, &telling, &report);
	if (!r)
		r = write_dot(options, &telling);
	note_found(session, &report.findings);
	note_found(session, &report.suspects);
	note_goroutines_found(session, &report.goroutines);
	report_release(&report);
	telling_release(&telling);
	return r;
}
