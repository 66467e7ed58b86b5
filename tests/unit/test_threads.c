// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of threads: fed with events in all orders, with losses, reused tids, execs and exits.
 */
#include "unit.h"

#include "model/threads.h"

#include <errno.h>
#include <sys/syscall.h>

#define SECOND 1000000000ull

static struct lc_sample sample(pid_t tid, uint64_t now, uint64_t since, uint64_t switches)
{
	return (struct lc_sample){
		.task = { .tid = tid, .pid = 100, .comm = "thread" },
		.process_comm = "process",
		.state = 'S',
		.now = now,
		.start_time = 7,
		.still_since = since,
		.voluntary_switches = switches,
		.syscall = { .nr = 202 },
	};
}

static void sweep_of(struct lc_model *model, uint64_t now, const struct lc_sample *samples,
		     size_t count)
{
	size_t i;

	lc_model_begin_sweep(model, now);
	for (i = 0; i < count; i++)
		assert_true(lc_model_sample(model, &samples[i], NULL) >= 0);
	lc_model_end_sweep(model);
}

static struct lc_event event(enum lc_event_kind kind, pid_t tid, uint64_t at)
{
	return (struct lc_event){
		.kind = kind,
		.at = at,
		.task = { .tid = tid, .pid = 100, .comm = "thread" },
		.syscall = { .nr = 202 },
		.start_time = 7,
	};
}

static struct lc_model *model_new(size_t max)
{
	struct lc_model *model;

	assert_int_equal(lc_model_create(max, &model), 0);
	return model;
}

/*
 * A thread that was blocked before anything was seen: since when it stands still is the kernel's
 * word.
 */
static void test_blocked_before_the_start(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample first = sample(101, 9000 * SECOND, 1800 * SECOND, 5);
	struct lc_thread *thread;

	(void)state;
	lc_model_begin_sweep(model, first.now);
	assert_int_equal(lc_model_sample(model, &first, &thread), 1);
	lc_model_end_sweep(model);
	assert_true(thread->blocked);
	assert_false(thread->at_least);
	assert_int_equal(thread->blocked_since, 1800 * SECOND);
	thread->user_stack = 3;
	/* The same block later: it needs no second stack, and began when it began. */
	first.now += SECOND;
	first.still_since += 1000; /* clocks differ a little */
	assert_int_equal(lc_model_sample(model, &first, &thread), 0);
	assert_int_equal(thread->user_stack, 3);
	assert_int_equal(thread->blocked_since, 1800 * SECOND);
	lc_model_free(model);
}

static void test_unknown_begin_is_a_lower_bound(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample first = sample(101, 50 * SECOND, 0, 5);
	struct lc_thread *thread;

	(void)state;
	lc_model_sample(model, &first, &thread);
	assert_true(thread->at_least);
	assert_int_equal(thread->blocked_since, 50 * SECOND);
	lc_model_free(model);
}

static void test_a_run_between_sweeps_is_another_block(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample first = sample(101, 10 * SECOND, 5 * SECOND, 5);
	struct lc_sample second = sample(101, 20 * SECOND, 19 * SECOND, 6);
	struct lc_thread *thread;

	(void)state;
	lc_model_sample(model, &first, &thread);
	thread->user_stack = 3;
	thread->reported = 1;
	assert_int_equal(lc_model_sample(model, &second, &thread), 1);
	assert_int_equal(thread->user_stack, 0);
	assert_int_equal(thread->reported, 0);
	assert_int_equal(thread->blocked_since, 19 * SECOND);
	lc_model_free(model);
}

static void test_reused_tid_is_another_thread(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_event spawn = event(LC_EVENT_SPAWN, 101, 3 * SECOND);
	struct lc_sample other = sample(101, 9 * SECOND, 8 * SECOND, 1);
	struct lc_thread *thread;

	(void)state;
	spawn.other.tid = 100;
	assert_int_equal(lc_model_event(model, &spawn, 4, &thread), 0);
	assert_int_equal(thread->spawn_stack, 4);
	other.start_time = 8;
	lc_model_sample(model, &other, &thread);
	assert_int_equal(thread->spawned_at, 0);
	assert_int_equal(thread->spawn_stack, 0);
	assert_int_equal(lc_model_count(model), 1);
	lc_model_free(model);
}

