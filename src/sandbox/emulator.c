// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library is loaded before rights are given up: there is no file system afterwards. Where it is
 * not there, that is the answer to each question.
 */
#include "sandbox/emulator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulate/emulate.h"
#include "sandbox/confine.h"
#include "sandbox/wire.h"

/* The library reserves 1 GiB of addresses for what it compiles, of which it uses little. */
#define MEMORY ((uint64_t)1536 * 1024 * 1024)

struct emulating {
	int socket;
	struct emulator *emulator; /* NULL: there is none */
	size_t ahead_count;
	struct emulator_page ahead[EMULATOR_PAGES_AHEAD];
	struct wire_message in;
};

static bool take_ahead(const struct emulating *emulating, uint64_t address,
		       uint8_t bytes[EMULATE_PAGE], bool *ret_writable)
{
	for (size_t i = 0; i < emulating->ahead_count; i++) {
		const struct emulator_page *page = &emulating->ahead[i];

		if (page->address != address)
			continue;
		memcpy(bytes, page->bytes, EMULATE_PAGE);
		*ret_writable = page->flags & WIRE_WRITABLE;
		return true;
	}
	return false;
}

static int ask_for_page(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE],
			bool *ret_writable)
{
	struct emulating *emulating = context;
	const struct wire_head head = { .operation = WIRE_PAGE, .address = address };
	int r;

	if (take_ahead(emulating, address, bytes, ret_writable))
		return 0;
	r = wire_send(emulating->socket, &head, NULL, -1);
	r = r ?: wire_receive(emulating->socket, 0, &emulating->in);
	if (r < 0) /* nobody is there any more */
		exit(EXIT_SUCCESS);
	if (emulating->in.head.result < 0 || emulating->in.head.size != EMULATE_PAGE)
		return -EFAULT;
	memcpy(bytes, emulating->in.payload, EMULATE_PAGE);
	*ret_writable = emulating->in.head.flags & WIRE_WRITABLE;
	return 0;
}

static int answer(struct emulating *emulating)
{
	const struct emulate_source source = { ask_for_page, emulating };
	struct wire_head head = { .operation = WIRE_ANSWER };
	struct emulate_question question;
	struct emulate_outcome outcome;

	size_t ahead = emulating->in.head.size - sizeof(question);

	if (emulating->in.head.operation != WIRE_EMULATE ||
	    emulating->in.head.size < sizeof(question) || ahead > sizeof(emulating->ahead))
		return -EBADMSG;
	memcpy(&question, emulating->in.payload, sizeof(question));
	emulating->ahead_count = ahead / sizeof(emulating->ahead[0]);
	memcpy(emulating->ahead, emulating->in.payload + sizeof(question), ahead);
	memset(&outcome, 0, sizeof(outcome));
	head.result = emulating->emulator
			      ? emulating->emulator->does->ask(emulating->emulator, &question,
							       &source, &outcome)
			      : -ENOTCONN;
	head.size = sizeof(outcome);
	return wire_send(emulating->socket, &head, &outcome, -1);
}

int emulator_work(int socket)
{
	struct emulating *emulating = calloc(1, sizeof(*emulating));
	int r;

	if (!emulating || confine_begin("leakhop-emulate") < 0)
		return EXIT_FAILURE;
	(void)emulate_local_create(&emulating->emulator);
	if (confine_emulator() < 0)
		return EXIT_FAILURE;
	confine_memory(MEMORY);
	emulating->socket = socket;
	do {
		r = wire_receive(socket, 0, &emulating->in);
		if (r == 0 && emulating->in.fd >= 0)
			return EXIT_FAILURE;
		r = r ?: answer(emulating);
	} while (r == 0);
	return EXIT_SUCCESS;
}
