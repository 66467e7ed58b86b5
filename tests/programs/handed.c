// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writing end of a pipe comes to a process that slept before, in one of several ways:  handed
 * WAY
 *
 * "holder" is the process that has it in the end; "early" waits from the beginning, "waiter", for
 * the pipe, once SIGUSR1 has come.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT 60 /* the number that the holder has for it, and for something else before */

static int go[2]; /* main writes when the holder is to act */
static char path[256], other_path[256];

static void await_signal(void)
{
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwait(&set, &signal);
}

static void await_go(void)
{
	char byte;

	fixture_try(read(go[0], &byte, 1) == 1 ? 0 : -1, "read");
}

static void wait_for(int fd, const char *name)
{
	char byte;

	fixture_init(0, NULL);
	fixture_ready(name);
	(void)!read(fd, &byte, 1); /* @block waiter */
	fixture_came_back(name);
}

/* A pipe, and a process that waits for it, which has the writing end only if it keeps that. */
static int make_waiter(int keeps)
{
	int ends[2];

	fixture_try(pipe2(ends, O_CLOEXEC), "pipe");
	if (!fixture_try(fork(), "fork")) {
		if (!keeps) {
			close(ends[1]);
			close(AT);
		}
		wait_for(ends[0], "waiter");
	}
	close(ends[0]);
	return ends[1];
}

static int hold(void *unused)
{
	(void)unused;
	fixture_init(0, NULL);
	fixture_ready("holder");
	fixture_pause(); /* @block holder */
	return 0;
}

/* --- what the holder does itself --- */

static void by_number(void)
{
	await_go();
	dup2(make_waiter(0), AT);
}

static void by_program(void)
{
	await_go();
	dup2(make_waiter(0), AT);
	execl("/proc/self/exe", "handed", "hold", NULL);
	fixture_try(-1, "execl");
}

static void by_message(void)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };

	fixture_try(recvmsg(go[0], &message, 0), "recvmsg");
}

static void *in_thread(void *unused)
{
	await_go();
	fixture_try(unshare(CLONE_FILES), "unshare");
	make_waiter(1);
	fixture_pause();
	return unused;
}

static void by_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, in_thread, NULL);
}

static void begin_holder(void (*act)(void))
{
	if (fixture_try(fork(), "fork"))
		return;
	fixture_init(0, NULL);
	close(go[1]);
	fixture_ready("holder");
	act();
	fixture_pause();
}

/* --- what is done to it while it sleeps --- */

static void send_end(int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	fixture_try(sendmsg(go[1], &message, 0), "sendmsg");
	close(fd);
}

/* Both have the same table, until main begins another program. */
static void share(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	fixture_try(clone(hold, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL), "clone");
	await_signal();
	make_waiter(0);
	execl("/proc/self/exe", "handed", "rest", NULL);
	fixture_try(-1, "execl");
}

static void rename_fifo(void)
{
	int fd;

	snprintf(path, sizeof(path), "%s/handed", getenv("TMPDIR"));
	snprintf(other_path, sizeof(other_path), "%s/renamed", getenv("TMPDIR"));
	fixture_try(mkfifo(path, 0600), "mkfifo");
	if (!fixture_try(fork(), "fork")) {
		fixture_try(open(path, O_RDWR), "open");
		hold(NULL);
	}
	await_signal();
	fixture_try(rename(path, other_path), "rename");
	if (!fixture_try(fork(), "fork")) {
		fd = fixture_try(open(other_path, O_RDONLY), "open");
		wait_for(fd, "waiter");
	}
	fixture_pause();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} ways[] = { { "number", by_number },
		     { "program", by_program },
		     { "message", by_message },
		     { "thread", by_thread } };
	const char *way = argc > 1 ? argv[1] : "";
	sigset_t set;
	int early[2];
	size_t i;

	fixture_init(0, NULL);
	if (!strcmp(way, "rest") || !strcmp(way, "hold"))
		fixture_pause();
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fixture_try(pipe2(early, O_CLOEXEC), "pipe");
	if (!fixture_try(fork(), "fork"))
		wait_for(early[0], "early");
	fixture_try(dup2(open("/dev/null", O_RDONLY), AT), "dup2");
	fixture_try(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, go), "socketpair");
	if (!strcmp(way, "table"))
		share();
	if (!strcmp(way, "name"))
		rename_fifo();
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]) && strcmp(way, ways[i].name); i++)
		;
	if (i == sizeof(ways) / sizeof(ways[0]))
		return 2;
	begin_holder(ways[i].act);
	await_signal();
	if (!strcmp(way, "message"))
		send_end(make_waiter(0));
	else
		fixture_try(write(go[1], "", 1), "write");
	fixture_pause();
}
