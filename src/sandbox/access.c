// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parent's side of the reader: struct target_access.
 *
 * A process that is to be read for the first time in a sweep is tried: the reader reads where
 * nothing is mapped, for which the kernel takes the lock of the process's memory. Then it is known
 * on which devices its mappings lie; where one is not of this host's local file systems, the reader
 * does the reading. A process that a reader was lost over is left alone for a time.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uthash.h>

#include "sandbox/local_devices.h"
#include "sandbox/process.h"
#include "sandbox/reader.h"
#include "sandbox/remark.h"
#include "sandbox/wire.h"
#include "target/maps.h"
#include "util/now.h"

#define PATIENCE 1000000000ull /* for one answer */
#define BUSY_TIMES 8	       /* as long where the reader waits for a processor */
#define SLICE_MS 20
#define LEFT_ALONE_FIRST 5000000000ull
#define LEFT_ALONE_MOST 300000000000ull
#define PROCESSES_MAX 65536
#define LOOK_AGAIN 60000000000ull
#define SILENT_MAX 64
#define SILENT_FOR 60000000000ull

struct known_process {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t tried; /* in which sweep */
	uint64_t left_alone_until, left_alone_for;
	bool devices_known, all_local;
	uint64_t looked_at; /* at its descriptors */
	bool has_userfault;
};

/* A file system that did not answer. */
struct silent_device {
	dev_t device;
	uint64_t until; /* it is asked again */
};

struct reading {
	struct target_access access; /* first */
	struct sandbox_audience audience;
	struct worker_process process;
	struct local_devices devices;
	struct known_process *known;
	struct known_process *last;
	struct silent_device silent[SILENT_MAX]; /* the oldest is replaced */
	size_t silent_count;
	uint64_t sweep;
	uint64_t answers;
	bool unavailable; /* no reader ever answered: this host has no room for one */
	struct wire_message in;
	uint8_t out[sizeof(struct reader_open) + 4 * 4096];
};

static struct reading *reading_of(struct target_access *access)
{
	return (struct reading *)access;
}

static bool is_late(const struct reading *reading, uint64_t waited)
{
	uint64_t cpu;

	if (waited < PATIENCE)
		return false;
	return waited >= PATIENCE * BUSY_TIMES || !worker_process_runs(&reading->process, &cpu);
}

static int await(struct reading *reading, uint64_t begun)
{
	struct pollfd poll_fd = { .fd = reading->process.socket, .events = POLLIN };

	while (poll(&poll_fd, 1, SLICE_MS) <= 0) {
		if (is_late(reading, now_monotonic() - begun))
			return -ETIME;
	}
	return wire_receive(reading->process.socket, MSG_DONTWAIT, &reading->in);
}

/* Returns what the reader answered; -ETIME where it was lost; its answer is in reading->in. */
static int ask(struct reading *reading, const struct wire_head *head, const void *payload, int fd)
{
	uint64_t begun = now_monotonic();
	int r = 0;

	if (reading->unavailable)
		return -ENOTCONN;
	if (!reading->process.pid)
		r = worker_process_begin(&reading->process, WORKER_READER);
	if (r < 0) /* those before were lost: what they were lost over is not to be read */
		return reading->answers ? -ETIME : r;
	r = wire_send(reading->process.socket, head, payload, fd);
	r = r ?: await(reading, begun);
	if (r == 0 && reading->in.head.operation == WIRE_ANSWER) {
		reading->answers++;
		return reading->in.head.result;
	}
	if (r == 0 && reading->in.fd >= 0)
		close(reading->in.fd);
	worker_process_lose(&reading->process);
	if (!reading->answers && r != -ETIME) {
		reading->unavailable = true;
		sandbox_remark(
			&reading->audience,
			"cannot begin the process that tries others first: what hangs, hangs us");
		return -ENOTCONN;
	}
	return -ETIME;
}

/* --- processes --- */

static void forget_all(struct reading *reading)
{
	struct known_process *known, *next;

	HASH_ITER(hh, reading->known, known, next) {
		HASH_DEL(reading->known, known);
		free(known);
	}
	reading->last = NULL;
}

/* NULL: no memory. */
static struct known_process *know(struct reading *reading, pid_t pid)
{
	struct known_process *known = reading->last;

	if (known && known->pid == pid)
		return known;
	HASH_FIND(hh, reading->known, &pid, sizeof(pid), known);
	if (!known) {
		if (HASH_COUNT(reading->known) >= PROCESSES_MAX)
			forget_all(reading); /* only costs to try each again */
		known = calloc(1, sizeof(*known));
		if (!known)
			return NULL;
		known->pid = pid;
		HASH_ADD(hh, reading->known, pid, sizeof(pid), known);
	}
	reading->last = known;
	return known;
}

