// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parent's side: struct binary_files whose answers come from a worker.
 *
 * A file is sent to the worker when something is first asked of it, and again to the next worker
 * when one was lost. A worker dies of a file; but it may also be that others had used up its memory
 * before. So what it died of is asked once more of a new one, and only what a new one dies of
 * counts.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uthash.h>

#include "binary/inspect.h"
#include "sandbox/codec.h"
#include "sandbox/fetcher.h"
#include "sandbox/listener.h"
#include "sandbox/patience.h"
#include "sandbox/process.h"
#include "sandbox/remark.h"
#include "sandbox/wire.h"
#include "sandbox/worker.h"
#include "util/cleanup.h"
#include "util/now.h"

#define LOSSES_MAX 2	  /* of one file */
#define AT_WORKER_MAX 256 /* files; the others are sent again when they are asked about */
#define AT_WORKER_IDLE 60000000000ull /* ns: one not asked about for so long is taken back, too */
#define SLICE_MS 50
#define BUSY_TIMES 5		     /* as long may it take where others have the processor */
#define PATIENCE_AT_END 300000000ull /* the user wants an end, and names in the report */
#define BACK_OFF_FIRST 10000000ull
#define BACK_OFF_WAITED 200000000ull /* longer ones are not slept through */
#define BACK_OFF_MOST 10000000000ull
#define AGAIN_FIRST 30000000000ull /* twice as long each time */
#define AGAIN_DOUBLED_MOST 7

struct sent_file {
	UT_hash_handle hh;
	uint64_t number;
	int fd;
	char *path;
	uint64_t stored;   /* bytes */
	uint64_t worker;   /* the number of the worker that has it; 0: none */
	uint64_t asked_at; /* ns, CLOCK_MONOTONIC */
	unsigned losses;
	bool given_up;
	unsigned too_late; /* how often it was given up for want of time */
	uint64_t again_at; /* when it is asked again after that; 0: never */
};

struct sandbox {
	struct binary_files files; /* first */
	struct sandbox_options options;
	struct worker_process process;
	struct patience patience;
	struct fetcher fetcher;
	struct sent_file *sent; /* those asked about last are last */
	size_t at_worker;	/* so many of them the worker has */
	uint64_t worker;	/* number of the worker, from 1 on */
	uint64_t answers;	/* of this one */
	uint64_t back_off;	/* ns; 0: the last worker was in order */
	uint64_t not_before;	/* ns, CLOCK_MONOTONIC: when the next may begin */
	int listener;		/* of the worker's notifications; -1: none */
	uint64_t asked_about;	/* the number of the file */
	uint64_t fetched;	/* the attempt behind one for which a server was asked */
	bool works;		/* some worker has answered */
	bool reported_none;	/* that there is no worker */
	uint8_t out[WIRE_PAYLOAD_MAX];
	struct wire_message in;
};

/* A question: of a file (NULL: of the descriptor alone). */
struct question {
	struct wire_head head;
	const void *payload;
	int fd;
	struct sent_file *file;
	uint64_t stored; /* bytes of what is to be read */
};

static struct sandbox *sandbox_of(struct binary_files *files)
{
	return (struct sandbox *)files;
}

/* --- the worker --- */

static void say_none(struct sandbox *sandbox, const char *why)
{
	if (!sandbox->reported_none)
		sandbox_remark(
			&sandbox->options.audience,
			"cannot begin the process that reads files (%s): frames have no names",
			why);
	sandbox->reported_none = true;
}

static int begin_worker(struct sandbox *sandbox)
{
	uint64_t now = now_monotonic();
	int r;

	if (now < sandbox->not_before && (!sandbox->works || sandbox->back_off > BACK_OFF_WAITED))
		return -EAGAIN;
	if (now < sandbox->not_before)
		nanosleep(&(struct timespec){ .tv_nsec = (long)(sandbox->not_before - now) }, NULL);
	r = worker_process_begin(&sandbox->process, WORKER_FILES);
	sandbox->worker++;
	sandbox->at_worker = 0;
	sandbox->answers = 0;
	if (r < 0)
		say_none(sandbox, strerror(-r));
	return r;
}

