// SPDX-License-Identifier: GPL-2.0-only
/* One thread is woken once, by another, and then waits for ever. */
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

static sem_t semaphore;

FRAME void *block_in_woken(void *arg)
{
	sem_wait(&semaphore);
	fixture_ready("woken");
	sem_wait(&semaphore); /* @block woken */
	fixture_came_back("woken");
	return arg;
}

FRAME void *block_in_waker(void *arg)
{
	usleep(200000); /* the other one is asleep by then, or sem_post wakes nobody */
	sem_post(&semaphore);
	fixture_ready("waker");
	fixture_pause(); /* @block waker */
	fixture_came_back("waker");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	fixture_init(argc, argv);
	sem_init(&semaphore, 0, 0);
	pthread_create(&t, NULL, block_in_woken, NULL); /* @spawn woken */
	pthread_create(&t, NULL, block_in_waker, NULL); /* @spawn waker */
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
