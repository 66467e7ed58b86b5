// SPDX-License-Identifier: GPL-2.0-only
/* Text for people: see format.h. */
#include "output/format.h"
#include "output/found.h"

/* A place that is known already needs a line, not a page. */
static int thread(struct output_sink *sink, const struct verdict_record *record)
{
	struct output_style style = output_style_for(sink->stream);

	if (record->reported_before)
		return output_text_more(sink->stream, &style, sink->run, record);
	return output_text_record(sink->stream, &style, sink->run, record, sink->reported);
}

static int goroutines(struct output_sink *sink, const struct verdict_goroutines *record)
{
	struct output_style style = output_style_for(sink->stream);

	return output_text_goroutines(sink->stream, &style, sink->run, record, sink->reported);
}

static int timers(struct output_sink *sink, const struct verdict_timers *timers)
{
	struct output_style style = output_style_for(sink->stream);

	return output_text_timers(sink->stream, &style, timers, sink->reported);
}

/* In full: every record, or those whose blocks have all ended. */
static int all_threads(struct output_sink *sink, const struct verdict_records *records,
		       bool ended_only)
{
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		if (ended_only && records->list[i].still_blocked)
			continue;
		sink->reported++;
		r = thread(sink, &records->list[i]);
	}
	return r;
}

static bool is_runtimes(const struct verdict_goroutines *record)
{
	return lc_go_is_runtimes(record->process, record->goroutine);
}

static int all_goroutines(struct output_sink *sink, const struct output_report *report)
{
	size_t i;
	int r = 0;

	for (i = 0; i < report->goroutines.count && !r; i++) {
		/* The runtime's own tell nobody anything. */
		if (is_runtimes(&report->goroutines.list[i]) && !sink->run->verbose)
			continue;
		sink->reported++;
		r = goroutines(sink, &report->goroutines.list[i]);
	}
	return r;
}

/* Each process counts its goroutines from 1: all that have this one are explained. */
static int explain_goroutines(struct output_sink *sink, const struct output_report *report)
{
	struct output_style style = output_style_for(sink->stream);
	const struct lc_go_process *process = report->go->processes;
	const struct verdict_goroutines *record;
	int r = 0;

	for (; process && !r; process = process->hh.next) {
		record = verdict_goroutines_find(&report->goroutines, process,
						 sink->run->explain_goid);
		if (record)
			r = output_text_go_explanation(sink->stream, &style, sink->run, record);
	}
	return r;
}

static int explain(struct output_sink *sink, const struct output_report *report)
{
	struct output_style style = output_style_for(sink->stream);
	uint32_t node = GRAPH_NONE;
	int r = 0;

	if (sink->run->explain)
		node = graph_find(&sink->run->view->graph, sink->run->explain);
	if (node != GRAPH_NONE)
		r = output_text_explanation(sink->stream, &style, sink->run, node);
	if (!r && sink->run->explain_goid)
		r = explain_goroutines(sink, report);
	return r;
}

static int end(struct output_sink *sink, const struct output_report *report)
{
	struct output_style style = output_style_for(sink->stream);
	int r = 0;

	if (report->has_threads)
		r = all_goroutines(sink, report);
	if (!r && report->has_threads)
		r = all_threads(sink, &report->threads, /* ended_only= */ false);
	else if (!r && sink->run->ended_in_full)
		r = all_threads(sink, &report->waits, /* ended_only= */ true);
	if (!r && report->founds)
		r = found_text_list(sink->stream, report->founds, report, sink->reported);
	r = r ?: explain(sink, report);
	return r ?: output_text_summary(sink->stream, &style, sink->run, report);
}

const struct output_format output_format_text = {
	.name = "text",
	.as_due = true,
	.explains = true,
	.thread = thread,
	.goroutines = goroutines,
	.timers = timers,
	.end = end,
};
