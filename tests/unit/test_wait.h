/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads and children that are parked in a call, and what the wait room says of them. */
#ifndef LEAKHOP_TESTS_UNIT_TEST_WAIT_H
#define LEAKHOP_TESTS_UNIT_TEST_WAIT_H

#include "unit.h"

#include "target/proc.h"
#include "wait/wait.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 60

/* What the C library calls on arm64, which has none of the older ones. */
#ifndef SYS_poll
#define SYS_poll SYS_ppoll
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait SYS_epoll_pwait
#endif
#ifndef SYS_pause
#define SYS_pause SYS_ppoll
#endif

struct parked {
	pthread_t thread;
	volatile pid_t tid;
	void (*fn)(void *argument);
	void *argument;
};

static inline uint64_t test_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static inline void test_nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static inline void *test_run_thread(void *argument)
{
	struct parked *parked = argument;

	parked->tid = gettid();
	parked->fn(parked->argument);
	return NULL;
}

static inline void test_start(struct parked *parked, void (*fn)(void *), void *argument)
{
	*parked = (struct parked){ .fn = fn, .argument = argument };
	assert_int_equal(pthread_create(&parked->thread, NULL, test_run_thread, parked), 0);
	while (!parked->tid)
		test_nap();
}

/* A child that runs fn and never returns. */
static inline pid_t test_fork(void (*fn)(void *), void *argument)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		/* A test that fails leaves nobody behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		for (int number = 1; number < 32; number++) /* cmocka's handlers */
			signal(number, SIG_DFL);
		fn(argument);
		for (;;)
			pause();
	}
	return pid;
}

static inline void test_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Waits until the thread stands in call nr (or, -2, in any) and has gone to sleep, and notes it. */
static inline void test_await(pid_t pid, pid_t tid, int64_t nr, struct wait_subject *ret)
{
	uint64_t deadline = test_now_ns() + PATIENCE_S * 1000000000ull;
	struct target_syscall call;
	struct target_stat stat;

	for (;;) {
		if (!target_read_stat(pid, tid, &stat) && stat.state != 'R' &&
		    !target_read_syscall(pid, tid, &call) && !call.running &&
		    (nr == -2 || call.call.nr == nr))
			break;
		assert_true(test_now_ns() < deadline);
		test_nap();
	}
	*ret = (struct wait_subject){
		.task = { .pid = pid, .tid = tid, .ns_pid = pid, .ns_tid = tid },
		.state = stat.state,
		.syscall = call.call,
		.sp = call.sp,
		.pc = call.pc,
		.blocked_since = test_now_ns(),
	};
}

/* With names of frames, or with none: functions ends with NULL. */
static inline void test_describe(struct wait_subject *subject, const char *const *functions,
				 struct lc_wait *ret)
{
	struct wait_scan *scan;

	subject->functions = functions;
	for (subject->function_count = 0; functions && functions[subject->function_count];)
		subject->function_count++;
	assert_int_equal(wait_scan_create(NULL, &scan), 0);
	assert_int_equal(wait_describe(scan, subject, ret), 0);
	wait_scan_free(scan);
	if (getenv("SHOW_WAITS"))
		print_message(
			"%-18s %-60s flags %llx owners %u recorded %d unreadable '%s' op %s\n",
			lc_wait_kind_name(ret->kind), ret->object, (unsigned long long)ret->flags,
			ret->owner_total, ret->recorded, ret->unreadable, ret->op);
}

#endif
