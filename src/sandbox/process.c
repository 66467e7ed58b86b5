// SPDX-License-Identifier: GPL-2.0-only
/* Workers are children of this process, or of the spawner. */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/spawn.h"
#include "sandbox/spawner.h"
#include "util/cleanup.h"

/* The spawner's are reaped there: that one has ended is all that is to be seen of them. */
static bool has_ended(int pidfd)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	siginfo_t info;

	if (poll(&ended, 1, 0) != 1)
		return false;
	(void)waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
	return true;
}

static void reap(struct worker_process *process)
{
	size_t kept = 0;

	for (size_t i = 0; i < process->lost_count; i++) {
		if (has_ended(process->lost[i]))
			close(process->lost[i]);
		else
			process->lost[kept++] = process->lost[i];
	}
	process->lost_count = kept;
}

int worker_process_begin(struct worker_process *process, enum worker_role role)
{
	_cleanup_close_ int theirs = -1;
	int pair[2], r;

	reap(process);
	if (process->lost_count == WORKERS_LOST_MAX)
		return -EBUSY;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	theirs = pair[1];
	if (process->begun && process->spawner)
		r = spawner_spawn(process->spawner, role, theirs, &process->pid, &process->pidfd);
	else
		r = worker_spawn(role, theirs, &process->pid, &process->pidfd);
	process->begun = true;
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
	(void)syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
	close(process->socket);
	process->lost[process->lost_count++] = process->pidfd;
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
