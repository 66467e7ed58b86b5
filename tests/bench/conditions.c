// SPDX-License-Identifier: GPL-2.0-only
/*
 * 1,000 threads at 50 places that wait, each for a word and a condition variable of its own; or,
 * as "conditions read", for a pipe that nobody writes to: what asking their code costs is the
 * difference. Prints READY.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define THREADS 1000
#define PLACES 50

static struct waiter {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	volatile int jobs;
} waiters[THREADS];
static int ends[2];
static int reads;

/* A call that is no tail call keeps each place in the stack. */
#define PLACE(n)                                                              \
	static __attribute__((__noinline__)) void *place_##n(void *argument)  \
	{                                                                     \
		struct waiter *waiter = argument;                             \
		char byte;                                                    \
		if (reads)                                                    \
			return read(ends[0], &byte, 1) < 0 ? NULL : argument; \
		pthread_mutex_lock(&waiter->mutex);                           \
		while (waiter->jobs <= n)                                     \
			pthread_cond_wait(&waiter->changed, &waiter->mutex);  \
		pthread_mutex_unlock(&waiter->mutex);                         \
		return argument;                                              \
	}

#define TEN(F, n) F(n##0) F(n##1) F(n##2) F(n##3) F(n##4) F(n##5) F(n##6) F(n##7) F(n##8) F(n##9)
#define FIFTY(F) TEN(F, 1) TEN(F, 2) TEN(F, 3) TEN(F, 4) TEN(F, 5)
#define ENTRY(n) place_##n,

FIFTY(PLACE)
static void *(*const places[PLACES])(void *) = { FIFTY(ENTRY) };

int main(int argc, char **argv)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int i;

	(void)argv;
	reads = argc > 1;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	if (pipe(ends))
		return 1;
	for (i = 0; i < THREADS; i++) {
		pthread_mutex_init(&waiters[i].mutex, NULL);
		pthread_cond_init(&waiters[i].changed, NULL);
		if (pthread_create(&thread, &attributes, places[i % PLACES], &waiters[i]))
			return 1;
	}
	sleep(1);
	puts("READY");
	fflush(stdout);
	for (;;)
		pause();
}
