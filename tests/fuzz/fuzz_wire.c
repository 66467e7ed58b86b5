// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any message, with descriptors or without, over a socket as a worker has one; and any text as a
 * line of mountinfo. With -fsanitize=fuzzer.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/answer.h"
#include "sandbox/local_devices.h"
#include "sandbox/wire.h"

#define DESCRIPTORS_MAX 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sockets[2] = { -1, -1 };

static void send_message(const uint8_t *data, size_t size, size_t descriptors)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	} control = {};
	struct iovec part = { (void *)data, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[DESCRIPTORS_MAX] = { sockets[0], sockets[0], sockets[0] };

	if (descriptors) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(descriptors * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, descriptors * sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
	}
	(void)sendmsg(sockets[0], &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* All counts of what is taken are within what there is. */
static void take_answer(const struct wire_message *message)
{
	struct emulate_outcome outcome;
	size_t i;

	if (answer_take(message, &outcome) < 0)
		return;
	(void)emulate_why_words(outcome.why);
	for (i = 0; i < outcome.condition_count; i++) {
		if (i >= EMULATE_CONDITIONS || outcome.conditions[i].size > 8)
			__builtin_trap();
	}
	for (i = 0; i < outcome.release_count; i++) {
		if (i >= EMULATE_RELEASES || outcome.releases[i].watch >= EMULATE_WATCHES)
			__builtin_trap();
	}
}

/* No descriptor that came is left behind. */
static void receive_message(const uint8_t *data, size_t size)
{
	static struct wire_message message;
	int r = wire_receive(sockets[1], MSG_DONTWAIT, &message), next;

	if (r == 0 && (message.head.size != size - sizeof(message.head) ||
		       memcmp(message.payload, data + sizeof(message.head), message.head.size)))
		__builtin_trap();
	if (r < 0 && message.fd >= 0)
		__builtin_trap();
	if (r == 0)
		take_answer(&message);
	if (message.fd >= 0)
		close(message.fd);
	next = dup(sockets[0]);
	if (next != sockets[1] + 1)
		__builtin_trap();
	close(next);
}

static void parse_line(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	dev_t device;

	if (!line)
		return;
	memcpy(line, data, size);
	line[size] = '\0';
	(void)local_devices_parse(line, &device);
	free(line);
}

/* The lowest two descriptors that are free, so that the next is known. */
static void open_sockets(void)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		abort();
	if (sockets[1] < sockets[0] || dup(sockets[0]) != sockets[1] + 1)
		abort();
	close(sockets[1] + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_head head = {};

	if (sockets[0] < 0)
		open_sockets();
	if (!size)
		return 0;
	parse_line(data, size);
	send_message(data + 1, size - 1, data[0] % (DESCRIPTORS_MAX + 1));
	receive_message(data + 1, size - 1);
	/* The same as payload: few inputs say their size. */
	head.operation = data[0];
	head.size = (uint32_t)size;
	if (wire_send(sockets[0], &head, data, data[0] & 1 ? sockets[0] : -1) == 0) {
		static struct wire_message message;

		if (wire_receive(sockets[1], MSG_DONTWAIT, &message) < 0 ||
		    message.head.size != size || memcmp(message.payload, data, size) != 0 ||
		    (message.fd >= 0) != (data[0] & 1))
			__builtin_trap();
		if (message.fd >= 0)
			close(message.fd);
	}
	return 0;
}
