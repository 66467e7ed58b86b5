// SPDX-License-Identifier: GPL-2.0-only
/*
 * sick FAULT [well]: one process with a textbook fault among its threads; with "well" its healthy twin, which
 * differs in one line (marked TWIN). What leakhop must say of each stands in tests/live/verdicts.bats.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int well;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier, start_together;

static pthread_t run(void *(*function)(void *), void *arg)
{
	pthread_t thread;

	fixture_try(pthread_create(&thread, NULL, function, arg) ? -1 : 0, "pthread_create");
	return thread;
}

/* A healthy twin's other process, which does not outlive us */
static void beside(int closed, const char *name)
{
	if (fixture_try(fork(), "fork"))
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(closed);
	fixture_ready(name);
	fixture_pause();
}

/* --- AB-BA --- */
FRAME void *take_a_then_b(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_barrier_wait(&start_together);
	fixture_ready("first");
	pthread_mutex_lock(&b); /* @block first */
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	fixture_pause();
	return arg;
}

FRAME void *take_b_then_a(void *arg)
{
	if (well) { /* TWIN: the same order */
		pthread_barrier_wait(&start_together);
		pthread_mutex_lock(&a);
	} else {
		pthread_mutex_lock(&b);
		pthread_barrier_wait(&start_together);
	}
	fixture_ready("second");
	pthread_mutex_lock(well ? &b : &a); /* @block second */
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	fixture_pause();
	return arg;
}

static void abba(void)
{
	pthread_barrier_init(&start_together, NULL, 2);
	run(take_a_then_b, NULL);
	run(take_b_then_a, NULL);
}

/* --- self-deadlock --- */
FRAME void *lock_twice(void *arg)
{
	pthread_mutexattr_t kind;
	pthread_mutex_t own;

	pthread_mutexattr_init(&kind);
	if (well) /* TWIN */
		pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&own, &kind);
	pthread_mutex_lock(&own);
	fixture_ready("self");
	pthread_mutex_lock(&own); /* @block self */
	fixture_pause();
	return arg;
}

static void self(void)
{
	run(lock_twice, NULL);
}

/* --- owner exited --- */
FRAME void *forget_to_unlock(void *arg)
{
	pthread_mutex_lock(&a);
	if (well) /* TWIN */
		pthread_mutex_unlock(&a);
	return arg;
}

FRAME void *lock_after(void *arg)
{
	fixture_ready("waiter");
	pthread_mutex_lock(&a); /* @block waiter */
	pthread_mutex_unlock(&a);
	fixture_pause();
	return arg;
}

static void orphaned_lock(void)
{
	pthread_join(run(forget_to_unlock, NULL), NULL);
	run(lock_after, NULL);
}

/* --- rwlock: two readers, each of which wants to write --- */
FRAME void *upgrade(void *arg)
{
	pthread_rwlock_rdlock(&shared);
	pthread_barrier_wait(&start_together);
	if (well) /* TWIN */
		pthread_rwlock_unlock(&shared);
	fixture_ready(arg);
	pthread_rwlock_wrlock(&shared); /* @block upgrade */
	pthread_rwlock_unlock(&shared);
	fixture_pause();
	return arg;
}

static void upgrades(void)
{
	pthread_barrier_init(&start_together, NULL, 2);
	run(upgrade, "upgrade");
	run(upgrade, "upgrade2");
}

/* --- a signal that came before its waiter --- */
FRAME void *wait_for_lost_signal(void *arg)
{
	pthread_mutex_lock(&a);
	fixture_ready("signal");
	pthread_cond_wait(&cond, &a); /* @block signal */
	pthread_mutex_unlock(&a);
	fixture_pause();
	return arg;
}

static void lost_signal(void)
{
	pthread_cond_signal(&cond);
	run(wait_for_lost_signal, NULL);
	if (well) { /* TWIN: once more, when it waits */
		sleep(1);
		pthread_cond_signal(&cond);
	}
}

/* --- barrier short of one --- */
FRAME void *arrive(void *arg)
{
	fixture_ready(arg);
	pthread_barrier_wait(&barrier); /* @block barrier */
	fixture_pause();
	return arg;
}

static void short_barrier(void)
{
	pthread_barrier_init(&barrier, NULL, well ? 2 : 3); /* TWIN */
	run(arrive, "barrier");
	run(arrive, "barrier2");
}

/* --- a pipe whose one writer is its reader --- */
static void own_pipe(void)
{
	int ends[2];
	char byte;

	fixture_try(pipe(ends), "pipe");
	if (well) /* TWIN: somebody else can write */
		beside(ends[0], "writer");
	fixture_ready("reader");
	fixture_try(read(ends[0], &byte, 1), "read"); /* @block reader */
}

/* --- a set in which nothing can happen --- */
static void dead_set(void)
{
	struct epoll_event event = { .events = well ? EPOLLIN : 0 };
	int set = fixture_try(epoll_create1(0), "epoll_create1"), ends[2];

	if (well) { /* TWIN: a member that somebody can make ready */
		fixture_try(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
		fixture_try(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event), "epoll_ctl");
		beside(ends[0], "writer");
		close(ends[1]);
	}
	fixture_ready("set");
	fixture_try(epoll_wait(set, &event, 1, -1), "epoll_wait"); /* @block set */
}

/* --- fifty, one behind the other, behind a request that is not read --- */
static pthread_mutex_t links[50];
static pthread_barrier_t one_by_one;

