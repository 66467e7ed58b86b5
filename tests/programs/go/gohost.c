// SPDX-License-Identifier: GPL-2.0-only
/* gohost: a C program that loads golib.so, from beside it. COUNT (3) goroutines hang, and a thread in a callback. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*start)(int), (*wait_in_go)(void);

static void *call_go(void *arg)
{
	wait_in_go();
	return arg;
}

int main(int argc, char **argv)
{
	const char *count = getenv("COUNT") ?: "3";
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	pthread_t thread;
	char path[4096];
	void *library;

	snprintf(path, sizeof(path), "%.*sgolib.so", slash ? (int)(slash + 1 - argv[0]) : 0,
		 argv[0]);
	library = dlopen(path, RTLD_NOW);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	start = (void (*)(int))dlsym(library, "leakhopStart");
	wait_in_go = (void (*)(void))dlsym(library, "leakhopWait");
	if (!start || !wait_in_go)
		return 1;
	start(atoi(count));
	if (pthread_create(&thread, NULL, call_go, NULL))
		return 1;
	usleep(100000); /* until they stand: what waits for it polls anyway */
	printf("READY %d library %s %d\nREADY %d host 1 %d\n", getpid(), count, getpid(), getpid(),
	       getpid());
	fflush(stdout);
	for (;;)
		pause();
}
