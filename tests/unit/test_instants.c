// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads that straddle a wake-up, in every order: two threads take turns at two locks, and each is
 * seen to wait for what the other has. Only where neither ran between the first read and the last
 * sample is that a deadlock.
 */
#include "waits.h"

#include <string.h>

/*
 * One thing that happens, of thread 0 or 1 (tid 10 or 20): it is sampled, read, runs and blocks
 * again, is sampled.
 */
enum step { SAMPLE_0, SAMPLE_1, READ_0, READ_1, RUN_0, RUN_1, STEPS };

static const pid_t tids[] = { 10, 20 };

struct world {
	struct lc_model *model;
	uint64_t now;
	uint64_t switches[2];
	uint64_t ran_at[2]; /* the last time */
	uint64_t read_at[2];
};

static struct lc_thread *sample(struct world *world, int which)
{
	struct lc_sample sample = {
		.task = { .tid = tids[which], .pid = 1, .comm = "thread" },
		.state = 'S',
		.now = world->now,
		.start_time = 1,
		.still_since = NOW - 60 * SECOND,
		.voluntary_switches = world->switches[which],
		.syscall = { .nr = 202 },
	};
	struct lc_thread *thread;

	assert_true(lc_model_sample(world->model, &sample, &thread) >= 0);
	return thread;
}

/* As the words in memory have it, at whatever time. */
static struct lc_wait wait_of(int which)
{
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, which);

	wait_owner(&wait, 1, tids[!which], LC_WAIT_HOLDER);
	return wait;
}

static void read_wait(struct world *world, int which)
{
	struct lc_thread *thread = lc_model_find(world->model, tids[which]);
	struct lc_wait wait = wait_of(which);

	world->read_at[which] = world->now;
	if (!thread)
		return;
	lc_thread_set_wait(thread, &wait, world->now);
	lc_thread_set_wait(thread, &wait, world->now);
}

static void take_step(struct world *world, enum step step)
{
	int which = step % 2;

	world->now += 1000;
	switch (step / 2) {
	case SAMPLE_0 / 2:
		sample(world, which);
		break;
	case READ_0 / 2:
		read_wait(world, which);
		break;
	default:
		world->switches[which]++;
		world->ran_at[which] = world->now;
	}
}

/* Two waits that were seen while both slept, at one instant. */
static bool is_true(const struct world *world)
{
	uint64_t first = world->read_at[0] < world->read_at[1] ? world->read_at[0]
							       : world->read_at[1];

	return world->ran_at[0] < first && world->ran_at[1] < first;
}

/* Returns whether it was called a deadlock. */
static bool play(const enum step *steps, size_t count)
{
	struct world world = { .model = model_new(), .now = NOW };
	struct verdict_view view;
	bool said;
	size_t i;

	for (i = 0; i < count; i++)
		take_step(&world, steps[i]);
	world.now += 1000;
	sample(&world, 0);
	sample(&world, 1);
	view = view_of(world.model);
	said = concluded(&view, 10)->verdict == VERDICT_DEADLOCK;
	assert_int_equal(said, concluded(&view, 20)->verdict == VERDICT_DEADLOCK);
	/* Nor may one of them be called stuck behind the other. */
	if (!said) {
		assert_true(concluded(&view, 10)->verdict < VERDICT_STUCK);
		assert_true(concluded(&view, 20)->verdict < VERDICT_STUCK);
	} else {
		assert_true(is_true(&world));
	}
	verdict_view_release(&view);
	lc_model_free(world.model);
	return said;
}

/* Each order of the steps from number at on; counts those called a deadlock. */
static unsigned permute(enum step *steps, size_t at, size_t count)
{
	unsigned said = 0;
	size_t i;
	enum step step;

	if (at == count)
		return play(steps, count);
	for (i = at; i < count; i++) {
		step = steps[at], steps[at] = steps[i], steps[i] = step;
		said += permute(steps, at + 1, count);
		step = steps[at], steps[at] = steps[i], steps[i] = step;
	}
	return said;
}

