// SPDX-License-Identifier: GPL-2.0-only
/*
 * rearmed: waits with a time-out of 100 ms that are armed again.
 *
 *   rearmed KIND
 *
 *   again     nothing ever comes: it looks, and waits again
 *   busy      the same, but it computes for some ms each time
 *   calls     the same, but it makes another call that blocks
 *   turns     two conditions, in turn
 *   jobs      somebody has a job for it, in half of the time
 *   ticker    as again, and main waits for its end
 *   lock      a mutex that another thread keeps, tried for 100 ms at a time
 *   work      the same, but who has the mutex works, and main waits for the end of who tries
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 100000000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, kept = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t conditions[2] = { PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER };
static volatile int jobs;

static struct timespec in_a_period(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_nsec += PERIOD_NS;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void compute(void)
{
	struct timespec begun, now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while ((now.tv_sec - begun.tv_sec) * 1000000000 + now.tv_nsec - begun.tv_nsec < 5000000);
}

FRAME static void wait_again(const char *kind)
{
	struct timespec until;
	int turn = 0;

	pthread_mutex_lock(&mutex);
	for (;;) {
		until = in_a_period();
		pthread_cond_timedwait(&conditions[turn], &mutex, &until); /* @block again */
		jobs = 0;
		if (!strcmp(kind, "busy"))
			compute();
		if (!strcmp(kind, "calls"))
			usleep(1000);
		turn ^= !strcmp(kind, "turns");
	}
}

static void *waiter(void *kind)
{
	fixture_ready("waiter");
	wait_again(kind);
	return NULL;
}

FRAME static void *locker(void *argument)
{
	struct timespec until;

	fixture_ready("waiter");
	do
		until = in_a_period();
	while (pthread_mutex_timedlock(&kept, &until)); /* @block lock */
	return argument;
}

static void *worker(void *argument)
{
	pthread_mutex_lock(&kept);
	for (;;)
		compute();
	return argument;
}

static void *employer(void *argument)
{
	for (;;) {
		usleep(PERIOD_NS / 2000);
		pthread_mutex_lock(&mutex);
		jobs = 1;
		pthread_cond_signal(&conditions[0]);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

int main(int argc, char **argv)
{
	char *kind = argc > 1 ? argv[1] : "again";
	pthread_t thread, other;

	if (!strcmp(kind, "work"))
		pthread_create(&other, NULL, worker, NULL);
	else
		pthread_mutex_lock(&kept);
	while (pthread_mutex_trylock(&kept) != EBUSY)
		pthread_mutex_unlock(&kept);
	pthread_create(&thread, NULL,
		       strcmp(kind, "lock") && strcmp(kind, "work") ? waiter : locker, kind);
	if (!strcmp(kind, "jobs"))
		pthread_create(&other, NULL, employer, NULL);
	if (!strcmp(kind, "ticker") || !strcmp(kind, "work"))
		pthread_join(thread, NULL);
	fixture_pause();
}
