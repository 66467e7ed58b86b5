// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may rest in a trace: a process that stands still, of which all is told, and nothing hangs on
 * others or on time. And each way in which that is not so.
 */
#include "waits.h"

#include "observe/resting.h"
#include "wait/wait.h"

#include <errno.h>
#include <time.h>

#define FILES 0xf11e5
#define PROCESS 10
#define OTHER 20

/* A thread of PROCESS, its wait, and what is known around it: changed by each case. */
struct made {
	struct observer observer;
	struct observer_options options;
	struct lc_sample sample;
	struct lc_wait wait;
	uint64_t now, read_at, first_seen;
	bool unconfirmed, reported, moves, without_wait, without_view;
	uint64_t growth; /* threads that came in each sweep */
};

static bool stood_still(void *context, pid_t pid, uint64_t at, uint64_t as_of)
{
	(void)context;
	(void)pid;
	(void)at;
	(void)as_of;
	return true;
}

/* It sleeps for 10 s in a semaphore, which was read 4 s ago. */
static struct made made_idle(void)
{
	struct made made = { .now = now_monotonic() };

	made.options = (struct observer_options){ .collect.threshold_ns = SECOND };
	made.wait = wait_for(LC_WAIT_SEMAPHORE, 0x1000);
	made.read_at = made.now - 4 * SECOND;
	made.first_seen = made.now - 6 * SECOND;
	made.sample = (struct lc_sample){
		.task = { .tid = PROCESS, .pid = PROCESS, .comm = "thread" },
		.process_comm = "process",
		.state = 'S',
		.start_time = 1,
		.still_since = made.now - 10 * SECOND,
		.syscall = { .nr = 202 },
		.files = FILES,
	};
	return made;
}

static void sweep(struct made *made, uint64_t at, bool moved)
{
	struct lc_sample sample = made->sample;

	lc_model_begin_sweep(made->observer.model, at);
	sample.now = at;
	sample.run_ns += moved;
	assert_true(lc_model_sample(made->observer.model, &sample, NULL) >= 0);
	sample.task.tid = sample.task.pid = OTHER;
	assert_true(lc_model_sample(made->observer.model, &sample, NULL) >= 0);
	lc_model_end_sweep(made->observer.model);
}

static void count_groups(struct made *made)
{
	struct lc_series_key key = { .pid = PROCESS, .block_site = 1 };
	unsigned i;

	for (i = 0; i < 8; i++) {
		lc_series_count(made->observer.series, &key, 1 + (uint32_t)(i * made->growth), 0,
				0);
		lc_series_close(made->observer.series, made->now - 20 * SECOND + i * SECOND);
	}
}

static void observe(struct made *made)
{
	struct observer *observer = &made->observer;
	struct lc_thread *thread;

	observer->options = &made->options;
	assert_int_equal(lc_model_create(0, &observer->model), 0);
	assert_int_equal(lc_model_create(0, &observer->others), 0);
	assert_int_equal(lc_series_create(&observer->series), 0);
	assert_int_equal(wait_book_create(stood_still, NULL, &observer->book), 0);
	count_groups(made);
	sweep(made, made->first_seen, false);
	thread = lc_model_find(observer->model, PROCESS);
	thread->user_stack = thread->blocked;
	thread->reported = made->reported;
	if (!made->without_wait) {
		assert_true(lc_thread_set_wait(thread, &made->wait, made->read_at) >= 0);
		assert_true(lc_thread_set_wait(thread, &made->wait, made->read_at) >= 0);
		thread->wait_confirmed = !made->unconfirmed;
	}
	assert_int_equal(lc_model_note_holder(observer->model, thread), 0);
	sweep(made, made->now - 2 * SECOND, made->moves);
	lc_series_note_threads(observer->series, observer->model);
	lc_series_close(observer->series, made->now);
}

static void forget(struct made *made)
{
	lc_model_free(made->observer.model);
	lc_model_free(made->observer.others);
	lc_series_free(made->observer.series);
	wait_book_free(made->observer.book);
}

/* Does it rest, once what is due was told? */
static bool rests(struct made *made)
{
	struct lc_snapshot snapshot;
	struct verdict_view view;
	bool result;

	observe(made);
	observer_snapshot(&made->observer, made->now, &snapshot);
	assert_int_equal(verdict_view_create(&snapshot, &view), 0);
	resting_begin(&made->observer, made->without_view ? NULL : &view);
	verdict_view_release(&view);
	result = lc_model_rests(made->observer.model, PROCESS);
	/* Of the other one nothing was read. */
	assert_false(lc_model_rests(made->observer.model, OTHER));
	forget(made);
	return result;
}

