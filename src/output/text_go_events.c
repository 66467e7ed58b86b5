// SPDX-License-Identifier: GPL-2.0-only
/* What probes have seen of goroutines (--go-events), as text. */
#include "output/text_go_events.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"

#define MOST_SITES 10

static void put_place(struct line *line, const struct output_run *run, uint32_t stack)
{
	const struct lc_frame *frame = text_telling_frame(run, stack);

	if (!frame || !frame->function[0])
		return;
	line_add(line, LINE_PLAIN, ", ");
	line_put(line, LINE_PLAIN, frame->function);
	if (frame->line) {
		line_add(line, LINE_PLAIN, "  ");
		line_put(line, LINE_PLAIN, text_basename(frame->file));
		line_add(line, LINE_PLAIN, ":%u", frame->line);
	}
}

static void put_readier(struct line *line, const struct output_run *run, enum lc_go_readier readier,
			uint64_t by, uint32_t stack)
{
	switch (readier) {
	case LC_GO_READIER_GOROUTINE:
		line_add(line, LINE_PLAIN, "goroutine %llu", (unsigned long long)by);
		put_place(line, run, stack);
		break;
	case LC_GO_READIER_RUNTIME:
		line_add(line, LINE_PLAIN, "the run-time system (a timer)");
		break;
	case LC_GO_READIER_NETWORK:
		line_add(line, LINE_PLAIN, "its descriptor");
		break;
	default:
		line_add(line, LINE_PLAIN, "not seen");
	}
}

void text_go_exact(struct line *line, const struct output_run *run,
		   const struct verdict_goroutines *record)
{
	const struct lc_go_exact *exact = &record->exact;
	char span[32];

	if (!record->has_exact)
		return;
	if (exact->born_at) {
		text_label(line, "born");
		line_add(line, LINE_PLAIN, "%s ago, by goroutine %llu",
			 text_ago(run, exact->born_at, span, sizeof(span)),
			 (unsigned long long)exact->parent_goid);
		line_end(line);
	}
	if (exact->ready_at) {
		text_label(line, "last readied");
		line_add(line, LINE_PLAIN, "%s ago, by ",
			 text_ago(run, exact->ready_at, span, sizeof(span)));
		put_readier(line, run, exact->readier, exact->ready_by, record->ready_stack);
		line_end(line);
	}
}

static void text_block(struct line *line, const struct output_run *run,
		       const struct lc_go_block *block)
{
	char span[32];

	line_add(line, LINE_PLAIN, "  goroutine %llu  %s  %s", (unsigned long long)block->goid,
		 duration_format(block->blocked_ns, span, sizeof(span)),
		 lc_go_kind_name(block->kind));
	put_place(line, run, block->stack);
	line_add(line, LINE_PLAIN, "; readied by ");
	put_readier(line, run, block->readier, block->by, block->by_stack);
	line_end(line);
}

/* A go statement of the program's own. */
static void text_site(struct line *line, const struct output_run *run,
		      const struct lc_go_site *site)
{
	line_add(line, LINE_PLAIN, "  %llu born, %llu ended, %llu live",
		 (unsigned long long)site->born, (unsigned long long)site->ended,
		 (unsigned long long)site->living);
	put_place(line, run, site->spawn_stack);
	line_end(line);
}

static void text_process(struct line *line, const struct output_run *run,
			 const struct lc_go_process *process)
{
	const struct lc_go_events *events = process->events;
	char span[32], threshold[32];
	size_t i, sites = 0;

	line_put(line, LINE_PLAIN, process->comm);
	line_add(line, LINE_PLAIN,
		 " (%d), events of %s: %llu goroutines born, %llu ended; %llu block%s of %s and "
		 "longer ended",
		 process->pid, text_ago(run, events->since, span, sizeof(span)),
		 (unsigned long long)events->born, (unsigned long long)events->ended,
		 (unsigned long long)events->block_count, events->block_count == 1 ? "" : "s",
		 duration_format(run->threshold_ns, threshold, sizeof(threshold)));
	if (!run->verbose && events->kept)
		line_add(line, LINE_FAINT, " (-v shows them)");
	line_end(line);
	if (!run->verbose)
		return;
	for (i = 0; i < process->site_count && sites < MOST_SITES; i++) {
		if (process->sites[i].system ||
		    process->sites[i].born + process->sites[i].ended == 0)
			continue;
		text_site(line, run, &process->sites[i]);
		sites++;
	}
	for (i = 0; i < events->kept; i++)
		text_block(line, run, &events->blocks[i]);
}

void text_go_events(struct line *line, const struct output_run *run,
		    const struct output_report *report)
{
	const struct lc_go_process *process = report->go ? report->go->processes : NULL;
	const struct lc_go_counts *counts = &run->cost.go_events;
	char span[32];

	for (; process; process = process->hh.next) {
		if (process->events)
			text_process(line, run, process);
	}
	if (!run->go_events)
		return;
	line_add(line, LINE_FAINT,
		 "cost of --go-events: %llu births, %llu ends, %llu waits, %llu wake-ups",
		 (unsigned long long)counts->born, (unsigned long long)counts->ended,
		 (unsigned long long)counts->parked, (unsigned long long)counts->readied);
	if (run->cost.go_probe_ns)
		line_add(line, LINE_FAINT, ", each about %s of the process's time",
			 duration_format(run->cost.go_probe_ns, span, sizeof(span)));
	if (counts->runs)
		line_add(line, LINE_FAINT, ", of which %llu ns in the program",
			 (unsigned long long)(counts->run_ns / counts->runs));
	line_end(line);
}
