// SPDX-License-Identifier: GPL-2.0-only
/* A fork of leakhop from before it read anything: see spawner.h. */
#include "sandbox/spawner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/confine.h"
#include "sandbox/cost.h"
#include "sandbox/spawn.h"
#include "sandbox/sandbox.h"
#include "sandbox/wire.h"
#include "util/cleanup.h"
#include "util/now.h"

#define PATIENCE_NS 2000000000ull

struct sandbox_spawner {
	int socket;
	uint64_t asked;				/* how often: the number of the last question */
	pid_t workers[WORKER_ROLES];		/* that live; 0: none */
	struct worker_cost costs[WORKER_ROLES]; /* of those before: in all, and the most bytes */
};

/* --- in the spawner --- */

static void serve_one(const struct wire_message *in)
{
	struct wire_head answer = { .operation = WIRE_ANSWER, .result = -EINVAL };
	_cleanup_close_ int pidfd = -1;
	pid_t pid = 0;

	if (in->head.operation == WIRE_SPAWN && in->fd >= 0 && in->head.number < WORKER_ROLES)
		answer.result = worker_spawn((enum worker_role)in->head.number, in->fd, &pid,
					     &pidfd);
	answer.number = (uint64_t)pid;
	answer.address = in->head.address;
	(void)wire_send(WORKER_SOCKET, &answer, NULL, pidfd);
}

/* Its children are reaped by the kernel. One that ends before it has a descriptor did not begin. */
static _Noreturn void serve(int socket)
{
	static struct wire_message in;

	if (dup2(socket, WORKER_SOCKET) < 0 || confine_begin("leakhop-spawner") < 0)
		_exit(1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGCHLD, SIG_IGN);
	while (wire_receive(WORKER_SOCKET, 0, &in) == 0) {
		serve_one(&in);
		if (in.fd >= 0)
			close(in.fd);
	}
	_exit(0);
}

/* --- in leakhop --- */

int sandbox_open_spawner(struct sandbox_spawner **ret_spawner)
{
	struct sandbox_spawner *spawner = calloc(1, sizeof(*spawner));
	int pair[2], r = spawner ? 0 : -ENOMEM;
	pid_t pid = -1;

	if (!r && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		r = -errno;
	if (r < 0) {
		free(spawner);
		return r;
	}
	pid = fork();
	if (pid == 0)
		serve(pair[1]);
	r = pid < 0 ? -errno : 0;
	close(pair[1]);
	if (r < 0) {
		close(pair[0]);
		free(spawner);
		return r;
	}
	spawner->socket = pair[0];
	*ret_spawner = spawner;
	return 0;
}

void sandbox_close_spawner(struct sandbox_spawner *spawner)
{
	if (spawner)
		close(spawner->socket);
	free(spawner);
}

void spawner_know(struct sandbox_spawner *spawner, enum worker_role role, pid_t pid)
{
	spawner->workers[role] = pid;
}

static void add_cost(struct worker_cost *cost, pid_t pid)
{
	uint64_t bytes = worker_peak_bytes(pid);

	cost->cpu_ns += worker_cpu_ns(pid);
	cost->bytes = bytes > cost->bytes ? bytes : cost->bytes;
}

void spawner_lose(struct sandbox_spawner *spawner, pid_t pid)
{
	for (size_t role = 0; role < WORKER_ROLES; role++) {
		if (spawner->workers[role] != pid)
			continue;
		add_cost(&spawner->costs[role], pid);
		spawner->workers[role] = 0;
	}
}

struct worker_cost sandbox_cost(const struct sandbox_spawner *spawner)
{
	struct worker_cost all = {}, one;

	for (size_t role = 0; role < WORKER_ROLES; role++) {
		one = spawner->costs[role];
		if (spawner->workers[role])
			add_cost(&one, spawner->workers[role]);
		all.cpu_ns += one.cpu_ns;
		all.bytes += one.bytes;
	}
	return all;
}

uint64_t sandbox_cpu_ns(const struct sandbox_spawner *spawner)
{
	uint64_t all = 0;

	for (size_t role = 0; role < WORKER_ROLES; role++) {
		all += spawner->costs[role].cpu_ns;
		if (spawner->workers[role])
			all += worker_cpu_ns(spawner->workers[role]);
	}
	return all;
}

/*
 * The answer to the last question. One to an earlier question came too late: its worker has ended,
 * as the other end of its socket was closed, and its descriptor would stand for another one's.
 */
static int take_answer(struct sandbox_spawner *spawner, struct wire_message *in)
{
	const uint64_t until = now_monotonic() + PATIENCE_NS;
	struct pollfd answers = { .fd = spawner->socket, .events = POLLIN };
	uint64_t now;
	int r;

	while ((now = now_monotonic()) < until) {
		r = poll(&answers, 1, (int)((until - now) / 1000000 + 1));
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r <= 0)
			continue;
		r = wire_receive(spawner->socket, MSG_DONTWAIT, in);
		if (r < 0 || in->head.address == spawner->asked)
			return r;
		if (in->fd >= 0)
			close(in->fd);
	}
	return -ETIME;
}

int spawner_spawn(struct sandbox_spawner *spawner, enum worker_role role, int socket,
		  pid_t *ret_pid, int *ret_pidfd)
{
	const struct wire_head head = { .operation = WIRE_SPAWN,
					.number = role,
					.address = ++spawner->asked };
	_cleanup_free_ struct wire_message *in = malloc(sizeof(*in));
	int r = in ? wire_send(spawner->socket, &head, NULL, socket) : -ENOMEM;

	r = r ?: take_answer(spawner, in);
	if (r < 0)
		return r;
	if (in->head.result == 0 && in->fd >= 0) {
		*ret_pid = (pid_t)in->head.number;
		*ret_pidfd = in->fd;
		return 0;
	}
	if (in->fd >= 0)
		close(in->fd);
	return in->head.result < 0 ? in->head.result : -EBADMSG;
}
