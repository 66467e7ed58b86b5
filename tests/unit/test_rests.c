// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that rest: nobody comes by them until something of theirs is not as it was, or their
 * time has come; and they are counted as if somebody did.
 */
#include "unit.h"

#include "model/series.h"

#include <stdlib.h>

#define SECOND 1000000000ull
#define START 7

static struct lc_sample sample_of(pid_t pid, pid_t tid, uint64_t now, uint64_t switches)
{
	return (struct lc_sample){
		.task = { .tid = tid, .pid = pid, .comm = "thread" },
		.process_comm = "process",
		.state = 'S',
		.now = now,
		.start_time = START,
		.still_since = SECOND,
		.voluntary_switches = switches,
		.syscall = { .nr = 202 },
	};
}

static struct lc_thread *sampled(struct lc_model *model, pid_t pid, pid_t tid, uint64_t now,
				 uint64_t switches)
{
	struct lc_sample sample = sample_of(pid, tid, now, switches);
	struct lc_thread *thread;

	assert_true(lc_model_sample(model, &sample, &thread) >= 0);
	thread->user_stack = 1;
	return thread;
}

static void unmoved(struct lc_model *model, pid_t tid, uint64_t now)
{
	struct lc_sample sample = {
		.task.tid = tid, .start_time = START, .now = now, .unmoved = true
	};
	struct lc_thread *thread;

	assert_int_equal(lc_model_unmoved(model, &sample, &thread), 0);
}

/* Processes 10 and 20 of two threads each, as of a sweep at 3 s. */
static struct lc_model *model_of_two(void)
{
	struct lc_model *model;
	pid_t pid;

	assert_int_equal(lc_model_create(0, &model), 0);
	lc_model_begin_sweep(model, 3 * SECOND);
	for (pid = 10; pid <= 20; pid += 10) {
		sampled(model, pid, pid, 3 * SECOND, 1);
		sampled(model, pid, pid + 1, 3 * SECOND, 1);
	}
	lc_model_end_sweep(model);
	return model;
}

/* Who is to rest, and how; 0: each. */
struct wish {
	pid_t pid;
	struct lc_rest rest;
};

static bool as_wished(void *context, struct lc_thread *first, struct lc_rest *ret_rest)
{
	const struct wish *wish = context;

	*ret_rest = wish->rest;
	return !wish->pid || wish->pid == first->task.pid;
}

static void rest(struct lc_model *model, pid_t pid, uint64_t until)
{
	struct wish wish = { pid, { .until = until } };

	lc_model_rest(model, as_wished, &wish);
}

static size_t count_awake(const struct lc_model *model)
{
	const struct lc_thread *thread = NULL;
	size_t count = 0;

	while ((thread = lc_model_next_awake(model, thread)))
		count++;
	return count;
}

static void test_who_rests_is_passed_by(void **state)
{
	struct lc_model *model = model_of_two();
	struct lc_thread *thread;

	(void)state;
	assert_int_equal(count_awake(model), 4);
	rest(model, 10, 100 * SECOND);
	assert_int_equal(count_awake(model), 2);
	assert_true(lc_model_rests(model, 10));
	assert_false(lc_model_rests(model, 20));
	assert_true(lc_thread_rests(lc_model_find(model, 11)));
	assert_int_equal(lc_model_next_awake(model, NULL)->task.pid, 20);
	/* A sweep that finds them so changes nothing; nor does the end of a process that is
	 * awake. */
	lc_model_begin_sweep(model, 5 * SECOND);
	unmoved(model, 10, 5 * SECOND);
	unmoved(model, 11, 5 * SECOND);
	lc_model_end_sweep(model);
	assert_true(lc_model_rests(model, 10));
	assert_int_equal(lc_model_find(model, 11)->seen_at, 5 * SECOND);
	assert_int_equal(lc_model_find(model, 10)->ended_at, 0);
	assert_int_not_equal(lc_model_find(model, 20)->ended_at, 0);
	lc_model_drop_ended(model, true);
	assert_int_equal(count_awake(model), 0);
	assert_int_equal(lc_model_count(model), 2);
	assert_null(lc_model_next_awake(model, NULL));
	rest(model, 0, 0); /* no time is no rest */
	lc_model_wake(model, 10);
	lc_model_wake(model, 99);
	for (thread = lc_model_next_awake(model, NULL); thread;
	     thread = lc_model_next_awake(model, thread))
		assert_int_equal(thread->task.pid, 10);
	assert_int_equal(count_awake(model), 2);
	lc_model_free(model);
}