static void test_who_stands_still_rests(void **state)
{
	struct made made = made_idle();

	(void)state;
	assert_true(rests(&made));
	made = made_idle();
	made.wait.kind = LC_WAIT_EPOLL;
	made.wait.key.space = LC_WAIT_SPACE_FD;
	assert_true(rests(&made));
	made = made_idle();
	wait_owner(&made.wait, PROCESS, 0, LC_WAIT_OTHER_END);
	made.reported = true;
	assert_true(rests(&made));
}

/* Its own samples, as the last two sweeps found it. */
static void test_who_does_not_stand(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.sample.state = 'R';
	made.without_wait = true;
	assert_false(rests(&made));
	made = made_idle();
	made.sample.state = 'T'; /* may be let go without running before */
	assert_false(rests(&made));
	made = made_idle();
	made.options.collect.threshold_ns = 11 * SECOND;
	assert_false(rests(&made));
	made = made_idle();
	made.moves = true;
	assert_false(rests(&made));
	made = made_idle();
	made.sample.files = 0; /* another process has the same descriptors */
	assert_false(rests(&made));
	made = made_idle();
	made.sample.kernel_thread = true;
	assert_false(rests(&made));
}

static void test_what_is_to_be_read(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.without_wait = true;
	assert_false(rests(&made));
	made = made_idle();
	made.unconfirmed = true;
	assert_false(rests(&made));
	/* Read when it had lasted for less than half as long as now: to be read again. */
	made = made_idle();
	made.sample.still_since = made.now - 9 * SECOND;
	made.read_at = made.now - 5 * SECOND;
	assert_false(rests(&made));
}

static void test_what_hangs_on_others(void **state)
{
	static const uint64_t open[] = { LC_WAIT_OBJECT_FREE, LC_WAIT_LOST_WAKEUP, LC_WAIT_GOES_ON,
					 LC_WAIT_DISAGREE, LC_WAIT_PROCESS_SHARED };
	static const enum lc_wait_kind kinds[] = {
		LC_WAIT_CHILD,	LC_WAIT_GO,  LC_WAIT_GIL,  LC_WAIT_TRACER, LC_WAIT_FROZEN,
		LC_WAIT_KERNEL, LC_WAIT_TCP, LC_WAIT_ONCE, LC_WAIT_UNKNOWN
	};
	struct made made;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		made = made_idle();
		made.reported = true;
		made.wait.flags = open[i];
		assert_false(rests(&made));
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		made = made_idle();
		made.reported = true;
		made.wait.kind = kinds[i];
		assert_false(rests(&made));
	}
	made = made_idle();
	made.wait.key.space = LC_WAIT_SPACE_SHARED;
	made.reported = true;
	assert_false(rests(&made));
	made = made_idle();
	wait_owner(&made.wait, OTHER, 0, LC_WAIT_OTHER_END);
	made.reported = true;
	assert_false(rests(&made));
	made = made_idle();
	wait_owner(&made.wait, PROCESS, 0, LC_WAIT_OTHER_END);
	made.wait.owner_total++; /* one is not among them */
	made.reported = true;
	assert_false(rests(&made));
}

static void test_what_is_to_be_told(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.wait.kind = LC_WAIT_CONDITION; /* never signalled: a suspect */
	assert_false(rests(&made));
	made = made_idle();
	made.wait.kind = LC_WAIT_CONDITION;
	made.reported = true;
	assert_true(rests(&made));
	made = made_idle();
	made.wait.kind = LC_WAIT_CONDITION;
	made.without_view = true; /* all is told at the end */
	assert_true(rests(&made));
}

/* By time alone a lock that its holder keeps becomes one that is kept for long. */
static void test_a_lock_that_is_kept(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.wait.kind = LC_WAIT_MUTEX;
	wait_owner(&made.wait, PROCESS, PROCESS, LC_WAIT_HOLDER);
	made.reported = true;
	assert_true(rests(&made));
	made.observer = (struct observer){};
	made.options.collect.threshold_ns = 5 *
					    SECOND; /* and it was seen for the first time 4 s ago */
	assert_false(rests(&made));
}

static void test_a_group_that_grows(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.growth = 1;
	made.reported = true;
	assert_false(rests(&made));
}

/* Where not all threads of the host are known, and in a single look. */
static void test_who_may_be_missed(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.options.once = true;
	assert_false(rests(&made));
	made = made_idle();
	observe(&made);
	wait_book_free(made.observer.book);
	made.observer.book = NULL;
	resting_begin(&made.observer, NULL);
	assert_false(lc_model_rests(made.observer.model, PROCESS));
	forget(&made);
}

