// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of a network namespace by sock_diag: requests, answers, and the table: see net.h. */
#include "target/net.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define DIAG_BUFFER_BYTES 65536
#define STATE_ESTABLISHED 1
#define STATE_CLOSE_WAIT 8

static int open_here(void)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct timeval patience = { .tv_sec = 2 };

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

struct visit {
	int namespace_fd;
	int result;
};

static void *visit_namespace(void *argument)
{
	struct visit *visit = argument;

	visit->result = setns(visit->namespace_fd, CLONE_NEWNET) ? -errno : open_here();
	return NULL;
}

int target_net_open(struct target_access *access, pid_t pid, int *ret_fd)
{
	_cleanup_close_ int namespace_fd = -1;
	struct stat theirs, ours;
	struct visit visit;
	pthread_t thread;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace_fd < 0 || fstat(namespace_fd, &theirs) || stat("/proc/self/ns/net", &ours))
		return -errno;
	if (theirs.st_ino == ours.st_ino) {
		r = open_here();
	} else if (access) {
		return access->does->open_net(access, pid, ret_fd);
	} else {
		visit = (struct visit){ .namespace_fd = namespace_fd };
		r = -pthread_create(&thread, NULL, visit_namespace, &visit);
		if (!r) {
			pthread_join(thread, NULL);
			r = visit.result;
		}
	}
	if (r < 0)
		return r;
	*ret_fd = r;
	return 0;
}