static void leave_alone(const struct reading *reading, struct known_process *known)
{
	if (!known->left_alone_for)
		sandbox_remark(
			&reading->audience,
			"process %d: the kernel does not give its memory in time (a thread of it "
			"is "
			"stuck there, a server does not answer, or the host is too busy): it is "
			"told of without it",
			(int)known->pid);
	known->left_alone_for = known->left_alone_for ? known->left_alone_for * 2
						      : LEFT_ALONE_FIRST;
	if (known->left_alone_for > LEFT_ALONE_MOST)
		known->left_alone_for = LEFT_ALONE_MOST;
	known->left_alone_until = now_monotonic() + known->left_alone_for;
}

static int ask_about(struct reading *reading, struct known_process *known,
		     const struct wire_head *head, const void *payload, int fd)
{
	int r = ask(reading, head, payload, fd);

	if (r == -ETIME)
		leave_alone(reading, known);
	return r;
}

static bool try_anew(struct reading *reading, struct known_process *known)
{
	uint64_t now = now_monotonic();
	bool look = !known->looked_at || now - known->looked_at > LOOK_AGAIN;
	const struct wire_head head = { .operation = WIRE_TRY,
					.number = (uint64_t)known->pid,
					.address = look };
	int r;

	if (known->left_alone_until && now < known->left_alone_until)
		return false;
	if (known->tried == reading->sweep)
		return true;
	known->tried = reading->sweep;
	known->left_alone_until = 0;
	/* Where there can be no reader, it is read all the same: most hang never. */
	r = ask_about(reading, known, &head, NULL, -1);
	if (look && r >= 0) {
		known->looked_at = now;
		known->has_userfault = r;
	}
	return r != -ETIME;
}

/* Asked before each read: once a sweep it takes more than a comparison. */
static bool try_process(struct reading *reading, struct known_process *known)
{
	bool tried = known->tried == reading->sweep;

	return (tried && !known->left_alone_until) || try_anew(reading, known);
}

static void judge_devices(struct reading *reading, struct known_process *known,
			  const dev_t *devices, size_t count, bool all)
{
	known->devices_known = true;
	known->all_local = all;
	for (size_t i = 0; i < count; i++)
		known->all_local &= local_devices_have(&reading->devices, devices[i]);
}

static void learn_devices(struct reading *reading, struct known_process *known)
{
	const struct wire_head head = { .operation = WIRE_DEVICES, .number = (uint64_t)known->pid };
	dev_t devices[TARGET_DEVICES_MAX];
	int r = ask_about(reading, known, &head, NULL, -1);
	size_t size = reading->in.head.size;

	if (r < 0 || size > sizeof(devices)) {
		judge_devices(reading, known, devices, 0, r != -E2BIG);
		return;
	}
	memcpy(devices, reading->in.payload, size);
	judge_devices(reading, known, devices, size / sizeof(devices[0]), true);
}

/* --- struct target_access_operations --- */

static void access_begin_sweep(struct target_access *access)
{
	reading_of(access)->sweep++;
}

static bool access_answers(struct target_access *access, pid_t pid)
{
	struct reading *reading = reading_of(access);
	struct known_process *known = know(reading, pid);

	return !known || try_process(reading, known);
}

static enum target_way access_way(struct target_access *access, pid_t pid)
{
	struct reading *reading = reading_of(access);
	struct known_process *known = know(reading, pid);

	if (!known || reading->unavailable)
		return TARGET_BY_ITSELF;
	if (!try_process(reading, known))
		return TARGET_REFUSED;
	if (!known->devices_known)
		learn_devices(reading, known);
	if (known->left_alone_until)
		return TARGET_REFUSED;
	return known->all_local && !known->has_userfault ? TARGET_BY_ITSELF : TARGET_BY_READER;
}

static void access_note_devices(struct target_access *access, pid_t pid, const dev_t *devices,
				size_t count, bool all)
{
	struct reading *reading = reading_of(access);
	struct known_process *known = know(reading, pid);

	if (known)
		judge_devices(reading, known, devices, count, all);
}

/* As much as one message holds; the caller asks for the rest, if it wants it. */
static int read_once(struct reading *reading, struct known_process *known, pid_t tid,
		     uint64_t address, void *buffer, size_t size, size_t *ret_read)
{
	const struct reader_read read = { tid, (uint32_t)size, address };
	const struct wire_head head = { .operation = WIRE_READ, .size = sizeof(read) };
	int r = ask_about(reading, known, &head, &read, -1);

	if (r < 0)
		return r;
	if (!reading->in.head.size || reading->in.head.size > size)
		return -EFAULT;
	memcpy(buffer, reading->in.payload, reading->in.head.size);
	*ret_read = reading->in.head.size;
	return 0;
}

static int access_read(struct target_access *access, pid_t pid, pid_t tid, uint64_t address,
		       void *buffer, size_t size, size_t *ret_read)
{
	struct reading *reading = reading_of(access);
	struct known_process *known = know(reading, pid);
	size_t done = 0, step, got;
	int r = 0;

	if (!known)
		return -ENOMEM;
	while (done < size && r == 0) {
		step = size - done < READER_READ_MAX ? size - done : READER_READ_MAX;
		got = 0;
		r = read_once(reading, known, tid, address + done, (char *)buffer + done, step,
			      &got);
		done += got;
		if (got < step)
			break;
	}
	if (!done)
		return r ?: -EFAULT;
	*ret_read = done;
	return 0;
}

