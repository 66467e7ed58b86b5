// SPDX-License-Identifier: GPL-2.0-only
/* Labels, names and spans of text records: see text_pieces.h. */
#include "output/text_pieces.h"
#include "util/duration.h"

#include <string.h>

void text_label(struct line *line, const char *name)
{
	line_tab(line, LABEL_COLUMN);
	line_add(line, LINE_FAINT, "%s", name);
	line_tab(line, VALUE_COLUMN);
}

/*
 * Where the terminal's line ends, at a blank; the whole text where it fits or there is no terminal.
 */
static size_t wrapped_length(const struct output_style *style, const char *text)
{
	size_t capacity, i, blank = 0;

	if (!style->width || style->width <= VALUE_COLUMN + 20)
		return strlen(text);
	capacity = style->width - VALUE_COLUMN;
	for (i = 0; text[i] && i < capacity; i++) {
		if (text[i] == ' ')
			blank = i;
	}
	return !text[i] || !blank ? strlen(text) : blank;
}

void text_labelled(struct line *line, const char *name, const char *text)
{
	char piece[512];
	size_t length;

	for (; *text; text += length, name = "") {
		text += *text == ' ';
		length = wrapped_length(line->style, text);
		snprintf(piece, sizeof(piece), "%.*s", (int)length, text);
		text_label(line, name);
		line_put(line, LINE_PLAIN, piece);
		line_end(line);
	}
}

const char *text_ago(const struct output_run *run, uint64_t at, char *buffer, size_t size)
{
	return duration_format(run->now > at ? run->now - at : 0, buffer, size);
}

void text_for(struct line *line, const struct output_run *run, uint64_t since)
{
	char span[32];

	if (run->now > since)
		line_add(line, LINE_PLAIN, "for %s ", text_ago(run, since, span, sizeof(span)));
	line_add(line, LINE_PLAIN, "in ");
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

static void put_container(struct line *line, const struct lc_cgroup *group)
{
	bool named = group->container[0] && strcmp(group->container, group->container_id) != 0;
	char id[13];

	snprintf(id, sizeof(id), "%.12s", group->container_id);
	line_add(line, LINE_PLAIN, "container ");
	line_put(line, LINE_BOLD, group->container[0] ? group->container : id);
	if (named)
		line_add(line, LINE_PLAIN, " (%s %s)", group->runtime, id);
	else
		line_add(line, LINE_PLAIN, " (%s)", group->runtime);
}

static void put_pod(struct line *line, const struct lc_cgroup *group)
{
	line_add(line, LINE_PLAIN, "%spod ", group->runtime[0] ? " of " : "");
	if (group->pod[0]) {
		line_put(line, LINE_PLAIN, group->pod_namespace);
		line_add(line, LINE_PLAIN, "/");
		line_put(line, LINE_PLAIN, group->pod);
	} else {
		line_put(line, LINE_PLAIN, group->pod_uid);
	}
}

void text_where_it_runs(struct line *line, const struct output_run *run, pid_t pid)
{
	const struct lc_cgroup *group = run->view ? lc_cgroups_of(run->view->snapshot.cgroups, pid)
						  : NULL;
	/* Whatever somebody runs at a terminal is in a scope of theirs. */
	bool service = group && strstr(group->unit, ".service");

	if (!group || (!group->runtime[0] && !group->pod_uid[0] && !service))
		return;
	text_label(line, "runs in");
	if (group->runtime[0])
		put_container(line, group);
	if (group->pod_uid[0])
		put_pod(line, group);
	if (service) {
		line_add(line, LINE_PLAIN, "unit ");
		line_put(line, LINE_PLAIN, group->unit);
	}
	line_end(line);
}
