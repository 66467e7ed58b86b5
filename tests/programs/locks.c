// SPDX-License-Identifier: GPL-2.0-only
/* Threads that wait for ever in what POSIX threads offer: locks, conditions, joins. */
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t cond_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t read_locked = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;

FRAME void *block_in_mutex(void *arg)
{
	fixture_ready("mutex");
	pthread_mutex_lock(&mutex); /* @block mutex */
	fixture_came_back("mutex");
	return arg;
}

FRAME void *block_in_cond(void *arg)
{
	pthread_mutex_lock(&cond_mutex);
	fixture_ready("cond");
	pthread_cond_wait(&cond, &cond_mutex); /* @block cond */
	fixture_came_back("cond");
	return arg;
}

FRAME void *block_in_semaphore(void *arg)
{
	fixture_ready("semaphore");
	sem_wait(&semaphore); /* @block semaphore */
	fixture_came_back("semaphore");
	return arg;
}

FRAME void *block_in_reader(void *arg)
{
	fixture_ready("reader");
	pthread_rwlock_rdlock(&written); /* @block reader */
	fixture_came_back("reader");
	return arg;
}

FRAME void *block_in_writer(void *arg)
{
	fixture_ready("writer");
	pthread_rwlock_wrlock(&read_locked); /* @block writer */
	fixture_came_back("writer");
	return arg;
}

FRAME void *block_in_barrier(void *arg)
{
	fixture_ready("barrier");
	pthread_barrier_wait(&barrier); /* @block barrier */
	fixture_came_back("barrier");
	return arg;
}

FRAME void *block_in_joined(void *arg)
{
	fixture_ready("joined");
	fixture_pause(); /* @block joined */
	fixture_came_back("joined");
	return arg;
}

/* The one thread here whose spawner is not the main thread. */
FRAME void *block_in_join(void *arg)
{
	pthread_t joined;

	pthread_create(&joined, NULL, block_in_joined, NULL); /* @spawn joined */
	fixture_ready("join");
	pthread_join(joined, NULL); /* @block join */
	fixture_came_back("join");
	return arg;
}

/* Two levels that the compiler takes into the frame of block_in_inlined. */
static inline __attribute__((always_inline)) void inlined_lock(void)
{
	pthread_mutex_lock(&mutex); /* @block inlined_lock */
}

static inline __attribute__((always_inline)) void inlined_step(void)
{
	inlined_lock(); /* @block inlined_step */
}

FRAME void *block_in_inlined(void *arg)
{
	fixture_ready("inlined");
	inlined_step(); /* @block inlined */
	fixture_came_back("inlined");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	fixture_init(argc, argv);
	pthread_mutex_lock(&mutex);
	pthread_rwlock_wrlock(&written);
	pthread_rwlock_rdlock(&read_locked);
	pthread_barrier_init(&barrier, NULL, 2);
	sem_init(&semaphore, 0, 0);

	if (fixture_wants("mutex"))
		pthread_create(&t, NULL, block_in_mutex, NULL); /* @spawn mutex */
	if (fixture_wants("cond"))
		pthread_create(&t, NULL, block_in_cond, NULL); /* @spawn cond */
	if (fixture_wants("semaphore"))
		pthread_create(&t, NULL, block_in_semaphore, NULL); /* @spawn semaphore */
	if (fixture_wants("reader"))
		pthread_create(&t, NULL, block_in_reader, NULL); /* @spawn reader */
	if (fixture_wants("writer"))
		pthread_create(&t, NULL, block_in_writer, NULL); /* @spawn writer */
	if (fixture_wants("barrier"))
		pthread_create(&t, NULL, block_in_barrier, NULL); /* @spawn barrier */
	if (fixture_wants("join"))
		pthread_create(&t, NULL, block_in_join, NULL); /* @spawn join */
	if (fixture_wants("inlined"))
		pthread_create(&t, NULL, block_in_inlined, NULL); /* @spawn inlined */
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