static int take_descriptor(struct reading *reading, int *ret_fd)
{
	if (reading->in.fd < 0)
		return -ENOENT;
	*ret_fd = reading->in.fd;
	return 0;
}

static bool is_silent(const struct reading *reading, dev_t device)
{
	size_t count = reading->silent_count < SILENT_MAX ? reading->silent_count : SILENT_MAX;

	for (size_t i = 0; i < count; i++) {
		if (reading->silent[i].device == device)
			return now_monotonic() < reading->silent[i].until;
	}
	return false;
}

static void note_silent(struct reading *reading, const struct target_mapping *mapping)
{
	reading->silent[reading->silent_count++ % SILENT_MAX] =
		(struct silent_device){ mapping->device, now_monotonic() + SILENT_FOR };
	sandbox_remark(&reading->audience,
		       "%s: its file system does not answer: code of its files has no names",
		       mapping->path);
}

static int access_open(struct target_access *access, pid_t pid,
		       const struct target_mapping *mapping, int *ret_fd)
{
	struct reading *reading = reading_of(access);
	const struct reader_open open = {
		.tid = pid,
		.deleted = mapping->deleted,
		.start = mapping->start,
		.end = mapping->end,
		.offset = mapping->offset,
		.inode = mapping->inode,
		.device = mapping->device,
	};
	size_t length = strlen(mapping->path) + 1;
	const struct wire_head head = { .operation = WIRE_OPEN_MAP,
					.size = (uint32_t)(sizeof(open) + length) };
	int r;

	if (head.size > sizeof(reading->out))
		return -ENAMETOOLONG;
	if (is_silent(reading, mapping->device))
		return -ETIME;
	memcpy(reading->out, &open, sizeof(open));
	memcpy(reading->out + sizeof(open), mapping->path, length);
	r = ask(reading, &head, reading->out, -1);
	if (r == -ETIME)
		note_silent(reading, mapping);
	return r ?: take_descriptor(reading, ret_fd);
}

static int access_open_below(struct target_access *access, const char *root, const char *path,
			     int flags, int *ret_fd)
{
	struct reading *reading = reading_of(access);
	size_t first = strlen(root) + 1, second = strlen(path) + 1;
	const struct wire_head head = { .operation = WIRE_OPEN_BELOW,
					.address = (uint64_t)flags,
					.size = (uint32_t)(first + second) };
	int r;

	if (first + second > sizeof(reading->out))
		return -ENAMETOOLONG;
	memcpy(reading->out, root, first);
	memcpy(reading->out + first, path, second);
	r = ask(reading, &head, reading->out, -1);
	return r ?: take_descriptor(reading, ret_fd);
}

static int access_open_net(struct target_access *access, pid_t pid, int *ret_fd)
{
	struct reading *reading = reading_of(access);
	const struct wire_head head = { .operation = WIRE_OPEN_NET, .number = (uint64_t)pid };
	int r = ask(reading, &head, NULL, -1);

	return r ?: take_descriptor(reading, ret_fd);
}

static ssize_t access_pread(struct target_access *access, int fd, void *buffer, size_t size,
			    uint64_t offset)
{
	struct reading *reading = reading_of(access);
	const struct wire_head head = { .operation = WIRE_PREAD,
					.number = size,
					.address = offset };
	int r = ask(reading, &head, NULL, fd);

	if (r < 0)
		return r;
	if (reading->in.head.size > size)
		return -EBADMSG;
	memcpy(buffer, reading->in.payload, reading->in.head.size);
	return reading->in.head.size;
}

static void access_free(struct target_access *access)
{
	struct reading *reading = reading_of(access);

	worker_process_lose(&reading->process);
	forget_all(reading);
	local_devices_release(&reading->devices);
	free(reading);
}

static const struct target_access_operations operations = {
	.free = access_free,
	.begin_sweep = access_begin_sweep,
	.answers = access_answers,
	.way = access_way,
	.note_devices = access_note_devices,
	.read = access_read,
	.open = access_open,
	.open_below = access_open_below,
	.open_net = access_open_net,
	.pread = access_pread,
};

int sandbox_open_access(const struct sandbox_options *options, struct target_access **ret_access)
{
	struct reading *reading = calloc(1, sizeof(*reading));

	if (!reading)
		return -ENOMEM;
	reading->access.does = &operations;
	reading->audience = options->audience;
	reading->process.spawner = options->spawner;
	reading->process.socket = -1;
	reading->sweep = 1;
	local_devices_init(&reading->devices);
	/* It gets ready while the rest does. */
	(void)worker_process_begin(&reading->process, WORKER_READER);
	*ret_access = &reading->access;
	return 0;
}
