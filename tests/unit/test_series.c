// SPDX-License-Identifier: GPL-2.0-only
/* A group that only grows is a leak; one that breathes, or that stands, is none. */
#include "waits.h"

#define SWEEPS 20

/* Each sweep: born threads come into the group of stack 1, gone of its oldest leave. */
static struct trend run_every(uint64_t step, int at_first, int born, int gone, bool *ret_leak)
{
	struct lc_wait wait = wait_for(LC_WAIT_SEMAPHORE, 1);
	struct lc_model *model = model_new();
	pid_t newest = 100 + at_first, oldest = 100, tid;
	struct trend trend;
	struct verdict_view view;
	struct lc_series *series;
	uint64_t now = NOW;
	int sweep, i;

	assert_int_equal(lc_series_create(&series), 0);
	for (tid = oldest; tid < newest; tid++)
		wait_set(thread_add(model, 1, tid, 60), &wait);
	for (sweep = 0; sweep < SWEEPS; sweep++) {
		lc_series_note_threads(series, model);
		lc_series_close(series, now);
		now += step;
		for (i = 0; i < born; i++)
			wait_set(thread_add(model, 1, newest++, 60), &wait);
		for (i = 0; i < gone && oldest < newest; i++)
			lc_model_find(model, oldest++)->ended_at = now;
	}
	assert_true(trend_of_thread(series, lc_model_find(model, newest - 1), &trend));
	view_at(&view, model, NULL, series, now, SECOND);
	*ret_leak = concluded(&view, newest - 1)->verdict == VERDICT_LEAK;
	verdict_view_release(&view);
	lc_series_free(series);
	lc_model_free(model);
	return trend;
}

static struct trend run(int at_first, int born, int gone, bool *ret_leak)
{
	return run_every(SECOND, at_first, born, gone, ret_leak);
}

static void test_only_grows(void **state)
{
	struct trend trend;
	bool leak;

	(void)state;
	trend = run(3, 1, 0, &leak);
	assert_true(trend.grows);
	assert_true(leak);
	assert_true(trend.slope_per_s > 0.99 && trend.slope_per_s < 1.01);
	assert_int_equal(trend.left, 0);
}

/* So many looks in a moment show no trend, however many came. */
static void test_a_moment_is_no_trend(void **state)
{
	struct trend trend;
	bool leak;

	(void)state;
	trend = run_every(SECOND / 100, 3, 1, 0, &leak);
	assert_int_equal(trend.left, 0);
	assert_true(trend.joined > 10);
	assert_false(trend.grows);
	assert_false(trend.rises);
	assert_false(leak);
}

static void test_a_pool_stands(void **state)
{
	bool leak;

	(void)state;
	assert_false(run(50, 0, 0, &leak).grows);
	assert_false(leak);
}

static void test_as_many_go_as_come(void **state)
{
	struct trend trend;
	bool leak;

	(void)state;
	trend = run(10, 2, 2, &leak);
	assert_false(trend.grows);
	assert_false(leak);
	assert_true(trend.left > 30);
	/* A flood that recedes more slowly than it rises: not yet a leak. */
	assert_false(run(10, 5, 4, &leak).grows);
}

static void test_other_stacks_are_other_groups(void **state)
{
	struct lc_model *model = model_new();
	struct trend trend;
	struct lc_series *series;

	(void)state;
	lc_series_create(&series);
	thread_add(model, 1, 10, 60);
	thread_add(model, 1, 11, 60)->user_stack = 2;
	thread_add(model, 2, 12, 60);
	lc_series_note_threads(series, model);
	lc_series_close(series, NOW);
	assert_true(trend_of_thread(series, lc_model_find(model, 10), &trend));
	assert_int_equal(trend.count, 1);
	lc_series_free(series);
	lc_model_free(model);
}

/*
 * Past the bound of groups: the sweep with the most members outside of any counts, not their sum.
 */
static void test_groups_past_the_bound(void **state)
{
	struct lc_series_key key = { .pid = 1 };
	struct lc_series *series;
	uint32_t sweep, i;

	(void)state;
	lc_series_create(&series);
	for (sweep = 0; sweep < 3; sweep++) {
		for (i = 0; i < LC_SERIES_GROUPS + 7 - sweep; i++) {
			key.block_site = i;
			lc_series_member(series, &key, 0);
		}
		lc_series_close(series, NOW + sweep * SECOND);
	}
	assert_int_equal(lc_series_refused(series), 7);
	lc_series_free(series);
}

/*
 * Groups of processes that have ended give way: what begins to grow after so many is still found,
 * and what has stood all the time keeps its history.
 */
static void test_groups_that_are_empty_give_way(void **state)
{
	struct lc_series_key standing = { .pid = 1 }, key = { .pid = 2 }, growing = { .pid = 3 };
	const struct lc_series_group *group;
	uint32_t number = 0, sweep, i;
	struct lc_series *series;
	struct trend trend;

	(void)state;
	lc_series_create(&series);
	for (i = 1; i < LC_SERIES_GROUPS; i++) {
		key.block_site = i;
		lc_series_leave(series, lc_series_member(series, &key, 0));
	}
	for (sweep = 0; sweep < LC_SERIES_EMPTY + 40; sweep++) {
		number = lc_series_member(series, &standing, number);
		for (i = 0; i < sweep && sweep > LC_SERIES_EMPTY; i++)
			lc_series_member(series, &growing, 0);
		lc_series_close(series, NOW + sweep * SECOND);
	}
	assert_int_equal(lc_series_refused(series), 0);
	assert_true(trend_of(series, &growing, &trend));
	assert_true(trend.grows);
	assert_int_equal(trend.sweeps, 39);
	group = lc_series_find(series, &standing);
	assert_int_equal(group->number, number);
	assert_int_equal(group->sweep_count, LC_SERIES_EMPTY + 40);
	assert_int_equal(group->left, 0);
	/* Those that are not empty do not. */
	for (i = 1; i < LC_SERIES_GROUPS; i++) {
		key.pid = 4;
		key.block_site = i;
		lc_series_member(series, &key, 0);
	}
	lc_series_close(series, NOW + 100 * SECOND);
	assert_int_equal(lc_series_refused(series), 1);
	lc_series_free(series);
}

/* The last sweeps, the oldest first, however many there were. */
static void test_the_last_sweeps_are_kept(void **state)
{
	const struct lc_series_group *group;
	struct lc_series_key key = { .pid = 1 };
	struct lc_series *series;
	uint32_t sweep, number = 0;

	(void)state;
	lc_series_create(&series);
	for (sweep = 0; sweep < 3 * LC_SERIES_SWEEPS + 5; sweep++) {
		number = lc_series_member(series, &key, number);
		lc_series_close(series, sweep);
	}
	group = lc_series_find(series, &key);
	assert_int_equal(group->sweep_count, LC_SERIES_SWEEPS);
	for (sweep = 0; sweep < LC_SERIES_SWEEPS; sweep++)
		assert_int_equal(lc_series_sweep(group, sweep)->at,
				 2 * LC_SERIES_SWEEPS + 5 + sweep);
	lc_series_free(series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_grows),
		cmocka_unit_test(test_a_moment_is_no_trend),
		cmocka_unit_test(test_a_pool_stands),
		cmocka_unit_test(test_as_many_go_as_come),
		cmocka_unit_test(test_other_stacks_are_other_groups),
		cmocka_unit_test(test_groups_past_the_bound),
		cmocka_unit_test(test_groups_that_are_empty_give_way),
		cmocka_unit_test(test_the_last_sweeps_are_kept),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
