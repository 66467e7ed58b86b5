// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings as GitHub Actions' workflow commands
 * (docs.github.com/actions/reference/workflow-commands; escapes: actions/toolkit,
 * packages/core/src/command.ts), and as the Markdown of a step's summary.
 */
#include "output/found_words.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>
#include <string.h>

/* --- annotations --- */

static const char *in_message(char c)
{
	return c == '%' ? "%25" : c == '\n' ? "%0A" : c == '\r' ? "%0D" : NULL;
}

static const char *in_property(char c)
{
	return c == ':' ? "%3A" : c == ',' ? "%2C" : in_message(c);
}

static void annotate(FILE *stream, const struct found_summary *summary, const struct found *found)
{
	const struct found_site *line = found_line(found);
	char sentence[2000];

	fputs(found->known ? "::notice " : "::error ", stream);
	if (line) {
		fputs("file=", stream);
		found_put(stream, found_path(summary, line->file), in_property);
		fprintf(stream, ",line=%u,", line->line);
	}
	fprintf(stream, "title=leakhop%%3A %s::", found_kind_name(found->kind));
	found_put(stream, found_sentence(found, sentence, sizeof(sentence)), in_message);
	if (*found->reason) {
		fputs("%0A", stream);
		found_put(stream, found->reason, in_message);
	}
	fputc('\n', stream);
}

int found_annotate_github(FILE *stream, const struct found_summary *summary)
{
	size_t i;

	for (i = 0; i < summary->founds->count; i++)
		annotate(stream, summary, &summary->founds->list[i]);
	return fflush(stream) || ferror(stream) ? -EIO : 0;
}

/* --- Markdown --- */

static const char *in_markdown(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '|':
		return "\\|";
	case '\n':
	case '\t':
		return " ";
	case '`':
		return "\\`";
	case '*':
		return "\\*";
	case '_':
		return "\\_";
	case '[':
		return "\\[";
	case '\\':
		return "\\\\";
	case '@':
		return "&#64;"; /* nobody is to be told of it */
	case '#':
		return "&#35;";
	}
	return NULL;
}

static const char *in_pre(char c)
{
	return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : NULL;
}

static void row(FILE *stream, const struct found_summary *summary, const struct found *found)
{
	const struct found_site *line = found_line(found);

	fprintf(stream, "| %s | ", found->known ? "known" : found_kind_name(found->kind));
	found_put(stream, found_case(found), in_markdown);
	fputs(" | ", stream);
	found_put(stream, found->title, in_markdown);
	fputs(" | ", stream);
	if (line) {
		found_put(stream, found_path(summary, line->file), in_markdown);
		fprintf(stream, ":%u", line->line);
	}
	fputs(" |\n", stream);
}

int found_markdown(FILE *stream, const struct found_summary *summary)
{
	const struct founds *founds = summary->founds;
	char span[32];
	size_t i;

	fputs("### leakhop check: `", stream);
	found_put(stream, summary->command, in_pre);
	fprintf(stream, "`\n\n%zu finding%s, %zu known; %s, exit code %d\n\n", summary->fresh,
		plural(summary->fresh), founds->count - summary->fresh,
		duration_format(summary->duration_ns, span, sizeof(span)), summary->exit_code);
	if (founds->count)
		fputs("| | test or process | what | where |\n| --- | --- | --- | --- |\n", stream);
	for (i = 0; i < founds->count; i++)
		row(stream, summary, &founds->list[i]);
	for (i = 0; i < founds->count; i++) {
		if (founds->list[i].known || !*founds->list[i].text)
			continue;
		fputs("\n<details><summary>", stream);
		found_put(stream, founds->list[i].title, in_pre);
		fputs("</summary><pre>\n", stream);
		found_put(stream, founds->list[i].text, in_pre);
		fputs("</pre></details>\n", stream);
	}
	for (i = 0; i < summary->remark_count; i++) {
		fputs("\n- ", stream);
		found_put(stream, summary->remarks[i], in_markdown);
	}
	fputs("\n", stream);
	return fflush(stream) || ferror(stream) ? -EIO : 0;
}