/* The spawn event may come after the first sample, the block's end, or not at all. */
static void test_spawn_in_any_order(void **state)
{
	struct lc_event spawn = event(LC_EVENT_SPAWN, 101, 3 * SECOND);
	struct lc_event run = event(LC_EVENT_FIRST_RUN, 101, 3 * SECOND + 50);
	struct lc_event end = event(LC_EVENT_BLOCK_ENDED, 101, 9 * SECOND);
	struct lc_sample seen = sample(101, 10 * SECOND, 9 * SECOND, 1);
	int order, step;

	(void)state;
	end.blocked_ns = 5 * SECOND;
	for (order = 0; order < 24; order++) {
		struct lc_model *model = model_new(0);
		int left[4] = { 0, 1, 2, 3 }, rest = order, i;
		struct lc_thread *thread;

		for (step = 4; step > 0; step--) {
			i = rest % step;
			rest /= step;
			switch (left[i]) {
			case 0:
				lc_model_event(model, &spawn, 4, NULL);
				break;
			case 1:
				lc_model_event(model, &run, 0, NULL);
				break;
			case 2:
				lc_model_event(model, &end, 0, NULL);
				break;
			case 3:
				sweep_of(model, seen.now, &seen, 1);
				break;
			}
			memmove(&left[i], &left[i + 1], (3 - i) * sizeof(left[0]));
		}
		thread = lc_model_find(model, 101);
		assert_non_null(thread);
		assert_int_equal(thread->spawned_at, 3 * SECOND);
		assert_int_equal(thread->spawn_stack, 4);
		assert_int_equal(thread->first_run_at, 3 * SECOND + 50);
		assert_int_equal(thread->blocks.count, 1);
		assert_int_equal(thread->blocked_since, 9 * SECOND);
		assert_true(thread->blocked);
		lc_model_free(model);
	}
}

static void test_sweep_ends_whom_it_does_not_see(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample both[2] = { sample(101, SECOND, 1, 1), sample(102, SECOND, 1, 1) };

	(void)state;
	sweep_of(model, SECOND, both, 2);
	sweep_of(model, 2 * SECOND, both, 1); /* the exit event of 102 was lost */
	assert_int_equal(lc_model_find(model, 101)->ended_at, 0);
	assert_int_equal(lc_model_find(model, 102)->ended_at, 2 * SECOND);
	assert_false(lc_model_find(model, 102)->blocked);
	lc_model_drop_ended(model, false);
	assert_null(lc_model_find(model, 102));
	lc_model_free(model);
}

/* A host whose programs all wait a little, all day. */
static void test_so_many_ended_are_kept(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample one;
	struct lc_thread *thread;
	const pid_t count = LC_ENDED_MAX + 1, living = 90000;
	pid_t tid;

	(void)state;
	one = sample(living, SECOND, 1, 1);
	for (tid = 1000; tid < 1000 + count; tid++) {
		struct lc_sample each = sample(tid, SECOND, 1, 1);

		assert_true(lc_model_sample(model, &each, &thread) >= 0);
		thread->blocks.count = 1;
	}
	sweep_of(model, 2 * SECOND, &one, 1);
	lc_model_drop_ended(model, false);
	assert_int_equal(lc_model_count(model), 1 + LC_ENDED_MAX / 4 * 3);
	assert_int_equal(lc_model_refused(model), count - LC_ENDED_MAX / 4 * 3);
	assert_non_null(lc_model_find(model, living));
	assert_non_null(lc_model_find(model, 1000 + count - 1));
	assert_null(lc_model_find(model, 1000));
	lc_model_drop_ended(model, false);
	assert_int_equal(lc_model_count(model), 1 + LC_ENDED_MAX / 4 * 3);
	lc_model_free(model);
}

