// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is the truth of a wait? Each thread reads the clock and blocks at once, in a function of its
 * own, so that each is a record of its own in leakhop's report.
 *
 *     waits forever          64 threads; prints "TID began" for each, and stays
 *     waits MILLISECONDS     the same, but each is woken after this time; prints "TID began ended"
 *
 * Times are ns of CLOCK_MONOTONIC: `began` was read just before the system call, `ended` by the
 * waker just before it wakes. A thread that was preempted between clock and wait has no known
 * truth; it is told by its count of involuntary switches, and left out ("PREEMPTED n" counts them).
 * Starts when its standard input gives a line.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define THREADS 64

static struct waiter {
	pthread_t thread;
	int ends[2];
	long tid, began, ended;
	volatile long preempted_before;
} waiters[THREADS];

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* The involuntary switches of a thread, so far. */
static long preempted(long tid)
{
	char path[64], line[128];
	long count = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/status", tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "nonvoluntary_ctxt_switches: %ld", &count);
	if (file)
		fclose(file);
	return count;
}

static inline __attribute__((always_inline)) void block(struct waiter *waiter)
{
	struct rusage usage;
	char byte;

	getrusage(RUSAGE_THREAD, &usage);
	waiter->preempted_before = usage.ru_nivcsw;
	waiter->began = now();
	syscall(SYS_read, waiter->ends[0], &byte, 1);
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

/* clang-format off */
#define PLACE(n)                                                                                   \
	static __attribute__((noinline, used)) void place_##n(struct waiter *waiter)               \
	{                                                                                          \
		__asm__ volatile("" ::"i"(__COUNTER__)); /* equal functions are not merged */      \
		block(waiter);                                                                     \
	}
#define PLACES(n) PLACE(n##0) PLACE(n##1) PLACE(n##2) PLACE(n##3) PLACE(n##4) PLACE(n##5) \
	PLACE(n##6) PLACE(n##7)
PLACES(0) PLACES(1) PLACES(2) PLACES(3) PLACES(4) PLACES(5) PLACES(6) PLACES(7)

#define NAME(n) place_##n
#define NAMES(n) NAME(n##0), NAME(n##1), NAME(n##2), NAME(n##3), NAME(n##4), NAME(n##5), \
	NAME(n##6), NAME(n##7)
static void (*const places[THREADS])(struct waiter *) = { NAMES(0), NAMES(1), NAMES(2), NAMES(3),
							  NAMES(4), NAMES(5), NAMES(6), NAMES(7) };
/* clang-format on */

static void *wait_once(void *arg)
{
	struct waiter *waiter = arg;

	waiter->tid = syscall(SYS_gettid);
	places[waiter - waiters](waiter);
	for (;;)
		pause();
	return NULL;
}

/* Tells what is known of each, but of those that were preempted at the wrong moment. */
static void tell(const long *preempted_at_look)
{
	long left_out = 0;
	int i;

	for (i = 0; i < THREADS; i++) {
		if (preempted_at_look[i] != waiters[i].preempted_before)
			left_out++;
		else if (waiters[i].ended)
			printf("%ld %ld %ld\n", waiters[i].tid, waiters[i].began, waiters[i].ended);
		else
			printf("%ld %ld\n", waiters[i].tid, waiters[i].began);
	}
	printf("PREEMPTED %ld\n", left_out);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int i, milliseconds = argc > 1 ? atoi(argv[1]) : 0;
	long preempted_at_look[THREADS];
	pthread_attr_t small;
	char go[8];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(STDIN_FILENO, go, sizeof(go)) <= 0)
		return 1;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	for (i = 0; i < THREADS; i++) {
		struct waiter *waiter = &waiters[i];

		if (pipe(waiter->ends) ||
		    pthread_create(&waiter->thread, &small, wait_once, waiter))
			return 1;
		usleep(3000 + 137 * i);
		if (!milliseconds)
			continue;
		usleep(milliseconds * 1000);
		preempted_at_look[i] = preempted(waiter->tid);
		waiter->ended = now();
		if (write(waiter->ends[1], "", 1) != 1)
			return 1;
	}
	usleep(300000); /* on a busy host the last one may still be on its way */
	for (i = 0; i < THREADS && !milliseconds; i++)
		preempted_at_look[i] = preempted(waiters[i].tid);
	tell(preempted_at_look);
	for (;;)
		pause();
}
