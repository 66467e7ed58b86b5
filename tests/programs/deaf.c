// SPDX-License-Identifier: GPL-2.0-only
/*
 * A server that takes one request and never answers: its handler locks a mutex twice, and main waits for the
 * handler. Prints "PORT number" of 127.0.0.1.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t books = PTHREAD_MUTEX_INITIALIZER;

FRAME void book_twice(void)
{
	pthread_mutex_lock(&books);
	fixture_ready("deaf");
	pthread_mutex_lock(&books); /* @block deaf */
	fixture_came_back("deaf");
}

static void *handle(void *arg)
{
	char request[16];

	fixture_try(read((int)(long)arg, request, sizeof(request)), "read");
	book_twice();
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener, client;
	pthread_t handler;

	fixture_init(argc, argv);
	listener = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	fixture_try(bind(listener, (struct sockaddr *)&address, size), "bind");
	fixture_try(listen(listener, 5), "listen");
	getsockname(listener, (struct sockaddr *)&address, &size);
	printf("PORT %d\n", ntohs(address.sin_port));
	fflush(stdout);
	client = fixture_try(accept(listener, NULL, NULL), "accept");
	close(listener);
	pthread_create(&handler, NULL, handle, (void *)(long)client);
	pthread_join(handler, NULL);
	return 0;
}
