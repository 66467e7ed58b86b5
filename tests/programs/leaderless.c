// SPDX-License-Identifier: GPL-2.0-only
/* The main thread ends, a zombie until the last thread is gone; two others live on. */
#include "fixture.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

FRAME void *block_in_orphan(void *arg)
{
	fixture_ready("orphan");
	pthread_mutex_lock(&mutex); /* @block orphan */
	fixture_came_back("orphan");
	return arg;
}

FRAME void *block_in_holder(void *arg)
{
	pthread_t t;

	pthread_mutex_lock(&mutex);
	pthread_create(&t, NULL, block_in_orphan, NULL); /* @spawn orphan */
	fixture_ready("holder");
	fixture_pause(); /* @block holder */
	fixture_came_back("holder");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	fixture_init(argc, argv);
	pthread_create(&t, NULL, block_in_holder, NULL); /* @spawn holder */
	pthread_exit(NULL);
}
