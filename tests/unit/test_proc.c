// SPDX-License-Identifier: GPL-2.0-only
/* The parsers of /proc files, with what a hostile name can do to them. */
#include "unit.h"

#include "target/proc.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static void test_stat_with_a_hostile_name(void **state)
{
	struct target_stat stat;

	(void)state;
	assert_int_equal(
		target_parse_stat("42 (a) R 1 (b)) D 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 "
				  "987654 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 3 0 0",
				  &stat),
		0);
	assert_string_equal(stat.comm, "a) R 1 (b)");
	assert_int_equal(stat.state, 'D');
	assert_int_equal(stat.ppid, 7);
	assert_int_equal(stat.group, 42);
	assert_int_equal(stat.flags, 4194560);
	assert_int_equal(stat.start_ticks, 987654);
	assert_int_equal(stat.cpu, 3);
	assert_int_equal(target_parse_stat("42 (a", &stat), -EINVAL);
	assert_int_equal(target_parse_stat(")(", &stat), -EINVAL);
	assert_int_equal(target_parse_stat("", &stat), -EINVAL);
}

static void test_syscall_in_all_forms(void **state)
{
	struct target_syscall call;

	(void)state;
	assert_int_equal(target_parse_syscall("running\n", &call), 0);
	assert_true(call.running);
	assert_int_equal(target_parse_syscall("-1 0x7ffe 0x55\n", &call), 0);
	assert_int_equal(call.call.nr, LC_NO_SYSCALL);
	assert_int_equal(call.sp, 0x7ffe);
	assert_int_equal(call.pc, 0x55);
	assert_int_equal(target_parse_syscall("202 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n", &call), 0);
	assert_int_equal(call.call.nr, 202);
	assert_int_equal(call.call.args[5], 6);
	assert_int_equal(call.pc, 8);
	assert_int_equal(target_parse_syscall("202 0x1", &call), -EINVAL);
}

static void test_exec_start(void **state)
{
	uint64_t ns;

	(void)state;
	assert_int_equal(
		target_parse_exec_start(
			"x (1, #threads: 1)\n---\nse.exec_start   :   344167.304738\n", &ns),
		0);
	assert_int_equal(ns, 344167304738);
	assert_int_equal(target_parse_exec_start("nothing\n", &ns), -EINVAL);
}

static void test_status(void **state)
{
	static const char text[] = "Name:\tx\nTgid:\t12\nTracerPid:\t9\nUid:\t1\t2\t3\t4\n"
				   "NStgid:\t12\t3\nNSpid:\t13\t4\nThreads:\t5\n"
				   "SigPnd:\t0000000000000001\nShdPnd:\t8000000000000000\n"
				   "SigBlk:\t0000000000000010\nSigIgn:\t0000000000001000\n"
				   "SigCgt:\t0000000180000002\nvoluntary_ctxt_switches:\t6\n"
				   "nonvoluntary_ctxt_switches:\t7\n";
	struct target_status status;

	(void)state;
	assert_int_equal(target_parse_status(text, &status), 0);
	assert_int_equal(status.tgid, 12);
	assert_int_equal(status.tracer, 9);
	assert_int_equal(status.uid, 2);
	assert_int_equal(status.threads, 5);
	assert_int_equal(status.ns_pid, 3);
	assert_int_equal(status.ns_tid, 4);
	assert_int_equal(status.pending, 1);
	assert_true(status.shared_pending == 1ull << 63);
	assert_int_equal(status.blocked, 0x10);
	assert_int_equal(status.ignored, 0x1000);
	assert_int_equal(status.caught, 0x180000002);
	assert_int_equal(status.voluntary_switches, 6);
	assert_int_equal(status.involuntary_switches, 7);
	assert_int_equal(target_parse_status("Name:\tx\nTgid:\t12\n", &status), -EINVAL);
}

static void test_numbers(void **state)
{
	char deep[1024] = "Name:\tx\nNStgid:";
	struct target_numbers numbers;
	unsigned i;

	(void)state;
	assert_int_equal(target_parse_numbers("Name:\tx\nNStgid:\t120\t30\t1\nNSpid:\t120\t30\t1\n"
					      "NSpgid:\t110\t0\t7\nNSsid:\t1\t0\t0\n",
					      &numbers),
			 0);
	assert_int_equal(numbers.count, 3);
	assert_int_equal(numbers.pid[0], 120);
	assert_int_equal(numbers.pid[2], 1);
	assert_int_equal(numbers.group[1], 0);
	assert_int_equal(numbers.group[2], 7);
	/* A group of another number of namespaces, or none at all. */
	assert_int_equal(target_parse_numbers("Name:\tx\nNStgid:\t1\t2\nNSpgid:\t1\n", &numbers),
			 -EINVAL);
	assert_int_equal(target_parse_numbers("Name:\tx\nNStgid:\t\nNSpgid:\t\n", &numbers),
			 -EINVAL);
	assert_int_equal(target_parse_numbers("Name:\tx\n", &numbers), -EINVAL);
	/* More than the kernel has. */
	for (i = 0; i < 50; i++)
		strcat(deep, "\t1");
	strcat(deep, "\nNSpgid:\t1\n");
	assert_int_equal(target_parse_numbers(deep, &numbers), -EINVAL);
}

static void test_own_files(void **state)
{
	struct target_status status;
	struct target_stat stat;
	uint64_t run_ns = 0;

	(void)state;
	assert_int_equal(target_read_status(getpid(), getpid(), &status), 0);
	assert_int_equal(status.tgid, getpid());
	assert_int_equal(target_read_stat(getpid(), getpid(), &stat), 0);
	assert_int_equal(stat.ppid, getppid());
	while (!run_ns) /* it is brought up to date at a tick */
		assert_int_equal(target_read_run_ns(getpid(), getpid(), &run_ns), 0);
	assert_int_equal(target_read_stat(INT32_MAX, INT32_MAX, &stat), -ESRCH);
}

static int count_one(void *context, pid_t tid)
{
	(void)tid;
	++*(ssize_t *)context;
	return 0;
}

static void *stand(void *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	return NULL;
}

static void test_threads_are_counted_without_their_list(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	ssize_t before, now, listed = 0;
	pthread_t thread;

	(void)state;
	before = target_count_tids(getpid());
	pthread_mutex_lock(&lock);
	assert_int_equal(pthread_create(&thread, NULL, stand, &lock), 0);
	now = target_count_tids(getpid());
	target_for_each_tid(getpid(), count_one, &listed);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	assert_int_equal(now, before + 1);
	assert_int_equal(now, listed);
	assert_true(target_count_tids(0x7fffffff) < 0);
}

/* Only a whole name counts; the last variable may lack its end, and the value be cut. */
static void test_variables(void **state)
{
	static const char text[] = "AGODEBUG=1\0GODEBUG\0GODEBUG=first\0GODEBUG=second";
	char value[16], short_value[4];

	(void)state;
	assert_int_equal(target_find_variable(text, sizeof(text), "GODEBUG", value, 16), 5);
	assert_string_equal(value, "first");
	assert_int_equal(target_find_variable(text, sizeof(text), "GODEBUG", short_value, 4), 5);
	assert_string_equal(short_value, "fir");
	assert_int_equal(target_find_variable(text, sizeof(text), "DEBUG", value, 16), -ENOENT);
	assert_int_equal(target_find_variable("", 0, "DEBUG", value, 16), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_threads_are_counted_without_their_list),
		cmocka_unit_test(test_stat_with_a_hostile_name),
		cmocka_unit_test(test_syscall_in_all_forms),
		cmocka_unit_test(test_exec_start),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_own_files),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
