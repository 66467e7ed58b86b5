// SPDX-License-Identifier: GPL-2.0-only
/*
 * This program again, by /proc/self/exe, with a socket as descriptor 3 and nothing else. Relies on
 * pidfd_open(2), Linux 5.3.
 */
#include "sandbox/spawn.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

static const struct {
	const char *argument;
	bool with_environment; /* else nearly none */
} roles[WORKER_ROLES] = {
	[WORKER_FILES] = { FILES_WORKER, false },
	[WORKER_READER] = { READER_WORKER, false },
	[WORKER_FETCHER] = { FETCHER_WORKER, true },
	[WORKER_EMULATOR] = { EMULATOR_WORKER, false },
};

static int execute(enum worker_role role, int socket, pid_t *ret_pid)
{
	char *arguments[] = { "leakhop", (char *)roles[role].argument, NULL };
	const char *libraries = getenv("LD_LIBRARY_PATH");
	_cleanup_free_ char *variable = NULL;
	char *environment[] = { NULL, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int r;

	if (libraries && asprintf(&variable, "LD_LIBRARY_PATH=%s", libraries) >= 0)
		environment[0] = variable;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_adddup2(&actions, socket, WORKER_SOCKET);
	r = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, arguments,
			roles[role].with_environment ? environ : environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -r;
}

int worker_spawn(enum worker_role role, int socket, pid_t *ret_pid, int *ret_pidfd)
{
	pid_t pid;
	int pidfd, r = execute(role, socket, &pid);

	if (r < 0)
		return r;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		r = -errno;
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}
