// SPDX-License-Identifier: GPL-2.0-only
/*
 * The README's patient: a small TCP server, one thread for each connection. It counts words:
 *
 *     leaky-server [PORT] &  echo "one two" | nc -q1 localhost PORT
 *
 * Its fault is an old one: an early return between lock and unlock. After the first line that is
 * too long every connection's thread waits for that lock, and none ever ends.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 80

static pthread_mutex_t totals_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long total_words;

static unsigned long count_words(const char *text)
{
	unsigned long words = 0;

	for (; *text; text++)
		words += *text > ' ' && (unsigned char)text[1] <= ' ';
	return words;
}

FRAME int add_to_totals(const char *line)
{
	pthread_mutex_lock(&totals_lock); /* @block server */
	if (strlen(line) > LONGEST)
		return -1; /* the fault: the lock stays taken */
	total_words += count_words(line);
	pthread_mutex_unlock(&totals_lock);
	return 0;
}

FRAME void *serve_client(void *arg)
{
	int fd = (int)(long)arg;
	char line[1024], answer[64];
	ssize_t length = read(fd, line, sizeof(line) - 1); /* @block client */

	if (length > 0) {
		line[length] = 0;
		if (add_to_totals(line) < 0)
			snprintf(answer, sizeof(answer), "too long\n");
		else
			snprintf(answer, sizeof(answer), "%lu\n", total_words);
		(void)!write(fd, answer, strlen(answer));
	}
	close(fd);
	return NULL;
}

FRAME void accept_clients(int listener)
{
	pthread_attr_t detached;
	pthread_t t;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (;;) {
		long fd = accept(listener, NULL, NULL); /* @block accept */

		if (fd >= 0)
			pthread_create(&t, &detached, serve_client, (void *)fd); /* @spawn client */
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int listener = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");

	address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture_init(0, NULL);
	fixture_try(bind(listener, (struct sockaddr *)&address, size), "bind");
	fixture_try(listen(listener, 64), "listen");
	getsockname(listener, (struct sockaddr *)&address, &size);
	printf("PORT %d\n", ntohs(address.sin_port));
	fflush(stdout);
	fixture_ready("main");
	accept_clients(listener);
}
