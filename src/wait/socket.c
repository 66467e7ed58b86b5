// SPDX-License-Identifier: GPL-2.0-only
/* Which family a socket is of: the kernel names its protocol in an attribute of the descriptor. */
#include "wait/kinds.h"

#include <stdio.h>
#include <sys/xattr.h>

#define PROTOCOL_ATTRIBUTE "system.sockprotoname"

void wait_describe_socket(struct wait_job *job, int fd, const struct target_fd *link,
			  enum lc_wait_direction direction)
{
	char path[80], protocol[32] = "";
	ssize_t length;

	wait_set_key(job, LC_WAIT_SPACE_SOCKET, 0, link->inode, 0);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/fd/%d", job->pid, job->tid, fd);
	length = getxattr(path, PROTOCOL_ATTRIBUTE, protocol, sizeof(protocol) - 1);
	if (length < 0)
		wait_cannot_read(job, "protocol of socket %llu", (unsigned long long)link->inode);
	/* "UNIX-STREAM", "UNIX", "TCP", "TCPv6", "MPTCP", "UDP", "UDPv6", "NETLINK", "PACKET" */
	if (!strncmp(protocol, "UNIX", 4)) {
		wait_describe_unix(job, link->inode, direction);
	} else if (!strncmp(protocol, "TCP", 3)) {
		wait_describe_inet(job, link->inode, TARGET_SOCKETS_TCP, direction);
	} else if (!strncmp(protocol, "UDP", 3)) {
		wait_describe_inet(job, link->inode, TARGET_SOCKETS_UDP, direction);
	} else {
		job->wait->kind = strcmp(protocol, "NETLINK") ? LC_WAIT_SOCKET : LC_WAIT_NETLINK;
		job->wait->recorded = LC_WAIT_OUTSIDE;
		wait_say(job, "%s socket %llu, fd %d", *protocol ? protocol : "unknown",
			 (unsigned long long)link->inode, fd);
	}
}
