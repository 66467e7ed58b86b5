// SPDX-License-Identifier: GPL-2.0-only
/* Folded stacks: names, values, and what must not break a line. */
#include "report.h"

#define PROCESS "</sc\\x3b&\"'\\x0a\\x1b\\xff\\x207"

static void assert_folded(const char *format, struct made_report *made, const char *expected)
{
	size_t size;
	char *text = written_as(format, made, &size);

	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(text));
	free(text);
}

/* One line a place, the longest first; the root is the process, the leaf where it stands. */
static void test_lines(void **state)
{
	struct made_report made;

	(void)state;
	report_make(&made);
	assert_folded("folded=count", &made,
		      PROCESS ";run;plain 2\n" PROCESS ";run;"
			      "evil\\x3b\\x0a</script><img src=x onerror=alert(1)>"
			      "\\xe2\\x80\\xa8\\xff\\x1b]0\\x3bx\\x2012 1\n" PROCESS
			      ";[stack not known] 1\n");
	assert_folded("folded", &made,
		      PROCESS ";run;plain 120000000000\n" PROCESS ";run;"
			      "evil\\x3b\\x0a</script><img src=x onerror=alert(1)>"
			      "\\xe2\\x80\\xa8\\xff\\x1b]0\\x3bx\\x2012 60000000000\n" PROCESS
			      ";[stack not known] 3000000000\n");
	report_free(&made);
}

/* Blocks that have ended count where they were; a wait of unknown length does not vanish. */
static void test_ended_and_unknown(void **state)
{
	struct made_report made;
	struct lc_thread *thread;

	(void)state;
	report_make(&made);
	thread = lc_model_find(made.model, 14);
	thread->blocked = false;
	thread->places[0] = (struct lc_site){
		.user_stack = lc_model_find(made.model, 12)->user_stack,
		.blocks = { .count = 3, .total_ns = 7 },
	};
	lc_model_find(made.model, 11)->blocked_since = NOW;
	assert_folded("folded=count", &made,
		      PROCESS ";run;plain 5\n" PROCESS ";run;"
			      "evil\\x3b\\x0a</script><img src=x onerror=alert(1)>"
			      "\\xe2\\x80\\xa8\\xff\\x1b]0\\x3bx\\x2012 1\n");
	assert_folded("folded", &made,
		      PROCESS ";run;plain 120000000007\n" PROCESS ";run;"
			      "evil\\x3b\\x0a</script><img src=x onerror=alert(1)>"
			      "\\xe2\\x80\\xa8\\xff\\x1b]0\\x3bx\\x2012 1\n");
	made.run.user_stacks = false;
	assert_folded("folded", &made, PROCESS ";[stack not known] 120000000007\n");
	report_free(&made);
}

static void test_nothing(void **state)
{
	struct made_report made;

	(void)state;
	report_make(&made);
	for (pid_t tid = 11; tid < 15; tid++)
		lc_model_find(made.model, tid)->blocked = false;
	assert_folded("folded", &made, "");
	report_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_ended_and_unknown),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