/* One that was lost before it answered anything is no file's fault: wait longer each time. */
static void lose_worker(struct sandbox *sandbox)
{
	worker_process_lose(&sandbox->process);
	if (sandbox->listener >= 0)
		close(sandbox->listener);
	sandbox->listener = -1;
	if (sandbox->answers) {
		sandbox->back_off = 0;
		return;
	}
	sandbox->back_off = sandbox->back_off ? sandbox->back_off * 2 : BACK_OFF_FIRST;
	if (sandbox->back_off > BACK_OFF_MOST)
		sandbox->back_off = BACK_OFF_MOST;
	sandbox->not_before = now_monotonic() + sandbox->back_off;
}

/* --- what the worker asks back --- */

/* Its strings are the message's. False: it is none. */
static bool read_debug_request(const struct wire_message *in, struct binary_debug_request *ret)
{
	size_t length = strnlen((const char *)in->payload, in->head.size);

	if (length == in->head.size || in->head.size - length - 1 > BINARY_BUILD_ID_MAX)
		return false;
	*ret = (struct binary_debug_request){
		.number = in->head.number,
		.name = (const char *)in->payload,
		.build_id = in->payload + length + 1,
		.build_id_size = in->head.size - length - 1,
	};
	return true;
}

int sandbox_fetch_debug(struct binary_files *files, const uint8_t *build_id, size_t size,
			int *ret_fd)
{
	struct sandbox *sandbox = sandbox_of(files);
	uint8_t own[BINARY_BUILD_ID_MAX]; /* that may be in the message, whose place takes the
					     answer */
	int r;

	if (!size || size > sizeof(own))
		return -ENOENT;
	memcpy(own, build_id, size);
	r = fetcher_get(&sandbox->fetcher, own, size, &sandbox->in, ret_fd);
	if (r == -ETIME)
		sandbox_remark(
			&sandbox->options.audience,
			"the servers of DEBUGINFOD_URLS do not answer in time: debug data that "
			"only they have is left out");
	return r < 0 ? -ENOENT : 0;
}

/* No place is left: a server may have it. The attempt that follows finds none. */
static int fetch_debug(struct sandbox *sandbox, const struct binary_debug_request *request,
		       uint64_t attempt, int *ret_fd)
{
	if (!request->build_id_size || sandbox->fetched == attempt)
		return -ENOENT;
	sandbox->fetched = attempt + 1;
	return sandbox_fetch_debug(&sandbox->files, request->build_id, request->build_id_size,
				   ret_fd);
}

static int find_debug(struct sandbox *sandbox, int *ret_fd)
{
	const struct binary_debug_files *files = &sandbox->options.debug_files;
	uint64_t attempt = sandbox->in.head.address;
	struct binary_debug_request request;
	int r = -ENOENT;

	if (!read_debug_request(&sandbox->in, &request))
		return -EBADMSG;
	if (attempt == 0)
		sandbox->fetched = 0;
	if (files->open)
		r = files->open(files->context, &request, (unsigned)attempt, ret_fd);
	return r == -ENOENT ? fetch_debug(sandbox, &request, attempt, ret_fd) : r;
}

static int answer_find_debug(struct sandbox *sandbox, uint64_t *begun)
{
	struct wire_head head = { .operation = WIRE_FOUND };
	_cleanup_close_ int fd = -1;
	uint64_t asked = now_monotonic();

	head.result = find_debug(sandbox, &fd);
	*begun += now_monotonic() - asked; /* not the worker's time */
	return wire_send(sandbox->process.socket, &head, NULL, fd);
}

/* --- questions --- */

/* Time is up. Where it had no processor to itself, it gets more. */
static bool is_late(const struct sandbox *sandbox, uint64_t waited, uint64_t patience)
{
	uint64_t cpu;

	if (waited < patience)
		return false;
	if (waited >= patience * BUSY_TIMES)
		return true;
	return !worker_process_runs(&sandbox->process, &cpu) || cpu >= patience / 2;
}

/* Waits for what comes next. Returns 0, -ETIME, -ECANCELED, or what the socket has. */
static int await(struct sandbox *sandbox, uint64_t begun, uint64_t patience)
{
	struct pollfd polled[] = { { .fd = sandbox->process.socket, .events = POLLIN },
				   { .fd = sandbox->listener, .events = POLLIN } };
	const struct sandbox_audience *audience = &sandbox->options.audience;
	uint64_t waited;

	while (poll(polled, 2, SLICE_MS) <= 0 || !polled[0].revents) {
		if (polled[1].revents & POLLIN)
			listener_answer(sandbox->listener, sandbox->process.pid,
					&sandbox->options.debug_files, sandbox->asked_about);
		waited = now_monotonic() - begun;
		if (waited > PATIENCE_AT_END && audience->stop && audience->stop(audience->context))
			return -ECANCELED;
		if (is_late(sandbox, waited, patience))
			return -ETIME;
	}
	return wire_receive(sandbox->process.socket, MSG_DONTWAIT, &sandbox->in);
}

