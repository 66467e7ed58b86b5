// SPDX-License-Identifier: GPL-2.0-only
/*
 * gohost: a C program that loads golib.so from beside it, or the libraries named as arguments: each has a Go runtime of
 * its own. COUNT (3) goroutines hang in each, and a thread in a callback to the first.
 */
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

static void *load(const char *program, const char *name)
{
	const char *slash = strrchr(program, '/');
	char path[4096];
	void *library;

	snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash + 1 - program) : 0, program,
		 name);
	library = dlopen(path, RTLD_NOW);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return library;
}

int main(int argc, char **argv)
{
	static char *usual[] = { "golib.so", NULL };
	const char *count = getenv("COUNT") ?: "3";
	char **names = argc > 1 ? argv + 1 : usual;
	pthread_t thread;
	void *library;

	for (; *names; names++) {
		library = load(argv[0], *names);
		start = (void (*)(int))dlsym(library, "leakhopStart");
		wait_in_go = wait_in_go ?: (void (*)(void))dlsym(library, "leakhopWait");
		if (!start || !wait_in_go)
			return 1;
		start(atoi(count));
	}
	if (pthread_create(&thread, NULL, call_go, NULL))
		return 1;
	usleep(100000); /* until they stand: what waits for it polls anyway */
	printf("READY %d library %s %d\nREADY %d host 1 %d\n", getpid(), count, getpid(), getpid(),
	       getpid());
	fflush(stdout);
	for (;;)
		pause();
}
