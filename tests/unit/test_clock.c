// SPDX-License-Identifier: GPL-2.0-only
/* The lag of the scheduler's clock: a time is converted with the lag of back then. */
#include "unit.h"

#include "collect/clock.h"

#define SECOND 1000000000ull

static void test_unknown_cpu(void **state)
{
	struct cpu_clocks *clocks;

	(void)state;
	cpu_clocks_create(2, &clocks);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 5), 0);
	assert_int_equal(cpu_clocks_convert(clocks, 7, 5), 0);
	cpu_clocks_note(clocks, 7, SECOND, 5);
	cpu_clocks_note(clocks, 0, SECOND, 0);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 5), 0);
	cpu_clocks_free(clocks);
}

/*
 * A hypervisor takes 100 ms of each second; a thread blocked since second 10 did so at second 10.
 */
static void test_lag_that_grows(void **state)
{
	struct cpu_clocks *clocks;
	uint64_t second, offset;

	(void)state;
	cpu_clocks_create(1, &clocks);
	for (second = 1; second < 1000; second++) {
		offset = second * SECOND / 10;
		cpu_clocks_note(clocks, 0, second * SECOND - offset, offset);
	}
	for (second = 1; second < 1000; second++) {
		offset = second * SECOND / 10;
		assert_int_equal(cpu_clocks_convert(clocks, 0, second * SECOND - offset),
				 second * SECOND);
		/* Until the next step the same lag holds. */
		assert_int_equal(cpu_clocks_convert(clocks, 0, second * SECOND - offset + 1000),
				 second * SECOND + 1000);
	}
	cpu_clocks_free(clocks);
}

/* What lies before the first note is converted by that: the lag was not larger then. */
static void test_before_the_first_note(void **state)
{
	struct cpu_clocks *clocks;

	(void)state;
	cpu_clocks_create(1, &clocks);
	cpu_clocks_note(clocks, 0, 100 * SECOND, 7 * SECOND);
	cpu_clocks_note(clocks, 0, 100 * SECOND, 9 * SECOND); /* not later: ignored */
	cpu_clocks_note(clocks, 0, 200 * SECOND, 8 * SECOND);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 3 * SECOND), 10 * SECOND);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 199 * SECOND), 206 * SECOND);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 200 * SECOND), 208 * SECOND);
	cpu_clocks_free(clocks);
}

static void test_bounded(void **state)
{
	struct cpu_clocks *clocks;
	uint64_t i;

	(void)state;
	cpu_clocks_create(1, &clocks);
	for (i = 1; i <= 50 * CLOCK_HISTORY; i++)
		cpu_clocks_note(clocks, 0, i * SECOND, i);
	/* The newest are all there, of the oldest some. */
	assert_int_equal(cpu_clocks_convert(clocks, 0, 50ull * CLOCK_HISTORY * SECOND),
			 50ull * CLOCK_HISTORY * SECOND + 50 * CLOCK_HISTORY);
	assert_true(cpu_clocks_convert(clocks, 0, 9 * SECOND) <= 9 * SECOND + 9);
	cpu_clocks_free(clocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_cpu),
		cmocka_unit_test(test_lag_that_grows),
		cmocka_unit_test(test_before_the_first_note),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