/* A new worker's first message. */
static bool take_listener(struct sandbox *sandbox)
{
	if (sandbox->in.head.operation != WIRE_LISTENER || sandbox->in.fd < 0 ||
	    sandbox->listener >= 0)
		return false;
	sandbox->listener = sandbox->in.fd;
	return true;
}

/* Sends a question and waits for its answer, in sandbox->in. */
static int exchange(struct sandbox *sandbox, const struct question *question)
{
	uint64_t begun = now_monotonic();
	uint64_t patience = patience_for(&sandbox->patience, begun, question->stored);
	int r = wire_send(sandbox->process.socket, &question->head, question->payload,
			  question->fd);

	sandbox->asked_about = question->head.number;
	while (r == 0) {
		r = await(sandbox, begun, patience);
		if (r == 0 && take_listener(sandbox))
			continue;
		if (r == 0 && sandbox->in.fd >= 0) {
			close(sandbox->in.fd); /* a worker has nothing to send */
			r = -EBADMSG;
		}
		if (r == 0 && sandbox->in.head.operation == WIRE_ANSWER)
			return 0;
		if (r == 0)
			r = sandbox->in.head.operation == WIRE_FIND_DEBUG
				    ? answer_find_debug(sandbox, &begun)
				    : -EBADMSG;
	}
	if (r != -ECANCELED)
		patience_lose(&sandbox->patience, now_monotonic(), now_monotonic() - begun);
	return r;
}

/* The worker did not answer a question about a file. */
static void note_loss(struct sandbox *sandbox, struct sent_file *file, int error)
{
	if (!file || file->given_up)
		return;
	if (error == -ECANCELED)
		file->given_up = true; /* no time for another attempt */
	if (++file->losses < LOSSES_MAX || file->given_up)
		return;
	file->given_up = true;
	file->again_at = 0;
	if (error == -ETIME) {
		file->again_at = now_monotonic() + (AGAIN_FIRST << file->too_late);
		file->too_late += file->too_late < AGAIN_DOUBLED_MOST;
	}
	if (file->too_late > 1)
		return;
	sandbox_remark(
		&sandbox->options.audience,
		error == -ETIME
			? "%s: reading it was given up for now, for it took too long: its frames "
			  "have no names"
			: "%s: reading it was given up, for it takes too much memory, or is made "
			  "to "
			  "do harm: its frames have no names",
		file->path);
}

/* What took too long on a busy host does not always: it gets another chance, and loses that at
 * once. */
static bool is_given_up(struct sent_file *file)
{
	if (file->given_up && file->again_at && file->fd >= 0 &&
	    now_monotonic() >= file->again_at) {
		file->given_up = false;
		file->losses = LOSSES_MAX - 1;
	}
	return file->given_up;
}

/* Of an answer that there is none of: for want of time, or for good. */
static int no_answer(const struct sent_file *file)
{
	return file && (!file->given_up || file->again_at) ? -EAGAIN : -ENOENT;
}

static bool is_at_worker(const struct sandbox *sandbox, const struct sent_file *file)
{
	return sandbox->process.pid && file->worker == sandbox->worker;
}

/* The worker forgets it; there is no answer to that. Returns 0 or a negative errno. */
static int take_back(struct sandbox *sandbox, struct sent_file *file)
{
	const struct wire_head head = { .operation = WIRE_CLOSE, .number = file->number };

	if (!is_at_worker(sandbox, file))
		return 0;
	file->worker = 0;
	sandbox->at_worker--;
	return wire_send(sandbox->process.socket, &head, NULL, -1);
}

static int take_back_oldest(struct sandbox *sandbox)
{
	struct sent_file *file = sandbox->sent;

	while (file && !is_at_worker(sandbox, file))
		file = file->hh.next;
	return file ? take_back(sandbox, file) : 0;
}

/* What it has told is kept here: one that nobody asks about is memory of the worker for nothing. */
static int take_back_idle(struct sandbox *sandbox)
{
	uint64_t now = now_monotonic();
	struct sent_file *file;
	int r = 0;

	for (file = sandbox->sent; file && !r && now - file->asked_at > AT_WORKER_IDLE;
	     file = file->hh.next)
		r = take_back(sandbox, file);
	return r;
}