static int connect_to_nobody(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int listener = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int client = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	socklen_t size = sizeof(address);
	char word[5];

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture_try(bind(listener, (struct sockaddr *)&address, size), "bind");
	fixture_try(listen(listener, 5), "listen");
	getsockname(listener, (struct sockaddr *)&address, &size);
	fixture_try(connect(client, (struct sockaddr *)&address, size), "connect");
	fixture_try(accept(listener, NULL, NULL), "accept");
	fixture_try(write(client, "hello", 5), "write");
	if (well) /* TWIN: the request is read; the answer takes long */
		fixture_try(read(client + 1, word, 5), "read");
	return client;
}

FRAME void *hold_and_wait(void *arg)
{
	long number = (long)arg;
	char byte;

	pthread_mutex_lock(&links[number]);
	if (number == 0) {
		int client = connect_to_nobody();

		pthread_barrier_wait(&one_by_one);
		fixture_ready("root");
		fixture_try(recv(client, &byte, 1, 0), "recv"); /* @block root */
	}
	pthread_barrier_wait(&one_by_one);
	fixture_ready(number == 49 ? "last" : "link");
	pthread_mutex_lock(&links[number - 1]); /* @block link */
	fixture_pause();
	return arg;
}

static void chain(void)
{
	long number;

	pthread_barrier_init(&one_by_one, NULL, 2);
	for (number = 0; number < 50; number++) {
		pthread_mutex_init(&links[number], NULL);
		run(hold_and_wait, (void *)number);
		pthread_barrier_wait(&one_by_one);
	}
}

/* --- join of a thread that is stuck --- */
FRAME void *join_it(void *arg)
{
	fixture_ready("join");
	pthread_join(*(pthread_t *)arg, NULL); /* @block join */
	fixture_pause();
	return arg;
}

static void join_of_stuck(void)
{
	static pthread_t stuck;

	pthread_join(run(forget_to_unlock, NULL), NULL);
	if (well) { /* TWIN: forget_to_unlock() did not forget; it sleeps */
		stuck = run(lock_after, NULL);
	} else {
		stuck = run(lock_after, NULL);
	}
	run(join_it, &stuck);
}

/* --- one more thread every 300 ms; the twin's go again --- */
FRAME void *grow_member(void *arg)
{
	int fd = eventfd(0, 0);
	uint64_t number;

	if (well) { /* TWIN */
		usleep(900000);
		close(fd);
		return arg;
	}
	fixture_try(read(fd, &number, 8), "read"); /* @block member */
	return arg;
}

static void growing(void)
{
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	fixture_ready("main");
	for (;;) {
		pthread_create(&thread, &detached, grow_member, NULL); /* @spawn member */
		usleep(300000);
	}
}

/* --- a heartbeat whose spawner has ended --- */
FRAME void *beat(void *arg)
{
	fixture_ready("heartbeat");
	for (;;)
		sleep(3); /* @block heartbeat */
	return arg;
}

FRAME void *start_heartbeat(void *arg)
{
	pthread_t thread = run(beat, NULL); /* @spawn heartbeat */

	pthread_detach(thread);
	if (well) /* TWIN */
		fixture_pause();
	return arg;
}

static void heartbeat(void)
{
	run(start_heartbeat, NULL);
}

/* --- one of three is not answered any more; its twin's server answers nobody --- */
static int questions;

FRAME void *ask_again_and_again(void *arg)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = questions };
	int client = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	char number = arg ? 1 : 0;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture_try(connect(client, (struct sockaddr *)&address, sizeof(address)), "connect");
	fixture_ready(arg ? arg : "other");
	for (;;) {
		usleep(20000); /* longer than the ticks by which the kernel notes who spoke last */
		fixture_try(write(client, &number, 1), "write");
		fixture_try(recv(client, &number, 1, 0), "recv"); /* @block asker */
	}
	return arg;
}

static void *answer(void *arg)
{
	int connection = (long)arg, given = 0;
	char number;

	for (;;) {
		fixture_try(read(connection, &number, 1), "read");
		usleep(10000);
		if (given++ == 50 && (number || well)) /* TWIN */
			fixture_pause();
		fixture_try(write(connection, &number, 1), "write");
	}
	return arg;
}

static void answers(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int listener = fixture_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture_try(bind(listener, (struct sockaddr *)&address, size), "bind");
	fixture_try(listen(listener, 5), "listen");
	getsockname(listener, (struct sockaddr *)&address, &size);
	questions = address.sin_port;
	if (!fixture_try(fork(), "fork")) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			run(answer, (void *)(long)fixture_try(accept(listener, NULL, NULL), "accept"));
	}
	close(listener);
	run(ask_again_and_again, "asker");
	run(ask_again_and_again, NULL);
	run(ask_again_and_again, NULL);
}

static const struct fixture_fault faults[] = {
	{ "abba", abba },	    { "self", self },		{ "orphaned-lock", orphaned_lock },
	{ "upgrade", upgrades },    { "lost-signal", lost_signal }, { "barrier", short_barrier },
	{ "own-pipe", own_pipe },   { "dead-set", dead_set },	{ "chain", chain },
	{ "join", join_of_stuck },  { "growing", growing },
	{ "heartbeat", heartbeat }, { "answers", answers },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return fixture_main(argc, argv, faults, &well);
}