static void test_every_order_of_two_threads(void **state)
{
	enum step steps[STEPS] = { SAMPLE_0, SAMPLE_1, READ_0, READ_1, RUN_0, RUN_1 };
	enum step one_runs[] = { SAMPLE_0, SAMPLE_1, READ_0, READ_1, RUN_0 };
	enum step none_runs[] = { SAMPLE_0, SAMPLE_1, READ_0, READ_1 };

	(void)state;
	/* Both samples before both reads: 4 of 24 orders; and nobody may run after his sample. */
	assert_int_equal(permute(none_runs, 0, 4), 4);
	assert_true(permute(one_runs, 0, 5) > 0);
	assert_true(permute(steps, 0, STEPS) > 0);
}

/* What was read of a thread that ran since, or that has ended, is not kept. */
static void test_a_wait_is_dropped_with_its_block(void **state)
{
	struct world world = { .model = model_new(), .now = NOW };
	struct lc_thread *thread = sample(&world, 0);

	(void)state;
	read_wait(&world, 0);
	assert_non_null(thread->wait);
	sample(&world, 0);
	assert_non_null(thread->wait);
	assert_int_equal(thread->steady_from, NOW);
	world.switches[0]++;
	world.now += 1000;
	sample(&world, 0);
	assert_null(thread->wait);
	assert_int_equal(thread->steady_from, world.now);
	assert_int_equal(thread->ran_at, world.now);
	lc_model_begin_sweep(world.model, world.now);
	lc_model_end_sweep(world.model);
	assert_false(thread->blocked);
	lc_model_free(world.model);
}

/*
 * An owner that is gone is one number: two reads of a lock that goes from one ended thread to the
 * next are no proof.
 */
static void test_another_dead_owner_is_another_wait(void **state)
{
	struct lc_model *model = model_new();
	struct lc_thread *thread = thread_add(model, 1, 10, 60);
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, 1);
	struct verdict_view view;
	int ns_tid;

	(void)state;
	wait.recorded = LC_WAIT_DEAD;
	wait.owner_count = wait.owner_total = 1;
	for (ns_tid = 50; ns_tid < 52; ns_tid++) {
		wait.owners[0].ns_tid = ns_tid;
		lc_thread_set_wait(thread, &wait, NOW);
	}
	assert_false(thread->wait_confirmed);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "read-once");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_SUSPECT);
	verdict_view_release(&view);
	lc_thread_set_wait(thread, &wait, NOW);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "owner-gone");
	verdict_view_release(&view);
	lc_model_free(model);
}

/* A process is as old as the youngest block among its threads. */
static void test_a_process_that_was_not_still(void **state)
{
	struct lc_wait pipe = wait_for(LC_WAIT_PIPE, 1), back = wait_for(LC_WAIT_PIPE, 2);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	pipe.direction = back.direction = LC_WAIT_READ;
	wait_owner(&pipe, 2, 0, LC_WAIT_OTHER_END);
	wait_owner(&back, 1, 0, LC_WAIT_OTHER_END);
	wait_set(thread_add(model, 1, 10, 60), &pipe);
	wait_set(thread_add(model, 2, 20, 60), &back);
	wait_set(thread_add(model, 2, 21, 60), &back);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "cycle");
	verdict_view_release(&view);
	/*
	 * One of its threads ran after the reader's pipe was read: it may have written and closed.
	 */
	lc_model_find(model, 21)->steady_from = NOW + 1;
	lc_model_find(model, 21)->wait_read_at = NOW + 2;
	view = view_of(model);
	assert_true(concluded(&view, 10)->verdict < VERDICT_STUCK);
	assert_true(concluded(&view, 20)->verdict < VERDICT_STUCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_order_of_two_threads),
		cmocka_unit_test(test_a_wait_is_dropped_with_its_block),
		cmocka_unit_test(test_another_dead_owner_is_another_wait),
		cmocka_unit_test(test_a_process_that_was_not_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
