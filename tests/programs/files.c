// SPDX-License-Identifier: GPL-2.0-only
/* Threads that wait for ever on a file descriptor, or for one. */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char directory[80]; /* the test removes it */

static int quiet_pipe(void)
{
	int ends[2];

	fixture_try(pipe(ends), "pipe");
	return ends[0];
}

FRAME void *block_in_pipe(void *arg)
{
	int fd = quiet_pipe();
	char byte;

	fixture_ready("pipe");
	(void)!read(fd, &byte, 1); /* @block pipe */
	fixture_came_back("pipe");
	return arg;
}

FRAME void *block_in_full_pipe(void *arg)
{
	static char page[4096];
	int ends[2];

	fixture_try(pipe2(ends, O_NONBLOCK), "pipe2");
	while (write(ends[1], page, sizeof(page)) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	fixture_ready("full_pipe");
	(void)!write(ends[1], page, sizeof(page)); /* @block full_pipe */
	fixture_came_back("full_pipe");
	return arg;
}

FRAME void *block_in_socket(void *arg)
{
	int ends[2];
	char byte;

	fixture_try(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	fixture_ready("socket");
	recv(ends[0], &byte, 1, 0); /* @block socket */
	fixture_came_back("socket");
	return arg;
}

FRAME void *block_in_tty(void *arg)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	char byte, name[64];

	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)) ||
	    (slave = open(name, O_RDWR | O_NOCTTY)) < 0) {
		fixture_skip("tty", "no pseudo terminal");
		return arg;
	}
	fixture_ready("tty");
	(void)!read(slave, &byte, 1); /* @block tty */
	fixture_came_back("tty");
	return arg;
}

FRAME void *block_in_eventfd(void *arg)
{
	int fd = fixture_try(eventfd(0, 0), "eventfd");
	eventfd_t value;

	fixture_ready("eventfd");
	(void)!read(fd, &value, sizeof(value)); /* @block eventfd */
	fixture_came_back("eventfd");
	return arg;
}

FRAME void *block_in_poll(void *arg)
{
	struct pollfd member = { .fd = quiet_pipe(), .events = POLLIN };

	fixture_ready("poll");
	poll(&member, 1, -1); /* @block poll */
	fixture_came_back("poll");
	return arg;
}

FRAME void *block_in_select(void *arg)
{
	int fd = quiet_pipe();
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	fixture_ready("select");
	select(fd + 1, &set, NULL, NULL, NULL); /* @block select */
	fixture_came_back("select");
	return arg;
}

FRAME void *block_in_epoll(void *arg)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = fixture_try(epoll_create1(0), "epoll_create1");

	fixture_try(epoll_ctl(fd, EPOLL_CTL_ADD, quiet_pipe(), &event), "epoll_ctl");
	fixture_ready("epoll");
	epoll_wait(fd, &event, 1, -1); /* @block epoll */
	fixture_came_back("epoll");
	return arg;
}

static int listening(int backlog, struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture_try(bind(fd, (struct sockaddr *)&address, size), "bind");
	fixture_try(listen(fd, backlog), "listen");
	fixture_try(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
	*ret_address = address;
	return fd;
}

FRAME void *block_in_accept(void *arg)
{
	struct sockaddr_in address;
	int fd = listening(8, &address);

	fixture_ready("accept");
	accept(fd, NULL, NULL); /* @block accept */
	fixture_came_back("accept");
	return arg;
}

/* A backlog of 0 holds one connection; the next one's SYN is not answered, for two minutes. */
FRAME void *block_in_connect(void *arg)
{
	struct sockaddr_in address;
	struct pollfd full = { .fd = listening(0, &address), .events = POLLIN };
	int fd;

	fd = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	fixture_try(connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	/* On a busy host the last step of the first may come after the next one's SYN, which then finds room. */
	fixture_try(poll(&full, 1, -1), "poll");
	fd = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	fixture_ready("connect");
	connect(fd, (struct sockaddr *)&address, sizeof(address)); /* @block connect */
	fixture_came_back("connect");
	return arg;
}

FRAME void *block_in_connect_unix(void *arg)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = fixture_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);
	fixture_try(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	fixture_try(listen(fd, 0), "listen");
	fd = fixture_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	fixture_try(connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	fd = fixture_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	fixture_ready("connect_unix");
	connect(fd, (struct sockaddr *)&address, sizeof(address)); /* @block connect_unix */
	fixture_came_back("connect_unix");
	return arg;
}

static int open_twice(const char *name, int *ret_first)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	*ret_first = fixture_try(open(path, O_RDWR | O_CREAT, 0600), path);
	return fixture_try(open(path, O_RDWR), path);
}

FRAME void *block_in_flock(void *arg)
{
	int first, second = open_twice("flock", &first);

	fixture_try(flock(first, LOCK_EX), "flock");
	fixture_ready("flock");
	flock(second, LOCK_EX); /* @block flock */
	fixture_came_back("flock");
	return arg;
}

FRAME void *block_in_fcntl(void *arg)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int first, second = open_twice("fcntl", &first);

	fixture_try(fcntl(first, F_OFD_SETLK, &lock), "fcntl");
	fixture_ready("fcntl");
	fcntl(second, F_OFD_SETLKW, &lock); /* @block fcntl */
	fixture_came_back("fcntl");
	return arg;
}

