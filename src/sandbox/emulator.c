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
	struct wire_message in;
};

static int ask_for_page(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE],
			bool *ret_writable)
{
	struct emulating *emulating = context;
	const struct wire_head head = { .operation = WIRE_PAGE, .address = address };
	int r = wire_send(emulating->socket, &head, NULL, -1);

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

	if (emulating->in.head.operation != WIRE_EMULATE ||
	    emulating->in.head.size != sizeof(question))
		return -EBADMSG;
	memcpy(&question, emulating->in.payload, sizeof(question));
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
