// SPDX-License-Identifier: GPL-2.0-only
/* Grouping: threads at one place are one record. Links with verdict, model and util alone. */
#include "unit.h"

#include "view.h"

#define SECOND 1000000000ull
#define NOW (1000 * SECOND)

static struct lc_thread *add(struct lc_model *model, pid_t pid, pid_t tid, uint64_t blocked_ns,
			     uint32_t stack)
{
	struct lc_sample sample = {
		.task = { .tid = tid, .pid = pid, .comm = "worker" },
		.process_comm = "server",
		.state = blocked_ns ? 'S' : 'R',
		.now = NOW,
		.start_time = 1,
		.still_since = NOW - blocked_ns,
		.syscall = { .nr = 202 },
	};
	struct lc_thread *thread;

	assert_true(lc_model_sample(model, &sample, &thread) >= 0);
	if (thread->blocked)
		thread->user_stack = stack;
	return thread;
}

/* The view must live as long as its records: one test looks at one moment. */
static struct verdict_view view;

static struct verdict_records make(struct lc_model *model, enum verdict_scope scope)
{
	struct verdict_records records;

	verdict_view_release(&view);
	view_at(&view, model, NULL, NULL, NOW, 5 * SECOND);
	assert_int_equal(verdict_make(&view, scope, &records), 0);
	return records;
}

static void mutex_of_a_dead_owner(struct lc_thread *thread)
{
	struct lc_wait wait = { .kind = LC_WAIT_MUTEX,
				.recorded = LC_WAIT_DEAD,
				.flags = LC_WAIT_OWNER_GONE };

	lc_thread_set_wait(thread, &wait, NOW);
	lc_thread_set_wait(thread, &wait, NOW);
}

static void test_threads_at_one_place_are_one_finding(void **state)
{
	struct verdict_records records;
	struct lc_model *model;
	int i;

	(void)state;
	lc_model_create(0, &model);
	for (i = 0; i < 100; i++)
		add(model, 10, 200 - i, (10 + i % 7) * SECOND, 1);
	add(model, 10, 300, 60 * SECOND, 2);
	add(model, 11, 301, 7 * SECOND, 1); /* another process */
	add(model, 10, 302, 4 * SECOND, 1); /* not due */
	add(model, 10, 303, 0, 0);	    /* runs */
	records = make(model, VERDICT_WAITS);
	assert_int_equal(records.count, 3);
	assert_int_equal(records.threads, 102);
	assert_int_equal(records.list[0].tids[0].tid, 300);
	assert_int_equal(records.list[1].count, 100);
	assert_int_equal(records.list[1].still_blocked, 100);
	assert_int_equal(records.list[1].blocked_ns, 16 * SECOND);
	assert_int_equal(records.list[1].tids[0].tid, 101);
	assert_int_equal(records.list[1].tids[99].tid, 200);
	assert_int_equal(records.list[2].thread->task.pid, 11);
	verdict_release(&records);
	records = make(model, VERDICT_THREADS);
	assert_int_equal(records.threads, 104);
	assert_int_equal(records.list[records.count - 1].conclusion.verdict, VERDICT_RUNNING);
	verdict_release(&records);
	lc_model_free(model);
}

/* What was a suspect, and has become a finding, is told of again, in full. */
static void test_a_suspect_that_becomes_a_finding_is_news(void **state)
{
	struct lc_wait wait = { .kind = LC_WAIT_BARRIER };
	struct verdict_records records;
	struct lc_thread *thread;
	struct lc_model *model;

	(void)state;
	lc_model_create(0, &model);
	thread = add(model, 10, 100, 10 * SECOND, 1);
	lc_thread_set_wait(thread, &wait, NOW);
	records = make(model, VERDICT_NEW);
	assert_int_equal(records.count, 1);
	assert_int_equal(records.list[0].conclusion.verdict, VERDICT_SUSPECT);
	verdict_release(&records);
	thread->reported = 1;
	thread->reported_as_suspect = true;
	records = make(model, VERDICT_NEW);
	assert_int_equal(records.count, 0);
	verdict_release(&records);
	mutex_of_a_dead_owner(thread);
	records = make(model, VERDICT_NEW);
	assert_int_equal(records.count, 1);
	assert_int_equal(records.list[0].conclusion.verdict, VERDICT_LEAK);
	assert_int_equal(records.list[0].reported_before, 0);
	assert_int_equal(records.list[0].at_place, 1);
	verdict_release(&records);
	lc_model_free(model);
}

