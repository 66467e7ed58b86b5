// SPDX-License-Identifier: GPL-2.0-only
/*
 * Becomes another program:
 *
 *     execs leader PROGRAM [ARGUMENT]...    the main thread calls exec
 *     execs thread PROGRAM [ARGUMENT]...    another one does, and takes over the main thread's id
 */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char **command;

FRAME void *become(void *arg)
{
	execv(command[0], command);
	fixture_try(-1, command[0]);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc < 3) {
		fprintf(stderr, "usage: execs leader|thread PROGRAM [ARGUMENT]...\n");
		return 1;
	}
	command = argv + 2;
	fixture_init(0, NULL);
	if (strcmp(argv[1], "thread"))
		become(NULL);
	pthread_create(&t, NULL, become, NULL);
	fixture_pause();
}
