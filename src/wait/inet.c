// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP and UDP sockets. Who owes whom is told by counters, and only as far as they prove it: "spoke
 * last" of a client is an open request, of a server it is the answer given.
 */
#include "wait/kinds.h"
#include "wait/wait.h"

#include <errno.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#define TIMER_RETRANSMIT 1
#define TIMER_ZERO_WINDOW 4
/* The clocks tick in 1/HZ. */
#define CLOCK_SLACK_MS 10

static const char *state_name(uint8_t state)
{
	static const char *const names[] = {
		"",	     "ESTABLISHED", "SYN_SENT",	  "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
		"TIME_WAIT", "CLOSE",	    "CLOSE_WAIT", "LAST_ACK", "LISTEN",	   "CLOSING",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

static void address_words(const struct in6_addr *address, uint8_t family, uint16_t port,
			  char *buffer, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";
	const void *bytes = address;
	bool plain = family == AF_INET;

	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(address)) {
		bytes = &address->s6_addr[12];
		plain = true;
	}
	inet_ntop(plain ? AF_INET : AF_INET6, bytes, text, sizeof(text));
	snprintf(buffer, size, plain ? "%s:%u" : "[%s]:%u", text, port);
}

/* FNV-1a of the other end's address; never 0. */
static uint64_t peer_hash(const struct target_inet *inet)
{
	bool mapped = inet->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&inet->remote);
	const uint8_t *bytes = inet->remote.s6_addr + (mapped ? 12 : 0);
	size_t i, count = mapped || inet->family == AF_INET ? 4 : 16;
	uint64_t hash = 0xcbf29ce484222325ull;

	for (i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	hash = (hash ^ (inet->remote_port & 0xff)) * 0x100000001b3ull;
	hash = (hash ^ (inet->remote_port >> 8)) * 0x100000001b3ull;
	return hash ? hash : 1;
}

static bool listens(const struct wait_network *network, const struct target_socket *socket)
{
	size_t i;

	for (i = 0; i < network->tcp.count; i++)
		if (network->tcp.sockets[i].state == TCP_LISTEN &&
		    network->tcp.sockets[i].inet.local_port == socket->inet.local_port)
			return true;
	return false;
}

static void note_role(struct wait_job *job, const struct wait_network *network,
		      const struct target_socket *socket)
{
	int role = target_inet_role(socket);

	if (socket->state == TCP_SYN_SENT)
		role = 1;
	else if (socket->state == TCP_SYN_RECV)
		role = 0;
	/* Kernels before 4.19 don't count what is needed. */
	if (role < 0 && !socket->inet.has_bytes_sent && network->tcp.count < 100000)
		role = !listens(network, socket);
	if (role >= 0)
		job->wait->flags |= role ? LC_WAIT_CLIENT : LC_WAIT_SERVER;
}

static void note_clocks(struct wait_job *job, const struct target_socket *socket)
{
	const struct target_inet *inet = &socket->inet;
	/* The other end's FIN counts as a byte. */
	uint64_t received = inet->bytes_received -
			    (socket->state == TCP_CLOSE_WAIT && inet->bytes_received);
	struct lc_wait *wait = job->wait;

	wait->tcp.known = true;
	wait->tcp.retransmits = inet->retransmits;
	wait->tcp.backoff = inet->backoff;
	wait->tcp.unacknowledged = inet->unacknowledged;
	wait->tcp.sent_ms_ago = inet->sent_ms_ago;
	wait->tcp.received_ms_ago = inet->received_ms_ago;
	wait->tcp.bytes_sent = inet->has_bytes_sent ? inet->bytes_sent : inet->bytes_acked;
	wait->tcp.bytes_received = received;
	if (!received)
		wait->flags |= LC_WAIT_NEVER_HEARD;
	if (!wait->tcp.bytes_sent)
		wait->flags |= LC_WAIT_NEVER_SPOKE;
	/* Before the first byte the clocks tell of the connection's begin. */
	if (wait->tcp.bytes_sent &&
	    (!received || inet->sent_ms_ago + CLOCK_SLACK_MS < inet->received_ms_ago))
		wait->flags |= LC_WAIT_SPOKE_LAST;
	else if (received && (!wait->tcp.bytes_sent ||
			      inet->received_ms_ago + CLOCK_SLACK_MS < inet->sent_ms_ago))
		wait->flags |= LC_WAIT_HEARD_LAST;
	if (inet->unacknowledged)
		wait->flags |= LC_WAIT_UNACKNOWLEDGED;
}

/* Who should accept what stands in its queue; more than one may listen at a port (SO_REUSEPORT). */
static void add_listeners(struct wait_job *job, const struct target_socket *queued,
			  const struct target_inet *at)
{
	const struct target_socket *listener = NULL;
	unsigned count = 0;

	while ((listener = wait_network_listener(job->scan, queued, at, listener))) {
		if (!count++)
			wait_add(job, ", listener with %u waiting, backlog %u",
				 listener->receive_queue, listener->send_queue);
		if (listener->receive_queue > listener->send_queue)
			job->wait->flags |= LC_WAIT_BACKLOG_FULL;
		wait_add_holders(job, LC_WAIT_LISTENER, TARGET_FD_SOCKET, listener->inode, NULL,
				 NULL);
	}
}

/* A connection that does not come about, to a listener of the same namespace. */
static void note_unanswered(struct wait_job *job, const struct target_socket *socket)
{
	struct target_inet at = socket->inet;

	at.local = socket->inet.remote;
	at.local_port = socket->inet.remote_port;
	add_listeners(job, socket, &at);
}

static void note_peer(struct wait_job *job, struct wait_network *network,
		      const struct target_socket *socket)
{
	const struct target_socket *peer = wait_network_other_end(job->scan, network, socket);
	struct lc_wait *wait = job->wait;

	if (!peer) {
		wait->recorded = LC_WAIT_OUTSIDE;
		if (socket->state == TCP_SYN_SENT)
			note_unanswered(job, socket);
		return;
	}
	wait->flags |= LC_WAIT_PEER_HERE;
	wait->tcp.peer_receive_queue = peer->receive_queue;
	if (peer->receive_queue && peer->state != TCP_LISTEN)
		wait->flags |= LC_WAIT_PEER_UNREAD;
	if (!peer->inode) {
		wait->recorded = LC_WAIT_NOBODY;
		/* Without an inode: in a listener's queue, or closed by its process. */
		if (peer->state == TCP_ESTABLISHED || peer->state == TCP_SYN_RECV ||
		    peer->state == TCP_CLOSE_WAIT) {
			wait->flags |= LC_WAIT_NOT_ACCEPTED;
			add_listeners(job, peer, &peer->inet);
		} else {
			wait->flags |= LC_WAIT_CLOSED;
		}
		return;
	}
	if (!wait_add_holders(job, LC_WAIT_PEER, TARGET_FD_SOCKET, peer->inode, NULL, NULL)) {
		wait->recorded = wait->flags & LC_WAIT_INCOMPLETE ? LC_WAIT_UNREADABLE
								  : LC_WAIT_NOBODY;
		if (!(wait->flags & LC_WAIT_INCOMPLETE) && !wait_in_flight(job->scan))
			wait->flags |= LC_WAIT_PEER_UNHELD;
	}
	wait_note_own(job);
}

static void describe_tcp(struct wait_job *job, struct wait_network *network,
			 const struct target_socket *socket)
{
	struct lc_wait *wait = job->wait;
	char local[64], remote[64];

	wait->kind = LC_WAIT_TCP;
	wait->tcp.state = socket->state;
	wait->tcp.receive_queue = socket->receive_queue;
	wait->tcp.send_queue = socket->send_queue;
	address_words(&socket->inet.local, socket->inet.family, socket->inet.local_port, local,
		      sizeof(local));
	address_words(&socket->inet.remote, socket->inet.family, socket->inet.remote_port, remote,
		      sizeof(remote));
	if (socket->state == TCP_LISTEN) {
		wait->limit = socket->send_queue;
		wait->recorded = LC_WAIT_OUTSIDE;
		if (socket->receive_queue)
			wait->flags |= LC_WAIT_UNREAD;
		wait_say(job, "TCP %s, LISTEN, %u waiting, backlog %u", local,
			 socket->receive_queue, socket->send_queue);
		return;
	}
	wait_say(job, "TCP %s -> %s, %s", local, remote, state_name(socket->state));
	wait->peer = peer_hash(&socket->inet);
	if (socket->receive_queue > (socket->state == TCP_CLOSE_WAIT))
		wait->flags |= LC_WAIT_UNREAD;
	note_role(job, network, socket);
	if (socket->inet.has_info && socket->state != TCP_SYN_SENT)
		note_clocks(job, socket);
	wait->tcp.retransmits = socket->inet.retransmits;
	if (socket->inet.timer == TIMER_RETRANSMIT && socket->inet.retransmits)
		wait->flags |= LC_WAIT_RETRANSMITS;
	if (socket->inet.timer == TIMER_ZERO_WINDOW)
		wait->flags |= LC_WAIT_ZERO_WINDOW;
	if (socket->state == TCP_CLOSE_WAIT || socket->state == TCP_CLOSE)
		wait->flags |= LC_WAIT_CLOSED;
	note_peer(job, network, socket);
}

static void describe_udp(struct wait_job *job, const struct target_socket *socket)
{
	char local[64], remote[64];

	job->wait->kind = LC_WAIT_UDP;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	job->wait->tcp.receive_queue = socket->receive_queue;
	job->wait->tcp.send_queue = socket->send_queue;
	address_words(&socket->inet.local, socket->inet.family, socket->inet.local_port, local,
		      sizeof(local));
	if (!socket->inet.remote_port) {
		wait_say(job, "UDP %s", local);
		return;
	}
	address_words(&socket->inet.remote, socket->inet.family, socket->inet.remote_port, remote,
		      sizeof(remote));
	wait_say(job, "UDP %s -> %s", local, remote);
}

/* A socket that is not bound yet is in no table, but here: connect() with its address. */
static bool describe_connect(struct wait_job *job)
{
	struct sockaddr_in6 address = {};
	char words[64];

	if (job->args[2] > sizeof(address) || job->args[2] < sizeof(struct sockaddr_in) ||
	    !wait_peek(job, job->args[1], &address, job->args[2]))
		return false;
	if (address.sin6_family == AF_INET)
		address_words((void *)&((struct sockaddr_in *)&address)->sin_addr, AF_INET,
			      ntohs(address.sin6_port), words, sizeof(words));
	else if (address.sin6_family == AF_INET6)
		address_words(&address.sin6_addr, AF_INET6, ntohs(address.sin6_port), words,
			      sizeof(words));
	else
		return false;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	wait_say(job, "TCP -> %s", words);
	return true;
}

bool wait_describe_inet(struct wait_job *job, uint64_t inode, enum target_socket_set set,
			enum lc_wait_direction direction)
{
	struct wait_network *network = wait_network_of(job->scan, job->pid, set);
	const struct target_socket *socket = NULL;

	job->wait->kind = set == TARGET_SOCKETS_TCP ? LC_WAIT_TCP : LC_WAIT_UDP;
	if (network)
		socket = target_sockets_find(
			set == TARGET_SOCKETS_TCP ? &network->tcp : &network->udp, inode);
	if (socket && set == TARGET_SOCKETS_TCP) {
		describe_tcp(job, network, socket);
	} else if (socket) {
		describe_udp(job, socket);
	} else if (direction != LC_WAIT_CONNECT || !describe_connect(job)) {
		wait_say(job, "%s socket %llu", set == TARGET_SOCKETS_TCP ? "TCP" : "UDP",
			 (unsigned long long)inode);
		/*
		 * Not in the tables: not bound to any address, or they are those of another
		 * namespace.
		 */
		if (network && network->error)
			wait_cannot_read(job, "sockets of the network namespace");
		job->wait->recorded = LC_WAIT_UNREADABLE;
	}
	wait_add(job, ", fd %d", job->wait->fd);
	return socket != NULL;
}

static bool is_connection(const struct target_socket *socket)
{
	return socket && socket->state != TCP_LISTEN && socket->inet.local_port &&
	       socket->inet.remote_port;
}

int wait_each_connection(struct wait_scan *scan, bool (*wanted)(void *context, pid_t pid),
			 int (*take)(void *context, const struct wait_connection *connection),
			 void *context)
{
	const struct target_socket *socket;
	struct wait_connection connection;
	struct wait_network *network;
	size_t i;
	int r = wait_descriptors_load(scan) < 0 ? -ENOMEM : 0;

	for (i = 0; i < scan->descriptors.count && !r; i++) {
		const struct wait_descriptor *one = &scan->descriptors.all[i];

		if (one->kind != TARGET_FD_SOCKET || !wanted(context, one->pid))
			continue;
		network = wait_network_of(scan, one->pid, TARGET_SOCKETS_TCP);
		socket = network ? target_sockets_find(&network->tcp, one->key) : NULL;
		if (!is_connection(socket))
			continue;
		connection = (struct wait_connection){ .pid = one->pid, .fd = one->fd };
		address_words(&socket->inet.local, socket->inet.family, socket->inet.local_port,
			      connection.local, sizeof(connection.local));
		address_words(&socket->inet.remote, socket->inet.family, socket->inet.remote_port,
			      connection.remote, sizeof(connection.remote));
		r = take(context, &connection);
	}
	return r;
}
