// SPDX-License-Identifier: GPL-2.0-only
/* Very many threads at four places:  crowd [THREADS]  (10000) */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t cond_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int ends[2];

FRAME void *block_in_crowd_mutex(void *arg)
{
	pthread_mutex_lock(&mutex); /* @block crowd_mutex */
	fixture_came_back("crowd_mutex");
	return arg;
}

FRAME void *block_in_crowd_cond(void *arg)
{
	pthread_mutex_lock(&cond_mutex);
	pthread_cond_wait(&cond, &cond_mutex); /* @block crowd_cond */
	fixture_came_back("crowd_cond");
	return arg;
}

FRAME void *block_in_crowd_read(void *arg)
{
	char byte;

	(void)!read(ends[0], &byte, 1); /* @block crowd_read */
	fixture_came_back("crowd_read");
	return arg;
}

FRAME void *block_in_crowd_pause(void *arg)
{
	pause(); /* @block crowd_pause */
	fixture_came_back("crowd_pause");
	return arg;
}

int main(int argc, char **argv)
{
	static void *(*const places[])(void *) = { block_in_crowd_mutex, block_in_crowd_cond,
						   block_in_crowd_read, block_in_crowd_pause };
	int threads = argc > 1 ? atoi(argv[1]) : 10000;
	pthread_attr_t small;
	pthread_t t;

	fixture_init(argc, argv);
	fixture_try(pipe(ends), "pipe");
	pthread_mutex_lock(&mutex);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 32768);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&t, &small, places[i % 4], NULL)) /* @spawn crowd */
			fixture_try(-1, "pthread_create");
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