static int send_file(struct sandbox *sandbox, struct sent_file *file)
{
	const struct question question = {
		.head = { .operation = WIRE_OPEN,
			  .number = file->number,
			  .size = (uint32_t)strlen(file->path) + 1 },
		.payload = file->path,
		.fd = file->fd,
		.stored = file->stored,
	};
	int r = take_back_idle(sandbox);

	if (!r && sandbox->at_worker >= AT_WORKER_MAX)
		r = take_back_oldest(sandbox);
	r = r ?: exchange(sandbox, &question);
	if (r < 0)
		return r;
	file->worker = sandbox->worker;
	sandbox->at_worker++;
	return 0;
}

static int try(struct sandbox *sandbox, const struct question *question)
{
	struct sent_file *file = question->file;
	int r = 0;

	if (file && file->worker != sandbox->worker)
		r = send_file(sandbox, file);
	return r ?: exchange(sandbox, question);
}

/* Returns the answer's result, or why there is none. */
static int ask(struct sandbox *sandbox, const struct question *question)
{
	struct sent_file *file = question->file;
	int r = 0;

	if (file && is_given_up(file))
		return no_answer(file);
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		bool fresh;

		if (!sandbox->process.pid)
			r = begin_worker(sandbox);
		if (r < 0)
			return r == -ETIME || r == -EBUSY ? no_answer(file) : r;
		fresh = sandbox->answers == 0;
		r = try(sandbox, question);
		if (r == 0) {
			sandbox->answers++;
			sandbox->works = true;
		}
		if (r == 0 && !(sandbox->in.head.flags & WIRE_EXHAUSTED))
			return sandbox->in.head.result < 0 ? sandbox->in.head.result : 0;
		if (r == 0 && fresh) {
			/* It is by itself too large; what it said is all that can be known. */
			note_loss(sandbox, file, -ENOMEM);
			lose_worker(sandbox);
			return sandbox->in.head.result < 0 ? sandbox->in.head.result : 0;
		}
		if (r < 0 && (fresh || r == -ETIME || r == -ECANCELED)) {
			note_loss(sandbox, file, r);
			if (!sandbox->works && r == -ECONNRESET)
				say_none(sandbox, "it ends at once");
			sandbox->answers += file || r != -ECONNRESET; /* not for want of a worker */
			lose_worker(sandbox);
			return no_answer(file);
		}
		lose_worker(sandbox);
		r = 0;
	}
	return no_answer(file);
}

static int ask_about(struct sandbox *sandbox, enum wire_operation operation, uint64_t number,
		     uint64_t address)
{
	struct question question = {
		.head = { .operation = operation, .number = number, .address = address },
		.fd = -1,
	};

	HASH_FIND(hh, sandbox->sent, &number, sizeof(number), question.file);
	if (!question.file)
		return -ENOENT;
	HASH_DEL(sandbox->sent, question.file); /* to the end of the list */
	HASH_ADD(hh, sandbox->sent, number, sizeof(number), question.file);
	question.stored = question.file->stored;
	question.file->asked_at = now_monotonic();
	return ask(sandbox, &question);
}

/* --- struct binary_operations --- */

static int sandbox_describe(struct binary_files *files, int fd, struct binary_description *ret)
{
	struct sandbox *sandbox = sandbox_of(files);
	const struct question question = { .head = { .operation = WIRE_DESCRIBE }, .fd = fd };
	int r = ask(sandbox, &question);

	return r < 0 ? r : codec_get_description(sandbox->in.payload, sandbox->in.head.size, ret);
}

static void forget_file(struct sandbox *sandbox, struct sent_file *file)
{
	HASH_DEL(sandbox->sent, file);
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	free(file);
}

static void sandbox_close(struct binary_files *files, uint64_t number)
{
	struct sandbox *sandbox = sandbox_of(files);
	struct sent_file *file;

	HASH_FIND(hh, sandbox->sent, &number, sizeof(number), file);
	if (!file)
		return;
	if (take_back(sandbox, file) < 0)
		lose_worker(sandbox);
	if (file->given_up) { /* what was learnt of it stays */
		close(file->fd);
		file->fd = -1;
		return;
	}
	forget_file(sandbox, file);
}

