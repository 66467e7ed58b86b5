// SPDX-License-Identifier: GPL-2.0-only
/* getppid SECONDS: the cheapest real system call, again and again; prints calls per second. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1, start = now(), end;
	long calls = 0;
	int i;

	do {
		for (i = 0; i < 100000; i++, calls++)
			syscall(SYS_getppid);
		end = now();
	} while (end - start < seconds);
	printf("%.0f\n", calls / (end - start));
	return 0;
}
