// SPDX-License-Identifier: GPL-2.0-only
/*
 * closed: waits that only the process itself could end, and cannot.
 *
 *   closed FAULT [well]      well: the same wait, and somebody who still can
 *
 * The C library holds its lock of time zones while it opens the file that TZ names: a FIFO that nobody writes to keeps it
 * locked for as long as a test likes.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int well;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t first, second;

static pthread_t spawn(void *(*work)(void *))
{
	pthread_t thread;

	fixture_try(pthread_create(&thread, NULL, work, NULL) ? -1 : 0, "pthread_create");
	return thread;
}

static void *sleep_now_and_then(void *argument)
{
	(void)argument;
	for (;;)
		sleep(1000);
	return NULL;
}

static void add_somebody_else(void)
{
	if (well)
		pthread_detach(spawn(sleep_now_and_then));
}

FRAME void *wait_for_signal(void *argument)
{
	pthread_mutex_lock(&mutex);
	fixture_ready("consumer");
	pthread_cond_wait(&condition, &mutex); /* @block consumer */
	fixture_came_back("consumer");
	return argument;
}

/* The signal came before its waiter; now the one who could signal again joins it. */
static void lost_signal(void)
{
	pthread_t consumer;

	pthread_cond_signal(&condition);
	add_somebody_else();
	consumer = spawn(wait_for_signal);
	fixture_ready("join");
	pthread_join(consumer, NULL); /* @block join */
	fixture_came_back("join");
}

FRAME void *wait_first(void *argument)
{
	fixture_ready("first");
	sem_wait(&first); /* @block first */
	sem_post(&second);
	fixture_came_back("first");
	return argument;
}

FRAME void *wait_second(void *argument)
{
	fixture_ready("second");
	sem_wait(&second); /* @block second */
	sem_post(&first);
	fixture_came_back("second");
	return argument;
}

/* Each posts what the other waits for, once it has been posted to. */
static void semaphores(void)
{
	pthread_t one;

	sem_init(&first, 0, 0);
	sem_init(&second, 0, 0);
	add_somebody_else();
	one = spawn(wait_first);
	spawn(wait_second);
	pthread_join(one, NULL);
	fixture_came_back("main");
}

/* A FIFO instead of a file of a time zone: who converts a time waits in open(), with the lock. */
static void make_time_zone(void)
{
	static char path[128];
	const char *folder = getenv("TMPDIR");

	snprintf(path, sizeof(path), ":%s/closed.%d", folder ? folder : "/tmp", getpid());
	fixture_try(mkfifo(path + 1, 0600), "mkfifo");
	setenv("TZ", path, 1);
}

FRAME void convert_time(void)
{
	time_t now = 5;
	struct tm broken_down;

	localtime_r(&now, &broken_down); /* @block child */
	fixture_came_back("localtime_r");
}

static void *convert(void *argument)
{
	convert_time();
	return argument;
}

/* Until that thread sleeps in open() on the FIFO: fifo_open() or its wait_for_partner() of fs/pipe.c. */
static void await_open(pid_t tid)
{
	char path[64], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/wchan", tid);
	while (!strstr(line, "fifo") && !strstr(line, "wait_for_partner")) {
		usleep(1000);
		file = fopen(path, "re");
		if (!file)
			_exit(2);
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		fclose(file);
	}
}

static pid_t holder_tid;

static void *hold_time_zone(void *argument)
{
	__atomic_store_n(&holder_tid, gettid(), __ATOMIC_RELEASE);
	return convert(argument);
}

static void let_somebody_hold_it(void)
{
	spawn(hold_time_zone);
	while (!__atomic_load_n(&holder_tid, __ATOMIC_ACQUIRE))
		usleep(1000);
	await_open(holder_tid);
}

/* The child has a copy of the lock, and none of the thread that has it; when well, it has such a thread itself. */
static void forked(void)
{
	pid_t pid;

	make_time_zone();
	if (!well)
		let_somebody_hold_it();
	pid = fork();
	fixture_try(pid, "fork");
	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (well)
		let_somebody_hold_it();
	fixture_ready("child");
	convert_time();
}

static void handle(int number)
{
	(void)number;
	fixture_ready("handler");
	convert_time(); /* @block handler */
}

/* The handler wants the lock that the thread which it interrupted has, or (well) that another one has. */
static void handler(void)
{
	struct sigaction action = { .sa_handler = handle };
	pid_t self = getpid();

	make_time_zone();
	sigaction(SIGUSR1, &action, NULL);
	if (well) {
		let_somebody_hold_it();
		raise(SIGUSR1);
		return;
	}
	if (fixture_try(fork(), "fork") == 0) {
		await_open(self);
		kill(self, SIGUSR1);
		_exit(0);
	}
	convert_time();
}

/* A file locked by one descriptor, and wanted by another: flock() belongs to the open file. */
static void own_flock(void)
{
	char path[] = "/tmp/closed.XXXXXX", again[64];
	int file = mkstemp(path), other;

	fixture_try(file, "mkstemp");
	unlink(path);
	fixture_try(flock(file, LOCK_EX), "flock");
	snprintf(again, sizeof(again), "/proc/self/fd/%d", file);
	other = open(again, O_RDWR | O_CLOEXEC);
	fixture_try(other, "open");
	add_somebody_else();
	fixture_ready("flock");
	flock(other, LOCK_EX); /* @block flock */
	fixture_came_back("flock");
}

static const struct fixture_fault faults[] = {
	{ "lost-signal", lost_signal },
	{ "semaphores", semaphores },
	{ "forked", forked },
	{ "handler", handler },
	{ "own-flock", own_flock },
	{},
};

int main(int argc, char **argv)
{
	return fixture_main(argc, argv, faults, &well);
}
