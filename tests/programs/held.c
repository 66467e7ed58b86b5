// SPDX-License-Identifier: GPL-2.0-only
/*
 * held FAULT [well]: locks that record no holder. read: one reads and sleeps, another wants to
 * write. abba: two read what the other wants to write; well: one of them wakes up by itself. never:
 * who read has ended without unlocking; well: another unlocks it, at last. Or it unlocks once its
 * descriptor is readable (poll), its time is over (late), one that sleeps now tells it to (told), it
 * has slept often enough (counts, own-counts), or a clock says so (clock).
 * behind: who reads waits for a mutex.
 * place: one has a semaphore used as a lock, and sleeps; another wants it. places: two of these
 * crosswise; well: one of them wakes up by itself. joined: main waits for the end of one of them;
 * well: for a descriptor, and then posts. handed: who posts them is another than who waits.
 */
#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

static int well;
static pthread_rwlock_t one = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t other = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t both;
static sem_t place, other_place;

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

static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER;

FRAME static void *read_and_lock(void *arg)
{
	pthread_rwlock_rdlock(&one);
	pthread_barrier_wait(&both);
	fixture_ready("holder");
	pthread_mutex_lock(&kept);
	pthread_mutex_unlock(&kept);
	pthread_rwlock_unlock(&one);
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

static void make_behind(void)
{
	void *(*const functions[])(void *) = { read_and_lock, write_one };

	pthread_mutex_lock(&kept); /* main keeps it */
	run(2, functions);
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
	do
		sleep_long(); /* @block last */
	while (!well);
	pthread_rwlock_unlock(&one);
	return arg;
}

static void leave_read(void *(*function)(void *))
{
	void *(*const functions[])(void *) = { function, write_one };
	pthread_t thread;

	fixture_try(pthread_create(&thread, NULL, read_and_end, NULL), "a thread");
	pthread_join(thread, NULL);
	run(2, functions);
}

static void make_never(void)
{
	leave_read(end_later);
}

/* A poll that gives nothing is begun again: only one that gives something leads to the unlock. */
FRAME static void *unlock_when_readable(void *arg)
{
	int ends[2];
	struct pollfd one_end = { .events = POLLIN };

	fixture_try(pipe(ends), "pipe");
	one_end.fd = ends[0];
	pthread_barrier_wait(&both);
	fixture_ready("last");
	while (poll(&one_end, 1, -1) != 1) /* @block poll */
		;
	pthread_rwlock_unlock(&one);
	return arg;
}

static void make_poll(void)
{
	leave_read(unlock_when_readable);
}

/* Woken, it waits again; its time over, it unlocks. */
FRAME static void *unlock_when_late(void *arg)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1000;
	pthread_barrier_wait(&both);
	fixture_ready("last");
	pthread_mutex_lock(&mutex);
	while (!pthread_cond_timedwait(&never, &mutex, &until)) /* @block late */
		;
	pthread_mutex_unlock(&mutex);
	pthread_rwlock_unlock(&one);
	return arg;
}

/* That it has slept once more is seen on its own stack, or in a register, only. */
FRAME static void *unlock_after_sleeps(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("last");
	for (int i = 0; i < 3; i++)
		sleep_long(); /* @block counts */
	pthread_rwlock_unlock(&one);
	return arg;
}

/* The same, in a variable of the thread's own. */
FRAME static void *unlock_after_own_sleeps(void *arg)
{
	static __thread volatile int sleeps;

	pthread_barrier_wait(&both);
	fixture_ready("last");
	while (sleeps++ < 3)
		sleep_long();
	pthread_rwlock_unlock(&one);
	return arg;
}

static void make_own_counts(void)
{
	leave_read(unlock_after_own_sleeps);
}

static void make_counts(void)
{
	leave_read(unlock_after_sleeps);
}

FRAME static void *unlock_by_the_clock(void *arg)
{
	static time_t until;

	until = time(NULL) + 1000;
	pthread_barrier_wait(&both);
	fixture_ready("last");
	while (time(NULL) < until)
		sleep_long(); /* @block clock */
	pthread_rwlock_unlock(&one);
	return arg;
}

static void make_clock(void)
{
	leave_read(unlock_by_the_clock);
}

