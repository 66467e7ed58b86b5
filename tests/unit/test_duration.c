// SPDX-License-Identifier: GPL-2.0-only
/* Times as people write and read them. */
#include "unit.h"

#include "util/duration.h"

#include <errno.h>

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{ "5", 5000000000 },	   { "0.5", 500000000 }, { "250ms", 250000000 },
		{ "20us", 20000 },	   { "7ns", 7 },	 { "2m", 120000000000 },
		{ "1.5h", 5400000000000 }, { "0", 0 },
	};
	static const char *const bad[] = { "",	   "s",	  "-5",	  "5x",		  "5 s",
					   "ms",   ".",	  "1e9",  "nan",	  "inf",
					   "0x10", "5sm", "1..5", "99999999999h", "5ss" };
	uint64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(duration_parse(good[i].text, &ns), 0);
		assert_int_equal(ns, good[i].ns);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(duration_parse(bad[i], &ns), -EINVAL);
}

static void test_format(void **state)
{
	char buffer[40];

	(void)state;
	assert_string_equal(duration_format(7, buffer, 32), "7ns");
	assert_string_equal(duration_format(20300000, buffer, 32), "20.3ms");
	assert_string_equal(duration_format(5200000000, buffer, 32), "5.2s");
	assert_string_equal(duration_format(192000000000, buffer, 32), "3m 12s");
	assert_string_equal(duration_format(8040000000000, buffer, 32), "2h 14m");
	assert_string_equal(duration_format(792000000000000, buffer, 32), "9d 4h");
	assert_string_equal(time_format_rfc3339(1700000000123456789, buffer, sizeof(buffer)),
			    "2023-11-14T22:13:20.123456Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse),
					    cmocka_unit_test(test_format) };

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
