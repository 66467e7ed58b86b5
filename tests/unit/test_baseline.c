// SPDX-License-Identifier: GPL-2.0-only
/* The text of a baseline: what is known, until when, what is kept when it is written again. */
#include "unit.h"

#include "verdict/baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A "goroutine | select | a.run | a.New"
#define B "thread | mutex | b | main"

static int parse(struct baseline *baseline, const char *text, struct error *error)
{
	char *copy = strdup(text);
	int r = baseline_parse(baseline, copy, error);

	free(copy);
	return r;
}

static enum baseline_answer ask(struct baseline *baseline, const char *fingerprint)
{
	const struct baseline_line *line;

	return baseline_ask(baseline, fingerprint, "2026-11-28", &line);
}

static void test_known_new_expired(void **state)
{
	struct baseline baseline = {};
	struct error error;

	(void)state;
	assert_int_equal(parse(&baseline,
			       "# words\n\n" A "  # why; until=2026-11-28\r\n" B
			       " # until=2026-11-27",
			       &error),
			 0);
	assert_int_equal(baseline.count, 2);
	assert_int_equal(ask(&baseline, A), BASELINE_KNOWN);
	assert_int_equal(ask(&baseline, B), BASELINE_EXPIRED);
	assert_int_equal(ask(&baseline, "thread | mutex | b | other"), BASELINE_NEW);
	baseline_release(&baseline);
}

static void test_lines_that_are_none(void **state)
{
	static const char *const wrong[] = { "goroutine\n",
					     "a | b | c\n",
					     "a | b | c | d | e\n",
					     A " # until=soon\n",
					     A " # until=2026-11-281\n",
					     A " # until=2026-1-28\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct baseline baseline = {};
		struct error error;
		char text[200];

		snprintf(text, sizeof(text), "#\n%s", wrong[i]);
		assert_int_equal(parse(&baseline, text, &error), -22);
		assert_non_null(strstr(error.text, "line 2 "));
		baseline_release(&baseline);
	}
}

static void test_comments_are_kept_and_lines_sorted(void **state)
{
	struct baseline baseline = {};
	struct error error;
	char *text;

	(void)state;
	assert_int_equal(parse(&baseline,
			       B "  # ours; T-1\n"
				 "process |  | gone | ?  # no more\n",
			       &error),
			 0);
	assert_int_equal(ask(&baseline, B), BASELINE_KNOWN);
	assert_int_equal(ask(&baseline, A), BASELINE_NEW);
	assert_int_equal(baseline_add(&baseline, A, "new"), 0);
	text = baseline_text(&baseline);
	assert_non_null(strstr(text, "\n" A "  # new\n" B "  # ours; T-1\n"));
	assert_null(strstr(text, "gone"));
	baseline_release(&baseline);
	/* What was written is read the same. */
	assert_int_equal(parse(&baseline, text, &error), 0);
	assert_int_equal(baseline.count, 2);
	assert_string_equal(baseline.list[1].comment, "ours; T-1");
	free(text);
	baseline_release(&baseline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_new_expired),
		cmocka_unit_test(test_lines_that_are_none),
		cmocka_unit_test(test_comments_are_kept_and_lines_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