static void test_born_during_a_sweep_lives(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_event spawn = event(LC_EVENT_SPAWN, 103, 5 * SECOND + 1);

	(void)state;
	lc_model_begin_sweep(model, 5 * SECOND);
	lc_model_event(model, &spawn, 0, NULL);
	lc_model_end_sweep(model);
	assert_int_equal(lc_model_find(model, 103)->ended_at, 0);
	lc_model_begin_sweep(model, 6 * SECOND);
	lc_model_end_sweep(model);
	assert_int_not_equal(lc_model_find(model, 103)->ended_at, 0);
	lc_model_free(model);
}

static void test_exec_by_a_thread_that_is_not_the_leader(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample all[3] = { sample(100, SECOND, 1, 1), sample(101, SECOND, 1, 1),
				    sample(102, SECOND, 1, 1) };
	struct lc_event exec = event(LC_EVENT_EXEC, 100, 2 * SECOND);
	struct lc_thread *thread;

	(void)state;
	sweep_of(model, SECOND, all, 3);
	exec.other.tid = 102;
	strcpy(exec.task.comm, "other");
	lc_model_event(model, &exec, 0, &thread);
	assert_int_equal(thread->task.tid, 100);
	assert_string_equal(thread->process_comm, "other");
	assert_false(thread->blocked);
	assert_int_not_equal(lc_model_find(model, 101)->ended_at, 0);
	assert_int_not_equal(lc_model_find(model, 102)->ended_at, 0);
	lc_model_free(model);
}

static void test_leader_exits_while_threads_live(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_sample both[2] = { sample(100, SECOND, 1, 1), sample(101, SECOND, 1, 1) };
	struct lc_event exit = event(LC_EVENT_EXIT, 100, 2 * SECOND);

	(void)state;
	sweep_of(model, SECOND, both, 2);
	lc_model_event(model, &exit, 0, NULL);
	both[0].state = 'Z';
	both[0].now = both[1].now = 3 * SECOND;
	sweep_of(model, 3 * SECOND, both, 2);
	assert_false(lc_model_find(model, 100)->blocked);
	assert_true(lc_model_find(model, 101)->blocked);
	assert_int_equal(lc_model_find(model, 101)->blocked_since, 1);
	lc_model_free(model);
}

static void test_longest_blocks_come_longest_first(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_thread *thread = NULL;
	uint64_t i;

	(void)state;
	for (i = 0; i < 20; i++) {
		struct lc_event end = event(LC_EVENT_BLOCK_ENDED, 101, 100 * SECOND + i);

		end.blocked_ns = (i * 7 % 20 + 1) * SECOND;
		end.other.tid = 200 + i;
		lc_model_event(model, &end, 0, &thread);
	}
	assert_int_equal(thread->blocks.count, 20);
	assert_int_equal(thread->blocks.max_ns, 20 * SECOND);
	assert_int_equal(thread->blocks.total_ns, 210 * SECOND);
	for (i = 0; i < LC_LONGEST_BLOCKS; i++)
		assert_int_equal(thread->longest[i].ns, (20 - i) * SECOND);
	lc_model_free(model);
}

static void test_short_blocks_are_counted_by_place(void **state)
{
	struct lc_model *model = model_new(0);
	struct lc_thread *thread = NULL;
	uint64_t i;

	(void)state;
	for (i = 0; i < 10; i++) {
		struct lc_event end = event(LC_EVENT_BLOCK_ENDED, 101, i * SECOND);
		struct lc_event copy = event(LC_EVENT_BLOCK_STACK, 101, i * SECOND + 10);

		end.blocked_ns = copy.blocked_ns = 20000000;
		copy.blocked_at = end.at - end.blocked_ns;
		end.stack_follows = true;
		lc_model_event(model, &end, 0, NULL);
		lc_model_event(model, &copy, 5 + i % 2, &thread);
	}
	assert_int_equal(thread->blocks.count, 10);
	assert_int_equal(thread->places[0].user_stack, 5);
	assert_int_equal(thread->places[0].blocks.count, 5);
	assert_int_equal(thread->places[1].user_stack, 6);
	assert_int_equal(thread->places[1].blocks.count, 5);
	lc_model_free(model);
}