static pthread_mutex_t told_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told_condition = PTHREAD_COND_INITIALIZER;
static int told;

/* As memory is now, it waits again. */
FRAME static void *unlock_when_told(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("last");
	pthread_mutex_lock(&told_mutex);
	while (!told)
		pthread_cond_wait(&told_condition, &told_mutex);
	pthread_mutex_unlock(&told_mutex);
	pthread_rwlock_unlock(&one);
	return arg;
}

static void make_told(void)
{
	pthread_t threads[3];

	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&threads[0], NULL, read_and_end, NULL);
	pthread_join(threads[0], NULL);
	pthread_create(&threads[1], NULL, unlock_when_told, NULL);
	pthread_create(&threads[2], NULL, write_one, NULL);
	for (;;) {
		sleep_long(); /* @block told */
		pthread_mutex_lock(&told_mutex);
		told = 1;
		pthread_cond_signal(&told_condition);
		pthread_mutex_unlock(&told_mutex);
	}
}

static void make_late(void)
{
	leave_read(unlock_when_late);
}

FRAME static void *have_place_and_sleep(void *arg)
{
	sem_wait(&place);
	pthread_barrier_wait(&both);
	fixture_ready("holder");
	sleep_long();	  /* @block place */
	sem_post(&place); /* @unlock place */
	return arg;
}

FRAME static void *want_place(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("waiter");
	sem_wait(&place);
	sem_post(&place);
	return arg;
}

static void make_place(void)
{
	void *(*const functions[])(void *) = { have_place_and_sleep, want_place };

	sem_init(&place, 0, 1);
	run(2, functions);
}

FRAME static void *have_place_want_other(void *arg)
{
	sem_wait(&place);
	pthread_barrier_wait(&both);
	fixture_ready("first");
	sem_wait(&other_place);
	sem_post(&other_place);
	sem_post(&place);
	return arg;
}

FRAME static void *have_other_want_place(void *arg)
{
	sem_wait(&other_place);
	pthread_barrier_wait(&both);
	fixture_ready("second");
	if (well)
		sleep_long(); /* @block places well */
	sem_wait(&place);
	sem_post(&place);
	sem_post(&other_place);
	return arg;
}

FRAME static void *have_other_want_place_now(void *arg)
{
	sem_wait(&other_place);
	pthread_barrier_wait(&both);
	fixture_ready("second");
	sem_wait(&place);
	sem_post(&place);
	sem_post(&other_place);
	return arg;
}

static void make_places(void)
{
	void *(*const functions[])(void *) = { have_place_want_other, have_other_want_place };

	sem_init(&place, 0, 1);
	sem_init(&other_place, 0, 1);
	run(2, functions);
}

/* main waits for the end of one of them; well: of none, but for a word of its own. */
static void make_joined(void)
{
	pthread_t threads[2];
	struct pollfd nothing = { .fd = -1 };

	sem_init(&place, 0, 1);
	sem_init(&other_place, 0, 1);
	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&threads[0], NULL, have_place_want_other, NULL);
	pthread_create(&threads[1], NULL, have_other_want_place_now, NULL);
	if (well) {
		(void)poll(&nothing, 1, -1);
		sem_post(&place);
	}
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

/* A queue of one: the producer waits for room, the consumer for what is in it. */
FRAME static void *produce(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("producer");
	for (;;) {
		sleep_long();
		sem_wait(&other_place);
		sem_post(&place);
	}
	return arg;
}

FRAME static void *consume(void *arg)
{
	pthread_barrier_wait(&both);
	fixture_ready("consumer");
	for (;;) {
		sem_wait(&place);
		sem_post(&other_place);
	}
	return arg;
}

static void make_handed(void)
{
	void *(*const functions[])(void *) = { produce, consume };

	sem_init(&place, 0, 0);
	sem_init(&other_place, 0, 1);
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
		{ "poll", make_poll },
		{ "late", make_late },
		{ "told", make_told },
		{ "counts", make_counts },
		{ "own-counts", make_own_counts },
		{ "behind", make_behind },
		{ "clock", make_clock },
		{ "place", make_place },
		{ "places", make_places },
		{ "joined", make_joined },
		{ "handed", make_handed },
		{ NULL, NULL },
	};

	return fixture_main(argc, argv, faults, &well);
}
