// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks for some milliseconds again and again, in a place of its own, between short naps that are
 * below any sensible threshold.
 *
 *     pulse [MILLISECONDS [TIMES]]     20 and without end
 *
 * With TIMES it prints "DONE times total", ns, and ends.
 */
#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int milliseconds = 20, times;

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

FRAME void block_in_pulse(int fd)
{
	struct pollfd member = { .fd = fd, .events = POLLIN };

	poll(&member, 1, milliseconds); /* @block pulse */
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

static void nap(void)
{
	struct timespec short_nap = { .tv_nsec = 200000 };

	for (int i = 0; i < 5; i++)
		nanosleep(&short_nap, NULL);
}

FRAME void *pulse(void *arg)
{
	long long total = 0, before;
	int ends[2];

	fixture_try(pipe(ends), "pipe");
	fixture_ready("pulse");
	for (int i = 0; !times || i < times; i++) {
		before = now();
		block_in_pulse(ends[0]);
		total += now() - before;
		nap();
	}
	printf("DONE %d %lld\n", times, total);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	fixture_init(argc, argv);
	if (argc > 1)
		milliseconds = atoi(argv[1]);
	if (argc > 2)
		times = atoi(argv[2]);
	pthread_create(&t, NULL, pulse, NULL); /* @spawn pulse */
	pthread_join(t, NULL);
	return 0;
}
