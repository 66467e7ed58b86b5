/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets of a network namespace, by NETLINK_SOCK_DIAG; where that is refused, from
 * /proc/PID/net, which has no peers of Unix sockets and no TCP counters. Layouts:
 * linux/unix_diag.h, linux/inet_diag.h, linux/tcp.h; what an older kernel does not send stays "not
 * known".
 */
#ifndef LEAKHOP_TARGET_NET_H
#define LEAKHOP_TARGET_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/access.h"

#define TARGET_SOCKETS_MAX 1000000

struct target_inet {
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t timer;	/* 0 none 1 retransmit 2 keep-alive 4 zero window */
	uint8_t retransmits;
	bool has_info;
	uint16_t local_port, remote_port; /* host order */
	struct in6_addr local, remote;	  /* v4 in the first four bytes */
	/* tcp_info, valid if has_info */
	uint8_t backoff;
	bool has_bytes_sent; /* Linux 4.19 */
	uint32_t unacknowledged, not_sent, sent_ms_ago, received_ms_ago;
	uint64_t bytes_acked, bytes_received, bytes_sent, bytes_retransmitted;
};

#define TARGET_UNIX_NAME 108

struct target_unix {
	uint64_t peer;	     /* inode; 0: none */
	uint8_t type;	     /* SOCK_STREAM and so on; 0: not known */
	uint8_t shutdown;    /* 1 receiving 2 sending */
	bool has_peer;	     /* peer is known, also when it is 0 */
	uint8_t name_length; /* an abstract name begins with NUL */
	char name[TARGET_UNIX_NAME];
};

struct target_socket {
	uint64_t inode;
	uint8_t domain;		/* AF_UNIX, AF_INET (also v6) */
	uint8_t protocol;	/* IPPROTO_TCP, IPPROTO_UDP; 0 for Unix */
	uint8_t state;		/* TCP_ESTABLISHED and so on, also of Unix sockets */
	uint32_t receive_queue; /* listener: connections that wait; Unix: bytes or messages */
	uint32_t send_queue;	/* listener: backlog; Unix: memory in flight */
	union {
		struct target_inet inet;
		struct target_unix local;
	};
};

/* Unix: a listener has connections whose inodes it holds for accept(). */
struct target_pending {
	uint64_t inode;	   /* of the connecting end */
	uint64_t listener; /* inode */
};

struct target_sockets {
	struct target_socket *sockets; /* sorted by inode after target_sockets_sort() */
	size_t count, capacity;
	struct target_pending *pending;
	size_t pending_count, pending_capacity;
	bool cut; /* at TARGET_SOCKETS_MAX */
};

enum target_socket_set { TARGET_SOCKETS_UNIX = 1, TARGET_SOCKETS_TCP = 2, TARGET_SOCKETS_UDP = 4 };

/*
 * Opens a sock_diag socket in the network namespace of process pid. Another namespace than the
 * caller's wants CAP_SYS_ADMIN; the reader enters it, or a thread of this process, which ends.
 * Returns 0 or -errno.
 */
int target_net_open(struct target_access *access, pid_t pid, int *ret_fd);

/* The same in the caller's own. */
int target_net_open_here(int *ret_fd);

/*
 * Adds the sockets of one set. Returns 0 or a negative errno; what was added before an error stays.
 */
int target_net_dump(int fd, enum target_socket_set set, struct target_sockets *sockets);

/* The same from the text files of /proc/PID/net. */
int target_net_read_proc(pid_t pid, enum target_socket_set set, struct target_sockets *sockets);

/* Adds one. Past TARGET_SOCKETS_MAX it is left out and cut is set. Returns 0 or -ENOMEM. */
int target_sockets_add(struct target_sockets *sockets, const struct target_socket *socket);

void target_sockets_sort(struct target_sockets *sockets);
const struct target_socket *target_sockets_find(const struct target_sockets *sockets,
						uint64_t inode);
void target_sockets_release(struct target_sockets *sockets);

/*
 * Who connected, from the counters alone: the client's SYN counts as an acknowledged byte. Returns
 * 1 client, 0 server, -1 not known.
 */
int target_inet_role(const struct target_socket *socket);

/* The parsers: a netlink message's payload; a line of /proc/net/tcp, of /proc/net/unix. */
bool target_net_parse_inet(const void *payload, size_t size, uint8_t protocol,
			   struct target_socket *ret);
bool target_net_parse_unix(const void *payload, size_t size, struct target_sockets *pending,
			   struct target_socket *ret);
bool target_net_parse_inet_line(const char *line, uint8_t family, uint8_t protocol,
				struct target_socket *ret);
bool target_net_parse_unix_line(const char *line, struct target_socket *ret);

#endif
