// SPDX-License-Identifier: GPL-2.0-only
/*
 * held FAULT [well]: locks that record no holder. read: one reads and sleeps, another wants to
 * write. abba: two read what the other wants to write; well: one of them wakes up by itself. never:
 * who read has ended without unlocking; well: another unlocks it, at last.
 */
#include "fixture.h"

#include <pthread.h>
#include <time.h>

static int well;
static pthread_rwlock_t one = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t other = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t both;

static void sleep_long(void)
{
	const struct timespec time = { .tv_sec = 1000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

FRAME static void *read_and_sleep(void *arg)
{
	pthread_rwlock_rdlock(&one);
	pthread_barrier_wait(&both);
	fixture_ready("holder");
	sleep_long();		     /* @block holder */
	pthread_rwlock_unlock(&one); /* @unlock holder */
	return arg;
}

/* Has had it, and has it no more. */
FRAME static void *read_before(void *arg)
{
	pthread_rwlock_rdlock(&one);
	pthread_rwlock_unlock(&one);
	pthread_barrier_wait(&both);
	fixture_ready("before");
	sleep_long(); /* @block before */
	pthread_rwlock_rdlock(&one);
	pthread_rwlock_unlock(&one);
	return arg;
}

FRAME static void *write_one(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("writer");
	pthread_rwlock_wrlock(&one); /* @block writer */
	pthread_rwlock_unlock(&one);
	return arg;
}

FRAME static void *read_one_write_other(void *arg)
{
	pthread_rwlock_rdlock(&one);
	pthread_barrier_wait(&both);
	fixture_ready("first");
	pthread_rwlock_wrlock(&other); /* @block first */
	pthread_rwlock_unlock(&other);
	pthread_rwlock_unlock(&one);
	return arg;
}

FRAME static void *read_other_write_one(void *arg)
{
	pthread_rwlock_rdlock(&other);
	pthread_barrier_wait(&both);
	fixture_ready("second");
	if (well)
		sleep_long();	     /* @block second well */
	pthread_rwlock_wrlock(&one); /* @block second */
	pthread_rwlock_unlock(&one);
	pthread_rwlock_unlock(&other);
	return arg;
}

static void run(unsigned count, void *(*const functions[])(void *))
{
	pthread_t thread;

	pthread_barrier_init(&both, NULL, count);
	for (unsigned i = 0; i < count; i++)
		fixture_try(pthread_create(&thread, NULL, functions[i], NULL), "a thread");
	for (;;)
		sleep_long();
}

static void make_read(void)
{
	void *(*const functions[])(void *) = { read_and_sleep, read_before, write_one };

	run(3, functions);
}

FRAME static void *read_and_end(void *arg)
{
	pthread_rwlock_rdlock(&one);
	return arg;
}

FRAME static void *end_later(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("last");
	sleep_long(); /* @block last */
	if (well)
		pthread_rwlock_unlock(&one);
	return arg;
}

static void make_never(void)
{
	void *(*const functions[])(void *) = { end_later, write_one };
	pthread_t thread;

	fixture_try(pthread_create(&thread, NULL, read_and_end, NULL), "a thread");
	pthread_join(thread, NULL);
	run(2, functions);
}

static void make_abba(void)
{
	void *(*const functions[])(void *) = { read_one_write_other, read_other_write_one };

	run(2, functions);
}

int main(int argc, char **argv)
{
	static const struct fixture_fault faults[] = {
		{ "read", make_read },
		{ "abba", make_abba },
		{ "never", make_never },
		{ NULL, NULL },
	};

	return fixture_main(argc, argv, faults, &well);
}
