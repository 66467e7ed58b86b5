// SPDX-License-Identifier: GPL-2.0-only
/* What a trace saw of earlier answers: from samples and events to the rules that use it. */
#include "waits.h"

#define MS 1000000ull
#define PEER 77
#define RECV 45

/* A sample of a thread that waits for an answer on descriptor 5, since this time. */
static struct lc_thread *ask(struct lc_model *model, pid_t tid, uint64_t now, uint64_t since,
			     uint64_t switches)
{
	struct lc_sample sample = {
		.task = { .tid = tid, .pid = 1, .comm = "thread" },
		.state = 'S',
		.now = now,
		.start_time = 1,
		.still_since = since,
		.voluntary_switches = switches,
		.syscall = { .nr = RECV, .args = { 5 } },
	};
	struct lc_thread *thread;

	sample.registers.value[LC_REGISTER_SP] = 0x1000 * tid;
	sample.registers.value[LC_REGISTER_PC] = 0x42;
	assert_true(lc_model_sample(model, &sample, &thread) >= 0);
	return thread;
}

static void describe(struct lc_thread *thread, uint64_t peer)
{
	struct lc_wait wait = wait_for(LC_WAIT_TCP, thread->task.tid);

	wait.direction = LC_WAIT_READ;
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST;
	wait.peer = peer;
	thread->user_stack = 1;
	wait_set(thread, &wait);
}

/*
 * So many blocks, one after the other, of 5 ms each; the last begins at its end and goes on.
 * Returns then.
 */
static uint64_t answered(struct lc_model *model, pid_t tid, uint64_t from, unsigned count)
{
	unsigned i;

	for (i = 0; i <= count; i++)
		describe(ask(model, tid, from + (5 * i + 1) * MS, from + 5 * i * MS, i), PEER);
	return from + 5 * count * MS;
}

static void test_repeats_are_counted(void **state)
{
	struct lc_event ended = { .kind = LC_EVENT_BLOCK_ENDED,
				  .task = { .tid = 10, .pid = 1 },
				  .syscall = { .nr = RECV, .args = { 5 } } };
	struct lc_model *model = model_new();
	struct lc_thread *thread;
	uint64_t since;

	(void)state;
	since = answered(model, 10, SECOND, 3);
	thread = lc_model_find(model, 10);
	assert_non_null(lc_thread_repeat(thread));
	assert_int_equal(lc_thread_repeat(thread)->count, 3);
	assert_int_equal(lc_thread_repeat(thread)->max_ns, 5 * MS);
	assert_int_equal(lc_thread_repeat(thread)->peer, PEER);
	/* An event tells more exactly when the block ended; it is counted once. */
	ended.at = since + 4 * MS;
	ended.blocked_ns = 4 * MS;
	assert_int_equal(lc_model_event(model, &ended, 0, NULL), 0);
	thread = ask(model, 10, since + 900 * MS, since + 800 * MS, 99);
	assert_int_equal(lc_thread_repeat(thread)->count, 4);
	assert_int_equal(lc_thread_repeat(thread)->max_ns, 5 * MS);
	/* Another connection by the same descriptor: the history is not its own. */
	describe(thread, PEER + 1);
	assert_int_equal(lc_thread_repeat(thread)->count, 0);
	lc_model_free(model);
}

static void test_the_stack_of_a_short_block(void **state)
{
	struct lc_event stack = { .kind = LC_EVENT_BLOCK_STACK,
				  .task = { .tid = 10, .pid = 1 },
				  .syscall = { .nr = RECV, .args = { 5 } },
				  .blocked_at = 2 * SECOND,
				  .blocked_ns = 3 * MS };
	struct lc_model *model = model_new();
	struct lc_thread *thread = ask(model, 10, SECOND, SECOND - MS, 0);

	(void)state;
	stack.registers.value[LC_REGISTER_SP] = 0x1000 * 10;
	stack.registers.value[LC_REGISTER_PC] = 0x42;
	assert_int_equal(lc_model_event(model, &stack, 7, NULL), 0);
	thread = ask(model, 10, 3 * SECOND, 3 * SECOND - MS, 5);
	assert_int_equal(lc_thread_repeat(thread)->user_stack, 7);
	assert_true(lc_thread_repeat(thread)->count >= 1);
	lc_model_free(model);
}

/* The conclusion of thread 10, which waits since this time, confirmed. */
static struct conclusion conclude(struct lc_model *model, uint64_t now)
{
	struct conclusion conclusion;
	struct verdict_view view;

	view_at(&view, model, NULL, NULL, now, MS);
	conclusion = *concluded(&view, 10);
	verdict_view_release(&view);
	return conclusion;
}

static void test_rules(void **state)
{
	struct lc_model *model = model_new();
	struct conclusion conclusion;
	uint64_t since;

	(void)state;
	/* One look: nothing is known of before. */
	describe(ask(model, 10, 2 * SECOND, SECOND, 1), PEER);
	conclusion = conclude(model, 60 * SECOND);
	assert_string_equal(conclusion.rule, "answer-outstanding");
	lc_model_free(model);
	model = model_new();
	/* Own answers were quick, and this one is not; but not yet by far. */
	since = answered(model, 10, 2 * SECOND, 5);
	assert_string_equal(conclude(model, since + 300 * MS).rule, "answer-outstanding");
	conclusion = conclude(model, since + SECOND);
	assert_string_equal(conclusion.rule, "slower-than-before");
	assert_int_equal(conclusion.verdict, VERDICT_SUSPECT);
	/* Others at the same place, but not since: a server that is silent to all. */
	answered(model, 11, SECOND, 20);
	assert_string_equal(conclude(model, since + SECOND).rule, "slower-than-before");
	/* And meanwhile. */
	answered(model, 12, since + 800 * MS, 20);
	conclusion = conclude(model, since + SECOND);
	assert_string_equal(conclusion.rule, "answer-overdue");
	assert_int_equal(conclusion.verdict, VERDICT_STUCK);
	assert_true(conclusion.proof[0]);
	/* Once read only: no finding. */
	lc_model_find(model, 10)->wait_confirmed = false;
	assert_string_equal(conclude(model, since + SECOND).rule, "slower-than-before");
	lc_model_free(model);

	/* Without a history of its own: others are answered by the same peer, or by another one. */
	model = model_new();
	describe(ask(model, 10, 2 * SECOND, SECOND, 1), PEER);
	answered(model, 11, 2 * SECOND, 20);
	conclusion = conclude(model, 2 * SECOND + 200 * MS);
	assert_string_equal(conclusion.rule, "others-are-answered");
	assert_int_equal(conclusion.verdict, VERDICT_SUSPECT);
	describe(lc_model_find(model, 10), PEER + 1);
	assert_string_equal(conclude(model, 2 * SECOND + 200 * MS).rule, "answer-outstanding");
	lc_model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeats_are_counted),
		cmocka_unit_test(test_the_stack_of_a_short_block),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
