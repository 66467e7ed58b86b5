// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker: takes a question, answers it, and waits for the next. While it reads a file it may ask
 * back for the file's debug data.
 *
 * Its address space is bounded for each question, by what the file has on the disk: one that says
 * more of itself than six times that fails, and no other one with it.
 */
#include "sandbox/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#include "binary/inspect.h"
#include "sandbox/codec.h"
#include "sandbox/confine.h"
#include "sandbox/wire.h"
#include "util/now.h"

#define MEMORY_FOR_QUESTION (UINT64_C(64) << 20)
#define MEMORY_TIMES 6
#define MEMORY_IN_ALL (UINT64_C(192) << 20)
#define SLOW_NS 3000000 /* what fills memory takes longer */

/* What an open file and its debug data have on the disk. */
struct stored_file {
	UT_hash_handle hh;
	uint64_t number;
	uint64_t bytes;
};

struct worker {
	int socket;
	int status, statm; /* of /proc/self, opened before there are no files any more */
	uint64_t own;	   /* address space at the start */
	uint64_t before;   /* the question under way */
	uint64_t allowed;
	uint64_t stored; /* by all open files */
	struct stored_file *stored_files;
	struct binary_files *files;
	struct wire_message in;
	uint8_t out[WIRE_PAYLOAD_MAX];
};

