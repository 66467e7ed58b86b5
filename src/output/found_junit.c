// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings as JUnit's XML, as CI servers read it: a suite, and in it a case for each test that is
 * known, else for each process. Elements: github.com/testmoapp/junitxml.
 */
#include "output/found_words.h"

#include <errno.h>
#include <string.h>

static const char *xml(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return " ";
	}
	return NULL;
}

/* In an attribute a newline is a blank for who reads it. */
static const char *xml_attribute(char c)
{
	return c == '\n' ? "&#10;" : xml(c);
}

static void attribute(FILE *stream, const char *name, const char *value)
{
	fprintf(stream, " %s=\"", name);
	found_put(stream, value, xml_attribute);
	fputc('"', stream);
}

static void begin_case(FILE *stream, const char *group, const char *name)
{
	fputs("    <testcase", stream);
	attribute(stream, "classname", group);
	attribute(stream, "name", name);
}

static void put_found(FILE *stream, const struct found_summary *summary, const struct found *found)
{
	char sentence[2000];

	begin_case(stream, found->comm, found_case(found));
	if (found_line(found)) {
		attribute(stream, "file", found_path(summary, found_line(found)->file));
		fprintf(stream, " line=\"%u\"", found_line(found)->line);
	}
	fputs(found->known ? "><skipped" : "><failure", stream);
	attribute(stream, "message", found_sentence(found, sentence, sizeof(sentence)));
	attribute(stream, "type", found_kind_name(found->kind));
	fputc('>', stream);
	found_put(stream, *found->text ? found->text : found->reason, xml);
	fputs(found->known ? "</skipped></testcase>\n" : "</failure></testcase>\n", stream);
}

static bool has_case(const struct founds *founds, const char *comm, const char *name)
{
	size_t i;

	for (i = 0; i < founds->count; i++) {
		if (!strcmp(found_case(&founds->list[i]), name) &&
		    (!comm || !strcmp(founds->list[i].comm, comm)))
			return true;
	}
	return false;
}

/* Those without a finding; counted where stream is NULL. */
static size_t put_clean(FILE *stream, const struct found_summary *summary)
{
	size_t i, before, count = 0;

	for (i = 0; i < summary->test_count; i++) {
		if (has_case(summary->founds, NULL, summary->tests[i]))
			continue;
		count++;
		if (!stream)
			continue;
		begin_case(stream, "leakhop", summary->tests[i]);
		fputs("/>\n", stream);
	}
	for (i = 0; i < summary->process_count; i++) {
		const char *comm = summary->processes[i].comm;

		for (before = 0; before < i && strcmp(summary->processes[before].comm, comm);)
			before++;
		if (before < i || has_case(summary->founds, comm, comm))
			continue;
		count++;
		if (!stream)
			continue;
		begin_case(stream, comm, comm);
		fputs("/>\n", stream);
	}
	return count;
}

int found_junit(FILE *stream, const struct found_summary *summary)
{
	const struct founds *founds = summary->founds;
	size_t i, clean = put_clean(NULL, summary);

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", stream);
	attribute(stream, "name", summary->command);
	fprintf(stream,
		" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" errors=\"0\" time=\"%.3f\">\n",
		founds->count + clean, summary->fresh, founds->count - summary->fresh,
		(double)summary->duration_ns / 1e9);
	for (i = 0; i < founds->count; i++)
		put_found(stream, summary, &founds->list[i]);
	put_clean(stream, summary);
	fputs("    <system-err>", stream);
	for (i = 0; i < summary->remark_count; i++) {
		found_put(stream, summary->remarks[i], xml);
		fputc('\n', stream);
	}
	fputs("</system-err>\n  </testsuite>\n</testsuites>\n", stream);
	return fflush(stream) || ferror(stream) ? -EIO : 0;
}
