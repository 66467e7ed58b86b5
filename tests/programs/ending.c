// SPDX-License-Identifier: GPL-2.0-only
/*
 * ending WAY [well]: a process that ends with a thread, a child or a daemon of its own still there; with "well" it has
 * ended that before. Of its arguments the rest says how.
 *
 * WAY: return exit _exit thread (exit_group() by another one) abort kill exec vfork child daemon clean late (a thread
 * that ends half a second later) pool (many threads at one place) code (ends with 42) signals (says which it gets)
 * timer (the C library's own thread is left).
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sem_t word, standing;
static int well;

FRAME void wait_for_word(void)
{
	while (sem_wait(&word)) /* @block left */
		continue;
}

static void *worker(void *unused)
{
	(void)unused;
	sem_post(&standing);
	wait_for_word();
	return NULL;
}

static pthread_t begin(void)
{
	pthread_t thread;

	sem_init(&word, 0, 0);
	sem_init(&standing, 0, 0);
	pthread_create(&thread, NULL, worker, NULL); /* @spawn left */
	sem_wait(&standing);
	return thread;
}

static void leave(void)
{
	pthread_t thread = begin();

	if (!well)
		return;
	sem_post(&word);
	pthread_join(thread, NULL);
}

static void *end_all(void *unused)
{
	(void)unused;
	_exit(0);
}

static void by_thread(void)
{
	pthread_t thread;

	leave();
	pthread_create(&thread, NULL, end_all, NULL);
	pthread_join(thread, NULL);
}

static void *half_a_second(void *unused)
{
	(void)unused;
	usleep(well ? 300000 : 60000000);
	return NULL;
}

static void late(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, half_a_second, NULL);
}

static void pool(void)
{
	pthread_t threads[8];
	int i;

	threads[0] = begin();
	for (i = 1; i < 8; i++) {
		pthread_create(&threads[i], NULL, worker, NULL);
		sem_wait(&standing);
	}
	for (i = 0; well && i < 8; i++)
		sem_post(&word);
	for (i = 0; well && i < 8; i++)
		pthread_join(threads[i], NULL);
}

FRAME void stay(void)
{
	for (;;)
		pause(); /* @block behind */
}

static void child(void)
{
	pid_t pid = fork();

	if (!pid)
		stay();
	if (!well)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Its number goes through a pipe to who has to end it. */
static void daemonize(void)
{
	pid_t pid;
	int ends[2];

	fixture_try(pipe(ends), "pipe");
	pid = fork();
	if (!pid) {
		setsid();
		if (fork())
			_exit(0);
		pid = getpid();
		if (write(ends[1], &pid, sizeof(pid)) < 0)
			_exit(1);
		stay();
	}
	waitpid(pid, NULL, 0);
	if (read(ends[0], &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	if (well)
		kill(pid, SIGKILL);
}

static void chain(char **argv)
{
	char *next[] = { argv[0], "return", well ? "well" : NULL, NULL };

	execv("/proc/self/exe", next);
	_exit(127);
}

static void by_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	leave();
}

static void say(int number)
{
	char text[] = "got 00\n";

	text[4] = (char)('0' + number / 10);
	text[5] = (char)('0' + number % 10);
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	if (number == SIGTERM)
		_exit(3);
}

static void expired(union sigval unused)
{
	(void)unused;
	sem_post(&standing);
}

static void timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = expired };
	struct itimerspec soon = { .it_value = { .tv_nsec = 1 } };
	timer_t timer;

	sem_init(&standing, 0, 0);
	fixture_try(timer_create(CLOCK_MONOTONIC, &event, &timer), "timer_create");
	timer_settime(timer, 0, &soon, NULL);
	sem_wait(&standing);
	timer_delete(timer);
}

static void signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		signal(numbers[i], say);
	fixture_ready("signals");
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "return";

	well = argc > 2 && !strcmp(argv[2], "well");
	if (!strcmp(way, "exec"))
		chain(argv);
	else if (!strcmp(way, "thread"))
		by_thread();
	else if (!strcmp(way, "late"))
		late();
	else if (!strcmp(way, "pool"))
		pool();
	else if (!strcmp(way, "child"))
		child();
	else if (!strcmp(way, "daemon"))
		daemonize();
	else if (!strcmp(way, "vfork"))
		by_vfork();
	else if (!strcmp(way, "signals"))
		signals();
	else if (!strcmp(way, "timer"))
		timer();
	else if (strcmp(way, "clean"))
		leave();
	if (!strcmp(way, "_exit"))
		_exit(0);
	if (!strcmp(way, "exit"))
		exit(0);
	if (!strcmp(way, "abort"))
		abort();
	if (!strcmp(way, "kill"))
		raise(SIGKILL);
	return strcmp(way, "code") ? 0 : 42;
}