static struct lc_event event_of(enum lc_event_kind kind, pid_t pid, pid_t tid)
{
	return (struct lc_event){
		.kind = kind,
		.at = 4 * SECOND,
		.task = { .tid = tid, .pid = pid, .comm = "thread" },
		.start_time = START,
		.blocked_ns = 1,
	};
}

/* Each thing that may happen to process 10. */
enum change {
	RUNS,
	SEEN_IN_FULL,
	BORN_IN_SWEEP,
	GONE_IN_SWEEP,
	ANOTHER_WAIT,
	NO_WAIT,
	ASKED,
	EVENTS, /* from here on: kinds of events */
	CHANGES = EVENTS + 7,
};

static void happen(struct lc_model *model, unsigned change)
{
	static const enum lc_event_kind kinds[] = {
		LC_EVENT_SPAWN,	      LC_EVENT_EXEC,	    LC_EVENT_EXIT,
		LC_EVENT_BLOCK_ENDED, LC_EVENT_BLOCK_STACK, LC_EVENT_SPAWN_FAILED,
		LC_EVENT_FIRST_RUN,
	};
	struct lc_wait wait = { .kind = LC_WAIT_SLEEP };
	struct lc_event event;

	switch (change) {
	case RUNS:
		sampled(model, 10, 11, 4 * SECOND, 2);
		return;
	case SEEN_IN_FULL:
		sampled(model, 10, 11, 4 * SECOND, 1);
		return;
	case BORN_IN_SWEEP:
		sampled(model, 10, 12, 4 * SECOND, 1);
		return;
	case GONE_IN_SWEEP:
		lc_model_begin_sweep(model, 4 * SECOND);
		unmoved(model, 10, 4 * SECOND);
		lc_model_end_sweep(model);
		assert_int_not_equal(lc_model_find(model, 11)->ended_at, 0);
		return;
	case ANOTHER_WAIT:
	case NO_WAIT:
		assert_true(lc_thread_set_wait(lc_model_find(model, 11),
					       change == NO_WAIT ? NULL : &wait, 4 * SECOND) >= 0);
		return;
	case ASKED:
		lc_thread_wake(lc_model_find(model, 11));
		return;
	default:
		event = event_of(kinds[change - EVENTS], 10,
				 kinds[change - EVENTS] == LC_EVENT_SPAWN  ? 12
				 : kinds[change - EVENTS] == LC_EVENT_EXEC ? 10
									   : 11);
		assert_int_equal(lc_model_event(model, &event, 0, NULL), 0);
	}
}

static void test_whatever_happens_wakes(void **state)
{
	struct lc_model *model;
	unsigned change;

	(void)state;
	for (change = 0; change < CHANGES; change++) {
		model = model_of_two();
		rest(model, 0, 100 * SECOND);
		assert_int_equal(count_awake(model), 0);
		happen(model, change);
		assert_false(lc_model_rests(model, 10));
		if (change != GONE_IN_SWEEP)
			assert_true(lc_model_rests(model, 20));
		assert_in_range(count_awake(model), 2, 4);
		lc_model_free(model);
	}
}

