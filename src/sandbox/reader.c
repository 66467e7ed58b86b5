// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader keeps the rights that reading takes, and has nothing to understand: it is told what to
 * read, and hands on what came. Only that it may hang is its business.
 */
#include "sandbox/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/confine.h"
#include "sandbox/wire.h"
#include "target/file.h"
#include "target/memory.h"
#include "target/net.h"
#include "util/cleanup.h"

struct reader {
	int socket;
	struct wire_message in;
	uint8_t out[WIRE_PAYLOAD_MAX];
};

/* Nothing is mapped there, but the lock of its memory has to be had to know that. */
#define NOWHERE 4096
#define DESCRIPTORS_MAX 4096

static struct target_task task_of(int32_t tid)
{
	return (struct target_task){ NULL, tid, tid };
}

/*
 * Whether it has memory that another process fills in when it is touched (userfaultfd(2)): by its
 * descriptors, as far as they are looked at.
 */
static bool has_userfault(pid_t pid)
{
	_cleanup_closedir_ DIR *folder = NULL;
	struct dirent *entry;
	char path[64], link[64];
	ssize_t length;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	for (unsigned i = 0; folder && i < DESCRIPTORS_MAX && (entry = readdir(folder)); i++) {
		length = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);
		if (length < 0)
			continue;
		link[length] = '\0';
		if (strcmp(link, "anon_inode:[userfaultfd]") == 0)
			return true;
	}
	return false;
}

static int do_try(const struct wire_message *in)
{
	const struct target_task task = task_of((int32_t)in->head.number);
	uint8_t byte;
	size_t count;

	(void)target_memory_read(&task, NOWHERE, &byte, 1, &count);
	return in->head.address ? has_userfault(task.tid) : 0;
}

static int do_devices(struct reader *reader, size_t *ret_size)
{
	const struct target_task task = task_of((int32_t)reader->in.head.number);
	struct target_maps maps = TARGET_MAPS_INIT;
	int r = target_maps_read(&task, TARGET_MAPS_EXECUTABLE, &maps);

	if (r == 0 && maps.device_count > TARGET_DEVICES_MAX)
		r = -E2BIG;
	if (r == 0) {
		*ret_size = maps.device_count * sizeof(maps.devices[0]);
		memcpy(reader->out, maps.devices, *ret_size);
	}
	target_maps_release(&maps);
	return r;
}

static int do_read(struct reader *reader, size_t *ret_size)
{
	struct target_task task;
	struct reader_read read;

	if (reader->in.head.size != sizeof(read))
		return -EBADMSG;
	memcpy(&read, reader->in.payload, sizeof(read));
	if (read.size > READER_READ_MAX)
		return -EBADMSG;
	task = task_of(read.tid);
	return target_memory_read(&task, read.address, reader->out, read.size, ret_size);
}

/* A string that ends within the message. */
static bool take_text(const struct wire_message *in, size_t *at, const char **ret_text)
{
	size_t left = in->head.size - *at, length = strnlen((const char *)in->payload + *at, left);

	if (length == left)
		return false;
	*ret_text = (const char *)in->payload + *at;
	*at += length + 1;
	return true;
}

static int do_open_map(const struct wire_message *in, int *ret_fd)
{
	struct target_mapping mapping = { .start = 0 };
	struct target_task task;
	struct reader_open open;
	size_t at = sizeof(open);

	if (in->head.size < sizeof(open) || !take_text(in, &at, &mapping.path))
		return -EBADMSG;
	memcpy(&open, in->payload, sizeof(open));
	mapping.start = open.start;
	mapping.end = open.end;
	mapping.offset = open.offset;
	mapping.inode = open.inode;
	mapping.device = open.device;
	mapping.deleted = open.deleted;
	task = task_of(open.tid);
	return target_file_open(&task, &mapping, ret_fd);
}

static int do_open_below(const struct wire_message *in, int *ret_fd)
{
	const char *root, *path;
	size_t at = 0;

	if (!take_text(in, &at, &root) || !take_text(in, &at, &path))
		return -EBADMSG;
	return target_file_open_below(NULL, root, path, (int)in->head.address, ret_fd);
}

static int do_pread(struct reader *reader, size_t *ret_size)
{
	const struct wire_message *in = &reader->in;
	size_t size = in->head.number < READER_READ_MAX ? in->head.number : READER_READ_MAX;
	ssize_t count = target_file_read(NULL, in->fd, reader->out, size, in->head.address);

	if (count < 0)
		return (int)count;
	*ret_size = (size_t)count;
	return 0;
}

/* There is no thread here that would be left behind in another namespace. */
static int do_open_net(const struct wire_message *in, int *ret_fd)
{
	_cleanup_close_ int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int theirs = -1;
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)in->head.number);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return -errno;
	r = target_net_open_here(ret_fd);
	if (setns(own, CLONE_NEWNET) < 0)
		exit(EXIT_FAILURE);
	return r;
}

static int answer(struct reader *reader)
{
	struct wire_head head = { .operation = WIRE_ANSWER };
	int fd = -1, r;
	size_t size = 0;

	switch (reader->in.head.operation) {
	case WIRE_TRY:
		head.result = do_try(&reader->in);
		break;
	case WIRE_DEVICES:
		head.result = do_devices(reader, &size);
		break;
	case WIRE_READ:
		head.result = do_read(reader, &size);
		break;
	case WIRE_OPEN_MAP:
		head.result = do_open_map(&reader->in, &fd);
		break;
	case WIRE_OPEN_BELOW:
		head.result = do_open_below(&reader->in, &fd);
		break;
	case WIRE_OPEN_NET:
		head.result = do_open_net(&reader->in, &fd);
		break;
	case WIRE_PREAD:
		head.result = do_pread(reader, &size);
		break;
	default:
		head.result = -EBADMSG;
	}
	head.size = head.result < 0 ? 0 : (uint32_t)size;
	r = wire_send(reader->socket, &head, reader->out, fd);
	if (fd >= 0)
		close(fd);
	if (reader->in.fd >= 0)
		close(reader->in.fd);
	return r;
}

int reader_work(int socket)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader || confine_begin("leakhop-reader") < 0 || confine_reader() < 0)
		return EXIT_FAILURE;
	reader->socket = socket;
	do {
		r = wire_receive(socket, 0, &reader->in);
		r = r ?: answer(reader);
	} while (r == 0);
	return EXIT_SUCCESS;
}
