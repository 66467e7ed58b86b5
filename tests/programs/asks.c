// SPDX-License-Identifier: GPL-2.0-only
/*
 * asks WAY [well]: a client hears its server's greeting, asks at once, and gets no answer. Between the two lies less
 * than the kernel's clocks tell apart (TCP), or nothing tells (Unix). With "well" nothing is owed: tcp and unix are
 * answered late enough; greeted never asks.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int well;
static int listener, asks = 1;
static struct sockaddr_storage address;
static socklen_t address_size = sizeof(address);

/* Greets, takes the question in, and answers it or not. */
static void *serve(void *arg)
{
	char bytes[16];
	int fd = fixture_try(accept(listener, NULL, NULL), "accept");

	fixture_try(write(fd, "220 hello\n", 10), "write");
	if (asks)
		fixture_try(read(fd, bytes, 6), "read");
	if (asks && well) { /* TWIN: later than the clocks' slack */
		usleep(200000);
		fixture_try(write(fd, "250 yes\n", 8), "write");
	}
	fixture_ready("server");
	fixture_pause();
	return arg;
}

FRAME void hear_nothing(int fd)
{
	char bytes[16];

	fixture_ready("client");
	fixture_try(recv(fd, bytes, sizeof(bytes), 0), "recv"); /* @block client */
	fixture_came_back("client");
}

static void *ask(void *arg)
{
	char bytes[16];
	int fd = fixture_try(socket(address.ss_family, SOCK_STREAM, 0), "socket");

	fixture_try(connect(fd, (struct sockaddr *)&address, address_size), "connect");
	fixture_try(recv(fd, bytes, 10, MSG_WAITALL), "recv");
	if (asks)
		fixture_try(send(fd, "QUERY\n", 6, 0), "send");
	if (asks && well)
		fixture_try(recv(fd, bytes, 8, MSG_WAITALL), "recv");
	hear_nothing(fd);
	return arg;
}

static void begin(int family)
{
	pthread_t thread;

	address.ss_family = family;
	listener = fixture_try(socket(family, SOCK_STREAM, 0), "socket");
	/* A Unix socket without a path gets an abstract name of its own. */
	fixture_try(bind(listener, (struct sockaddr *)&address,
			 family == AF_UNIX ? (socklen_t)sizeof(sa_family_t)
					   : (socklen_t)sizeof(struct sockaddr_in)),
		    "bind");
	fixture_try(listen(listener, 1), "listen");
	fixture_try(getsockname(listener, (struct sockaddr *)&address, &address_size), "getsockname");
	pthread_create(&thread, NULL, serve, NULL);
	pthread_create(&thread, NULL, ask, NULL);
}

static void tcp(void)
{
	((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	begin(AF_INET);
}

static void unix_socket(void)
{
	begin(AF_UNIX);
}

static void greeted(void)
{
	asks = !well;
	tcp();
}

static const struct fixture_fault faults[] = {
	{ "tcp", tcp }, { "unix", unix_socket }, { "greeted", greeted }, { NULL, NULL },
};

int main(int argc, char **argv)
{
	return fixture_main(argc, argv, faults, &well);
}
