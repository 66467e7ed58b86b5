// SPDX-License-Identifier: GPL-2.0-only
/* The whole reasoning for one goroutine as text. */
#include "model/go_holders.h"
#include "output/names.h"
#include "output/remedy.h"
#include "output/text_chain.h"
#include "output/text_path.h"
#include "output/text_pieces.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>

static void text_read(struct line *line, const struct output_run *run,
		      const struct verdict_goroutines *record, const struct lc_goroutine *goroutine)
{
	const struct lc_go_wait *wait = lc_go_wait_of(record->process, goroutine->goid);
	uint64_t since = lc_go_since(goroutine);
	char span[32];

	text_label(line, "was read");
	line_add(line, LINE_PLAIN, "%s", lc_go_kind_name(goroutine->kind));
	if (wait && wait->reason) {
		line_add(line, LINE_PLAIN, " (in the runtime's words: ");
		line_put(line, LINE_PLAIN, wait->reason);
		line_add(line, LINE_PLAIN, ")");
	}
	if (run->now > since)
		line_add(line, LINE_PLAIN, "; has not run for %s",
			 text_ago(run, since, span, sizeof(span)));
	line_end(line);
}

static void text_reach(struct line *line, const struct verdict_goroutines *record,
		       const struct lc_goroutine *goroutine)
{
	const struct lc_go_releasers *releasers = lc_go_releasers_of(record->process,
								     goroutine->goid);
	const struct lc_go_held *held = lc_go_held_for(record->process, goroutine);

	text_label(line, "was asked");
	if (!(goroutine->flags & LC_GO_ASKED))
		line_add(line, LINE_PLAIN, "nothing of this one: %s",
			 lc_go_is_internal(goroutine->kind)
				 ? "others of its group were asked, or it has not stood long enough"
				 : "more than the program itself could end its wait");
	else if (goroutine->flags & LC_GO_UNREACHABLE)
		line_add(line, LINE_PLAIN, "twice, and nothing that can run %s",
			 held && held->known ? "holds the lock that it waits for"
					     : "has a pointer to what it waits for");
	else
		line_add(line, LINE_PLAIN,
			 "something that can run has a pointer to what it waits for, or its "
			 "place in memory");
	line_end(line);
	text_path(line, lc_go_path_of(record->process, goroutine->goid));
	if (!releasers)
		return;
	text_label(line, "");
	line_add(line, LINE_PLAIN, "goroutines that have it at hand: %u, %s", releasers->total,
		 releasers->known ? "all known" : "perhaps others");
	line_end(line);
}

static void text_held(struct line *line, const struct verdict_goroutines *record,
		      const struct lc_goroutine *goroutine)
{
	const struct lc_go_held *held = lc_go_held_for(record->process, goroutine);

	if (!held)
		return;
	text_label(line, "");
	line_add(line, LINE_PLAIN, "goroutines that hold its lock: %u, %s", held->total,
		 held->known ? "all known" : "perhaps others");
	line_end(line);
	if (!held->runs)
		return;
	text_label(line, "");
	line_add(line, LINE_PLAIN, "run forward: %u goroutine%s, %u to the end, %llu instructions",
		 held->runs, plural(held->runs), held->ended,
		 (unsigned long long)held->instructions);
	line_end(line);
}

int output_text_go_explanation(FILE *stream, const struct output_style *style,
			       const struct output_run *run,
			       const struct verdict_goroutines *record)
{
	const struct lc_goroutine *goroutine = lc_go_by_goid(record->process, run->explain_goid);
	const struct conclusion *conclusion = &record->conclusion;
	struct line line = line_begin(stream, style);
	uint32_t node = graph_find_goroutine(&run->view->graph, record->process->pid,
					     run->explain_goid);

	if (!goroutine)
		return 0;
	text_label(&line, "goroutine");
	line_add(&line, LINE_PLAIN, "%llu of ", (unsigned long long)goroutine->goid);
	line_put(&line, LINE_PLAIN, record->process->comm);
	line_add(&line, LINE_PLAIN, " (%d), one of %zu at this place", record->process->pid,
		 record->count);
	line_end(&line);
	text_read(&line, run, record, goroutine);
	text_reach(&line, record, goroutine);
	text_held(&line, record, goroutine);
	if (node != GRAPH_NONE && run->view->graph.nodes[node].next != GRAPH_NONE) {
		text_label(&line, "chain");
		line_end(&line);
		text_chain(&line, run, node);
	}
	text_label(&line, "concluded");
	line_add(&line, LINE_BOLD, "%s", verdict_name(conclusion->verdict));
	line_add(&line, LINE_PLAIN, " by the rule `%s`, of all of the group", conclusion->rule);
	line_end(&line);
	text_labelled(&line, "why", conclusion->reason);
	text_labelled(&line, "proof", conclusion->proof);
	text_labelled(&line, "otherwise", conclusion->otherwise);
	text_labelled(&line, "remedy", remedy_of_goroutines(run, record));
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