/* At the bound those that stood still the longest stay, and the others are counted. */
static void test_bound_keeps_the_longest_blocked(void **state)
{
	struct lc_model *model = model_new(64);
	struct lc_sample one;
	pid_t tid;

	(void)state;
	lc_model_begin_sweep(model, 10000 * SECOND);
	for (tid = 1; tid <= 1000; tid++) {
		one = sample(tid, 10000 * SECOND, (10000 - tid) * SECOND, 1);
		lc_model_sample(model, &one, NULL);
	}
	assert_true(lc_model_count(model) <= 64);
	assert_non_null(lc_model_find(model, 1000));
	assert_non_null(lc_model_find(model, 990));
	assert_null(lc_model_find(model, 1));
	assert_int_equal(lc_model_refused(model) + lc_model_count(model), 1000);
	one = sample(2000, 10000 * SECOND, 9999 * SECOND, 1);
	while (lc_model_count(model) < 64) {
		one.task.tid++;
		one.still_since = 1 * SECOND;
		lc_model_sample(model, &one, NULL);
	}
	one = sample(3000, 10000 * SECOND, 10000 * SECOND, 1);
	assert_int_equal(lc_model_sample(model, &one, NULL), -ENOSPC);
	lc_model_free(model);
}

static void test_random_feed_ends_in_the_last_sweep(void **state)
{
	struct lc_model *model = model_new(256);
	struct lc_sample last[50];
	struct lc_thread *thread;
	uint64_t now = SECOND;
	int i, living = 0;

	(void)state;
	srand(4711);
	for (i = 0; i < 20000; i++) {
		struct lc_event any = event(1 + rand() % 7, 100 + rand() % 300,
					    now += rand() % 1000);

		any.start_time = rand() % 3;
		any.blocked_ns = rand() % 1000;
		any.blocked_at = now - any.blocked_ns;
		lc_model_event(model, &any, rand() % 10, NULL);
		if (i % 500 == 0)
			lc_model_drop_ended(model, false);
	}
	now += SECOND;
	for (i = 0; i < 50; i++)
		last[i] = sample(100 + 3 * i, now, now - i, i);
	sweep_of(model, now, last, 50);
	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread))
		living += !thread->ended_at;
	assert_int_equal(living, 50);
	lc_model_free(model);
}

/* A source that tells in short what has not moved. */
static int unmoved(struct lc_model *model, pid_t tid, uint64_t start_time, uint64_t now)
{
	struct lc_sample short_one = { .unmoved = true, .start_time = start_time, .now = now };
	struct lc_thread *thread;

	short_one.task.tid = tid;
	return lc_model_unmoved(model, &short_one, &thread);
}

static void test_unmoved_keeps_what_the_last_sample_said(void **state)
{
	struct lc_sample one = sample(1, 20 * SECOND, 5 * SECOND, 3);
	struct lc_model *model = model_new(0);
	struct lc_thread *thread;

	(void)state;
	sweep_of(model, 20 * SECOND, &one, 1);
	lc_model_begin_sweep(model, 21 * SECOND);
	assert_int_equal(unmoved(model, 1, 7, 21 * SECOND), 0);
	lc_model_end_sweep(model);
	thread = lc_model_find(model, 1);
	assert_true(thread->blocked && !thread->ended_at);
	assert_int_equal(thread->seen_at, 21 * SECOND);
	assert_int_equal(thread->blocked_since, 5 * SECOND);
	assert_int_equal(thread->steady_from, 20 * SECOND);
	assert_int_equal(thread->voluntary_switches, 3);
	lc_model_free(model);
}

