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

/* A hypervisor takes 100 ms of each second; a thread blocked since second 10 did so at second 10. */
static void test_lag_that_grows(void **state)
{
	struct cpu_clocks *clocks;
	uint64_t second, offset, at;

	(void)state;
	cpu_clocks_create(1, &clocks);
	for (second = 1; second < 2000; second++)
		cpu_clocks_note(clocks, 0, second * SECOND, second * SECOND / 10);
	for (second = 1; second < 2000; second++) {
		offset = second * SECOND / 10;
		at = cpu_clocks_convert(clocks, 0, second * SECOND - offset);
		assert_true(llabs((long long)(at - second * SECOND)) < 1000);
	}
	cpu_clocks_free(clocks);
}

static void test_constant_lag_keeps_its_begin(void **state)
{
	struct cpu_clocks *clocks;
	uint64_t i;

	(void)state;
	cpu_clocks_create(1, &clocks);
	for (i = 1; i <= 5000; i++)
		cpu_clocks_note(clocks, 0, i * SECOND, 7 * SECOND);
	cpu_clocks_note(clocks, 0, 5001 * SECOND, 8 * SECOND);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 3 * SECOND), 10 * SECOND);
	assert_int_equal(cpu_clocks_convert(clocks, 0, 4000 * SECOND), 4007 * SECOND);
	cpu_clocks_free(clocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_cpu),
		cmocka_unit_test(test_lag_that_grows),
		cmocka_unit_test(test_constant_lag_keeps_its_begin),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
