// SPDX-License-Identifier: GPL-2.0-only
/*
 * pingpong SECONDS: two threads on one CPU hand a byte to and fro through pipes; prints round trips
 * per second. A round trip is two switches and two wake-ups.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int there[2], back[2];

static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *answer(void *unused)
{
	char byte;

	pin();
	while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
		;
	return unused;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1, start, end;
	long trips = 0;
	pthread_t thread;
	char byte = 0;
	int i;

	if (pipe(there) || pipe(back) || pthread_create(&thread, NULL, answer, NULL))
		return 1;
	pin();
	start = now();
	do {
		for (i = 0; i < 1000; i++, trips++) {
			if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
				return 1;
		}
		end = now();
	} while (end - start < seconds);
	printf("%.0f\n", trips / (end - start));
	return 0;
}
