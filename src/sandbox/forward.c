// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parent's side of the emulator: struct emulator whose answers come from a worker. That asks
 * for the target's pages on the way. One that dies or is late is replaced; after a few that were
 * lost in a row nothing is asked any more.
 */
#include "sandbox/answer.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/emulator.h"
#include "sandbox/process.h"
#include "sandbox/remark.h"
#include "sandbox/wire.h"
#include "util/now.h"

#define PATIENCE 1000000000ull	     /* for the next message */
#define PATIENCE_AT_END 100000000ull /* the user wants an end */
#define BUSY_TIMES 8		     /* as long where the worker waits for a processor */
#define SLICE_MS 20
#define LOSSES_MAX 3
#define MESSAGES_MAX (EMULATE_PAGES + 1)

struct forward {
	struct emulator emulator; /* first */
	struct sandbox_audience audience;
	struct worker_process process;
	unsigned losses; /* in a row */
	bool unavailable;
	uint64_t world; /* of the last question */
	struct wire_message in;
	uint8_t out[sizeof(struct emulate_question) +
		    EMULATOR_PAGES_AHEAD * sizeof(struct emulator_page)];
};

static bool is_late(const struct forward *forward, uint64_t waited)
{
	const struct sandbox_audience *audience = &forward->audience;
	uint64_t cpu;

	if (waited > PATIENCE_AT_END && audience->stop && audience->stop(audience->context))
		return true;
	if (waited < PATIENCE)
		return false;
	return waited >= PATIENCE * BUSY_TIMES || !worker_process_runs(&forward->process, &cpu);
}

static int await(struct forward *forward)
{
	struct pollfd polled = { .fd = forward->process.socket, .events = POLLIN };
	uint64_t begun = now_monotonic();

	while (poll(&polled, 1, SLICE_MS) <= 0) {
		if (is_late(forward, now_monotonic() - begun))
			return -ETIME;
	}
	return wire_receive(forward->process.socket, MSG_DONTWAIT, &forward->in);
}

static int send_page(struct forward *forward, const struct emulate_source *source)
{
	uint8_t bytes[EMULATE_PAGE];
	struct wire_head head = { .operation = WIRE_PAGE };
	bool writable = false;

	head.result = source->page(source->context, forward->in.head.address, bytes, &writable);
	head.size = head.result < 0 ? 0 : EMULATE_PAGE;
	head.flags = writable ? WIRE_WRITABLE : 0;
	return wire_send(forward->process.socket, &head, bytes, -1);
}

struct ahead {
	struct emulator_page *pages;
	size_t count;
	const struct emulate_source *source;
};

static void add_ahead(struct ahead *ahead, uint64_t address)
{
	struct emulator_page *page = &ahead->pages[ahead->count];
	bool writable = false;

	address -= address % EMULATE_PAGE;
	for (size_t i = 0; i < ahead->count; i++) {
		if (ahead->pages[i].address == address)
			return;
	}
	if (!address || ahead->count == EMULATOR_PAGES_AHEAD ||
	    ahead->source->page(ahead->source->context, address, page->bytes, &writable) < 0)
		return;
	page->address = address;
	page->flags = writable ? WIRE_WRITABLE : 0;
	ahead->count++;
}

/* Where it stands, its stack, its thread-local variables, what it waits in: each run wants these.
 */
static size_t add_pages(struct forward *forward, const struct emulate_question *question,
			const struct emulate_source *source)
{
	struct ahead ahead = { .pages = (void *)(forward->out + sizeof(*question)),
			       .source = source };
	uint64_t sp = question->registers.value[LC_REGISTER_SP];

	if (!question->world || question->world != forward->world)
		add_ahead(&ahead, question->registers.value[LC_REGISTER_PC]);
	forward->world = question->world;
	add_ahead(&ahead, sp);
	add_ahead(&ahead, sp + EMULATE_PAGE / 4);
	add_ahead(&ahead, question->thread_pointer);
	add_ahead(&ahead, question->own[1].end);
	add_ahead(&ahead, question->object.start);
	add_ahead(&ahead, question->lock);
	add_ahead(&ahead, question->call.args[0]);
	return ahead.count;
}

static int exchange(struct forward *forward, const struct emulate_question *question,
		    const struct emulate_source *source, struct emulate_outcome *ret)
{
	size_t ahead = add_pages(forward, question, source) * sizeof(struct emulator_page);
	const struct wire_head head = { .operation = WIRE_EMULATE,
					.size = (uint32_t)(sizeof(*question) + ahead) };
	int r;

	memcpy(forward->out, question, sizeof(*question));
	r = wire_send(forward->process.socket, &head, forward->out, -1);

	for (unsigned i = 0; r == 0 && i < MESSAGES_MAX; i++) {
		r = await(forward);
		if (r == 0 && forward->in.fd >= 0) {
			close(forward->in.fd); /* it has none to send */
			r = -EBADMSG;
		}
		if (r == 0 && forward->in.head.operation != WIRE_PAGE)
			return answer_take(&forward->in, ret);
		r = r ?: send_page(forward, source);
	}
	return r ?: -EBADMSG;
}

static int give_up(struct forward *forward, const char *why)
{
	forward->unavailable = true;
	sandbox_remark(&forward->audience,
		       "%s: what a waiting thread would do if it were woken cannot be asked", why);
	return -ENOTCONN;
}

static int forward_ask(struct emulator *emulator, const struct emulate_question *question,
		       const struct emulate_source *source, struct emulate_outcome *ret)
{
	struct forward *forward = (struct forward *)emulator;
	int r = 0;

	if (forward->unavailable)
		return -ENOTCONN;
	if (!forward->process.pid)
		r = worker_process_begin(&forward->process, WORKER_EMULATOR);
	if (r < 0)
		return give_up(forward, "cannot begin the emulator's process");
	r = exchange(forward, question, source, ret);
	if (r == -ENOTCONN)
		return give_up(forward, emulate_lack());
	if (r == 0) {
		forward->losses = 0;
		return 0;
	}
	worker_process_lose(&forward->process);
	forward->world = 0;
	if (++forward->losses == LOSSES_MAX)
		return give_up(forward, "the emulator's process was lost again and again");
	*ret = (struct emulate_outcome){ .why = EMULATE_LOST };
	return 0;
}

static void forward_free(struct emulator *emulator)
{
	struct forward *forward = (struct forward *)emulator;

	worker_process_lose(&forward->process);
	free(forward);
}

static const struct emulator_operations operations = { .free = forward_free, .ask = forward_ask };

int sandbox_open_emulator(const struct sandbox_options *options, struct emulator **ret_emulator)
{
	struct forward *forward = calloc(1, sizeof(*forward));

	if (!forward)
		return -ENOMEM;
	forward->emulator.does = &operations;
	forward->audience = options->audience;
	forward->process.spawner = options->spawner;
	forward->process.socket = -1;
	forward->process.begun = true; /* by the spawner, when rights are given up */
	*ret_emulator = &forward->emulator;
	return 0;
}
