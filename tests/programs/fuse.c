// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread in state D: it looks a file up in a FUSE mount whose server never answers. Until a
 * first signal such a wait can be interrupted; the server ignores the interrupt, and from then on
 * it cannot. The mount is in a namespace of our own and goes with us. The server is a process of
 * its own, which dies with the main thread: one in ours would keep the connection open for as long
 * as the blocked thread lives, and that thread cannot even be killed before it closes.
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
	pthread_create(&t, NULL, block_in_uninterruptible, NULL); /* @spawn uninterruptible */
	/* The signal to the process is the blocked thread's. */
	pthread_sigmask(SIG_BLOCK, &(sigset_t){ { 1UL << (SIGUSR1 - 1) } }, NULL);
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