/* What it would rest on is not there: nothing follows from it, and a whole sample is asked for. */
static void test_unmoved_says_nothing_of_a_thread_not_known_as_blocked(void **state)
{
	struct lc_sample one = sample(1, 20 * SECOND, 5 * SECOND, 3);
	struct lc_event ended = event(LC_EVENT_EXIT, 1, 22 * SECOND);
	struct lc_model *model = model_new(0);

	(void)state;
	assert_int_equal(unmoved(model, 1, 7, 19 * SECOND), -ENOENT);
	assert_int_equal(lc_model_count(model), 0);
	sweep_of(model, 20 * SECOND, &one, 1);
	assert_int_equal(unmoved(model, 1, 8, 21 * SECOND), -ENOENT); /* the tid was reused */
	assert_int_equal(lc_model_find(model, 1)->seen_at, 20 * SECOND);
	lc_model_event(model, &ended, 0, NULL);
	assert_int_equal(unmoved(model, 1, 7, 23 * SECOND), -ENOENT);
	one.state = 'R';
	one.now = 24 * SECOND;
	sweep_of(model, 24 * SECOND, &one, 1);
	assert_int_equal(unmoved(model, 1, 7, 25 * SECOND), -ENOENT);
	lc_model_free(model);
}

#define PERIOD SECOND

/* The waits of a futex with a time-out of a second; switches: how often it has slept. */
static struct lc_sample timed(uint64_t since, uint64_t switches)
{
	struct lc_sample one = sample(101, since + SECOND / 2, since, switches);

	one.syscall = (struct lc_syscall){ .nr = SYS_futex, .args = { 0x1000, 137, 0, 0x7000 } };
	one.registers.value[LC_REGISTER_SP] = 0x8000;
	one.registers.value[LC_REGISTER_PC] = 0x400;
	one.run_ns = switches * 20000;
	return one;
}

/* Feeds the first wait and another; returns how often the second is taken for the first armed
 * again. */
static uint64_t rearms_of(const struct lc_sample *second, uint64_t *ret_since)
{
	struct lc_sample first = timed(100 * SECOND, 5);
	struct lc_model *model = model_new(0);
	struct lc_thread *thread;
	uint64_t rearms;

	lc_model_sample(model, &first, &thread);
	lc_thread_set_time_out(thread, 100 * SECOND + PERIOD);
	thread->user_stack = 3;
	thread->reported = 1;
	lc_model_sample(model, second, &thread);
	rearms = thread->rearms;
	*ret_since = thread->blocked_since;
	assert_int_equal(thread->user_stack, rearms ? 3 : 0);
	assert_int_equal(thread->reported, rearms ? 1 : 0);
	lc_model_free(model);
	return rearms;
}

static void test_a_wait_that_is_armed_again_is_one(void **state)
{
	struct lc_sample second = timed(103 * SECOND + 500000, 8);
	uint64_t since;

	(void)state;
	assert_int_equal(rearms_of(&second, &since), 3);
	assert_int_equal(since, 100 * SECOND);
}

/* Each of these did something between, or may have. */
static void test_what_is_not_armed_again(void **state)
{
	struct lc_sample seconds[] = {
		timed(103 * SECOND, 9),		     /* one of four was cut short: a job */
		timed(100 * SECOND + SECOND / 3, 6), /* the only one was */
		timed(103 * SECOND, 8),		     /* it ran: below */
		timed(103 * SECOND, 8),		     /* another word */
		timed(103 * SECOND, 8),		     /* from another depth */
		timed(103 * SECOND, 8),		     /* from another place */
		timed(103 * SECOND, 8),		     /* without a time-out */
		timed(103 * SECOND, 8),		     /* of another call */
		timed(103 * SECOND, 8),		     /* since when, is not known */
	};
	uint64_t since;
	size_t i;

	(void)state;
	seconds[2].run_ns += 5000000;
	seconds[3].syscall.args[0] = 0x1004;
	seconds[4].registers.value[LC_REGISTER_SP] -= 16;
	seconds[5].registers.value[LC_REGISTER_PC] += 2;
	seconds[6].syscall.args[3] = 0;
	seconds[7].syscall.nr = SYS_read;
	seconds[8].still_since = 0;
	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		assert_int_equal(rearms_of(&seconds[i], &since), 0);
}

