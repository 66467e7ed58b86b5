// SPDX-License-Identifier: GPL-2.0-only
/*
 * family DEPTH: processes, each the child of the one before ("member1" the first), which wait for a signal each.
 *
 * SIGUSR1: this one forks a child ("late"). SIGUSR2: this one forks a child ("orphan") and ends.
 */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

FRAME int wait_for_word(const sigset_t *words, const char *name)
{
	int word;

	fixture_ready(name);
	sigwait(words, &word); /* @block member */
	return word;
}

static int fork_one(void)
{
	return fixture_try(fork(), "fork");
}

static void live(const sigset_t *words, const char *name)
{
	for (;;) {
		if (wait_for_word(words, name) == SIGUSR1) {
			if (!fork_one())
				name = "late";
		} else if (!fork_one()) {
			name = "orphan";
		} else {
			_exit(0);
		}
	}
}

int main(int argc, char **argv)
{
	int depth = argc > 1 ? atoi(argv[1]) : 3, level = 1;
	char name[32];
	sigset_t words;

	sigemptyset(&words);
	sigaddset(&words, SIGUSR1);
	sigaddset(&words, SIGUSR2);
	sigprocmask(SIG_BLOCK, &words, NULL);
	while (level < depth && !fork_one())
		level++;
	snprintf(name, sizeof(name), "member%d", level);
	live(&words, name);
}
