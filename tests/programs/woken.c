// SPDX-License-Identifier: GPL-2.0-only
/* One thread is woken once, by another, and then waits for ever. */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sem_t semaphore;
static atomic_int woken_tid;

/* sem_post wakes nobody who is not asleep yet, however long that takes on a busy host. */
static void wait_until_asleep(void)
{
	char path[64], text[256];
	const char *after_name;
	ssize_t got;
	int fd;

	do {
		usleep(10000);
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(&woken_tid));
		fd = open(path, O_RDONLY);
		got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
		close(fd);
		text[got < 0 ? 0 : got] = 0;
		after_name = strrchr(text, ')');
	} while (!after_name || strncmp(after_name, ") S", 3));
}

FRAME void *block_in_woken(void *arg)
{
	atomic_store(&woken_tid, gettid());
	sem_wait(&semaphore);
	fixture_ready("woken");
	sem_wait(&semaphore); /* @block woken */
	fixture_came_back("woken");
	return arg;
}

FRAME void *block_in_waker(void *arg)
{
	wait_until_asleep();
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
