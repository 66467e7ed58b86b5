// SPDX-License-Identifier: GPL-2.0-only
/* Unix sockets: the peer, its process, and queues; connections that nobody accepts. */
#include "wait/kinds.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#define STATE_LISTEN 10

/* A name for people: abstract ones begin with NUL, as "@". */
static void name_words(const char *name, size_t length, char *buffer, size_t size)
{
	size_t i, used = 0;

	for (i = 0; i < length && used < size - 1; i++) {
		if (!name[i] && i)
			break;
		buffer[used++] = name[i] ? name[i] : '@';
	}
	buffer[used] = '\0';
}

/* The name in a sockaddr of the target; its length, 0 if there is none. */
static size_t read_address(struct wait_job *job, uint64_t address, uint64_t size, char *name)
{
	struct sockaddr_un unix_address = {};
	size_t length;

	if (!address || size <= offsetof(struct sockaddr_un, sun_path) ||
	    size > sizeof(unix_address) || !wait_peek(job, address, &unix_address, size) ||
	    unix_address.sun_family != AF_UNIX)
		return 0;
	length = size - offsetof(struct sockaddr_un, sun_path);
	memcpy(name, unix_address.sun_path, length);
	return name[0] ? strnlen(name, length) : length;
}

/* Of a path, without the zeros behind it. */
static size_t name_length(const struct target_unix *unix_socket)
{
	return unix_socket->name[0] ? strnlen(unix_socket->name, unix_socket->name_length)
				    : unix_socket->name_length;
}

static const struct target_socket *by_name(const struct wait_network *network, const char *name,
					   size_t length, bool listener)
{
	const struct target_socket *socket;
	size_t i, theirs;

	for (i = 0; length && i < network->local.count; i++) {
		socket = &network->local.sockets[i];
		theirs = name_length(&socket->local);
		if (theirs == length && !memcmp(socket->local.name, name, length) &&
		    (!listener || socket->state == STATE_LISTEN))
			return socket;
	}
	return NULL;
}

static uint64_t listener_of(const struct wait_network *network, uint64_t inode)
{
	size_t i;

	for (i = 0; i < network->local.pending_count; i++)
		if (network->local.pending[i].inode == inode)
			return network->local.pending[i].listener;
	return 0;
}

static void add_listener(struct wait_job *job, const struct target_socket *listener)
{
	char words[80];

	name_words(listener->local.name, listener->local.name_length, words, sizeof(words));
	wait_add(job, ", listener %s, %u waiting, backlog %u", words, listener->receive_queue,
		 listener->send_queue);
	job->wait->limit = listener->send_queue;
	if (listener->receive_queue > listener->send_queue)
		job->wait->flags |= LC_WAIT_BACKLOG_FULL;
	if (!wait_add_holders(job, LC_WAIT_LISTENER, TARGET_FD_SOCKET, listener->inode, NULL,
			      NULL) &&
	    !(job->wait->flags & LC_WAIT_INCOMPLETE))
		job->wait->flags |= LC_WAIT_PEER_UNHELD;
}

/* Waits to be taken into a listener's backlog, or into a datagram receiver's queue. */
static void describe_unconnected(struct wait_job *job, const struct wait_network *network,
				 bool connects)
{
	const struct target_socket *other;
	char name[sizeof(struct sockaddr_un)], words[80];
	size_t length = connects ? read_address(job, job->args[1], job->args[2], name)
				 : read_address(job, job->args[4], job->args[5], name);

	if (!length) {
		wait_add(job, connects ? ", connecting" : ", not connected");
		return;
	}
	other = by_name(network, name, length, connects);
	name_words(name, length, words, sizeof(words));
	wait_add(job, " -> %s", words);
	if (!other)
		return;
	job->wait->flags |= LC_WAIT_PEER_HERE;
	if (connects) {
		job->wait->flags |= LC_WAIT_NOT_ACCEPTED;
		add_listener(job, other);
		return;
	}
	if (other->receive_queue)
		job->wait->flags |= LC_WAIT_PEER_UNREAD;
	wait_add_holders(job, LC_WAIT_PEER, TARGET_FD_SOCKET, other->inode, NULL, NULL);
}

