// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaks: starts a thread every so many milliseconds, and none ever ends.
 *
 *     spawner [MILLISECONDS [WAIT]]    50; WAIT is the time before the first one, 0
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

FRAME void *block_in_leaked(void *arg)
{
	fixture_ready("leaked");
	pause(); /* @block leaked */
	fixture_came_back("leaked");
	return arg;
}

FRAME void spawn_leaked(void)
{
	pthread_t t;

	fixture_try(-!!pthread_create(&t, NULL, block_in_leaked, NULL), "pthread_create"); /* @spawn leaked */
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

int main(int argc, char **argv)
{
	int milliseconds = argc > 1 ? atoi(argv[1]) : 50;
	int wait = argc > 2 ? atoi(argv[2]) : 0;

	fixture_init(argc, argv);
	fixture_ready("main");
	usleep(wait * 1000);
	for (;;) {
		spawn_leaked();
		usleep(milliseconds * 1000);
	}
}
