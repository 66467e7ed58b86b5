// SPDX-License-Identifier: GPL-2.0-only
/* Messages of a worker that was taken over: what is no message brings nothing in. */
#include "unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sandbox/wire.h"

/* Bytes, with a descriptor. */
static void send_bytes(int socket, const void *bytes, size_t size)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec part = { (void *)bytes, size };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control.space) };

	memcpy(CMSG_DATA(&control.header), &socket, sizeof(int));
	assert_int_equal(sendmsg(socket, &message, 0), size);
}

static void test_no_descriptor_is_left_behind(void **state)
{
	static const size_t sizes[] = { 0, 1, sizeof(struct wire_head) - 1,
					sizeof(struct wire_head) + 1 };
	static struct wire_message message;
	const uint8_t bytes[sizeof(struct wire_head) + 1] = {};
	int sockets[2], next;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	next = dup(0);
	close(next);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		send_bytes(sockets[0], bytes, sizes[i]);
		assert_int_equal(wire_receive(sockets[1], MSG_DONTWAIT, &message),
				 sizes[i] ? -EBADMSG : -ECONNRESET);
		assert_int_equal(message.fd, -1);
		assert_int_equal(dup(0), next);
		close(next);
	}
	close(sockets[0]);
	close(sockets[1]);
}

static void test_a_message_with_a_descriptor(void **state)
{
	static struct wire_message message;
	const struct wire_head head = { .operation = WIRE_OPEN, .size = 5 };
	int sockets[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	assert_int_equal(wire_send(sockets[0], &head, "path", sockets[0]), 0);
	assert_int_equal(wire_receive(sockets[1], MSG_DONTWAIT, &message), 0);
	assert_string_equal((const char *)message.payload, "path");
	assert_true(message.fd >= 0);
	close(message.fd);
	close(sockets[0]);
	assert_int_equal(wire_receive(sockets[1], MSG_DONTWAIT, &message), -ECONNRESET);
	close(sockets[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_descriptor_is_left_behind),
		cmocka_unit_test(test_a_message_with_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
