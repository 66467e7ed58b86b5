// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads in waits that are seldom met: a lock of an open file description, io_uring, pidfds, TCP over IPv6 and in a
 * network namespace of its own. Whoever they wait for is a process of its own, which says READY as NAME_other.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int file, ring, process, v6;

/* A process that goes on from here, and ends with us. 0: that is this one. */
static int other(const char *name)
{
	char ready[32];
	int pid = fixture_try(fork(), "fork");

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(ready, sizeof(ready), "%s_other", name);
	fixture_ready(ready);
	return 0;
}

static void run(void *(*function)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, function, NULL);
}

/* --- a lock of an open file description --- */
FRAME void *block_in_ofd(void *arg)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fixture_ready("ofd");
	fcntl(file, F_OFD_SETLKW, &range); /* @block ofd */
	fixture_came_back("ofd");
	return arg;
}

static void start_ofd(void)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const char *folder = getenv("TMPDIR");
	char path[256];
	int ours;

	snprintf(path, sizeof(path), "%s/leakhop-ofd-XXXXXX", folder ? folder : "/tmp");
	ours = fixture_try(mkostemp(path, O_CLOEXEC), "mkostemp");
	file = fixture_try(open(path, O_RDWR | O_CLOEXEC), path);
	unlink(path);
	if (fcntl(ours, F_OFD_SETLK, &range)) {
		fixture_skip("ofd", strerror(errno));
		return;
	}
	if (!other("ofd")) {
		close(file);
		fixture_pause();
	}
	close(ours);
	run(block_in_ofd); /* @spawn ofd */
}

/* --- io_uring --- */
FRAME void *block_in_uring(void *arg)
{
	fixture_ready("uring");
	syscall(SYS_io_uring_enter, ring, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0); /* @block uring */
	fixture_came_back("uring");
	return arg;
}

static void start_uring(void)
{
	struct io_uring_params params = {};

	ring = syscall(SYS_io_uring_setup, 4, &params);
	if (ring < 0)
		fixture_skip("uring", strerror(errno));
	else
		run(block_in_uring); /* @spawn uring */
}

/* --- pidfds --- */
FRAME void *block_in_pidfd(void *arg)
{
	siginfo_t info;

	fixture_ready("pidfd");
	waitid(P_PIDFD, process, &info, WEXITED); /* @block pidfd */
	fixture_came_back("pidfd");
	return arg;
}

FRAME void *block_in_pidfd_poll(void *arg)
{
	struct pollfd member = { .fd = process, .events = POLLIN };

	fixture_ready("pidfd_poll");
	poll(&member, 1, -1); /* @block pidfd_poll */
	fixture_came_back("pidfd_poll");
	return arg;
}

static void start_pidfd(void)
{
	int child = other("pidfd");

	if (!child)
		fixture_pause();
	process = syscall(SYS_pidfd_open, child, 0);
	if (process < 0) {
		fixture_skip("pidfd", strerror(errno));
		return;
	}
	run(block_in_pidfd); /* @spawn pidfd */
	run(block_in_pidfd_poll); /* @spawn pidfd_poll */
}

/* A connection on which another process has taken the request, and does not answer; -1: not possible here. */
static int ask(int family, const char *name)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { .any.sa_family = family };
	socklen_t size = family == AF_INET6 ? sizeof(address.v6) : sizeof(address.v4);
	int listener = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0), took[2];
	char word[5];

	if (family == AF_INET6)
		address.v6.sin6_addr = in6addr_loopback;
	else
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, &address.any, size) || listen(listener, 1))
		return -1;
	getsockname(listener, &address.any, &size);
	fixture_try(pipe(took), "pipe");
	if (!other(name)) {
		close(client);
		client = fixture_try(accept(listener, NULL, NULL), "accept");
		fixture_try(read(client, word, 5), "read");
		fixture_try(write(took[1], word, 1), "write");
		close(took[1]);
		fixture_pause();
	}
	close(listener);
	fixture_try(connect(client, &address.any, size), "connect");
	fixture_try(write(client, "hello", 5), "write");
	fixture_try(read(took[0], word, 1), "read");
	close(took[0]);
	close(took[1]);
	return client;
}

FRAME void *block_in_tcp6(void *arg)
{
	char byte;

	fixture_ready("tcp6");
	recv(v6, &byte, 1, 0); /* @block tcp6 */
	fixture_came_back("tcp6");
	return arg;
}

static void start_tcp6(void)
{
	v6 = ask(AF_INET6, "tcp6");
	if (v6 < 0)
		fixture_skip("tcp6", strerror(errno));
	else
		run(block_in_tcp6); /* @spawn tcp6 */
}

/* --- a network namespace of its own --- */
FRAME void block_in_netns(void)
{
	char byte;
	int client = ask(AF_INET, "netns");

	fixture_ready("netns");
	recv(client, &byte, 1, 0); /* @block netns */
	fixture_came_back("netns");
}

static void start_netns(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int pid = fixture_try(fork(), "fork");

	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) || ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &loopback)) {
		fixture_skip("netns", strerror(errno));
		fixture_pause();
	}
	block_in_netns();
}

int main(int argc, char **argv)
{
	fixture_init(argc, argv);
	if (fixture_wants("ofd"))
		start_ofd();
	if (fixture_wants("uring"))
		start_uring();
	if (fixture_wants("pidfd"))
		start_pidfd();
	if (fixture_wants("tcp6"))
		start_tcp6();
	if (fixture_wants("netns"))
		start_netns();
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
