// SPDX-License-Identifier: GPL-2.0-only
/* Command lines that are taken: nothing outside of them is read (seen with sanitizers). */
#include "unit.h"

#include "cmd/options.h"

static void test_a_command_line(void **state)
{
	char *words[] = { (char[]){ "dump" }, (char[]){ "-p" }, (char[]){ "41,42" },
			  (char[]){ "--threshold=5ms" } };
	static struct options options;

	(void)state;
	assert_int_equal(options_parse(&options, "dump", 4, words), 0);
	assert_int_equal(options.session.observe.collect.filter.pid_count, 2);
	assert_int_equal(options.pids[1], 42);
	assert_int_equal(options.session.observe.collect.threshold_ns, 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
