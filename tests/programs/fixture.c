// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char **wanted;

static void end_well(int signal)
{
	(void)signal;
	_exit(0);
}

/* Before main, so that programs in C++ and Rust, which take no arguments, end, too. */
__attribute__((constructor)) static void end_in_time(void)
{
	const char *seconds = getenv("END");

	if (!seconds)
		return;
	signal(SIGALRM, end_well);
	alarm((unsigned int)strtoul(seconds, NULL, 10));
}

/* One write: lines of several threads must not mix. */
static void say(const char *line, int length)
{
	if (write(STDOUT_FILENO, line, length) != length)
		_exit(3);
}

void fixture_ready(const char *name)
{
	struct timespec now;
	char line[160];
	int length;

	clock_gettime(CLOCK_MONOTONIC, &now);
	length = snprintf(line, sizeof(line), "READY %ld %s %lld %d\n", syscall(SYS_gettid), name,
			  now.tv_sec * 1000000000LL + now.tv_nsec, (int)getpid());
	say(line, length);
}

void fixture_skip(const char *name, const char *reason)
{
	char line[160];

	say(line, snprintf(line, sizeof(line), "SKIP %s %s\n", name, reason));
}

void fixture_owns(char kind, int id)
{
	char line[64];

	say(line, snprintf(line, sizeof(line), "OWNS %c %d\n", kind, id));
}

void fixture_came_back(const char *name)
{
	fprintf(stderr, "%s: the wait ended: %s\n", name, strerror(errno));
	_exit(2);
}

int fixture_try(int result, const char *what)
{
	if (result != -1)
		return result;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	_exit(2);
}

void fixture_init(int argc, char **argv)
{
	(void)argc;
	wanted = argv ? argv + 1 : NULL;
	/* A test that was killed must leave no fixture behind. */
	if (!getenv("FIXTURE_STAYS"))
		prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int fixture_wants(const char *name)
{
	if (!wanted || !*wanted)
		return 1;
	for (char **word = wanted; *word; word++)
		if (!strcmp(*word, name))
			return 1;
	return 0;
}

void fixture_pause(void)
{
	for (;;)
		pause();
}

int fixture_main(int argc, char **argv, const struct fixture_fault *faults, int *well)
{
	fixture_init(0, NULL);
	*well = argc > 2 && !strcmp(argv[2], "well");
	for (; argc > 1 && faults->name; faults++) {
		if (strcmp(argv[1], faults->name))
			continue;
		faults->make();
		fixture_pause();
	}
	fprintf(stderr, "usage: %s FAULT [well]\n", argv[0]);
	return 2;
}
