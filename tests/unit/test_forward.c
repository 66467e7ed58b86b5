// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bounds of who is asked about semaphores, with an emulator that only looks up what each thread
 * is said to do: more semaphores than one question has room for, more threads than are asked, many
 * at one place, no time. Whoever was not asked is a gap, and is told as one.
 */
#include "unit.h"

#include "collect/source.h"
#include "observe/forward_private.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MOST 1024 /* THREADS_MAX of forward_holders.c */
#define HOLDERS 10000	  /* tids from here on: each has the semaphore of its number */
#define WAITERS 20000
#define OTHERS 30000
#define PLACE 7

static struct observer_options options;
static struct observer observer;
static unsigned asked, nap_ms;

static uint64_t semaphore(unsigned number)
{
	return UINT64_C(0x500000) + UINT64_C(32) * number;
}

/* --- an emulator that knows all --- */

static void nap(void)
{
	struct timespec time = { .tv_nsec = nap_ms * 1000000l };

	nanosleep(&time, NULL);
}

static int fake_ask(struct emulator *emulator, const struct emulate_question *question,
		    const struct emulate_source *source, struct emulate_outcome *ret)
{
	(void)emulator;
	(void)source;
	*ret = (struct emulate_outcome){ .end = EMULATE_SLEEPS_AGAIN, .unmoved = 1, .runs = 1 };
	nap();
	asked++;
	if (question->tid >= WAITERS && question->tid < OTHERS) {
		ret->gave_back = question->watch_count == 1;
		return 0;
	}
	for (uint32_t i = 0; i < question->watch_count; i++) {
		if (question->tid >= WAITERS ||
		    question->watches[i].address != semaphore(question->tid - HOLDERS))
			continue;
		ret->end = EMULATE_ENDS;
		ret->release_count = 1;
		ret->releases[0] = (struct emulate_release){ .watch = i, .certain = 1, .at = 1 };
	}
	return 0;
}

static const struct emulator_operations fake_operations = { .ask = fake_ask };
static struct emulator fake = { .does = &fake_operations };

/* --- threads that nobody has seen --- */

static int fake_open(struct collect *collect, struct error *error)
{
	(void)collect;
	(void)error;
	return 0;
}

static void fake_close(struct collect *collect)
{
	(void)collect;
}

static int fake_sample(struct collect *collect, pid_t pid, pid_t tid, struct lc_sample *ret_sample)
{
	(void)collect;
	*ret_sample = (struct lc_sample){ .task = { .pid = pid, .tid = tid } };
	return 0;
}

static const struct collect_source fake_source = {
	.name = "fake", .open = fake_open, .close = fake_close, .sample_thread = fake_sample
};

static void add(pid_t tid, uint32_t stack, const struct lc_wait *wait, int64_t call)
{
	struct lc_thread thread = {
		.task = { .pid = getpid(), .tid = tid, .ns_tid = tid, .ns_pid = getpid() },
		.blocked = true,
		.state = 'S',
		.wait_confirmed = true,
		.user_stack = stack,
		.thread_pointer = 1,
		.syscall = { .nr = call },
	};

	assert_int_equal(lc_model_restore(observer.model, &thread, wait), 0);
}

static void add_sleeper(pid_t tid, uint32_t stack)
{
	const struct lc_wait wait = { .kind = LC_WAIT_SLEEP, .has_timeout = true, .op = "sleep" };

	add(tid, stack, &wait, SYS_clock_nanosleep);
}

/* Waits for a word of its own, which nothing else is about: its end does not come by itself. */
static void add_parked(pid_t tid, uint32_t stack)
{
	const struct lc_wait wait = {
		.kind = LC_WAIT_FUTEX,
		.protocol = LC_WAIT_PLAIN_WORD,
		.key = { LC_WAIT_SPACE_PRIVATE, getpid(), UINT64_C(0x900000) + tid, 0 },
		.op = "futex",
	};

	add(tid, stack, &wait, SYS_futex);
}

static void add_waiter(unsigned number, unsigned threads)
{
	const struct lc_wait wait = {
		.kind = LC_WAIT_SEMAPHORE,
		.protocol = LC_WAIT_GLIBC_SEMAPHORE,
		.key = { LC_WAIT_SPACE_PRIVATE, getpid(), semaphore(number), 0 },
		.flags = LC_WAIT_ANY_THREAD,
		.threads = threads,
		.op = "futex",
	};

	add((pid_t)(WAITERS + number), 1000000 + number, &wait, SYS_futex);
}