static int sandbox_open_file(struct binary_files *files, uint64_t number, int fd, const char *path)
{
	struct sandbox *sandbox = sandbox_of(files);
	struct sent_file *file;

	HASH_FIND(hh, sandbox->sent, &number, sizeof(number), file);
	if (file && file->given_up) {
		if (file->fd < 0)
			file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		return 0;
	}
	sandbox_close(files, number);
	file = calloc(1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->number = number;
	file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	file->path = strdup(path);
	file->stored = inspect_stored_size(fd);
	file->asked_at = now_monotonic();
	HASH_ADD(hh, sandbox->sent, number, sizeof(number), file);
	if (file->fd >= 0 && file->path)
		return 0;
	forget_file(sandbox, file);
	return -ENOMEM;
}

static uint64_t sandbox_deleted(struct binary_files *files, uint64_t number)
{
	struct sent_file *file;
	struct stat status;

	HASH_FIND(hh, sandbox_of(files)->sent, &number, sizeof(number), file);
	if (!file || file->fd < 0 || fstat(file->fd, &status) < 0 || status.st_nlink > 0)
		return 0;
	return (uint64_t)status.st_blocks * 512;
}

static int sandbox_rule(struct binary_files *files, uint64_t number, uint64_t vaddr,
			struct stack_rule **ret_rule)
{
	struct sandbox *sandbox = sandbox_of(files);
	int r = ask_about(sandbox, WIRE_RULE, number, vaddr);

	return r < 0 ? r : codec_get_rule(sandbox->in.payload, sandbox->in.head.size, ret_rule);
}

static int sandbox_names(struct binary_files *files, uint64_t number, uint64_t vaddr,
			 struct address_names **ret_names)
{
	struct sandbox *sandbox = sandbox_of(files);
	int r = ask_about(sandbox, WIRE_NAMES, number, vaddr);

	return r < 0 ? r : codec_get_names(sandbox->in.payload, sandbox->in.head.size, ret_names);
}

/* Appends a string with its end; false: it does not fit. */
static bool append(struct sandbox *sandbox, uint32_t *size, const char *text)
{
	size_t length = strlen(text) + 1;

	if (length > sizeof(sandbox->out) - *size)
		return false;
	memcpy(sandbox->out + *size, text, length);
	*size += (uint32_t)length;
	return true;
}

static int sandbox_layout(struct binary_files *files, int fd, const char *prefix,
			  const char *const *names, size_t count, int32_t *ret_offsets)
{
	struct sandbox *sandbox = sandbox_of(files);
	struct question question = { .head = { .operation = WIRE_LAYOUT },
				     .payload = sandbox->out,
				     .fd = fd,
				     .stored = inspect_stored_size(fd) };
	bool fits = append(sandbox, &question.head.size, prefix);
	int r;

	for (size_t i = 0; i < count; i++)
		fits = fits && append(sandbox, &question.head.size, names[i]);
	if (!fits || count > BINARY_LAYOUT_MAX)
		return -E2BIG;
	r = ask(sandbox, &question);
	if (r < 0)
		return r;
	if (sandbox->in.head.size != count * sizeof(*ret_offsets))
		return -EBADMSG;
	memcpy(ret_offsets, sandbox->in.payload, sandbox->in.head.size);
	return 0;
}

static void sandbox_free(struct binary_files *files)
{
	struct sandbox *sandbox = sandbox_of(files);
	struct sent_file *file, *next;

	lose_worker(sandbox);
	fetcher_end(&sandbox->fetcher);
	HASH_ITER(hh, sandbox->sent, file, next)
		forget_file(sandbox, file);
	free(sandbox);
}

static const struct binary_operations operations = {
	.free = sandbox_free,
	.describe = sandbox_describe,
	.open = sandbox_open_file,
	.close = sandbox_close,
	.deleted = sandbox_deleted,
	.rule = sandbox_rule,
	.names = sandbox_names,
	.layout = sandbox_layout,
};

int sandbox_open(const struct sandbox_options *options, struct binary_files **ret_files)
{
	struct sandbox *sandbox = calloc(1, sizeof(*sandbox));

	if (!sandbox)
		return -ENOMEM;
	sandbox->files.does = &operations;
	sandbox->options = *options;
	sandbox->process.socket = -1;
	sandbox->process.spawner = options->spawner;
	sandbox->listener = -1;
	patience_begin(&sandbox->patience, now_monotonic());
	fetcher_begin(&sandbox->fetcher);
	/* It gets ready while the rest does; what goes wrong is said when it is needed. */
	(void)begin_worker(sandbox);
	*ret_files = &sandbox->files;
	return 0;
}