/* That it stood still is not said of who has looked in between; nor that the lock did not move. */
static void test_armed_again_has_run(void **state)
{
	struct lc_sample first = timed(100 * SECOND, 5), second = timed(101 * SECOND, 6);
	struct lc_wait wait = { .kind = LC_WAIT_CONDITION, .has_timeout = true };
	struct lc_model *model = model_new(0);
	struct lc_thread *thread;

	(void)state;
	lc_model_sample(model, &first, &thread);
	lc_thread_set_time_out(thread, 101 * SECOND);
	lc_thread_set_wait(thread, &wait, first.now);
	assert_true(lc_thread_stood_still(thread, first.now));
	lc_model_sample(model, &second, &thread);
	assert_non_null(thread->wait);
	assert_false(lc_thread_stood_still(thread, first.now));
	lc_thread_was_not_rearmed(thread);
	assert_int_equal(thread->blocked_since, 101 * SECOND);
	assert_int_equal(thread->rearms, 0);
	lc_model_free(model);
}

/* Read late, a time-out seems to be twice as long; one that grows eightfold is another one. */
static void test_time_outs_that_are_read_late(void **state)
{
	struct lc_sample first = timed(100 * SECOND, 5), second = timed(101 * SECOND, 6);
	struct lc_model *model = model_new(0);
	struct lc_thread *thread;

	(void)state;
	lc_model_sample(model, &first, &thread);
	lc_thread_set_time_out(thread, 101 * SECOND);
	lc_model_sample(model, &second, &thread);
	lc_thread_set_time_out(thread, 103 * SECOND);
	assert_int_equal(thread->period_ns, SECOND);
	lc_thread_set_time_out(thread, 109 * SECOND);
	assert_int_equal(thread->period_ns, 8 * SECOND);
	lc_model_free(model);
}

/* --- processes that stood still --- */

#define FILES 0x5000

static struct lc_sample sample_with(pid_t tid, uint64_t now, uint64_t switches, uint64_t files)
{
	struct lc_sample made = sample(tid, now, SECOND, switches);

	made.files = files;
	return made;
}

static void sweep_two(struct lc_model *model, uint64_t now, struct lc_sample a, struct lc_sample b)
{
	const struct lc_sample samples[] = { a, b };

	sweep_of(model, now, samples, 2);
}

/* Both threads at rest, seen by two sweeps, of which the second begins at 5 s. */
static struct lc_model *model_at_rest(void)
{
	struct lc_model *model = model_new(0);

	sweep_two(model, 3 * SECOND, sample_with(100, 3 * SECOND, 1, FILES),
		  sample_with(101, 3 * SECOND, 1, FILES));
	sweep_two(model, 5 * SECOND, sample_with(100, 5 * SECOND, 1, FILES),
		  sample_with(101, 5 * SECOND, 1, FILES));
	return model;
}

static void test_who_stood_still(void **state)
{
	struct lc_model *model = model_at_rest();

	(void)state;
	assert_true(lc_model_stood_still(model, 100, 4 * SECOND, 0));
	assert_true(lc_model_stood_still(model, 100, 4 * SECOND, 4 * SECOND));
	/* Nothing was seen since. */
	assert_false(lc_model_stood_still(model, 100, 5 * SECOND, 0));
	assert_false(lc_model_stood_still(model, 100, 4 * SECOND, 5 * SECOND));
	/* Before the first look. */
	assert_false(lc_model_stood_still(model, 100, 3 * SECOND, 0));
	assert_false(lc_model_stood_still(model, 99, 4 * SECOND, 0));
	lc_model_free(model);
}

static void test_any_thread_may_move(void **state)
{
	struct lc_model *model = model_at_rest();

	(void)state;
	sweep_two(model, 7 * SECOND, sample_with(100, 7 * SECOND, 1, FILES),
		  sample_with(101, 7 * SECOND, 2, FILES));
	assert_false(lc_model_stood_still(model, 100, 6 * SECOND, 0));
	sweep_two(model, 9 * SECOND, sample_with(100, 9 * SECOND, 1, FILES),
		  sample_with(101, 9 * SECOND, 2, FILES));
	assert_true(lc_model_stood_still(model, 100, 8 * SECOND, 0));
	assert_false(lc_model_stood_still(model, 100, 6 * SECOND, 0));
	lc_model_free(model);
}

