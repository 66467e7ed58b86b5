// SPDX-License-Identifier: GPL-2.0-only
/* Messages of fixed size with a descriptor: SCM_RIGHTS, unix(7). */
#include "keeper/private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int keeper_send(int socket, const void *message, size_t size, int fd)
{
	struct iovec part = { (void *)message, size };
	union control control = {};
	struct msghdr head = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		head.msg_control = &control;
		head.msg_controllen = sizeof(control.bytes);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	return sendmsg(socket, &head, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int keeper_take(int socket, void *message, size_t size, int *ret_fd)
{
	struct iovec part = { message, size };
	union control control = {};
	struct msghdr head = { .msg_iov = &part,
			       .msg_iovlen = 1,
			       .msg_control = &control,
			       .msg_controllen = sizeof(control.bytes) };
	const struct cmsghdr *header;
	ssize_t r;

	do {
		r = recvmsg(socket, &head, MSG_CMSG_CLOEXEC);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	header = CMSG_FIRSTHDR(&head);
	if (ret_fd)
		*ret_fd = -1;
	if (ret_fd && header && header->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
	return (size_t)r == size ? 0 : r ? -EPROTO : -EPIPE;
}
