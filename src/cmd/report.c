// SPDX-License-Identifier: GPL-2.0-only
/* leakhop report: what a run saw, told again from its recording. */
#include "cmd/commands.h"
#include "cmd/dump.h"
#include "cmd/options.h"
#include "cmd/compared.h"
#include "output/message.h"
#include "target/core.h"
#include "util/duration.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What was told as it came due comes before the end; a dump's end has all of it. */
static bool is_reported_first(const struct output_format *format,
			      const struct output_report *report)
{
	return format->as_due && (!report->has_threads || format->for_programs);
}

static int report_due_threads(struct output_sink *sink, const struct output_format *format,
			      const struct verdict_records *records)
{
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		sink->reported++;
		r = format->thread(sink, &records->list[i]);
	}
	return r;
}

static int report_due_goroutines(struct output_sink *sink, const struct output_format *format,
				 const struct verdict_goroutine_records *records, bool suspects)
{
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		enum verdict verdict = records->list[i].conclusion.verdict;

		if (suspects ? verdict != VERDICT_SUSPECT : verdict < VERDICT_STUCK)
			continue;
		sink->reported++;
		r = format->goroutines(sink, &records->list[i]);
	}
	for (i = 0; !suspects && i < records->timer_count && !r; i++) {
		sink->reported++;
		r = format->timers(sink, &records->timers[i]);
	}
	return r;
}

static int report_first(struct output_sink *sink, const struct output_format *format,
			const struct output_report *report)
{
	int r = report_due_goroutines(sink, format, &report->goroutines, /* suspects= */ false);

	r = r ?: report_due_threads(sink, format, &report->findings);
	r = r ?: report_due_goroutines(sink, format, &report->goroutines, /* suspects= */ true);
	return r ?: report_due_threads(sink, format, &report->suspects);
}

static void say_limits(const struct output_run *run)
{
	size_t i;

	for (i = 0; run->limits[i]; i++)
		output_message("%s", run->limits[i]);
}

/* Where it comes from, and what it is not. */
static void say_origin(const char *path, const struct recorded *recorded)
{
	const struct record_run *run = &recorded->recording.run;
	char when[40], since[40], span[32];

	say_limits(&recorded->run);
	time_format_rfc3339(run->ended, when, sizeof(when));
	output_message("'%s': %s on %s, %s sweep%s, up to %s%s", path, run->command, run->host,
		       recorded_count(recorded, span, sizeof(span)),
		       recorded->recording.sweep_count == 1 ? "" : "s", when,
		       run->finished ? "" : ", where it broke off");
	if (run->thinned_before)
		output_message("of sweeps before %s only what lasted is left (--max-size)",
			       time_format_rfc3339(run->thinned_before, since, sizeof(since)));
	if (run->not_recorded)
		output_message("%llu goroutines found no room in it",
			       (unsigned long long)run->not_recorded);
	if (recorded->run.threshold_ns < run->threshold_ns && !run->once)
		output_message("of blocks shorter than %s there are no stacks in it",
			       duration_format(run->threshold_ns, span, sizeof(span)));
}

static int write_report(struct recorded *recorded, const struct session_options *options,
			FILE *stream)
{
	struct report_source source = recorded_source(recorded, options);
	struct output_sink sink = { .stream = stream, .run = &recorded->run };
	struct output_report report = {};
	int r = reporting_make(&source, &report);

	if (!r && is_reported_first(options->format, &report))
		r = report_first(&sink, options->format, &report);
	r = r ?: reporting_write(&source, stream, sink.reported, &report);
	if (!r)
		r = reporting_found(&report) & options->fail_on ? EXIT_FOUND : EXIT_RAN;
	reporting_release(&report);
	return r;
}

static int report(struct options *options, FILE *stream)
{
	struct recorded recorded;
	struct error error = {};
	int r = recorded_read(options, options->files[0], &recorded, &error);

	if (r < 0)
		return session_fail(&options->session, r, &error);
	if (!options->session.quiet)
		say_origin(options->files[0], &recorded);
	r = write_report(&recorded, &options->session, stream);
	recorded_release(&recorded);
	if (r < 0) {
		error_set(&error, r, "cannot write the report");
		return session_fail(&options->session, r, &error);
	}
	return r;
}

static unsigned found_in(const struct verdict_unions *unions)
{
	unsigned found = 0;
	size_t i;

	for (i = 0; i < unions->count; i++)
		found |= 1u << unions->list[i].worst->verdict;
	return found;
}

/* Many: the same group is told once, with where it is. */
static int report_many(const struct options *options, FILE *stream)
{
	const struct session_options *session = &options->session;
	struct verdict_groups groups = {};
	struct verdict_unions unions;
	struct compared compared;
	struct error error = {};
	int r = compared_read(options, /* apart= */ false, &compared, &groups, &error);

	if (!r) {
		r = verdict_unite(&groups, &unions);
		r = r
			    ?: output_unions(stream, session->format->for_programs,
					     compared.origins, compared.count, &unions,
					     session->verbose || session->all);
		if (r < 0)
			error_set(&error, r, "cannot write the report");
		else
			r = found_in(&unions) & session->fail_on ? EXIT_FOUND : EXIT_RAN;
		verdict_unions_release(&unions);
	}
	verdict_groups_release(&groups);
	compared_release(&compared);
	return r < 0 ? session_fail(session, r, &error) : r;
}

/* A core is looked at as dump does: all at once, and no threshold is over. */
static int report_core(struct session_options *options, const char *path)
{
	struct error error = {};

	if (options->format == &output_format_json_lines) {
		error_say(&error, -EINVAL, "--json=lines is of a recording, and '%s' is a core",
			  path);
		return session_fail(options, -EINVAL, &error);
	}
	options->core = path;
	options->command = "dump";
	options->observe.once = true;
	return dump_once(options);
}

/* Which of the files is a core; NULL: none. */
static const char *find_core(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->file_count; i++) {
		if (target_core_is_one(options->files[i]))
			return options->files[i];
	}
	return NULL;
}

static int refuse(const struct options *options, const char *core)
{
	struct error error = {};

	if (core) {
		error_say(&error, -EINVAL, "'%s' is a core, which is reported alone", core);
		error_remedy(&error,
			     "leakhop dump --core '%s' -o FILE" RECORD_SUFFIX
			     " makes a recording of it, which goes with others",
			     core);
	} else {
		error_say(&error, -EINVAL, "--exe is of a core, and '%s' is none",
			  options->files[0]);
	}
	return session_fail(&options->session, -EINVAL, &error);
}

int command_report(int argc, char **argv)
{
	struct options options;
	struct error error = {};
	struct file_document output;
	const char *core;
	int r;

	options_parse(&options, "report", argc, argv);
	core = find_core(&options);
	if (core && options.file_count == 1)
		return report_core(&options.session, core);
	if (core || options.session.exe)
		return refuse(&options, core);
	r = session_open_output(&options.session, &output);
	if (r < 0) {
		error_set(&error, r, "cannot write '%s'", options.session.output);
		return session_fail(&options.session, -EIO, &error);
	}
	r = options.file_count > 1 ? report_many(&options, output.stream)
				   : report(&options, output.stream);
	return session_close_output(&options.session, &output, r);
}