/* Run time that grew without a switch, as of one that was looked at just as it slept. */
static void test_a_run_without_a_switch(void **state)
{
	struct lc_model *model = model_at_rest();
	struct lc_sample ran = sample_with(101, 7 * SECOND, 1, FILES);

	(void)state;
	ran.run_ns = 1;
	sweep_two(model, 7 * SECOND, sample_with(100, 7 * SECOND, 1, FILES), ran);
	assert_false(lc_model_stood_still(model, 100, 6 * SECOND, 0));
	lc_model_free(model);
}

static void test_births_execs_and_ends_are_moves(void **state)
{
	static const enum lc_event_kind kinds[] = { LC_EVENT_SPAWN, LC_EVENT_EXEC, LC_EVENT_EXIT,
						    LC_EVENT_BLOCK_ENDED };
	struct lc_model *model;
	struct lc_event moves;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		model = model_at_rest();
		moves = event(kinds[i], kinds[i] == LC_EVENT_SPAWN ? 102 : 100, 4 * SECOND + 1);
		lc_model_event(model, &moves, 0, NULL);
		assert_false(lc_model_stood_still(model, 100, 4 * SECOND, 0));
		lc_model_free(model);
	}
}

/* One that ended may have given its descriptors to another process before: the others are asked. */
static void test_an_end_asks_the_others(void **state)
{
	struct lc_model *model = model_at_rest();
	struct lc_sample left = sample_with(100, 7 * SECOND, 1, FILES);
	struct lc_sample brief = {
		.task.tid = 100, .start_time = 7, .now = 9 * SECOND, .unmoved = true
	};
	struct lc_thread *thread;

	(void)state;
	sweep_of(model, 7 * SECOND, &left, 1);
	lc_model_begin_sweep(model, 9 * SECOND);
	assert_int_equal(lc_model_unmoved(model, &brief, &thread), -ENOENT);
	left.now = 9 * SECOND;
	left.files = 0; /* another process has them */
	lc_model_sample(model, &left, NULL);
	lc_model_end_sweep(model);
	assert_false(lc_model_stood_still(model, 100, 8 * SECOND, 0));
	/* It is asked once. */
	brief.now = 11 * SECOND;
	lc_model_begin_sweep(model, 11 * SECOND);
	assert_int_equal(lc_model_unmoved(model, &brief, &thread), 0);
	lc_model_end_sweep(model);
	assert_false(lc_model_stood_still(model, 100, 10 * SECOND, 0));
	lc_model_free(model);
}

/* They still are its alone. */
static void test_an_end_that_gave_nothing_away(void **state)
{
	struct lc_model *model = model_at_rest();
	struct lc_sample left = sample_with(100, 7 * SECOND, 1, FILES);

	(void)state;
	sweep_of(model, 7 * SECOND, &left, 1);
	assert_false(lc_model_stood_still(model, 100, 6 * SECOND, 0));
	left.now = 9 * SECOND;
	sweep_of(model, 9 * SECOND, &left, 1);
	assert_true(lc_model_stood_still(model, 100, 8 * SECOND, 0));
	lc_model_free(model);
}

static void test_descriptors_that_are_not_its_alone(void **state)
{
	static const uint64_t files[][2] = { { FILES, 0 },	  /* shared with another process */
					     { 0, 0 },		  /* a source that cannot tell */
					     { FILES, 0x6000 } }; /* unshare(CLONE_FILES) */
	struct lc_model *model;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		model = model_new(0);
		sweep_two(model, 3 * SECOND, sample_with(100, 3 * SECOND, 1, files[i][0]),
			  sample_with(101, 3 * SECOND, 1, files[i][1]));
		sweep_two(model, 5 * SECOND, sample_with(100, 5 * SECOND, 1, files[i][0]),
			  sample_with(101, 5 * SECOND, 1, files[i][1]));
		assert_false(lc_model_stood_still(model, 100, 4 * SECOND, 0));
		lc_model_free(model);
	}
}

