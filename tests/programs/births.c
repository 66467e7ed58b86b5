// SPDX-License-Identifier: GPL-2.0-only
/*
 * births: threads that are born and end as fast as it goes, by two that do nothing else, and beside
 * them one that takes a lock twice. births fork: the same with processes.
 */
#include "fixture.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int forks;

FRAME void *block_in_twice(void *arg)
{
	pthread_mutex_lock(&lock);
	fixture_ready("twice");
	pthread_mutex_lock(&lock); /* @block twice */
	fixture_came_back("twice");
	return arg;
}

static void *live_shortly(void *arg)
{
	return arg;
}

static void give_birth(void)
{
	pthread_t t;
	pid_t pid;

	if (!forks) {
		if (!pthread_create(&t, NULL, live_shortly, NULL))
			pthread_join(t, NULL);
		return;
	}
	pid = fork();
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void *give_births(void *arg)
{
	for (;;)
		give_birth();
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;
	int i;

	forks = argc > 1 && !strcmp(argv[1], "fork");
	fixture_init(0, NULL);
	pthread_create(&t, NULL, block_in_twice, NULL); /* @spawn twice */
	for (i = 0; i < 2; i++)
		pthread_create(&t, NULL, give_births, NULL);
	fixture_ready("main");
	pthread_join(t, NULL);
	return argc;
}
