// SPDX-License-Identifier: GPL-2.0-only
/* Workers are children of this process, or of the spawner. */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/cost.h"
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
	if (process->spawner)
		spawner_know(process->spawner, role, process->pid);
	process->socket = pair[0];
	(void)fcntl(process->socket, F_SETFL,
		    O_NONBLOCK); /* a worker that hangs must not hang us */
	return 0;
}

void worker_process_lose(struct worker_process *process)
{
	if (!process->pid)
		return;
	if (process->spawner)
		spawner_lose(process->spawner, process->pid);
	(void)syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
	close(process->socket);
	process->lost[process->lost_count++] = process->pidfd;
	process->pid = 0;
	process->socket = -1;
	reap(process);
}

bool worker_process_runs(const struct worker_process *process, uint64_t *ret_cpu_ns)
{
	*ret_cpu_ns = worker_cpu_ns(process->pid);
	return worker_runs(process->pid);
}
