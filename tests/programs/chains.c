// SPDX-License-Identifier: GPL-2.0-only
/*
 * A busy process: threads that sleep and wake all the time, at many depths of many call chains. A
 * stack put together from two moments shows a caller that its callee never has: chain_b3 is called
 * by chain_b2 and by nobody else.
 *
 *     chains [THREADS]
 */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static volatile unsigned int sink;

/*
 * Now and then a sleep, so that a sweep finds the thread parked, at any depth; from 50 us, during
 * which no stack can be read, to 6 ms, when some are read and others are overtaken.
 */
static inline __attribute__((always_inline)) void rest(unsigned int *random)
{
	struct timespec nap = { 0 };

	*random = *random * 1103515245 + 12345;
	nap.tv_nsec = 50000 << (*random >> 20 & 7);
	if (*random >> 16 & 1)
		nanosleep(&nap, NULL);
	sink++;
}

/* Frames of different sizes, so that a wrong stack pointer does not go unseen. */
#define LEVEL(chain, depth, words, next)                        \
	FRAME void chain_##chain##depth(unsigned int *random)   \
	{                                                       \
		volatile unsigned int pad[words];               \
		pad[0] = *random;                               \
		rest(random);                                   \
		next;                                           \
		rest(random);                                   \
		sink += pad[0];                                 \
	}

#define CHAIN(chain, words)                                             \
	LEVEL(chain, 6, words + 40, (void)0)                            \
	LEVEL(chain, 5, words, chain_##chain##6(random))                \
	LEVEL(chain, 4, words + 3, chain_##chain##5(random))            \
	LEVEL(chain, 3, words + 17, chain_##chain##4(random))           \
	LEVEL(chain, 2, words, chain_##chain##3(random))                \
	LEVEL(chain, 1, words + 8, chain_##chain##2(random))

CHAIN(a, 1)
CHAIN(b, 6)
CHAIN(c, 30)
CHAIN(d, 100)

FRAME void *chain_root(void *arg)
{
	static void (*const chains[])(unsigned int *) = { chain_a1, chain_b1, chain_c1, chain_d1 };
	unsigned int random = (unsigned int)(long)arg;

	for (;;) {
		chains[random >> 20 & 3](&random);
		sink++;
	}
	return arg;
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 8;
	pthread_t t;

	fixture_init(argc, argv);
	for (long i = 0; i < threads; i++)
		pthread_create(&t, NULL, chain_root, (void *)(i * 7919));
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
