// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks in a library that was loaded long after the start:  plugin LIBRARY [now]
 * Without "now" it loads it when a byte comes on its standard input.
 */
#include "fixture.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pthread_t t;
	void *library;
	void *(*start)(void *);
	char byte;

	fixture_init(0, NULL);
	fixture_ready("main");
	if (argc < 3 && read(STDIN_FILENO, &byte, 1) < 1)
		return 1;
	library = dlopen(argv[1], RTLD_NOW);
	start = library ? (void *(*)(void *))dlsym(library, "block_in_plugin") : NULL;
	if (!start) {
		fprintf(stderr, "%s\n", dlerror());
		return 2;
	}
	pthread_create(&t, NULL, start, (void *)fixture_ready); /* @spawn plugin */
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
