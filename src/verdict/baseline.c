// SPDX-License-Identifier: GPL-2.0-only
/* The text of a baseline: see baseline.h. */
#include "verdict/baseline.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "# leakhop check --baseline: findings that are accepted, one a line: "
			   "kind | wait | where it waits |\n"
			   "# where it was started. Behind # stands why, a ticket, and "
			   "until=YYYY-MM-DD, from when on it fails again.\n";

/* --- reading --- */

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	size_t i;

	for (i = 0; form[i]; i++) {
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	}
	return !isalnum((unsigned char)text[i]) && text[i] != '-';
}

/* "until=" anywhere in the comment, as a word. */
static int take_date(const char *comment, char until[BASELINE_DATE])
{
	static const char name[] = "until=";
	const char *at = strstr(comment, name);

	*until = '\0';
	if (!at)
		return 0;
	at += sizeof(name) - 1;
	if (!is_date(at))
		return -EINVAL;
	memcpy(until, at, BASELINE_DATE - 1);
	until[BASELINE_DATE - 1] = '\0';
	return 0;
}

static bool has_four_parts(const char *fingerprint)
{
	unsigned bars = 0;

	for (; (fingerprint = strstr(fingerprint, " | ")); fingerprint += 3)
		bars++;
	return bars == 3;
}

int baseline_add(struct baseline *baseline, const char *fingerprint, const char *comment)
{
	struct baseline_line *grown, line = { .found = true };

	if (baseline->count == BASELINE_LINES)
		return -ENOSPC;
	if (baseline->count == baseline->capacity) {
		grown = reallocarray(baseline->list, baseline->capacity * 2 + 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		baseline->list = grown;
		baseline->capacity = baseline->capacity * 2 + 16;
	}
	line.fingerprint = strdup(fingerprint);
	line.comment = strdup(comment);
	if (!line.fingerprint || !line.comment) {
		free(line.fingerprint);
		free(line.comment);
		return -ENOMEM;
	}
	(void)take_date(comment, line.until);
	baseline->list[baseline->count++] = line;
	return 0;
}

static int parse_line(struct baseline *baseline, char *text, size_t number, struct error *error)
{
	char *comment = strchr(text, '#'), until[BASELINE_DATE];
	int r;

	if (comment)
		*comment++ = '\0';
	text = trim(text);
	comment = comment ? trim(comment) : "";
	if (!*text)
		return 0;
	if (!has_four_parts(text))
		return error_say(error, -EINVAL,
				 "line %zu of the baseline is no finding (kind | wait | where | "
				 "started where)",
				 number);
	if (take_date(comment, until) < 0)
		return error_say(error, -EINVAL,
				 "line %zu of the baseline: until= what day? (YYYY-MM-DD)", number);
	r = baseline_add(baseline, text, comment);
	if (r < 0)
		return error_set(error, r, "cannot take in the baseline");
	baseline->list[baseline->count - 1].found = false;
	return 0;
}

int baseline_parse(struct baseline *baseline, char *text, struct error *error)
{
	size_t number = 0;
	char *line;
	int r = 0;

	while (!r && (line = strsep(&text, "\n")))
		r = parse_line(baseline, line, ++number, error);
	return r;
}

void baseline_release(struct baseline *baseline)
{
	size_t i;

	for (i = 0; i < baseline->count; i++) {
		free(baseline->list[i].fingerprint);
		free(baseline->list[i].comment);
	}
	free(baseline->list);
	*baseline = (struct baseline){};
}

/* --- asking --- */

enum baseline_answer baseline_ask(struct baseline *baseline, const char *fingerprint,
				  const char *today, const struct baseline_line **ret_line)
{
	enum baseline_answer answer = BASELINE_NEW;
	size_t i;

	for (i = 0; i < baseline->count; i++) {
		struct baseline_line *line = &baseline->list[i];

		if (strcmp(line->fingerprint, fingerprint) != 0)
			continue;
		line->found = true;
		*ret_line = line;
		/* One line that still holds is enough. */
		if (!*line->until || strcmp(today, line->until) <= 0)
			return BASELINE_KNOWN;
		answer = BASELINE_EXPIRED;
	}
	return answer;
}

/* --- writing --- */

static int by_fingerprint(const void *a, const void *b)
{
	const struct baseline_line *x = a, *y = b;
	int order = strcmp(x->fingerprint, y->fingerprint);

	return order ? order : strcmp(x->comment, y->comment);
}

char *baseline_text(struct baseline *baseline)
{
	char *text = NULL;
	size_t size, i;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	if (baseline->count)
		qsort(baseline->list, baseline->count, sizeof(*baseline->list), by_fingerprint);
	fputs(head, stream);
	for (i = 0; i < baseline->count; i++) {
		const struct baseline_line *line = &baseline->list[i];

		if (line->found)
			fprintf(stream, "%s%s%s\n", line->fingerprint, *line->comment ? "  # " : "",
				line->comment);
	}
	return fclose(stream) ? NULL : text;
}