/* Address space in use, in bytes; 0: not known. */
static uint64_t memory_in_use(const struct worker *worker)
{
	char text[128];
	ssize_t size = pread(worker->statm, text, sizeof(text) - 1, 0);

	if (size <= 0)
		return 0;
	text[size] = '\0';
	return strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The most that there ever was; 0: not known. */
static uint64_t memory_peak(const struct worker *worker)
{
	char text[4096];
	ssize_t size = pread(worker->status, text, sizeof(text) - 1, 0);
	static const char name[] = "\nVmPeak:";
	const char *at;

	if (size <= 0)
		return 0;
	text[size] = '\0';
	at = strstr(text, name);
	return at ? strtoull(at + sizeof(name) - 1, NULL, 10) * 1024 : 0;
}

/* A question, or all files together, took nearly what they may. */
static bool is_exhausted(const struct worker *worker)
{
	return memory_peak(worker) > worker->before + worker->allowed / 4 * 3 ||
	       memory_in_use(worker) > worker->own + MEMORY_IN_ALL + 2 * worker->stored;
}

static struct stored_file *find_stored(const struct worker *worker, uint64_t number)
{
	struct stored_file *found;

	HASH_FIND(hh, worker->stored_files, &number, sizeof(number), found);
	return found;
}

/* What a question about a file may take, from now on. */
static void allow(struct worker *worker, uint64_t stored)
{
	worker->allowed = MEMORY_FOR_QUESTION + MEMORY_TIMES * stored;
	confine_memory(worker->before + worker->allowed);
}

static void begin_question(struct worker *worker)
{
	const struct stored_file *file = find_stored(worker, worker->in.head.number);

	worker->before = memory_in_use(worker);
	allow(worker, file ? file->bytes : 0);
}

static void add_stored(struct worker *worker, uint64_t number, int fd)
{
	struct stored_file *file = find_stored(worker, number);
	uint64_t bytes = inspect_stored_size(fd);

	if (!file) {
		file = calloc(1, sizeof(*file));
		if (!file)
			return;
		file->number = number;
		HASH_ADD(hh, worker->stored_files, number, sizeof(number), file);
	}
	file->bytes += bytes;
	worker->stored += bytes;
	allow(worker, file->bytes);
}

static void remove_stored(struct worker *worker, uint64_t number)
{
	struct stored_file *file = find_stored(worker, number);

	if (!file)
		return;
	worker->stored -= file->bytes;
	HASH_DEL(worker->stored_files, file);
	free(file);
}

/* Asks back: the other side opens a place where the debug file may be. */
static int ask_for_debug_file(void *context, const struct binary_debug_request *request,
			      unsigned attempt, int *ret_fd)
{
	struct worker *worker = context;
	size_t length = strlen(request->name) + 1;
	struct wire_head head = { .operation = WIRE_FIND_DEBUG,
				  .number = request->number,
				  .address = attempt };
	int r;

	if (length > WIRE_PAYLOAD_MAX - BINARY_BUILD_ID_MAX)
		return -ENOENT;
	memcpy(worker->out, request->name, length);
	if (request->build_id_size)
		memcpy(worker->out + length, request->build_id, request->build_id_size);
	head.size = (uint32_t)(length + request->build_id_size);
	r = wire_send(worker->socket, &head, worker->out, -1);
	r = r ?: wire_receive(worker->socket, 0, &worker->in);
	if (r < 0 || worker->in.head.operation != WIRE_FOUND)
		exit(EXIT_FAILURE); /* nobody is there any more */
	if (worker->in.head.result < 0)
		return worker->in.head.result;
	*ret_fd = worker->in.fd;
	if (*ret_fd >= 0)
		add_stored(worker, request->number, *ret_fd);
	return 0;
}

static int do_describe(struct worker *worker, size_t *ret_size)
{
	struct binary_description description;
	int r = worker->files->does->describe(worker->files, worker->in.fd, &description);

	memcpy(worker->out, &description, sizeof(description));
	*ret_size = sizeof(description);
	return r;
}

static int do_open(struct worker *worker)
{
	struct wire_message *in = &worker->in;

	if (!in->head.size || in->payload[in->head.size - 1])
		return -EBADMSG;
	add_stored(worker, in->head.number, in->fd);
	return worker->files->does->open(worker->files, in->head.number, in->fd,
					 (const char *)in->payload);
}

static int do_rule(struct worker *worker, size_t *ret_size)
{
	struct stack_rule *rule;
	int r = worker->files->does->rule(worker->files, worker->in.head.number,
					  worker->in.head.address, &rule);

	if (r < 0)
		return r;
	*ret_size = stack_rule_size(rule->value_count, rule->operation_count);
	if (*ret_size > sizeof(worker->out))
		r = -E2BIG;
	else
		memcpy(worker->out, rule, *ret_size);
	free(rule);
	return r;
}

static int do_names(struct worker *worker, size_t *ret_size)
{
	struct address_names *names;
	int r = worker->files->does->names(worker->files, worker->in.head.number,
					   worker->in.head.address, &names);

	if (r < 0)
		return r;
	*ret_size = codec_put_names(names, worker->out, sizeof(worker->out));
	address_names_free(names);
	return 0;
}

static int do_layout(struct worker *worker, size_t *ret_size)
{
	const char *names[BINARY_LAYOUT_MAX + 1], *at = (const char *)worker->in.payload;
	size_t left = worker->in.head.size, count = 0;
	int32_t offsets[BINARY_LAYOUT_MAX];
	int r;

	while (left && count <= BINARY_LAYOUT_MAX) {
		size_t length = strnlen(at, left);

		if (length == left)
			return -EBADMSG;
		names[count++] = at;
		at += length + 1;
		left -= length + 1;
	}
	if (!count || left)
		return -EBADMSG;
	add_stored(worker, 0, worker->in.fd);
	r = worker->files->does->layout(worker->files, worker->in.fd, names[0], names + 1,
					count - 1, offsets);
	remove_stored(worker, 0);
	*ret_size = (count - 1) * sizeof(offsets[0]);
	memcpy(worker->out, offsets, *ret_size);
	return r;
}

static int answer(struct worker *worker)
{
	struct wire_head head = { .operation = WIRE_ANSWER };
	uint64_t begun = now_monotonic();
	int fd = worker->in.fd;
	size_t size = 0;

	begin_question(worker);
	switch (worker->in.head.operation) {
	case WIRE_DESCRIBE:
		head.result = do_describe(worker, &size);
		break;
	case WIRE_OPEN:
		head.result = do_open(worker);
		break;
	case WIRE_RULE:
		head.result = do_rule(worker, &size);
		break;
	case WIRE_NAMES:
		head.result = do_names(worker, &size);
		break;
	case WIRE_LAYOUT:
		head.result = do_layout(worker, &size);
		break;
	case WIRE_CLOSE:
		worker->files->does->close(worker->files, worker->in.head.number);
		remove_stored(worker, worker->in.head.number);
		return 0;
	default:
		head.result = -EBADMSG;
	}
	if (fd >= 0)
		close(fd);
	if (now_monotonic() - begun > SLOW_NS && is_exhausted(worker))
		head.flags |= WIRE_EXHAUSTED;
	head.size = head.result < 0 ? 0 : (uint32_t)size;
	return wire_send(worker->socket, &head, worker->out, -1);
}

/* The parent is to be asked by it; here it is of no use. */
static void tell_listener(int socket, int listener)
{
	const struct wire_head head = { .operation = WIRE_LISTENER };

	if (listener < 0)
		return;
	(void)wire_send(socket, &head, NULL, listener);
	close(listener);
}

int worker_work(int socket)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	struct binary_debug_files debug_files = { .open = ask_for_debug_file, .context = worker };
	int listener, r;

	if (!worker || confine_begin("leakhop-files") < 0)
		return EXIT_FAILURE;
	worker->socket = socket;
	worker->status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	worker->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (binary_local_create(&debug_files, &worker->files) < 0 || confine(&listener) < 0)
		return EXIT_FAILURE;
	tell_listener(socket, listener);
	worker->own = memory_in_use(worker);
	do {
		r = wire_receive(socket, 0, &worker->in);
		r = r ?: answer(worker);
	} while (r == 0);
	return EXIT_SUCCESS;
}
