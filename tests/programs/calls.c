// SPDX-License-Identifier: GPL-2.0-only
/* Threads that wait for ever in system calls that are no file's: time, signals, IPC, children. */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

FRAME void *block_in_nanosleep(void *arg)
{
	struct timespec day = { .tv_sec = 86400 };

	fixture_ready("nanosleep");
	nanosleep(&day, NULL); /* @block nanosleep */
	fixture_came_back("nanosleep");
	return arg;
}

FRAME void *block_in_sigwait(void *arg)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fixture_ready("sigwait");
	sigwait(&set, &number); /* @block sigwait */
	fixture_came_back("sigwait");
	return arg;
}

FRAME void *block_in_wait4(void *arg)
{
	pid_t child = fixture_try(fork(), "fork");

	if (!child) {
		fixture_init(0, NULL);
		fixture_pause();
	}
	fixture_ready("wait4");
	waitpid(child, NULL, 0); /* @block wait4 */
	fixture_came_back("wait4");
	return arg;
}

/* glibc's vfork returns twice on one stack; its wrapper's frame is the caller's own. */
FRAME void *block_in_vfork(void *arg)
{
	fixture_ready("vfork");
	if (!vfork()) { /* @block vfork */
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* the thread's death counts, and it dies with all */
		for (;;)
			pause();
	}
	fixture_came_back("vfork");
	return arg;
}

FRAME void *block_in_semop(void *arg)
{
	struct sembuf take = { .sem_op = -1 };
	int id = semget(IPC_PRIVATE, 1, 0600);

	if (id < 0) {
		fixture_skip("semop", "no SysV semaphores");
		return arg;
	}
	fixture_owns('s', id);
	fixture_ready("semop");
	semop(id, &take, 1); /* @block semop */
	fixture_came_back("semop");
	return arg;
}

FRAME void *block_in_msgrcv(void *arg)
{
	struct { long type; char text[8]; } message;
	int id = msgget(IPC_PRIVATE, 0600);

	if (id < 0) {
		fixture_skip("msgrcv", "no SysV message queues");
		return arg;
	}
	fixture_owns('q', id);
	fixture_ready("msgrcv");
	msgrcv(id, &message, sizeof(message.text), 0, 0); /* @block msgrcv */
	fixture_came_back("msgrcv");
	return arg;
}

FRAME void *block_in_io_uring(void *arg)
{
	struct io_uring_params params = { 0 };
	int fd = syscall(SYS_io_uring_setup, 4, &params);

	if (fd < 0) {
		fixture_skip("io_uring", strerror(errno));
		return arg;
	}
	fixture_ready("io_uring");
	syscall(SYS_io_uring_enter, fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0); /* @block io_uring */
	fixture_came_back("io_uring");
	return arg;
}

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

FRAME void *block_in_futex_waitv(void *arg)
{
	static uint32_t words[2];
	/* struct futex_waitv, which older headers lack; 2 says that the word has 32 bits */
	struct { uint64_t value, address; uint32_t flags, reserved; } waits[2] = {
		{ .address = (uintptr_t)&words[0], .flags = 2 },
		{ .address = (uintptr_t)&words[1], .flags = 2 },
	};

	if (syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) < 0 && errno == ENOSYS) {
		fixture_skip("futex_waitv", "older than Linux 5.16");
		return arg;
	}
	fixture_ready("futex_waitv");
	syscall(SYS_futex_waitv, waits, 2, 0, NULL, 0); /* @block futex_waitv */
	fixture_came_back("futex_waitv");
	return arg;
}

/* No system call at all: the thread waits in a page fault. */
FRAME void *block_in_fault(void *arg)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	range.range.start = (uintptr_t)page;
	range.range.len = 4096;
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range)) {
		fixture_skip("fault", "no userfaultfd");
		return arg;
	}
	fixture_ready("fault");
	(void)*page; /* @block fault */
	fixture_came_back("fault");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	fixture_init(argc, argv);
	if (fixture_wants("nanosleep"))
		pthread_create(&t, NULL, block_in_nanosleep, NULL); /* @spawn nanosleep */
	if (fixture_wants("sigwait"))
		pthread_create(&t, NULL, block_in_sigwait, NULL); /* @spawn sigwait */
	if (fixture_wants("wait4"))
		pthread_create(&t, NULL, block_in_wait4, NULL); /* @spawn wait4 */
	if (fixture_wants("vfork"))
		pthread_create(&t, NULL, block_in_vfork, NULL); /* @spawn vfork */
	if (fixture_wants("semop"))
		pthread_create(&t, NULL, block_in_semop, NULL); /* @spawn semop */
	if (fixture_wants("msgrcv"))
		pthread_create(&t, NULL, block_in_msgrcv, NULL); /* @spawn msgrcv */
	if (fixture_wants("io_uring"))
		pthread_create(&t, NULL, block_in_io_uring, NULL); /* @spawn io_uring */
	if (fixture_wants("futex_waitv"))
		pthread_create(&t, NULL, block_in_futex_waitv, NULL); /* @spawn futex_waitv */
	if (fixture_wants("fault"))
		pthread_create(&t, NULL, block_in_fault, NULL); /* @spawn fault */
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