static void test_new_ones_are_told_once(void **state)
{
	struct verdict_records records;
	struct lc_thread *thread;
	struct lc_model *model;

	(void)state;
	lc_model_create(0, &model);
	thread = add(model, 10, 100, 10 * SECOND, 1);
	mutex_of_a_dead_owner(thread);
	records = make(model, VERDICT_NEW);
	assert_int_equal(records.count, 1);
	verdict_release(&records);
	thread->reported = 1;
	records = make(model, VERDICT_NEW);
	assert_int_equal(records.count, 0);
	verdict_release(&records);
	records = make(model, VERDICT_FINDINGS);
	assert_int_equal(records.count, 1);
	assert_int_equal(records.list[0].conclusion.verdict, VERDICT_LEAK);
	verdict_release(&records);
	lc_model_free(model);
}

/* Who comes to a place that was told is told by its number; in another process it is another place.
 */
static void test_more_at_a_place_that_was_told(void **state)
{
	struct verdict_records records;
	struct lc_thread *thread;
	struct lc_model *model;
	size_t i;

	(void)state;
	lc_model_create(0, &model);
	for (i = 0; i < 5; i++) {
		thread = add(model, i < 3 ? 10 : 11, 100 + i, i == 2 ? SECOND : 10 * SECOND, 1);
		mutex_of_a_dead_owner(thread);
		thread->reported = i == 0 ? 7 : 0; /* and the third is not due yet */
	}
	records = make(model, VERDICT_NEW);
	assert_int_equal(records.count, 2);
	for (i = 0; i < 2; i++) {
		bool told = records.list[i].thread->task.pid == 10;

		assert_int_equal(records.list[i].count, told ? 1 : 2);
		assert_int_equal(records.list[i].reported_before, told ? 7 : 0);
		assert_int_equal(records.list[i].at_place, 2);
	}
	verdict_release(&records);
	lc_model_free(model);
}

static void test_blocks_that_ended_are_found(void **state)
{
	struct lc_event end = {
		.kind = LC_EVENT_BLOCK_ENDED,
		.task = { .tid = 100, .pid = 10 },
		.syscall = { .nr = 35 },
		.stack_follows = true,
	};
	struct verdict_records records;
	struct lc_model *model;
	int i;

	(void)state;
	lc_model_create(0, &model);
	for (i = 0; i < 4; i++) {
		end.at = (100 + i) * SECOND;
		end.blocked_ns = (6 + i) * SECOND;
		end.kind = LC_EVENT_BLOCK_ENDED;
		lc_model_event(model, &end, 0, NULL);
		end.kind = LC_EVENT_BLOCK_STACK;
		end.blocked_at = end.at - end.blocked_ns;
		lc_model_event(model, &end, 9, NULL);
	}
	records = make(model, VERDICT_WAITS);
	assert_int_equal(records.count, 1);
	assert_int_equal(records.list[0].still_blocked, 0);
	assert_int_equal(records.list[0].user_stack, 9);
	assert_int_equal(records.list[0].blocks.count, 4);
	assert_int_equal(records.list[0].blocked_ns, 9 * SECOND);
	verdict_release(&records);
	lc_model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads_at_one_place_are_one_finding),
		cmocka_unit_test(test_new_ones_are_told_once),
		cmocka_unit_test(test_more_at_a_place_that_was_told),
		cmocka_unit_test(test_a_suspect_that_becomes_a_finding_is_news),
		cmocka_unit_test(test_blocks_that_ended_are_found),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