int target_net_open_here(int *ret_fd)
{
	int fd = open_here();

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

static int grow(void *array, size_t *capacity, size_t count, size_t element)
{
	size_t wanted = *capacity ? 2 * *capacity : 64;
	void **pointer = array, *grown;

	if (count < *capacity)
		return 0;
	grown = reallocarray(*pointer, wanted, element);
	if (!grown)
		return -ENOMEM;
	*pointer = grown;
	*capacity = wanted;
	return 0;
}

int target_sockets_add(struct target_sockets *sockets, const struct target_socket *socket)
{
	int r;

	if (sockets->count >= TARGET_SOCKETS_MAX) {
		sockets->cut = true;
		return 0;
	}
	r = grow(&sockets->sockets, &sockets->capacity, sockets->count, sizeof(*socket));
	if (r < 0)
		return r;
	sockets->sockets[sockets->count++] = *socket;
	return 0;
}

static int send_request(int fd, enum target_socket_set set, uint8_t family)
{
	struct {
		struct nlmsghdr header;
		union {
			struct unix_diag_req local;
			struct inet_diag_req_v2 inet;
		};
	} request = {
		.header = { .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (set == TARGET_SOCKETS_UNIX) {
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.local));
		request.local.sdiag_family = AF_UNIX;
		request.local.udiag_states = UINT32_MAX;
		request.local.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS |
					   UDIAG_SHOW_RQLEN;
	} else {
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.inet));
		request.inet.sdiag_family = family;
		request.inet.sdiag_protocol = set == TARGET_SOCKETS_TCP ? IPPROTO_TCP : IPPROTO_UDP;
		request.inet.idiag_states = UINT32_MAX;
		request.inet.idiag_ext = 1 << (INET_DIAG_INFO - 1);
	}
	if (sendto(fd, &request, request.header.nlmsg_len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static int take_message(const struct nlmsghdr *message, enum target_socket_set set,
			struct target_sockets *sockets)
{
	size_t size = message->nlmsg_len - NLMSG_HDRLEN;
	uint8_t protocol = set == TARGET_SOCKETS_TCP ? IPPROTO_TCP : IPPROTO_UDP;
	const void *payload = (const char *)message + NLMSG_HDRLEN;
	struct target_socket socket;
	bool known;

	if (message->nlmsg_type == NLMSG_ERROR)
		return size >= sizeof(int) && *(const int *)payload ? *(const int *)payload : -EIO;
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	known = set == TARGET_SOCKETS_UNIX
			? target_net_parse_unix(payload, size, sockets, &socket)
			: target_net_parse_inet(payload, size, protocol, &socket);
	return known ? target_sockets_add(sockets, &socket) : 0;
}

static int receive_all(int fd, enum target_socket_set set, struct target_sockets *sockets)
{
	_cleanup_free_ char *buffer = malloc(DIAG_BUFFER_BYTES);
	const struct nlmsghdr *message;
	ssize_t left;
	int r;

	if (!buffer)
		return -ENOMEM;
	for (;;) {
		left = recv(fd, buffer, DIAG_BUFFER_BYTES, 0);
		if (left < 0)
			return -errno;
		if (left == 0)
			return -EIO;
		message = (const struct nlmsghdr *)buffer;
		for (; NLMSG_OK(message, (size_t)left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return 0;
			r = take_message(message, set, sockets);
			if (r < 0)
				return r;
		}
	}
}

int target_net_dump(int fd, enum target_socket_set set, struct target_sockets *sockets)
{
	int r = send_request(fd, set, AF_INET);

	if (!r)
		r = receive_all(fd, set, sockets);
	if (r < 0 || set == TARGET_SOCKETS_UNIX)
		return r;
	r = send_request(fd, set, AF_INET6);
	if (!r)
		r = receive_all(fd, set, sockets);
	return r == -ENOENT ? 0 : r; /* a kernel without IPv6 */
}

static void take_info(struct target_inet *inet, const void *bytes, size_t size)
{
	struct tcp_info info = {};

	/* Older kernels send a shorter struct. */
	memcpy(&info, bytes, size < sizeof(info) ? size : sizeof(info));
	inet->has_info = size >= offsetof(struct tcp_info, tcpi_bytes_received) + 8;
	inet->has_bytes_sent = size >= offsetof(struct tcp_info, tcpi_bytes_retrans) + 8;
	inet->backoff = info.tcpi_backoff;
	inet->unacknowledged = info.tcpi_unacked;
	inet->not_sent = info.tcpi_notsent_bytes;
	inet->sent_ms_ago = info.tcpi_last_data_sent;
	inet->received_ms_ago = info.tcpi_last_data_recv;
	inet->bytes_acked = info.tcpi_bytes_acked;
	inet->bytes_received = info.tcpi_bytes_received;
	inet->bytes_sent = info.tcpi_bytes_sent;
	inet->bytes_retransmitted = info.tcpi_bytes_retrans;
}

/* Finds the next attribute in *bytes and moves behind it; NULL at the end or at nonsense. */
static const struct nlattr *next_attribute(const char **bytes, size_t *left)
{
	const struct nlattr *attribute = (const struct nlattr *)*bytes;
	size_t step;

	if (*left < sizeof(*attribute) || attribute->nla_len < sizeof(*attribute) ||
	    attribute->nla_len > *left)
		return NULL;
	step = NLA_ALIGN(attribute->nla_len);
	if (step > *left)
		step = *left;
	*bytes += step;
	*left -= step;
	return attribute;
}

bool target_net_parse_inet(const void *payload, size_t size, uint8_t protocol,
			   struct target_socket *ret)
{
	const struct inet_diag_msg *message = payload;
	struct target_socket socket = { .domain = AF_INET, .protocol = protocol };
	const char *rest = (const char *)payload + NLMSG_ALIGN(sizeof(*message));
	const struct nlattr *attribute;
	size_t left;

	if (size < NLMSG_ALIGN(sizeof(*message)))
		return false;
	left = size - NLMSG_ALIGN(sizeof(*message));
	socket.inode = message->idiag_inode;
	socket.state = message->idiag_state;
	socket.receive_queue = message->idiag_rqueue;
	socket.send_queue = message->idiag_wqueue;
	socket.inet.family = message->idiag_family;
	socket.inet.timer = message->idiag_timer;
	socket.inet.retransmits = message->idiag_retrans;
	socket.inet.local_port = ntohs(message->id.idiag_sport);
	socket.inet.remote_port = ntohs(message->id.idiag_dport);
	memcpy(&socket.inet.local, message->id.idiag_src, 16);
	memcpy(&socket.inet.remote, message->id.idiag_dst, 16);
	while ((attribute = next_attribute(&rest, &left)))
		if (attribute->nla_type == INET_DIAG_INFO)
			take_info(&socket.inet, attribute + 1, attribute->nla_len - NLA_HDRLEN);
	*ret = socket;
	return true;
}

static void take_pending(struct target_sockets *sockets, uint64_t listener, const void *bytes,
			 size_t size)
{
	uint32_t inode;
	size_t i;

	for (i = 0; i + 4 <= size && sockets->pending_count < TARGET_SOCKETS_MAX; i += 4) {
		memcpy(&inode, (const char *)bytes + i, 4);
		if (grow(&sockets->pending, &sockets->pending_capacity, sockets->pending_count,
			 sizeof(*sockets->pending)) < 0)
			return;
		sockets->pending[sockets->pending_count++] =
			(struct target_pending){ .inode = inode, .listener = listener };
	}
}

static void take_unix(struct target_socket *socket, struct target_sockets *pending,
		      const struct nlattr *attribute)
{
	size_t size = attribute->nla_len - NLA_HDRLEN;
	const void *bytes = attribute + 1;
	struct unix_diag_rqlen queue;
	uint32_t peer;

	if (attribute->nla_type == UNIX_DIAG_NAME) {
		socket->local.name_length = size < TARGET_UNIX_NAME ? size : TARGET_UNIX_NAME;
		memcpy(socket->local.name, bytes, socket->local.name_length);
	} else if (attribute->nla_type == UNIX_DIAG_PEER && size >= sizeof(peer)) {
		memcpy(&peer, bytes, sizeof(peer));
		socket->local.peer = peer;
	} else if (attribute->nla_type == UNIX_DIAG_RQLEN && size >= sizeof(queue)) {
		memcpy(&queue, bytes, sizeof(queue));
		socket->receive_queue = queue.udiag_rqueue;
		socket->send_queue = queue.udiag_wqueue;
	} else if (attribute->nla_type == UNIX_DIAG_SHUTDOWN && size >= 1) {
		socket->local.shutdown = *(const uint8_t *)bytes;
	} else if (attribute->nla_type == UNIX_DIAG_ICONS && pending) {
		take_pending(pending, socket->inode, bytes, size);
	}
}

bool target_net_parse_unix(const void *payload, size_t size, struct target_sockets *pending,
			   struct target_socket *ret)
{
	const struct unix_diag_msg *message = payload;
	struct target_socket socket = { .domain = AF_UNIX, .local.has_peer = true };
	const char *rest = (const char *)payload + NLMSG_ALIGN(sizeof(*message));
	const struct nlattr *attribute;
	size_t left;

	if (size < NLMSG_ALIGN(sizeof(*message)))
		return false;
	left = size - NLMSG_ALIGN(sizeof(*message));
	socket.inode = message->udiag_ino;
	socket.state = message->udiag_state;
	socket.local.type = message->udiag_type;
	while ((attribute = next_attribute(&rest, &left)))
		take_unix(&socket, pending, attribute);
	*ret = socket;
	return true;
}

static int by_inode(const void *a, const void *b)
{
	const struct target_socket *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

void target_sockets_sort(struct target_sockets *sockets)
{
	if (sockets->count)
		qsort(sockets->sockets, sockets->count, sizeof(*sockets->sockets), by_inode);
}

const struct target_socket *target_sockets_find(const struct target_sockets *sockets,
						uint64_t inode)
{
	struct target_socket key = { .inode = inode };

	/* Sockets without an inode (not accepted, or in TIME_WAIT) are many. */
	if (!inode || !sockets->count)
		return NULL;
	return bsearch(&key, sockets->sockets, sockets->count, sizeof(key), by_inode);
}

void target_sockets_release(struct target_sockets *sockets)
{
	free(sockets->sockets);
	free(sockets->pending);
	*sockets = (struct target_sockets){};
}

int target_inet_role(const struct target_socket *socket)
{
	const struct target_inet *inet = &socket->inet;
	uint64_t acknowledged;

	if (!inet->has_bytes_sent || socket->protocol != IPPROTO_TCP ||
	    (socket->state != STATE_ESTABLISHED && socket->state != STATE_CLOSE_WAIT))
		return -1;
	acknowledged = inet->bytes_sent - inet->bytes_retransmitted -
		       (socket->send_queue - inet->not_sent);
	if (inet->bytes_acked == acknowledged + 1)
		return 1;
	return inet->bytes_acked == acknowledged ? 0 : -1;
}