static const struct lc_wait *wait_of(unsigned number)
{
	return lc_model_find(observer.model, (pid_t)(WAITERS + number))->wait;
}

static bool is_held_by(unsigned number, bool for_certain)
{
	const struct lc_wait *wait = wait_of(number);

	return wait->owner_count == 1 && wait->owners[0].tid == (pid_t)(HOLDERS + number) &&
	       wait->flags & LC_WAIT_HOLDERS_RUN &&
	       for_certain == !(wait->flags & LC_WAIT_INCOMPLETE) &&
	       for_certain == !strstr(wait->run, "likely holds it");
}

static bool is_not_known(unsigned number)
{
	return !wait_of(number)->owner_count && !(wait_of(number)->flags & LC_WAIT_HOLDERS_RUN) &&
	       wait_of(number)->recorded == LC_WAIT_NOT_RECORDED;
}

static int begin(void **state)
{
	struct error error = {};

	(void)state;
	asked = nap_ms = 0;
	options = (struct observer_options){ .collect = { .source = &fake_source },
					     .threads = true,
					     .max_threads = 10000,
					     .emulator = &fake };
	return observer_create(&options, &observer, &error);
}

static int end(void **state)
{
	(void)state;
	observer_release(&observer);
	return 0;
}

static void find_holders(void)
{
	struct asking asking = { .observer = &observer, .begun = now_monotonic() };

	observer.forward_begun = asking.begun;
	forward_find_holders(&asking);
	target_maps_release(&asking.process.maps);
}

static void test_one(void **state)
{
	(void)state;
	add_sleeper(HOLDERS, 1);
	add_waiter(0, 2);
	find_holders();
	assert_true(is_held_by(0, true));
}

/* One question has room for so many; the rest comes in the next ones. */
static void test_many_semaphores(void **state)
{
	const unsigned count = 2 * EMULATE_WATCHES + 6;

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		add_parked((pid_t)(HOLDERS + i), 1 + i);
		add_waiter(i, 2 * count);
	}
	find_holders();
	for (unsigned i = 0; i < count; i++)
		assert_true(is_held_by(i, true));
}

/* The holder of one comes behind those who may be asked: it is not known, nor is anybody else. */
static void test_many_threads(void **state)
{
	const unsigned count = THREADS_MOST + 100;

	(void)state;
	add_sleeper(HOLDERS, 1);
	for (unsigned i = 1; i < count; i++)
		add_sleeper((pid_t)(OTHERS + i), 1 + i);
	add_sleeper(HOLDERS + 1, count + 1);
	add_waiter(0, count + 3);
	add_waiter(1, count + 3);
	find_holders();
	assert_true(asked <= THREADS_MOST + 2);
	assert_true(is_held_by(0, false));
	assert_true(is_not_known(1));
}

/* Of those at one place a few are asked, and the others are taken to be so, too: likely at most. */
static void test_one_place(void **state)
{
	const unsigned count = 500;

	(void)state;
	add_sleeper(HOLDERS, 1);
	for (unsigned i = 1; i < count; i++)
		add_sleeper((pid_t)(OTHERS + i), PLACE);
	add_sleeper(HOLDERS + 1, PLACE);
	add_waiter(0, count + 3);
	add_waiter(1, count + 3);
	find_holders();
	assert_true(asked < 20);
	assert_true(is_held_by(0, false));
	assert_true(is_not_known(1));
}

/* Far more time than there is; asked are those that come first, and waiters themselves. */
static void test_no_time(void **state)
{
	const unsigned count = 2000;

	(void)state;
	nap_ms = 5;
	add_sleeper(HOLDERS, 1);
	for (unsigned i = 1; i < count; i++)
		add_sleeper((pid_t)(OTHERS + i), 1 + i);
	for (unsigned i = 0; i < 3 * EMULATE_WATCHES; i++)
		add_waiter(i, count + 3 * EMULATE_WATCHES);
	find_holders();
	assert_true(asked < 200);
	assert_false(is_held_by(0, true)); /* likely at most, if it was asked at all */
	for (unsigned i = 1; i < 3 * EMULATE_WATCHES; i++)
		assert_true(is_not_known(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one, begin, end),
		cmocka_unit_test_setup_teardown(test_many_semaphores, begin, end),
		cmocka_unit_test_setup_teardown(test_many_threads, begin, end),
		cmocka_unit_test_setup_teardown(test_one_place, begin, end),
		cmocka_unit_test_setup_teardown(test_no_time, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
