// SPDX-License-Identifier: GPL-2.0-only
/*
 * remote serve PORT [well], remote ask ADDRESS PORT: two programs that need not be on one host. One asks; the other has
 * read the question, and locks a mutex that it has. With "well" it answers late, and accepts the next one meanwhile.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int open_socket(const char *address, const char *port, struct sockaddr_in *ret_address)
{
	*ret_address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	inet_pton(AF_INET, address, &ret_address->sin_addr);
	return fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
}

FRAME static int serve(const char *port, int well)
{
	struct sockaddr_in address;
	int listener = open_socket("0.0.0.0", port, &address), fd, on = 1;
	char bytes[16];

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	fixture_try(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
	fixture_try(listen(listener, 5), "listen");
	printf("OPEN\n");
	fflush(stdout);
	fd = fixture_try(accept(listener, NULL, NULL), "accept");
	fixture_try(read(fd, bytes, sizeof(bytes)), "read");
	pthread_mutex_lock(&mutex);
	fixture_ready("server");
	if (well)
		accept(listener, NULL, NULL);
	pthread_mutex_lock(&mutex); /* @block server */
	fixture_came_back("server");
	return 1;
}

FRAME static int ask(const char *to, const char *port)
{
	struct sockaddr_in address;
	int fd = open_socket(to, port, &address);
	char byte;

	fixture_try(connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	fixture_try(write(fd, "hello", 5), "write");
	fixture_ready("client");
	recv(fd, &byte, 1, 0); /* @block client */
	fixture_came_back("client");
	return 1;
}

int main(int argc, char **argv)
{
	fixture_init(0, NULL);
	if (argc > 2 && !strcmp(argv[1], "serve"))
		return serve(argv[2], argc > 3 && !strcmp(argv[3], "well"));
	if (argc > 3 && !strcmp(argv[1], "ask"))
		return ask(argv[2], argv[3]);
	fprintf(stderr, "usage: remote serve PORT [well] | remote ask ADDRESS PORT\n");
	return 2;
}