/* A thread that has the number of one that rested is another one. */
static void test_a_number_that_is_used_again(void **state)
{
	struct lc_model *model = model_of_two();
	struct lc_sample other = sample_of(30, 11, 4 * SECOND, 1);

	(void)state;
	rest(model, 0, 100 * SECOND);
	other.start_time = START + 1;
	assert_true(lc_model_sample(model, &other, NULL) >= 0);
	assert_false(lc_model_rests(model, 10));
	assert_int_equal(count_awake(model), 2);
	lc_model_free(model);
}

static void test_the_time_comes(void **state)
{
	struct lc_model *model = model_of_two();

	(void)state;
	rest(model, 10, 100 * SECOND);
	rest(model, 20, 50 * SECOND);
	lc_model_wake_until(model, 50 * SECOND - 1, NULL, NULL);
	assert_int_equal(count_awake(model), 0);
	lc_model_wake_until(model, 50 * SECOND, NULL, NULL);
	assert_true(lc_model_rests(model, 10));
	assert_false(lc_model_rests(model, 20));
	/* The one that is left still has its time. */
	lc_model_wake_until(model, 100 * SECOND - 1, NULL, NULL);
	assert_true(lc_model_rests(model, 10));
	rest(model, 20, 100 * SECOND + 1);
	lc_model_wake_until(model, 100 * SECOND, NULL, NULL);
	assert_false(lc_model_rests(model, 10));
	assert_true(lc_model_rests(model, 20));
	lc_model_wake_until(model, UINT64_MAX, NULL, NULL);
	assert_int_equal(count_awake(model), 4);
	lc_model_free(model);
}

static bool until_200(void *context, struct lc_thread *first, uint64_t *ret_until)
{
	const pid_t *goes_on = context;

	*ret_until = 200 * SECOND;
	return first->task.pid == *goes_on;
}

/* The time of both has come, and one of them goes on. */
static void test_goes_on(void **state)
{
	struct lc_model *model = model_of_two();
	pid_t who = 10;

	(void)state;
	rest(model, 0, 50 * SECOND);
	lc_model_wake_until(model, 100 * SECOND, until_200, &who);
	assert_true(lc_model_rests(model, 10));
	assert_false(lc_model_rests(model, 20));
	lc_model_wake_until(model, 200 * SECOND - 1, NULL, NULL);
	assert_true(lc_model_rests(model, 10));
	lc_model_wake_until(model, 200 * SECOND, NULL, NULL);
	assert_false(lc_model_rests(model, 10));
	lc_model_free(model);
}

/* Who is woken by one that is awake is come by in the same walk, and nobody twice. */
static void test_woken_on_the_way(void **state)
{
	struct lc_model *model = model_of_two();
	struct lc_thread *thread;
	unsigned seen = 0, of_ten = 0;

	(void)state;
	rest(model, 10, 100 * SECOND);
	for (thread = lc_model_next_awake(model, NULL); thread;
	     thread = lc_model_next_awake(model, thread)) {
		seen++;
		of_ten += thread->task.pid == 10;
		lc_model_wake(model, 10);
		lc_model_wake(model, 20);
	}
	assert_int_equal(seen, 4);
	assert_int_equal(of_ten, 2);
	lc_model_free(model);
}

static size_t count_to_ask(const struct lc_model *model, uint32_t ask)
{
	const struct lc_thread *thread = NULL;
	size_t count = 0;

	while ((thread = lc_model_next_to_ask(model, ask, thread)))
		count++;
	return count;
}

static void test_who_is_to_be_asked(void **state)
{
	struct lc_model *model = model_of_two();
	struct wish wish = { 10, { .until = 100 * SECOND, .ask = LC_REST_ASK_OTHERS } };

	(void)state;
	lc_model_rest(model, as_wished, &wish);
	assert_int_equal(count_to_ask(model, LC_REST_ASK_OTHERS), 4);
	assert_int_equal(count_to_ask(model, LC_REST_ASK_CONDITIONS), 2);
	rest(model, 20, 100 * SECOND);
	assert_int_equal(count_to_ask(model, LC_REST_ASK_OTHERS), 2);
	assert_int_equal(count_to_ask(model, LC_REST_ASK_HOLDERS), 0);
	lc_model_free(model);
}

