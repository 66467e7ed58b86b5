// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that stands still for a while, all of it in order: "waiter" waits for a lock whose
 * "holder" waits for work. At SIGUSR1 the holder gets some, and ends without unlocking; at SIGUSR2
 * threads come, one each 100 ms, that stay at one place.
 */
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t work, never;

FRAME void *hold(void *arg)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("holder");
	while (sem_wait(&work)) /* @block holder */
		;
	return arg;
}

FRAME void *wait_for_lock(void *arg)
{
	fixture_ready("waiter");
	pthread_mutex_lock(&mutex); /* @block waiter */
	fixture_came_back("waiter");
	return arg;
}

FRAME void *come(void *arg)
{
	fixture_ready("comer");
	while (sem_wait(&never)) /* @block comer */
		;
	fixture_came_back("comer");
	return arg;
}

static int await_signal(void)
{
	sigset_t set;
	int signal = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigwait(&set, &signal);
	return signal;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	sigset_t set;

	fixture_init(argc, argv);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sem_init(&work, 0, 0);
	sem_init(&never, 0, 0);
	pthread_create(&thread, NULL, hold, NULL);
	while (!pthread_mutex_trylock(&mutex)) {
		pthread_mutex_unlock(&mutex);
		usleep(1000);
	}
	pthread_create(&thread, NULL, wait_for_lock, NULL);
	if (await_signal() == SIGUSR1) {
		sem_post(&work);
		fixture_pause();
	}
	for (int i = 0; i < 200; i++) {
		pthread_create(&thread, NULL, come, NULL); /* @spawn comer */
		usleep(100000);
	}
	fixture_pause();
}
