// SPDX-License-Identifier: GPL-2.0-only
/*
 * waking FAULT [well]: somebody makes a condition true, and then sleeps, waits for a lock, for room in a pipe, or for
 * the end of a thread. well: he signals behind that, so that no wake-up is lost; else he does not.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int well;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER, other_condition = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static pthread_t sleeper;
static int full_pipe[2], bell;

int job_count, acknowledged;

/* --- who waits --- */

FRAME static void wait_in_condition(void)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("waiter");
	while (!job_count)
		pthread_cond_wait(&condition, &mutex);
	job_count--;
	pthread_mutex_unlock(&mutex);
}

FRAME static void wait_in_semaphore(void)
{
	fixture_ready("waiter");
	while (!__atomic_load_n(&job_count, __ATOMIC_ACQUIRE))
		sem_wait(&semaphore);
	__atomic_sub_fetch(&job_count, 1, __ATOMIC_RELEASE);
}

FRAME static void wait_at_descriptor(void)
{
	struct pollfd descriptor = { .fd = bell, .events = POLLIN };
	uint64_t count;

	fixture_ready("waiter");
	while (!__atomic_load_n(&job_count, __ATOMIC_ACQUIRE)) {
		if (poll(&descriptor, 1, -1) == 1)
			(void)!read(bell, &count, sizeof(count));
	}
	__atomic_sub_fetch(&job_count, 1, __ATOMIC_RELEASE);
}

/* --- what comes between --- */

FRAME static void sleep_once(void) { sleep(1000); }

/* As a loop that counts: each of its sleeps is short. */
FRAME static void sleep_often(void)
{
	for (int i = 0; i < 40; i++)
		sleep(25);
}

FRAME static void write_to_pipe(void) { (void)!write(full_pipe[1], "x", 1); }
FRAME static void take_lock(void)
{
	pthread_mutex_lock(&other_mutex);
	pthread_mutex_unlock(&other_mutex);
}

FRAME static void wait_for_word(void)
{
	pthread_mutex_lock(&other_mutex);
	while (!acknowledged)
		pthread_cond_wait(&other_condition, &other_mutex);
	pthread_mutex_unlock(&other_mutex);
}

FRAME static void join_sleeper(void) { pthread_join(sleeper, NULL); }

/* Woken for the job, it does something else before it takes it. */
static int woken;
FRAME static void take_late(void)
{
	pthread_mutex_lock(&mutex);
	while (!woken)
		pthread_cond_wait(&other_condition, &mutex);
	pthread_mutex_unlock(&mutex);
	fixture_ready("taker");
	sleep(1000);
	if (!well)
		return;
	pthread_mutex_lock(&mutex);
	job_count--;
	pthread_mutex_unlock(&mutex);
}

FRAME static void wake_taker(void)
{
	pthread_mutex_lock(&mutex);
	woken = 1;
	pthread_cond_signal(&other_condition);
	pthread_mutex_unlock(&mutex);
	well = well ? 2 : 0; /* the taker's signal was for it */
}

/* --- */

static void (*between)(void);
static void (*waiting)(void) = wait_in_condition;

static void signal_waiter(void)
{
	uint64_t one = 1;

	if (waiting == wait_in_semaphore)
		sem_post(&semaphore);
	else if (waiting == wait_at_descriptor)
		(void)!write(bell, &one, sizeof(one));
	else
		pthread_cond_signal(&condition);
}

FRAME static void change(void)
{
	sleep(1); /* until it waits */
	pthread_mutex_lock(&mutex);
	__atomic_store_n(&job_count, 1, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&mutex);
	fixture_ready("changer");
	between();
	if (well == 1)
		signal_waiter();
	fixture_pause();
}

static void *run(void *function)
{
	((void (*)(void))(uintptr_t)function)();
	return NULL;
}

static pthread_t begin(void (*function)(void))
{
	pthread_t thread;

	fixture_try(pthread_create(&thread, NULL, run, (void *)(uintptr_t)function), "a thread");
	return thread;
}

static void make(void (*what)(void))
{
	between = what;
	begin(waiting);
	begin(change);
	fixture_ready("main");
	fixture_pause();
}

static void make_sleep(void) { make(sleep_once); }
static void make_often(void) { make(sleep_often); }
static void make_word(void) { make(wait_for_word); }

static void make_pipe(void)
{
	fixture_try(pipe2(full_pipe, O_NONBLOCK), "a pipe");
	while (write(full_pipe[1], "x", 1) == 1)
		;
	fixture_try(fcntl(full_pipe[1], F_SETFL, 0), "a pipe that blocks");
	make(write_to_pipe);
}

static void make_lock(void)
{
	pthread_mutex_lock(&other_mutex); /* main keeps it */
	make(take_lock);
}

static void make_join(void)
{
	sleeper = begin(sleep_once);
	make(join_sleeper);
}

static void make_semaphore(void)
{
	sem_init(&semaphore, 0, 0);
	waiting = wait_in_semaphore;
	make(sleep_once);
}

static void make_bell(void)
{
	bell = fixture_try(eventfd(0, EFD_NONBLOCK), "an eventfd");
	waiting = wait_at_descriptor;
	make(wait_for_word);
}

static void make_taken(void)
{
	begin(take_late);
	make(wake_taker);
}

int main(int argc, char **argv)
{
	static const struct fixture_fault faults[] = {
		{ "sleep", make_sleep }, { "often", make_often }, { "word", make_word },
		{ "pipe", make_pipe },	 { "lock", make_lock },	  { "join", make_join },
		{ "semaphore", make_semaphore }, { "bell", make_bell }, { "taken", make_taken },
		{ NULL, NULL },
	};

	return fixture_main(argc, argv, faults, &well);
}
