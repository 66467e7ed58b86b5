// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls SECONDS [getppid|wake]: a system call again and again, the cheapest one or a futex wake-up
 * of nobody; prints calls per second.
 */
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void call(int wakes)
{
	static unsigned word;

	if (wakes)
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	else
		syscall(SYS_getppid);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1, start = now(), end;
	int wakes = argc > 2 && !strcmp(argv[2], "wake");
	long calls = 0;
	int i;

	do {
		for (i = 0; i < 10000; i++, calls++)
			call(wakes);
		end = now();
	} while (end - start < seconds);
	printf("%.0f\n", calls / (end - start));
	return 0;
}
