// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks in a library whose file is damaged and restored without end:  damaged LIBRARY cut|flip
 * from the first SIGUSR1 on, which must not come before the thread is in the kernel: its code goes, too.
 */
#include "fixture.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

static void flip(int fd, long size)
{
	char byte = (char)rand();

	for (int i = rand() % 64; i >= 0; i--)
		fixture_try((int)pwrite(fd, &byte, 1, rand() % size), "pwrite");
}

int main(int argc, char **argv)
{
	void *library = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
	void *(*start)(void *) = library ? (void *(*)(void *))dlsym(library, "block_in_plugin")
					 : NULL;
	struct stat status;
	int fd, signal;
	pthread_t thread;
	sigset_t begin;
	char *copy;

	if (!start)
		return 1;
	fixture_init(0, NULL);
	fd = fixture_try(open(argv[1], O_RDWR), argv[1]);
	fstat(fd, &status);
	copy = malloc(status.st_size);
	fixture_try((int)pread(fd, copy, status.st_size, 0), "pread");
	sigemptyset(&begin);
	sigaddset(&begin, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &begin, NULL);
	pthread_create(&thread, NULL, start, (void *)fixture_ready);
	sigwait(&begin, &signal);
	for (unsigned i = 0;; i++) {
		if (argv[2][0] == 'c')
			fixture_try(ftruncate(fd, i % 2 * PAGE), "ftruncate");
		else
			flip(fd, status.st_size);
		usleep(300);
		fixture_try((int)pwrite(fd, copy, status.st_size, 0), "pwrite");
		usleep(700);
	}
}
