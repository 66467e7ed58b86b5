// SPDX-License-Identifier: GPL-2.0-only
/* leakhop's side of the keeper: see keeper.h. */
#include "keeper/private.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors of both forks, each side closing what is the other's. */
struct pipes {
	int go[2], failed[2];
	int leakhop[2]; /* leakhop, keeper */
	int child[2];	/* keeper, command */
};

static int pipes_open(struct pipes *pipes)
{
	memset(pipes, -1, sizeof(*pipes));
	if (pipe2(pipes->go, O_CLOEXEC) || pipe2(pipes->failed, O_CLOEXEC) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pipes->leakhop) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pipes->child))
		return -errno;
	return 0;
}

static void close_pair(int pair[2])
{
	cleanup_close(&pair[0]);
	cleanup_close(&pair[1]);
}

static void pipes_close(struct pipes *pipes)
{
	close_pair(pipes->go);
	close_pair(pipes->failed);
	close_pair(pipes->leakhop);
	close_pair(pipes->child);
}

/* In the keeper: the command, which says how its filter is, and then waits for leakhop's word. */
static void run_keeper(const struct keeper_options *options, struct pipes *pipes)
{
	struct keeper_process process = { .socket = pipes->leakhop[1] };
	struct keeper_ready ready = {};
	struct keeper_child child = { options, pipes->go[0], pipes->failed[1], pipes->child[1] };
	void (*before)(int) = signal(SIGCHLD, SIG_DFL); /* ignored, nothing is left to wait for */
	sigset_t all;
	int r;

	/*
	 * The terminal's signals are for the others. And the command may end at once: from here on
	 * each end of a child stays pending.
	 */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (options->own_group)
		setpgid(0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	process.command = fork();
	if (!process.command) {
		signal(SIGCHLD, before);
		close(pipes->go[1]);
		close(pipes->failed[0]);
		close_pair(pipes->leakhop);
		close(pipes->child[0]);
		keeper_child_run(&child);
	}
	close_pair(pipes->go);
	close_pair(pipes->failed);
	close(pipes->leakhop[0]);
	close(pipes->child[1]);
	r = process.command < 0
		    ? -errno
		    : keeper_take(pipes->child[0], &ready, sizeof(ready), &process.listener);
	if (r < 0)
		ready = (struct keeper_ready){ .hold_error = r };
	ready.command = r < 0 ? 0 : process.command;
	process.no_new_rights = ready.no_new_rights;
	if (keeper_send(process.socket, &ready, sizeof(ready), process.listener) < 0 || r < 0)
		_exit(1);
	close(pipes->child[0]);
	keeper_process_run(&process);
}

static int meet(struct keeper *keeper)
{
	struct keeper_ready ready;
	int r = keeper_take(keeper->socket, &ready, sizeof(ready), &keeper->listener);

	if (r < 0)
		return r;
	if (!ready.command)
		return ready.hold_error;
	keeper->command = ready.command;
	keeper->hold_error = ready.hold_error;
	keeper->pidfd = (int)syscall(SYS_pidfd_open, ready.command, 0);
	return fcntl(keeper->socket, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

int keeper_start(const struct keeper_options *options, struct keeper *keeper, struct error *error)
{
	struct pipes pipes;
	int r = pipes_open(&pipes);

	*keeper = (struct keeper){
		.pidfd = -1, .socket = -1, .go_fd = -1, .failed_fd = -1, .listener = -1
	};
	keeper->keeper = r ? -1 : fork();
	if (!keeper->keeper)
		run_keeper(options, &pipes);
	if (keeper->keeper > 0) {
		keeper->go_fd = take_fd(&pipes.go[1]);
		keeper->failed_fd = take_fd(&pipes.failed[0]);
		keeper->socket = take_fd(&pipes.leakhop[0]);
	} else {
		r = r ?: -errno;
	}
	pipes_close(&pipes);
	r = r ?: meet(keeper);
	if (!r)
		return 0;
	keeper_release(keeper);
	return error_set(error, r, "cannot start '%s'", options->argv[0]);
}

int keeper_go(struct keeper *keeper, char **argv, struct error *error)
{
	int code = 0;
	ssize_t r;

	if (write(keeper->go_fd, "g", 1) != 1)
		return error_set(error, -errno, "cannot start '%s'", argv[0]);
	cleanup_close(&keeper->go_fd);
	keeper->go_fd = -1;
	do {
		r = read(keeper->failed_fd, &code, sizeof(code));
	} while (r < 0 && errno == EINTR);
	return r == sizeof(code) ? error_set(error, -code, "cannot run '%s'", argv[0]) : 0;
}

int keeper_receive(struct keeper *keeper, struct keeper_event *ret_event)
{
	int r = keeper_take(keeper->socket, ret_event, sizeof(*ret_event), NULL);

	if (r == -EAGAIN)
		return 0;
	keeper->gone = r < 0 || ret_event->kind == KEEPER_ALONE;
	return r < 0 ? -EPIPE : 1;
}

void keeper_let_end(const struct keeper *keeper, uint64_t id)
{
	keeper_notice_answer(keeper->listener, id);
}

bool keeper_holds(const struct keeper *keeper, uint64_t id)
{
	return !ioctl(keeper->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
}

void keeper_leave(struct keeper *keeper)
{
	(void)keeper_send(keeper->socket, "l", 1, -1);
}

void keeper_release(struct keeper *keeper)
{
	cleanup_close(&keeper->go_fd);
	cleanup_close(&keeper->failed_fd);
	cleanup_close(&keeper->pidfd);
	cleanup_close(&keeper->listener);
	cleanup_close(&keeper->socket);
	if (keeper->gone)
		waitpid(keeper->keeper, NULL, 0);
	*keeper = (struct keeper){
		.pidfd = -1, .socket = -1, .go_fd = -1, .failed_fd = -1, .listener = -1
	};
}