/* Where a thread was left out for want of room, nothing is known of any process. */
static void test_a_full_model_knows_nothing(void **state)
{
	struct lc_model *model = model_new(2);
	struct lc_sample late = {
		.task = { .tid = 102, .pid = 102 }, .state = 'R', .now = 5 * SECOND, .start_time = 9
	};

	(void)state;
	sweep_two(model, 3 * SECOND, sample_with(100, 3 * SECOND, 1, FILES),
		  sample_with(101, 3 * SECOND, 1, FILES));
	sweep_two(model, 5 * SECOND, sample_with(100, 5 * SECOND, 1, FILES),
		  sample_with(101, 5 * SECOND, 1, FILES));
	assert_true(lc_model_stood_still(model, 100, 4 * SECOND, 0));
	lc_model_sample(model, &late, NULL);
	assert_false(lc_model_stood_still(model, 100, 4 * SECOND, 0));
	lc_model_free(model);
}

/* A number that comes again is another process. */
static void test_a_process_is_listed_and_forgotten(void **state)
{
	struct lc_model *model = model_at_rest();
	struct lc_sample other = sample_with(100, 9 * SECOND, 1, FILES);
	size_t count;
	pid_t *pids;

	(void)state;
	lc_model_note_plain(model, 100, 4 * SECOND);
	assert_int_equal(lc_model_plain_at(model, 100), 4 * SECOND);
	assert_int_equal(lc_model_list_processes(model, &pids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], 100);
	free(pids);
	sweep_of(model, 7 * SECOND, NULL, 0);
	assert_int_equal(lc_model_list_processes(model, &pids, &count), 0);
	assert_int_equal(count, 0);
	free(pids);
	lc_model_drop_ended(model, true);
	other.start_time = 8;
	sweep_of(model, 9 * SECOND, &other, 1);
	assert_int_equal(lc_model_plain_at(model, 100), 0);
	lc_model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocked_before_the_start),
		cmocka_unit_test(test_unknown_begin_is_a_lower_bound),
		cmocka_unit_test(test_a_run_between_sweeps_is_another_block),
		cmocka_unit_test(test_reused_tid_is_another_thread),
		cmocka_unit_test(test_spawn_in_any_order),
		cmocka_unit_test(test_sweep_ends_whom_it_does_not_see),
		cmocka_unit_test(test_so_many_ended_are_kept),
		cmocka_unit_test(test_born_during_a_sweep_lives),
		cmocka_unit_test(test_exec_by_a_thread_that_is_not_the_leader),
		cmocka_unit_test(test_leader_exits_while_threads_live),
		cmocka_unit_test(test_longest_blocks_come_longest_first),
		cmocka_unit_test(test_short_blocks_are_counted_by_place),
		cmocka_unit_test(test_bound_keeps_the_longest_blocked),
		cmocka_unit_test(test_unmoved_keeps_what_the_last_sample_said),
		cmocka_unit_test(test_unmoved_says_nothing_of_a_thread_not_known_as_blocked),
		cmocka_unit_test(test_a_wait_that_is_armed_again_is_one),
		cmocka_unit_test(test_what_is_not_armed_again),
		cmocka_unit_test(test_armed_again_has_run),
		cmocka_unit_test(test_time_outs_that_are_read_late),
		cmocka_unit_test(test_random_feed_ends_in_the_last_sweep),
		cmocka_unit_test(test_who_stood_still),
		cmocka_unit_test(test_any_thread_may_move),
		cmocka_unit_test(test_a_run_without_a_switch),
		cmocka_unit_test(test_births_execs_and_ends_are_moves),
		cmocka_unit_test(test_an_end_asks_the_others),
		cmocka_unit_test(test_an_end_that_gave_nothing_away),
		cmocka_unit_test(test_descriptors_that_are_not_its_alone),
		cmocka_unit_test(test_a_full_model_knows_nothing),
		cmocka_unit_test(test_a_process_is_listed_and_forgotten),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