static void describe_peer(struct wait_job *job, const struct wait_network *network,
			  const struct target_socket *socket)
{
	const struct target_socket *peer = target_sockets_find(&network->local, socket->local.peer);

	wait_add(job, " -> %llu", (unsigned long long)socket->local.peer);
	job->wait->flags |= LC_WAIT_PEER_HERE;
	if (peer && peer->receive_queue) {
		job->wait->flags |= LC_WAIT_PEER_UNREAD;
		job->wait->tcp.peer_receive_queue = peer->receive_queue;
	}
	if (!wait_add_holders(job, LC_WAIT_PEER, TARGET_FD_SOCKET, socket->local.peer, NULL,
			      NULL)) {
		if (job->wait->flags & LC_WAIT_INCOMPLETE)
			job->wait->recorded = LC_WAIT_UNREADABLE;
		else if (wait_in_flight(job->scan))
			job->wait->flags |= LC_WAIT_INCOMPLETE;
		else
			job->wait->flags |= LC_WAIT_PEER_UNHELD;
	}
	wait_note_own(job);
}

static void describe_state(struct wait_job *job, const struct wait_network *network,
			   const struct target_socket *socket, enum lc_wait_direction direction)
{
	const struct target_socket *listener;
	uint64_t inode;

	job->wait->tcp.receive_queue = socket->receive_queue;
	job->wait->tcp.send_queue = socket->send_queue;
	job->wait->tcp.state = socket->state;
	if (socket->receive_queue && socket->state != STATE_LISTEN)
		job->wait->flags |= LC_WAIT_UNREAD;
	if (socket->state == STATE_LISTEN) {
		char words[80];

		name_words(socket->local.name, socket->local.name_length, words, sizeof(words));
		wait_add(job, ", listens at %s", words);
		job->wait->limit = socket->send_queue;
		job->wait->recorded = LC_WAIT_OUTSIDE;
	} else if (socket->local.peer) {
		describe_peer(job, network, socket);
	} else if (!socket->local.has_peer) {
		wait_cannot_read(job, "peer of a Unix socket");
		job->wait->recorded = LC_WAIT_UNREADABLE;
	} else if (socket->state != 1) {
		describe_unconnected(job, network, direction == LC_WAIT_CONNECT);
	} else if ((socket->local.shutdown & 3) == 3) {
		job->wait->flags |= LC_WAIT_CLOSED;
		job->wait->recorded = LC_WAIT_NOBODY;
		wait_add(job, ", closed by the peer");
	} else {
		job->wait->flags |= LC_WAIT_NOT_ACCEPTED | LC_WAIT_CLIENT | LC_WAIT_PEER_HERE;
		wait_add(job, ", not yet accepted");
		inode = listener_of(network, socket->inode);
		listener = target_sockets_find(&network->local, inode);
		if (listener)
			add_listener(job, listener);
	}
}

/*
 * The accepted end has its listener's name, and the connecting end mostly none: one that was given
 * a name, too, is told by the listener that is still there. Of a pair nobody connected.
 */
static void note_role(struct wait_job *job, const struct wait_network *network,
		      const struct target_socket *socket)
{
	const struct target_unix *own = &socket->local, *peer = NULL;
	const struct target_socket *other = target_sockets_find(&network->local, own->peer);
	bool named = own->name_length, peer_named;

	if (other)
		peer = &other->local;
	peer_named = peer && peer->name_length;
	if (named && (!peer_named || by_name(network, own->name, name_length(own), true)))
		job->wait->flags |= LC_WAIT_SERVER;
	else if (peer_named && own->type != SOCK_DGRAM)
		job->wait->flags |= LC_WAIT_CLIENT;
}

void wait_describe_unix(struct wait_job *job, uint64_t inode, enum lc_wait_direction direction)
{
	struct wait_network *network = wait_network_of(job->scan, job->pid, TARGET_SOCKETS_UNIX);
	const struct target_socket *socket;
	char words[80];

	job->wait->kind = LC_WAIT_UNIX;
	socket = network ? target_sockets_find(&network->local, inode) : NULL;
	if (!socket) {
		wait_say(job, "Unix socket %llu, fd %d", (unsigned long long)inode, job->wait->fd);
		wait_cannot_read(job, "Unix sockets of the network namespace");
		job->wait->recorded = LC_WAIT_UNREADABLE;
		return;
	}
	wait_say(job, "Unix socket %llu", (unsigned long long)inode);
	name_words(socket->local.name, socket->local.name_length, words, sizeof(words));
	if (socket->state == 1 && *words)
		wait_add(job, " (%s)", words);
	if (socket->state == 1)
		note_role(job, network, socket);
	describe_state(job, network, socket, direction);
	wait_add(job, ", fd %d", job->wait->fd);
}
