// SPDX-License-Identifier: GPL-2.0-only
/*
 * doorbell FAULT [well]: a loop that other threads hand work to, and wake by a pipe or an eventfd:
 * there is work, and nobody has written to that; well: there is none. And such as are healthy with
 * work at hand, or of which nothing can be known.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FAR 100000 /* s */

static int well;
static const char *name; /* of the fault */
static int ends[2], bell, set;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t waiter;

struct work {
	struct work *next;
};
struct {
	long done;
	struct work *first;
} work_list;
int work_count;
int may_be_silent;
static struct work one;

/* --- loops --- */

static void drain(int fd)
{
	char bytes[64];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static int has_work(void)
{
	return __atomic_load_n(&work_count, __ATOMIC_ACQUIRE) > 0;
}

static void take_work(void)
{
	pthread_mutex_lock(&mutex);
	while (work_list.first) {
		work_list.first = work_list.first->next;
		work_list.done++;
		pthread_mutex_unlock(&mutex);
		usleep(1);
		pthread_mutex_lock(&mutex);
	}
	pthread_mutex_unlock(&mutex);
}

FRAME static void poll_pipe(void)
{
	struct pollfd polled = { .fd = ends[0], .events = POLLIN };

	fixture_ready(name);
	while (!has_work()) {
		poll(&polled, 1, -1); /* @block poll */
		drain(ends[0]);
	}
	__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
}

FRAME static void poll_pair(void)
{
	struct pollfd polled = { .fd = ends[0], .events = POLLIN };

	fixture_ready("pair");
	while (!has_work()) {
		if (poll(&polled, 1, -1) > 0) /* @block pair */
			drain(ends[0]);
	}
	__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
}

FRAME static void select_pipe(void)
{
	fd_set selected;

	fixture_ready("select");
	while (!has_work()) {
		FD_ZERO(&selected);
		FD_SET(ends[0], &selected);
		if (select(ends[0] + 1, &selected, NULL, NULL, NULL) > 0) /* @block select */
			drain(ends[0]);
	}
	__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
}

/* As many loops are: work first, under its lock; then the wait. */
FRAME static void epoll_eventfd(void)
{
	struct epoll_event event;
	int count;

	fixture_ready("epoll");
	for (;;) {
		take_work();
		count = epoll_wait(set, &event, 1, -1); /* @block epoll */
		if (count < 0 && errno != EINTR)
			break;
		if (count > 0)
			drain(event.data.fd);
	}
}

/* Does not wait while there is work. */
FRAME static void epoll_with_time_out(void)
{
	struct epoll_event event;

	fixture_ready(name);
	for (;;) {
		if (epoll_wait(set, &event, 1, has_work() ? 0 : -1) > 0) /* @block timeout */
			drain(event.data.fd);
		if (has_work())
			__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
	}
}

/* A counter by which nothing is counted. */
FRAME static void read_eventfd(void)
{
	uint64_t value;

	fixture_ready("read");
	while (!has_work()) {
		if (read(bell, &value, sizeof(value)) < 0 && errno != EINTR) /* @block read */
			break;
	}
	__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
}

FRAME static void poll_both(void)
{
	struct pollfd polled[] = { { .fd = ends[0], .events = POLLIN },
				   { .fd = bell, .events = POLLIN } };

	fixture_ready("both");
	while (!has_work()) {
		if (poll(polled, 2, -1) > 0) { /* @block both */
			drain(ends[0]);
			drain(bell);
		}
	}
	__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
}

/* Work is looked for only when the bell has rung: perhaps that waits until there is more. */
FRAME static void gather(void)
{
	struct epoll_event event;

	fixture_ready("gathered");
	for (;;) {
		if (epoll_wait(set, &event, 1, -1) > 0) { /* @block gathered */
			drain(event.data.fd);
			take_work();
		}
	}
}

FRAME static void read_and_gather(void)
{
	uint64_t value;

	fixture_ready("worker");
	for (;;) {
		if (read(bell, &value, sizeof(value)) < 0) /* @block worker */
			continue;
		take_work();
	}
}

/* What cannot be is an error: that another word would forgive it tells nothing of a wake-up. */
FRAME static void never_silent(void)
{
	struct pollfd polled = { .fd = ends[0], .events = POLLIN };

	fixture_ready("silent");
	for (;;) {
		if (!poll(&polled, 1, -1) && !may_be_silent) /* @block silent */
			abort();
		drain(ends[0]);
	}
}

/* The same of an interruption. */
FRAME static void never_interrupted(void)
{
	struct pollfd polled = { .fd = ends[0], .events = POLLIN };

	fixture_ready("interrupted");
	for (;;) {
		if (poll(&polled, 1, -1) < 0 && !may_be_silent) /* @block interrupted */
			abort();
		drain(ends[0]);
	}
}

FRAME static void poll_outside(void)
{
	struct pollfd polled[] = { { .fd = ends[0], .events = POLLIN },
				   { .fd = bell, .events = POLLIN } };

	fixture_ready("outside");
	while (!has_work())
		poll(polled, 2, -1); /* @block outside */
	__atomic_sub_fetch(&work_count, 1, __ATOMIC_RELEASE);
}

/* --- who hands it work --- */

static void *run(void *function)
{
	((void (*)(void))(uintptr_t)function)();
	fixture_came_back("doorbell");
	return NULL;
}

static void begin(void (*function)(void))
{
	struct epoll_event event = { .events = EPOLLIN };

	if (!ends[1])
		fixture_try(pipe2(ends, O_NONBLOCK | O_CLOEXEC), "a pipe");
	bell = bell ? bell : fixture_try(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "an eventfd");
	set = fixture_try(epoll_create1(EPOLL_CLOEXEC), "an epoll set");
	event.data.fd = bell;
	fixture_try(epoll_ctl(set, EPOLL_CTL_ADD, bell, &event), "a member");
	fixture_try(pthread_create(&waiter, NULL, run, (void *)(uintptr_t)function), "a thread");
}

/* There is work; the bell is not rung. The loop is in its wait when its processor time stands. */
static void hand_work(void)
{
	struct timespec nap = { .tv_nsec = 50000000 }, before = { 0 }, now = { 0 };
	clockid_t clock;

	pthread_getcpuclockid(waiter, &clock);
	do {
		before = now;
		nanosleep(&nap, NULL);
		clock_gettime(clock, &now);
	} while (now.tv_nsec != before.tv_nsec || now.tv_sec != before.tv_sec);
	pthread_mutex_lock(&mutex);
	work_list.first = &one;
	pthread_mutex_unlock(&mutex);
	__atomic_store_n(&work_count, 1, __ATOMIC_RELEASE);
}

static void end(void)
{
	if (!well)
		hand_work();
	fixture_ready("main");
	fixture_pause();
}

static void make_poll(void)
{
	begin(poll_pipe);
	end();
}

static void make_pair(void)
{
	fixture_try(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
		    "a pair of sockets");
	begin(poll_pair);
	end();
}

static void make_select(void)
{
	begin(select_pipe);
	end();
}

static void make_epoll(void)
{
	begin(epoll_eventfd);
	end();
}

static void make_timeout(void)
{
	begin(epoll_with_time_out);
	end();
}

static void make_read(void)
{
	bell = fixture_try(eventfd(0, EFD_CLOEXEC), "an eventfd");
	begin(read_eventfd);
	end();
}

static void make_both(void)
{
	begin(poll_both);
	end();
}

static void make_gathered(void)
{
	begin(gather);
	end();
}

static void make_worker(void)
{
	bell = fixture_try(eventfd(0, EFD_CLOEXEC), "an eventfd");
	begin(read_and_gather);
	end();
}

static void make_silent(void)
{
	begin(never_silent);
	end();
}

static void make_interrupted(void)
{
	begin(never_interrupted);
	end();
}

/* Anybody may come to a listening socket. */
static void make_outside(void)
{
	bell = fixture_try(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "a socket");
	fixture_try(bind(bell, &(struct sockaddr){ .sa_family = AF_UNIX }, sizeof(sa_family_t)),
		    "its name"); /* the kernel chooses one */
	fixture_try(listen(bell, 1), "to listen");
	begin(poll_outside);
	end();
}

/* Who gave it work will ring a while later. */
static void make_later(void)
{
	struct timespec far = { .tv_sec = FAR };

	begin(poll_pipe);
	hand_work();
	fixture_ready("main");
	nanosleep(&far, NULL);
	fixture_try((int)write(ends[1], "", 1), "to ring");
}

/* Another process has the bell, too. */
static void make_child(void)
{
	begin(poll_pipe);
	if (!fork()) {
		fixture_ready("other");
		fixture_pause();
	}
	end();
}

/* Work at hand, and the bell has rung long since: reported once, and it was not listened to. */
static void make_deaf(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	begin(epoll_with_time_out);
	event.data.fd = ends[0];
	fixture_try(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event), "a member");
	end();
}

int main(int argc, char **argv)
{
	static const struct fixture_fault faults[] = {
		{ "poll", make_poll },
		{ "pair", make_pair },
		{ "select", make_select },
		{ "epoll", make_epoll },
		{ "timeout", make_timeout },
		{ "read", make_read },
		{ "both", make_both },
		{ "gathered", make_gathered },
		{ "worker", make_worker },
		{ "silent", make_silent },
		{ "interrupted", make_interrupted },
		{ "outside", make_outside },
		{ "later", make_later },
		{ "child", make_child },
		{ "deaf", make_deaf },
		{ NULL, NULL },
	};

	name = argc > 1 ? argv[1] : "";
	return fixture_main(argc, argv, faults, &well);
}
