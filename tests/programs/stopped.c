// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that do not run because somebody stopped them: by a signal, or under a tracer that
 * does not go on. Each is a child; READY's last word tells its process.
 */
#include "fixture.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

FRAME void block_in_stopped(void)
{
	fixture_ready("stopped");
	raise(SIGSTOP); /* @block stopped */
	fixture_came_back("stopped");
}

FRAME void block_in_traced(void)
{
	fixture_try(ptrace(PTRACE_TRACEME, 0, 0, 0), "ptrace");
	fixture_ready("traced");
	raise(SIGTRAP); /* @block traced */
	fixture_came_back("traced");
}

static void child(void (*block)(void))
{
	if (fixture_try(fork(), "fork"))
		return;
	fixture_init(0, NULL);
	block();
}

int main(int argc, char **argv)
{
	fixture_init(argc, argv);
	if (fixture_wants("stopped"))
		child(block_in_stopped);
	if (fixture_wants("traced"))
		child(block_in_traced);
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