FRAME void *block_in_fifo(void *arg)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/fifo", directory);
	fixture_try(mkfifo(path, 0600), "mkfifo");
	fixture_ready("fifo");
	(void)!open(path, O_RDONLY); /* @block fifo */
	fixture_came_back("fifo");
	return arg;
}

FRAME void *block_in_mq(void *arg)
{
	struct mq_attr attributes = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	char name[64], message[8];
	mqd_t queue;

	snprintf(name, sizeof(name), "/leakhop-test-%d", (int)getpid());
	queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attributes);
	if (queue == (mqd_t)-1) {
		fixture_skip("mq", "no POSIX message queues");
		return arg;
	}
	mq_unlink(name);
	fixture_ready("mq");
	mq_receive(queue, message, sizeof(message), NULL); /* @block mq */
	fixture_came_back("mq");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	fixture_init(argc, argv);
	snprintf(directory, sizeof(directory), "%s/files-XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(directory))
		fixture_try(-1, directory);
	if (fixture_wants("pipe"))
		pthread_create(&t, NULL, block_in_pipe, NULL); /* @spawn pipe */
	if (fixture_wants("full_pipe"))
		pthread_create(&t, NULL, block_in_full_pipe, NULL); /* @spawn full_pipe */
	if (fixture_wants("socket"))
		pthread_create(&t, NULL, block_in_socket, NULL); /* @spawn socket */
	if (fixture_wants("tty"))
		pthread_create(&t, NULL, block_in_tty, NULL); /* @spawn tty */
	if (fixture_wants("eventfd"))
		pthread_create(&t, NULL, block_in_eventfd, NULL); /* @spawn eventfd */
	if (fixture_wants("poll"))
		pthread_create(&t, NULL, block_in_poll, NULL); /* @spawn poll */
	if (fixture_wants("select"))
		pthread_create(&t, NULL, block_in_select, NULL); /* @spawn select */
	if (fixture_wants("epoll"))
		pthread_create(&t, NULL, block_in_epoll, NULL); /* @spawn epoll */
	if (fixture_wants("accept"))
		pthread_create(&t, NULL, block_in_accept, NULL); /* @spawn accept */
	if (fixture_wants("connect"))
		pthread_create(&t, NULL, block_in_connect, NULL); /* @spawn connect */
	if (fixture_wants("connect_unix"))
		pthread_create(&t, NULL, block_in_connect_unix, NULL); /* @spawn connect_unix */
	if (fixture_wants("flock"))
		pthread_create(&t, NULL, block_in_flock, NULL); /* @spawn flock */
	if (fixture_wants("fcntl"))
		pthread_create(&t, NULL, block_in_fcntl, NULL); /* @spawn fcntl */
	if (fixture_wants("fifo"))
		pthread_create(&t, NULL, block_in_fifo, NULL); /* @spawn fifo */
	if (fixture_wants("mq"))
		pthread_create(&t, NULL, block_in_mq, NULL); /* @spawn mq */
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
