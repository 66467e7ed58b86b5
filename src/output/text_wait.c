// SPDX-License-Identifier: GPL-2.0-only
/* What a thread waits for as text: see text_wait.h. */
#include "output/text_wait.h"
#include "output/line.h"
#include "output/names.h"
#include "output/remedy.h"
#include "output/text_chain.h"
#include "output/text_pieces.h"

#include <errno.h>

/* Who else could release it, where that is not one thread that the chain shows. */
static void text_owners(struct line *line, const struct lc_wait *wait)
{
	uint32_t i;

	if (wait->owner_total < 2)
		return;
	text_label(line, "released by");
	for (i = 0; i < wait->owner_count && i < 6; i++) {
		line_add(line, LINE_PLAIN, "%s", i ? ", " : "any of ");
		line_put(line, LINE_PLAIN, wait->owners[i].comm);
		line_add(line, LINE_PLAIN, " (%d)",
			 wait->owners[i].tid ? wait->owners[i].tid : wait->owners[i].pid);
	}
	if (wait->owner_total > i)
		line_add(line, LINE_PLAIN, " and %u more", wait->owner_total - i);
	line_end(line);
}

/* Its time was over, and it went to sleep again: told as one wait. */
static void text_rearmed(struct line *line, const struct lc_thread *thread)
{
	if (!thread->rearms)
		return;
	text_label(line, "armed again");
	line_add(line, LINE_PLAIN, "%llu time%s since: it looks when its time-out is over",
		 (unsigned long long)thread->rearms, thread->rearms == 1 ? "" : "s");
	line_end(line);
}

void text_wait(FILE *stream, const struct output_style *style, const struct output_run *run,
	       const struct verdict_record *record)
{
	const struct lc_wait *wait = record->still_blocked ? record->thread->wait : NULL;
	const struct conclusion *conclusion = &record->conclusion;
	struct line line = line_begin(stream, style);
	char remedy[REMEDY_BYTES];

	if (wait) {
		text_label(&line, "waits for");
		text_object(&line, run, wait);
		line_end(&line);
		text_rearmed(&line, record->thread);
		if (wait->condition[0]) {
			text_label(&line, "until");
			line_put(&line, LINE_PLAIN, wait->condition);
			line_add(&line, LINE_PLAIN, "%s",
				 wait->flags & LC_WAIT_SLEEPS_AGAIN ? " changes" : ", which is so");
			line_end(&line);
		}
		text_labelled(&line, "address", wait->address);
		if (wait->flags & LC_WAIT_HOLDERS_RUN)
			text_labelled(&line, "holder", wait->run);
		text_owners(&line, wait);
		if (run->view && record->node != GRAPH_NONE)
			text_chain(&line, run, record->node);
	}
	if (conclusion->verdict >= VERDICT_SUSPECT || run->verbose) {
		text_labelled(&line, "why", conclusion->reason);
		text_labelled(&line, "proof", conclusion->proof);
		text_labelled(&line, "remedy",
			      remedy_words(run, conclusion, remedy, sizeof(remedy)));
	}
	if (record->depends) {
		text_label(&line, "behind it");
		line_add(&line, LINE_PLAIN, "%u thread%s wait%s for this one", record->depends,
			 record->depends == 1 ? "" : "s", record->depends == 1 ? "s" : "");
		line_end(&line);
	}
}

int output_text_explanation(FILE *stream, const struct output_style *style,
			    const struct output_run *run, uint32_t number)
{
	const struct graph_node *node = &run->view->graph.nodes[number];
	struct conclusion conclusion;
	const struct lc_wait *wait = node->thread->blocked ? node->thread->wait : NULL;
	struct line line = line_begin(stream, style);
	char remedy[REMEDY_BYTES];

	verdict_conclude(run->view, number, &conclusion);
	text_label(&line, "thread");
	text_node(&line, node);
	line_add(&line, LINE_PLAIN, ", %s", name_state(node->thread->state));
	line_end(&line);
	if (wait) {
		text_label(&line, "was read");
		line_add(&line, LINE_PLAIN, "%s (%s, %s): ", lc_wait_kind_name(wait->kind),
			 wait->op, lc_wait_direction_name(wait->direction));
		text_object(&line, run, wait);
		line_end(&line);
		if (wait->has_value) {
			text_label(&line, "");
			line_add(&line, LINE_PLAIN, "slept on value 0x%llx, now 0x%llx",
				 (unsigned long long)wait->expected,
				 (unsigned long long)wait->value);
			line_end(&line);
		}
		text_labelled(&line, "condition", wait->condition);
		text_labelled(&line, "run forward", wait->run);
		text_labelled(&line, "address", wait->address);
		text_label(&line, "");
		line_add(&line, LINE_PLAIN, "%s; who could release it: %u, %s",
			 node->thread->wait_confirmed ? "confirmed by a second look" : "read once",
			 wait->owner_total, node->complete ? "all known" : "not all known");
		line_end(&line);
		text_owners(&line, wait);
		text_label(&line, "chain");
		line_end(&line);
		text_chain(&line, run, number);
	}
	text_label(&line, "concluded");
	line_add(&line, LINE_BOLD, "%s", verdict_name(conclusion.verdict));
	line_add(&line, LINE_PLAIN, " by the rule `%s`",
		 conclusion.rule ? conclusion.rule : "none");
	line_end(&line);
	text_labelled(&line, "why", conclusion.reason);
	text_labelled(&line, "proof", conclusion.proof);
	text_labelled(&line, "otherwise", conclusion.otherwise);
	text_labelled(&line, "remedy", remedy_words(run, &conclusion, remedy, sizeof(remedy)));
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
