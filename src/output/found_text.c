// SPDX-License-Identifier: GPL-2.0-only
/* What a check has found, for people: each in full, then a line for each. */
#include "output/found.h"
#include "output/line.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>
#include <string.h>

static void put_head(struct line *line, const struct found *found, size_t number)
{
	line_add(line, LINE_BOLD, "#%zu  ", number);
	line_add(line, found->known ? LINE_FAINT : LINE_RED, "%s  ",
		 found->known ? "known" : text_verdict(found->verdict));
	line_put(line, LINE_BOLD, found->comm);
	line_add(line, LINE_BOLD, " (%d)", found->pid);
	line_add(line, LINE_PLAIN, ": ");
	line_put(line, LINE_PLAIN, found->title);
	if (*found->test) {
		line_add(line, LINE_PLAIN, "; in test ");
		line_put(line, LINE_BOLD, found->test);
	}
	line_end(line);
}

/* The record as trace has it, but for its first line: the head above says more. */
static void put_record(struct line *line, const char *text)
{
	const char *at = strchr(text, '\n'), *end;

	for (at = at ? at + 1 : text; *at; at = *end ? end + 1 : end) {
		char copy[LINE_BYTES];

		end = strchrnul(at, '\n');
		snprintf(copy, sizeof(copy), "%.*s", (int)(end - at), at);
		line_put(line, LINE_PLAIN, copy);
		line_end(line);
	}
}

static void put_found(struct line *line, const struct found *found, size_t number)
{
	put_head(line, found, number);
	if (found->reported)
		return;
	if (*found->text) {
		put_record(line, found->text);
		return;
	}
	text_labelled(line, "why", found->reason);
	text_labelled(line, "remedy", found->remedy);
	line_end(line);
}

/* A finding that lasted until the end of the check is in the report as such. */
static bool is_in_report(const struct found *found, const struct output_report *report)
{
	const struct verdict_goroutine_records *groups = &report->goroutines;
	size_t i;

	if (found->kind != FOUND_STUCK)
		return false;
	for (i = 0; i < report->findings.count; i++) {
		if (report->findings.list[i].thread->task.pid == found->pid)
			return true;
	}
	for (i = 0; i < groups->count; i++) {
		if (groups->list[i].process->pid == found->pid &&
		    groups->list[i].conclusion.verdict >= VERDICT_STUCK)
			return true;
	}
	return false;
}

int found_text_list(FILE *stream, const struct founds *founds, const struct output_report *report,
		    unsigned number)
{
	struct output_style style = output_style_for(stream);
	struct line line = line_begin(stream, &style);
	size_t i;

	style.width = 0;
	for (i = 0; i < founds->count; i++) {
		if (!is_in_report(&founds->list[i], report))
			put_found(&line, &founds->list[i], ++number);
	}
	return fflush(stream) ? -EIO : 0;
}

static void put_counts(struct line *line, const struct found_summary *summary)
{
	const struct founds *founds = summary->founds;
	size_t known = founds->count - summary->fresh;
	char span[32];

	line_add(line, LINE_PLAIN, "leakhop check: ");
	if (summary->verdict_line) {
		line_put(line, LINE_PLAIN, summary->verdict_line);
		line_add(line, LINE_PLAIN, "; ");
	}
	line_add(line, summary->fresh ? LINE_RED : LINE_GREEN, "%zu finding%s", summary->fresh,
		 plural(summary->fresh));
	if (known)
		line_add(line, LINE_PLAIN, ", %zu known", known);
	if (summary->gone_count)
		line_add(line, LINE_PLAIN, ", %zu of the baseline gone", summary->gone_count);
	line_add(line, LINE_PLAIN, "; the end of %llu process%s seen; %s, exit code %d",
		 (unsigned long long)summary->ends, summary->ends == 1 ? "" : "es",
		 duration_format(summary->duration_ns, span, sizeof(span)), summary->exit_code);
	line_end(line);
}

int found_text(FILE *stream, const struct found_summary *summary)
{
	struct output_style style = output_style_for(stream);
	struct line line = line_begin(stream, &style);
	size_t i;

	style.width = 0;
	for (i = 0; i < summary->founds->count; i++)
		put_found(&line, &summary->founds->list[i], i + 1);
	for (i = 0; i < summary->gone_count; i++) {
		line_add(&line, LINE_PLAIN, "leakhop check: gone, and still in the baseline: ");
		line_put(&line, LINE_PLAIN, summary->gone[i]);
		line_end(&line);
	}
	for (i = 0; i < summary->remark_count; i++) {
		line_add(&line, LINE_PLAIN, "leakhop check: ");
		line_put(&line, LINE_PLAIN, summary->remarks[i]);
		line_end(&line);
	}
	put_counts(&line, summary);
	return fflush(stream) ? -EIO : 0;
}
