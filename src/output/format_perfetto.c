// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace for Perfetto (ui.perfetto.dev): a track for each thread and each group of goroutines, on
 * which a block is a slice, and arrows from who woke or spawned to whom.
 */
#include "output/format.h"
#include "output/perfetto_drawing.h"

#include <errno.h>
#include <stdlib.h>

static void draw(struct drawing *drawing, const struct output_report *report)
{
	const struct lc_model *threads = drawing->run->view->snapshot.threads;
	const struct lc_go_process *process;
	const struct lc_thread *thread;
	size_t i;

	perfetto_clocks(drawing->perfetto, drawing->run->now,
			(int64_t)drawing->run->now + drawing->run->realtime_offset);
	for (thread = lc_snapshot_next(threads, NULL); thread;
	     thread = lc_snapshot_next(threads, thread))
		drawing_thread(drawing, thread);
	for (i = 0; i < report->threads.count; i++)
		drawing_thread_counts(drawing, &report->threads.list[i]);
	for (i = 0; i < report->goroutines.count; i++) {
		if (report->goroutines.list[i].goroutine->kind != LC_GO_NO_WAIT)
			drawing_group(drawing, &report->goroutines.list[i]);
	}
	for (process = report->go ? report->go->processes : NULL; process;
	     process = process->hh.next)
		drawing_go_blocks(drawing, process);
}

static int end(struct output_sink *sink, const struct output_report *report)
{
	struct drawing *drawing = calloc(1, sizeof(*drawing));
	int r = drawing ? perfetto_create(sink->stream, &drawing->perfetto) : -ENOMEM;

	if (r < 0) {
		free(drawing);
		return r;
	}
	drawing->run = sink->run;
	draw(drawing, report);
	r = perfetto_error(drawing->perfetto);
	perfetto_free(drawing->perfetto);
	free(drawing);
	if (!r && (fflush(sink->stream) || ferror(sink->stream)))
		r = -EIO;
	return r;
}

const struct output_format output_format_perfetto = {
	.name = "perfetto",
	.for_programs = true,
	.all_stacks = true,
	.is_file = true,
	.end = end,
};
