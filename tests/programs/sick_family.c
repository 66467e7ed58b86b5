// SPDX-License-Identifier: GPL-2.0-only
/*
 * sick_family FAULT [well]: a fault among processes; with "well" its healthy twin, which differs in one line
 * (marked TWIN). The READY lines tell who is who.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

static int well;

static pid_t child(void)
{
	pid_t pid = fixture_try(fork(), "fork");

	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* --- both ends write, and nobody reads --- */
FRAME void write_until_full(int fd, const char *name)
{
	static char block[1 << 17];

	fixture_ready(name);
	for (;;)
		fixture_try(write(fd, block, sizeof(block)), "write"); /* @block pipes */
}

static void full_pipes(void)
{
	int down[2], up[2];
	char byte;

	fixture_try(pipe(down) | pipe(up), "pipe");
	if (child() == 0) {
		close(down[1]);
		close(up[0]);
		if (well) { /* TWIN: the child reads, and waits for more */
			fixture_ready("child");
			while (read(down[0], &byte, 1) == 1)
				usleep(1000);
		}
		write_until_full(up[1], "child");
	}
	close(down[0]);
	close(up[1]);
	if (well) {
		fixture_ready("parent");
		fixture_pause();
	}
	write_until_full(down[1], "parent");
}

/* --- each waits for the other's word --- */
FRAME void wait_for_word(int fd, const char *name)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	char byte;

	fixture_ready(name);
	if (well) /* TWIN: not for ever */
		poll(&one, 1, 600000);
	fixture_try(read(fd, &byte, 1), "read"); /* @block word */
}

static void both_listen(void)
{
	int ends[2];

	fixture_try(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	if (child() == 0) {
		close(ends[0]);
		wait_for_word(ends[1], "child");
	}
	close(ends[1]);
	wait_for_word(ends[0], "parent");
}

/* --- forked while another thread held a lock --- */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t held;

FRAME void *hold_lock(void *arg)
{
	pthread_mutex_lock(&lock);
	if (well) /* TWIN */
		pthread_mutex_unlock(&lock);
	pthread_barrier_wait(&held);
	fixture_pause();
	return arg;
}

FRAME void lock_in_child(void)
{
	fixture_ready("child");
	pthread_mutex_lock(&lock); /* @block forked */
	fixture_pause();
}

static void forked_lock(void)
{
	pthread_t thread;

	pthread_barrier_init(&held, NULL, 2);
	pthread_create(&thread, NULL, hold_lock, NULL);
	pthread_barrier_wait(&held);
	if (child() == 0)
		lock_in_child();
	fixture_pause();
}

/* --- three processes in a circle: a shared mutex, a file lock, a shared mutex --- */
struct region {
	pthread_mutex_t first, third;
	pthread_barrier_t all;
};

static struct region *region;

FRAME void lock_next(pthread_mutex_t *mutex, const char *name)
{
	pthread_barrier_wait(&region->all);
	fixture_ready(name);
	pthread_mutex_lock(mutex); /* @block circle */
	fixture_pause();
}

FRAME void flock_next(const char *path, const char *name)
{
	int fd = fixture_try(open(path, O_RDWR), "open");

	pthread_barrier_wait(&region->all);
	fixture_ready(name);
	fixture_try(flock(fd, LOCK_EX), "flock"); /* @block circle_file */
	fixture_pause();
}

static void circle_of_three(void)
{
	const char *folder = getenv("TMPDIR");
	char path[256];
	pthread_mutexattr_t shared;
	pthread_barrierattr_t together;
	int file;

	snprintf(path, sizeof(path), "%s/sick-XXXXXX", folder ? folder : "/tmp");
	region = mmap(NULL, sizeof(*region), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&shared);
	pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&region->first, &shared);
	pthread_mutex_init(&region->third, &shared);
	pthread_barrierattr_init(&together);
	pthread_barrierattr_setpshared(&together, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&region->all, &together, 3);
	file = fixture_try(mkstemp(path), "mkstemp");
	close(file);
	if (child() == 0) {
		pthread_mutex_lock(&region->first);
		flock_next(path, "first");
	}
	if (child() == 0) {
		file = fixture_try(open(path, O_RDWR), "open");
		fixture_try(flock(file, LOCK_EX), "flock");
		lock_next(&region->third, "second");
	}
	pthread_mutex_lock(&region->third);
	if (well) { /* TWIN: the last one asks for nothing */
		pthread_barrier_wait(&region->all);
		fixture_ready("third");
		fixture_pause();
	}
	lock_next(&region->first, "third");
}

/* --- waits for a child that can never end --- */
static void wait_for_stuck_child(void)
{
	int ends[2];
	char byte;

	fixture_try(pipe(ends), "pipe");
	if (child() == 0) {
		if (well) /* TWIN: it works */
			for (;;)
				usleep(100000);
		fixture_ready("child");
		fixture_try(read(ends[0], &byte, 1), "read"); /* @block child */
	}
	close(ends[0]);
	close(ends[1]);
	fixture_ready("parent");
	wait4(-1, NULL, 0, NULL); /* @block parent */
}

/* --- reads what only itself could write; the twin's child can, in a table that is not its leader's --- */
static int own_ends[2], set_up[2];

FRAME void *keep_end(void *arg)
{
	if (arg)
		fixture_try(unshare(CLONE_FILES), "unshare");
	if (!well) /* TWIN */
		close(own_ends[1]);
	pthread_barrier_wait(&held);
	fixture_pause();
	return arg;
}

FRAME void read_own_end(const char *name)
{
	char byte;

	fixture_try(read(set_up[0], &byte, 1), "read");
	fixture_ready(name);
	fixture_try(read(own_ends[0], &byte, 1), "read"); /* @block own-end */
}

static void begin_keeper(bool of_its_own)
{
	pthread_t thread;

	fixture_try(pipe(own_ends), "pipe");
	fixture_try(pipe(set_up), "pipe");
	if (child() == 0) {
		pthread_barrier_init(&held, NULL, 2);
		pthread_create(&thread, NULL, keep_end, of_its_own ? &thread : NULL);
		pthread_barrier_wait(&held);
		if (of_its_own)
			close(own_ends[1]);
		fixture_try(write(set_up[1], "", 1), "write");
		if (!of_its_own)
			pthread_exit(NULL);
		fixture_pause();
	}
}

static void ended_leader(void)
{
	begin_keeper(false);
	read_own_end("reader");
}

static void own_table(void)
{
	begin_keeper(true);
	read_own_end("reader");
}

static const struct fixture_fault faults[] = {
	{ "ended-leader", ended_leader }, { "own-table", own_table },
	{ "full-pipes", full_pipes }, { "both-listen", both_listen }, { "forked-lock", forked_lock },
	{ "circle", circle_of_three }, { "stuck-child", wait_for_stuck_child },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return fixture_main(argc, argv, faults, &well);
}