/* Who is awake waits for one that rests: both are judged. */
static void test_owners_are_woken(void **state)
{
	struct made made = made_idle();
	struct lc_wait wait = wait_for(LC_WAIT_PIPE, 0x2000);
	struct lc_snapshot snapshot;
	struct verdict_view view;
	struct lc_thread *waiter;

	(void)state;
	observe(&made);
	resting_begin(&made.observer, NULL);
	assert_true(lc_model_rests(made.observer.model, PROCESS));
	observer_snapshot(&made.observer, made.now, &snapshot);
	snapshot.awake = true;
	assert_int_equal(verdict_view_create(&snapshot, &view), 0);
	assert_int_equal(graph_find(&view.graph, PROCESS), GRAPH_NONE);
	assert_int_not_equal(graph_find(&view.graph, OTHER), GRAPH_NONE);
	verdict_view_release(&view);
	resting_wake_owners(&made.observer);
	assert_true(lc_model_rests(made.observer.model, PROCESS));

	wait_owner(&wait, PROCESS, 0, LC_WAIT_OTHER_END);
	waiter = lc_model_find(made.observer.model, OTHER);
	assert_true(lc_thread_set_wait(waiter, &wait, made.read_at) >= 0);
	resting_wake_owners(&made.observer);
	assert_false(lc_model_rests(made.observer.model, PROCESS));
	assert_int_equal(verdict_view_create(&snapshot, &view), 0);
	assert_int_not_equal(graph_find(&view.graph, PROCESS), GRAPH_NONE);
	verdict_view_release(&view);
	forget(&made);
}

static void test_the_time_comes(void **state)
{
	struct made made = made_idle();

	(void)state;
	made.read_at = made.now - 5 * SECOND / 2; /* to be read again in 5 s */
	observe(&made);
	resting_begin(&made.observer, NULL);
	assert_true(lc_model_rests(made.observer.model, PROCESS));
	resting_wake_due(&made.observer, true);
	assert_false(lc_model_rests(made.observer.model, PROCESS));
	forget(&made);
	/* In 2 s: by then the look that begins now may still be under way. */
	made = made_idle();
	made.wait.kind = LC_WAIT_EPOLL;
	made.wait.key.space = LC_WAIT_SPACE_FD;
	observe(&made);
	resting_begin(&made.observer, NULL);
	assert_true(lc_model_rests(made.observer.model, PROCESS));
	resting_wake_due(&made.observer, false);
	assert_false(lc_model_rests(made.observer.model, PROCESS));
	forget(&made);
}

/* Is it left alone when its time has come, if it was read after so long, and held 4 s ago? */
static bool goes_on(struct made *made, uint64_t read_after)
{
	struct lc_thread *thread;
	bool result;

	made->read_at = made->sample.still_since + read_after;
	made->first_seen = made->read_at - SECOND / 10;
	observe(made);
	thread = lc_model_find(made->observer.model, PROCESS);
	thread->wait_held_at = made->now - 4 * SECOND;
	resting_begin(&made->observer, NULL);
	assert_true(lc_model_rests(made->observer.model, PROCESS));
	resting_wake_due(&made->observer, false);
	result = lc_model_rests(made->observer.model, PROCESS);
	/* By the word of the sweep 2 s ago. */
	assert_int_equal(thread->wait_held_at, made->now - (result ? 2 : 4) * SECOND);
	forget(made);
	return result;
}

static void test_what_need_not_be_read(void **state)
{
	struct made made = made_idle();

	(void)state;
	assert_true(goes_on(&made, SECOND));
	/* By the word of counters alone for no more than 16 times as long. */
	made = made_idle();
	assert_false(goes_on(&made, SECOND / 2));
	/* Somebody else may change it. */
	made = made_idle();
	made.wait.kind = LC_WAIT_EPOLL;
	made.wait.key.space = LC_WAIT_SPACE_FD;
	assert_false(goes_on(&made, SECOND));
}

/* A machine that was booted just now has no past to sleep in. */
static int wait_for_a_past(void **state)
{
	struct timespec until = { .tv_sec = 32 };

	(void)state;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_stands_still_rests),
		cmocka_unit_test(test_who_does_not_stand),
		cmocka_unit_test(test_what_is_to_be_read),
		cmocka_unit_test(test_what_hangs_on_others),
		cmocka_unit_test(test_what_is_to_be_told),
		cmocka_unit_test(test_a_lock_that_is_kept),
		cmocka_unit_test(test_a_group_that_grows),
		cmocka_unit_test(test_who_may_be_missed),
		cmocka_unit_test(test_owners_are_woken),
		cmocka_unit_test(test_the_time_comes),
		cmocka_unit_test(test_what_need_not_be_read),
	};

	return cmocka_run_group_tests(tests, wait_for_a_past, NULL);
}
