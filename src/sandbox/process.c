// SPDX-License-Identifier: GPL-2.0-only
/* This program again, by /proc/self/exe, with a socket as descriptor 3 and nothing else. */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

static void reap(struct worker_process *process)
{
	size_t kept = 0;

	for (size_t i = 0; i < process->lost_count; i++) {
		if (waitpid(process->lost[i], NULL, WNOHANG) == 0)
			process->lost[kept++] = process->lost[i];
	}
	process->lost_count = kept;
}

/* Nearly none: where libraries lie. */
static int spawn(int socket, const char *argument, bool with_environment, pid_t *ret_pid)
{
	char *arguments[] = { "leakhop", (char *)argument, NULL };
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
			with_environment ? environ : environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -r;
}

int worker_process_begin(struct worker_process *process, const char *argument,
			 bool with_environment)
{
	_cleanup_close_ int theirs = -1;
	int pair[2], r;

	reap(process);
	if (process->lost_count == WORKERS_LOST_MAX)
		return -EBUSY;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	theirs = pair[1];
	r = spawn(theirs, argument, with_environment, &process->pid);
	if (r < 0) {
		close(pair[0]);
		process->pid = 0;
		return r;
	}
	process->socket = pair[0];
	(void)fcntl(process->socket, F_SETFL,
		    O_NONBLOCK); /* a worker that hangs must not hang us */
	return 0;
}

static uint64_t cpu_of(pid_t pid)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Reads a small file of /proc/PID; "" where that fails. */
static void read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	_cleanup_close_ int fd = -1;
	ssize_t length = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		length = read(fd, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
}

static uint64_t peak_of(pid_t pid)
{
	static const char name[] = "\nVmHWM:";
	char text[4096];
	const char *at;

	read_proc(pid, "status", text, sizeof(text));
	at = strstr(text, name);
	return at ? strtoull(at + sizeof(name) - 1, NULL, 10) * 1024 : 0;
}

void worker_process_cost(const struct worker_process *process, uint64_t *ret_cpu_ns,
			 uint64_t *ret_bytes)
{
	uint64_t bytes = process->pid ? peak_of(process->pid) : 0;

	*ret_cpu_ns = process->cpu_ns + (process->pid ? cpu_of(process->pid) : 0);
	*ret_bytes = bytes > process->bytes ? bytes : process->bytes;
}

void worker_process_lose(struct worker_process *process)
{
	if (!process->pid)
		return;
	worker_process_cost(process, &process->cpu_ns, &process->bytes);
	kill(process->pid, SIGKILL);
	close(process->socket);
	process->lost[process->lost_count++] = process->pid;
	process->pid = 0;
	process->socket = -1;
	reap(process);
}

bool worker_process_runs(const struct worker_process *process, uint64_t *ret_cpu_ns)
{
	char text[512];
	const char *state;

	*ret_cpu_ns = cpu_of(process->pid);
	read_proc(process->pid, "stat", text, sizeof(text));
	state = strrchr(text, ')');
	return state && strncmp(state, ") R", 3) == 0;
}
