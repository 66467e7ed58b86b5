// SPDX-License-Identifier: GPL-2.0-only
/* Messages over a SOCK_SEQPACKET socket: see wire.h. */
#include "sandbox/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
	struct cmsghdr header; /* for its alignment */
	char space[CMSG_SPACE(sizeof(int))];
};

int wire_send(int socket, const struct wire_head *head, const void *payload, int fd)
{
	struct iovec parts[] = { { (void *)head, sizeof(*head) }, { (void *)payload, head->size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = head->size ? 2 : 1 };
	union control control;
	ssize_t sent;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.space);
	}
	do {
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* The first descriptor that came; any other is closed. */
static int take_descriptor(struct msghdr *message)
{
	struct cmsghdr *header;
	int fd = -1, next;
	size_t i;

	for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; (i + 1) * sizeof(int) + CMSG_LEN(0) <= header->cmsg_len; i++) {
			memcpy(&next, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
			if (fd < 0)
				fd = next;
			else
				close(next);
		}
	}
	return fd;
}

int wire_receive(int socket, int flags, struct wire_message *message)
{
	struct iovec parts[] = { { &message->head, sizeof(message->head) },
				 { message->payload, sizeof(message->payload) } };
	union control control;
	struct msghdr received = { .msg_iov = parts,
				   .msg_iovlen = 2,
				   .msg_control = &control,
				   .msg_controllen = sizeof(control.space) };
	ssize_t size;

	message->fd = -1;
	do {
		size = recvmsg(socket, &received, flags | MSG_CMSG_CLOEXEC);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return -errno;
	/* A message of no bytes looks like the end, but it may bring a descriptor. */
	message->fd = take_descriptor(&received);
	if ((size_t)size >= sizeof(message->head) &&
	    (size_t)size - sizeof(message->head) == message->head.size)
		return 0;
	if (message->fd >= 0)
		close(message->fd);
	message->fd = -1;
	return size ? -EBADMSG : -ECONNRESET;
}
