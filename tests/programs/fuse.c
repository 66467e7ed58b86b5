// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread in state D: it looks a file up in a FUSE mount whose server never answers. Until a
 * first signal such a wait can be interrupted; the server ignores the interrupt, and from then on
 * it cannot. The mount is in a namespace of our own and goes with us. The server is a process of
 * its own, which dies with the main thread: one in ours would keep the connection open for as long
 * as the blocked thread lives, and that thread cannot even be killed before it closes.
 *
 * "fuse maker behind": the first makes a folder there, and so holds the lock of the one above while it waits
 * for the answer; the second wants to do the same, and waits for that lock, a lock of the kernel.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int device;
static volatile pid_t maker;
static char path[96] = "/tmp";

static void on_signal(int number)
{
	(void)number;
}

FRAME void *block_in_uninterruptible(void *arg)
{
	struct stat status;

	fixture_ready("uninterruptible");
	stat(path, &status); /* @block uninterruptible */
	fixture_came_back("uninterruptible");
	return arg;
}

FRAME void *block_in_maker(void *arg)
{
	maker = gettid();
	fixture_ready("maker");
	mkdir(path, 0700); /* @block maker */
	fixture_came_back("maker");
	return arg;
}

FRAME void *block_in_behind(void *arg)
{
	fixture_ready("behind");
	mkdir(path, 0700); /* @block behind */
	fixture_came_back("behind");
	return arg;
}

/* Until the maker is in state D. */
static void await_maker(void)
{
	char name[64], text[256], *state = NULL;
	ssize_t size;
	int file;

	while (!state || strncmp(state, ") D", 3)) {
		usleep(10000);
		snprintf(name, sizeof(name), "/proc/self/task/%d/stat", (int)maker);
		file = open(name, O_RDONLY);
		size = file < 0 ? 0 : read(file, text, sizeof(text) - 1);
		text[size > 0 ? size : 0] = '\0';
		state = strrchr(text, ')');
		close(file);
	}
}

/* Takes requests, answers the first, which opens the session, and no other. */
static __attribute__((noreturn)) void serve(pid_t blocked)
{
	static char request[FUSE_MIN_READ_BUFFER * 32];
	struct fuse_in_header *head = (void *)request;
	struct {
		struct fuse_out_header head;
		struct fuse_init_out body;
	} reply = { .head.len = sizeof(reply), .body.major = FUSE_KERNEL_VERSION,
		    .body.minor = FUSE_KERNEL_MINOR_VERSION, .body.max_write = 4096 };

	for (;;) {
		fixture_try(read(device, request, sizeof(request)), "/dev/fuse");
		if (head->opcode == FUSE_INIT) {
			reply.head.unique = head->unique;
			(void)!write(device, &reply, sizeof(reply));
		} else if (head->opcode == FUSE_LOOKUP) {
			kill(blocked, SIGUSR1);
		}
	}
}

int main(int argc, char **argv)
{
	char options[96];
	pthread_t t;
	pid_t self = getpid();

	fixture_init(argc, argv);
	signal(SIGUSR1, on_signal);
	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (device < 0 || unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("never", path, "fuse.never", MS_NOSUID | MS_NODEV, options)) {
		fixture_skip("uninterruptible", strerror(errno));
		return 77;
	}
	if (!fixture_try(fork(), "fork")) {
		fixture_init(0, NULL);
		serve(self);
	}
	close(device);
	strcat(path, "/file");
	if (fixture_wants("uninterruptible"))
		pthread_create(&t, NULL, block_in_uninterruptible, NULL); /* @spawn uninterruptible */
	else
		pthread_create(&t, NULL, block_in_maker, NULL); /* @spawn maker */
	/* The signal to the process is the blocked thread's. */
	pthread_sigmask(SIG_BLOCK, &(sigset_t){ { 1UL << (SIGUSR1 - 1) } }, NULL);
	if (argc > 1 && fixture_wants("behind")) {
		await_maker();
		pthread_create(&t, NULL, block_in_behind, NULL); /* @spawn behind */
	}
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