/* Of both processes the groups are the same, though one is not counted thread by thread. */
static void test_who_rests_is_counted(void **state)
{
	struct lc_model *model = model_of_two();
	const struct lc_series_group *groups[2];
	struct wish wish = { 10, { .until = 100 * SECOND } };
	struct lc_series *series;
	struct lc_series_key key;
	unsigned sweep, i;

	(void)state;
	assert_int_equal(lc_series_create(&series), 0);
	lc_series_note_threads(series, model);
	lc_series_close(series, 3 * SECOND);
	wish.rest.group_count = 1;
	wish.rest.groups[0].number = lc_model_find(model, 10)->group;
	wish.rest.groups[0].count = 2;
	lc_model_rest(model, as_wished, &wish);
	for (sweep = 4; sweep < 10; sweep++) {
		if (sweep == 8) { /* one more in each */
			sampled(model, 10, 12, sweep * SECOND, 1);
			sampled(model, 20, 22, sweep * SECOND, 1);
		}
		lc_series_note_threads(series, model);
		lc_series_close(series, sweep * SECOND);
	}
	for (i = 0; i < 2; i++) {
		key = lc_series_thread_key(lc_model_find(model, i ? 20 : 10));
		groups[i] = lc_series_find(series, &key);
		assert_non_null(groups[i]);
		assert_int_equal(groups[i]->sweep_count, 7);
		assert_int_equal(groups[i]->joined, 1);
		assert_int_equal(groups[i]->left, 0);
	}
	for (i = 0; i < 7; i++) {
		assert_int_equal(lc_series_sweep(groups[0], i)->count, i < 5 ? 2 : 3);
		assert_int_equal(lc_series_sweep(groups[1], i)->count, i < 5 ? 2 : 3);
	}
	lc_series_free(series);
	lc_model_free(model);
}

/* At random: whoever is not passed by is awake, and nobody is lost. */
static void test_at_random(void **state)
{
	struct lc_model *model;
	bool rests[40] = { false };
	unsigned step, pid, i;
	const struct lc_thread *thread;
	size_t awake;

	(void)state;
	assert_int_equal(lc_model_create(0, &model), 0);
	srand(7);
	for (step = 0; step < 20000; step++) {
		pid = 1 + (unsigned)rand() % 39;
		switch (rand() % 4) {
		case 0:
			sampled(model, (pid_t)pid, (pid_t)(100 + pid), step, 1);
			rests[pid] = false;
			break;
		case 1:
			if (!lc_process_threads(model, (pid_t)pid))
				break;
			rest(model, (pid_t)pid, 1 + (unsigned)rand() % 1000);
			rests[pid] = true;
			break;
		case 2:
			lc_model_wake(model, (pid_t)pid);
			rests[pid] = false;
			break;
		default:
			assert_int_equal(lc_model_rests(model, (pid_t)pid), rests[pid]);
		}
		if (step % 100)
			continue;
		awake = 0;
		for (i = 1; i < 40; i++)
			awake += !rests[i] && lc_process_threads(model, (pid_t)i);
		assert_int_equal(count_awake(model), awake);
		thread = NULL;
		while ((thread = lc_model_next_awake(model, thread)))
			assert_false(rests[thread->task.pid]);
	}
	lc_model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_rests_is_passed_by),
		cmocka_unit_test(test_whatever_happens_wakes),
		cmocka_unit_test(test_a_number_that_is_used_again),
		cmocka_unit_test(test_the_time_comes),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_woken_on_the_way),
		cmocka_unit_test(test_who_is_to_be_asked),
		cmocka_unit_test(test_who_rests_is_counted),
		cmocka_unit_test(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
