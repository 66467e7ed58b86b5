// SPDX-License-Identifier: GPL-2.0-only
/* Labels, names and spans of text records: see text_pieces.h. */
#include "output/text_pieces.h"
#include "util/duration.h"

void text_label(struct line *line, const char *name)
{
	line_tab(line, LABEL_COLUMN);
	line_add(line, LINE_FAINT, "%s", name);
	line_tab(line, VALUE_COLUMN);
}

void text_labelled(struct line *line, const char *name, const char *text)
{
	if (!*text)
		return;
	text_label(line, name);
	line_put(line, LINE_PLAIN, text);
	line_end(line);
}

const char *text_ago(const struct output_run *run, uint64_t at, char *buffer, size_t size)
{
	return duration_format(run->now > at ? run->now - at : 0, buffer, size);
}

void text_task(struct line *line, const struct lc_task *task)
{
	/* tid 0 wakes from an interrupt: a timer, a disk, the network. */
	if (!task->tid) {
		line_add(line, LINE_PLAIN, "the kernel (timer or interrupt)");
		return;
	}
	line_put(line, LINE_PLAIN, task->comm);
	line_add(line, LINE_PLAIN, " (%d)", task->tid);
}

const char *text_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_DEADLOCK:
		return "DEADLOCK";
	case VERDICT_LEAK:
		return "LEAK";
	case VERDICT_STUCK:
		return "STUCK";
	case VERDICT_SUSPECT:
		return "suspect";
	default:
		return verdict_name(verdict);
	}
}
