// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process some of which lies on a server that does not answer:  hung binary|stack|lock PROGRAM [ARGUMENT]...
 *                                                                hung userfault user|all
 *
 *   binary  PROGRAM runs from there, with its arguments; on SIGUSR1 to this process the server falls silent
 *   stack   a thread whose stack is in a page that was never read
 *   lock    a thread that holds the lock of its process's memory while it waits for a page
 *   userfault  a stack in memory that a userfaultfd should fill, which nobody serves; all: also for the kernel
 *
 * The mount is in a namespace of our own, and goes with us. Requests: linux/fuse.h.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOUNT "/tmp"
#define FILE_NODE 7
#define LARGEST 65536
#define PAGES_SIZE 65536

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static const char *mode;
static int device, content;
static uint64_t size;
static unsigned opened;
static volatile sig_atomic_t silent;
static volatile pid_t reading;

static void on_signal(int number)
{
	(void)number;
	silent = 1;
}

static void answer(uint64_t unique, int error, const void *body, size_t length)
{
	static char reply[LARGEST + sizeof(struct fuse_out_header)];
	struct fuse_out_header head = { sizeof(head) + length, error, unique };

	memcpy(reply, &head, sizeof(head));
	if (length)
		memcpy(reply + sizeof(head), body, length);
	(void)!write(device, reply, sizeof(head) + length);
}

static struct fuse_attr attributes_of(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.size = node == FILE_NODE ? size : 0,
		.blocks = node == FILE_NODE ? size / 512 : 0,
		.mode = node == FILE_NODE ? S_IFREG | 0755 : S_IFDIR | 0755,
		.nlink = 1,
		.blksize = 4096,
	};
}

static void answer_read(const struct fuse_in_header *head, const struct fuse_read_in *wanted)
{
	static char bytes[LARGEST];
	ssize_t count;

	if (silent || strcmp(mode, "binary"))
		return; /* never */
	count = pread(content, bytes, wanted->size < LARGEST ? wanted->size : LARGEST, wanted->offset);
	answer(head->unique, 0, bytes, count > 0 ? count : 0);
}

static void answer_open(const struct fuse_in_header *head)
{
	struct fuse_open_out open = { .fh = 1 };

	/* Another open of the same file that must not use its pages: mmap() waits for those. */
	if (!strcmp(mode, "lock") && opened++)
		open.open_flags = FOPEN_DIRECT_IO;
	answer(head->unique, 0, &open, sizeof(open));
}

static void serve_one(const struct fuse_in_header *head, const void *body)
{
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
				      .max_write = 4096 };
	struct fuse_entry_out entry = { .nodeid = FILE_NODE, .attr = attributes_of(FILE_NODE) };
	struct fuse_attr_out attributes = { .attr = attributes_of(head->nodeid) };

	switch (head->opcode) {
	case FUSE_INIT:
		answer(head->unique, 0, &init, sizeof(init));
		return;
	case FUSE_LOOKUP:
		answer(head->unique, strcmp(body, "file") ? -ENOENT : 0, &entry,
		       strcmp(body, "file") ? 0 : sizeof(entry));
		return;
	case FUSE_GETATTR:
		answer(head->unique, 0, &attributes, sizeof(attributes));
		return;
	case FUSE_OPEN:
		answer_open(head);
		return;
	case FUSE_READ:
		answer_read(head, body);
		return;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	default:
		answer(head->unique, -ENOSYS, NULL, 0);
	}
}

static __attribute__((noreturn)) void serve(void)
{
	static char request[LARGEST + 4096] __attribute__((aligned(8)));
	sigset_t set;

	/* Each signal must end a read() of the device, so that it is not restarted. */
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!silent) {
		if (read(device, request, sizeof(request)) > 0 && !silent)
			serve_one((void *)request, request + sizeof(struct fuse_in_header));
	}
	sigemptyset(&set);
	for (;;)
		sigsuspend(&set);
}

static void mount_server(void)
{
	char options[96];

	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
	if (device < 0 || unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("hung", MOUNT, "fuse.hung", MS_NODEV, options)) {
		fixture_skip("hung", strerror(errno));
		exit(77);
	}
}

static char *map_file(int file)
{
	char *pages = mmap(NULL, PAGES_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | (file < 0 ? MAP_ANONYMOUS : 0),
			   file, 0);

	fixture_try(pages == MAP_FAILED ? -1 : 0, "mmap");
	return pages;
}

static char *map_userfault(int flags)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register registered = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC | flags);
	char *pages = map_file(-1);

	registered.range = (struct uffdio_range){ (unsigned long)pages, PAGES_SIZE };
	if (fault < 0 || ioctl(fault, UFFDIO_API, &api) || ioctl(fault, UFFDIO_REGISTER, &registered)) {
		fixture_skip("page", strerror(errno));
		exit(77);
	}
	return pages;
}

/* Waits with the stack pointer in a page that nobody can read. */
static void block_on_page(char *page)
{
#ifdef __x86_64__
	fixture_ready("page");
	__asm__ volatile("mov %0, %%rsp\n1: mov $34, %%eax\nsyscall\njmp 1b" ::"r"(page + 8192) : "memory");
#else
	(void)page;
	fixture_skip("page", "written for x86-64");
	exit(77);
#endif
}

static void *read_page(void *file)
{
	char byte;

	reading = gettid();
	(void)!read(*(int *)file, &byte, 1); /* the page stays locked */
	return NULL;
}

/* mmap() has the lock of the memory, and waits for the page that the other thread has locked. */
static void *map_page(void *file)
{
	fixture_ready("mapper");
	(void)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, *(int *)file, 0);
	return NULL;
}

static bool is_asleep(pid_t tid, char state)
{
	char name[64], text[256] = "", *at;
	int file;

	snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
	file = open(name, O_RDONLY);
	(void)!read(file, text, sizeof(text) - 1);
	close(file);
	at = strrchr(text, ')');
	return tid && at && at[2] == state;
}

static void block_with_lock(void)
{
	int first = fixture_try(open(MOUNT "/file", O_RDONLY), "open");
	int second = fixture_try(open(MOUNT "/file", O_RDONLY), "open");
	pthread_t reader, mapper;

	pthread_create(&reader, NULL, read_page, &first);
	while (!is_asleep(reading, 'S') && !is_asleep(reading, 'D'))
		usleep(1000);
	pthread_create(&mapper, NULL, map_page, &second);
	fixture_pause();
}

int main(int argc, char **argv)
{
	struct stat status;
	pid_t server;

	if (argc < 3)
		return 1;
	mode = argv[1];
	if (!strcmp(mode, "userfault")) {
		fixture_init(0, NULL);
		block_on_page(map_userfault(strcmp(argv[2], "all") ? UFFD_USER_MODE_ONLY : 0));
	}
	content = fixture_try(open(argv[2], O_RDONLY), argv[2]);
	fstat(content, &status);
	size = status.st_size;
	fixture_init(0, NULL);
	signal(SIGUSR1, SIG_IGN);
	mount_server();
	server = fixture_try(fork(), "fork");
	if (!server)
		serve();
	close(device);
	printf("SERVER %d\n", server);
	fflush(stdout);
	if (!strcmp(mode, "binary")) {
		execv(MOUNT "/file", argv + 2);
		fixture_try(-1, "execv");
	}
	if (!strcmp(mode, "stack"))
		block_on_page(map_file(fixture_try(open(MOUNT "/file", O_RDONLY), "open")));
	block_with_lock();
	return 1;
}
