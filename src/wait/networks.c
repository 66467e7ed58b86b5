// SPDX-License-Identifier: GPL-2.0-only
/* Sockets by network namespace, read when first asked for; the other end of a TCP connection. */
#include "wait/private.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

static uint64_t namespace_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/*
 * The namespace's entry, new if need be. What can't be told apart (inode 0) is an entry for each
 * process.
 */
static struct wait_network *get(struct wait_scan *scan, pid_t pid)
{
	uint64_t inode = namespace_of(pid);
	struct wait_network *network;
	size_t i;

	for (i = 0; i < scan->network_count; i++) {
		network = &scan->networks[i];
		if (inode ? network->inode == inode : network->pid == pid)
			return network;
	}
	if (scan->network_count == WAIT_NETWORKS_MAX)
		return NULL;
	network = &scan->networks[scan->network_count++];
	*network = (struct wait_network){ .inode = inode, .access = scan->access, .pid = pid };
	return network;
}

static void load(struct wait_network *network, enum target_socket_set set)
{
	struct target_sockets *table = set == TARGET_SOCKETS_UNIX  ? &network->local
				       : set == TARGET_SOCKETS_TCP ? &network->tcp
								   : &network->udp;
	_cleanup_close_ int fd = -1;
	int r;

	if (network->loaded & set)
		return;
	network->loaded |= set;
	r = target_net_open(network->access, network->pid, &fd);
	if (!r)
		r = target_net_dump(fd, set, table);
	if (r < 0 && !table->count)
		r = target_net_read_proc(network->pid, set, table);
	if (r < 0)
		network->error = r;
	target_sockets_sort(table);
}

struct wait_network *wait_network_of(struct wait_scan *scan, pid_t pid, enum target_socket_set set)
{
	struct wait_network *network = get(scan, pid);

	if (network)
		load(network, set);
	return network;
}

/* v4 addresses as a dual-stack v6 socket has them, so that both kinds of end compare. */
static struct in6_addr mapped(const struct in6_addr *address, uint8_t family)
{
	struct in6_addr result = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	if (family != AF_INET)
		return *address;
	memcpy(&result.s6_addr[12], address, 4);
	return result;
}

static int compare_ends(const struct target_inet *left, const struct target_inet *right)
{
	struct in6_addr a, b;
	int r;

	if (left->local_port != right->local_port)
		return left->local_port < right->local_port ? -1 : 1;
	if (left->remote_port != right->remote_port)
		return left->remote_port < right->remote_port ? -1 : 1;
	a = mapped(&left->local, left->family);
	b = mapped(&right->local, right->family);
	r = memcmp(&a, &b, sizeof(a));
	if (r)
		return r;
	a = mapped(&left->remote, left->family);
	b = mapped(&right->remote, right->family);
	return memcmp(&a, &b, sizeof(a));
}

static int by_ends(const void *a, const void *b)
{
	const struct target_socket *const *left = a, *const *right = b;

	return compare_ends(&(*left)->inet, &(*right)->inet);
}

static const struct target_socket *search(struct wait_network *network,
					  const struct target_socket *key)
{
	const struct target_socket **found;
	size_t i;

	if (!network->tcp.count)
		return NULL;
	if (!network->by_ends) {
		network->by_ends = calloc(network->tcp.count, sizeof(*network->by_ends));
		if (!network->by_ends)
			return NULL;
		for (i = 0; i < network->tcp.count; i++)
			network->by_ends[i] = &network->tcp.sockets[i];
		qsort(network->by_ends, network->tcp.count, sizeof(*network->by_ends), by_ends);
	}
	found = bsearch(&key, network->by_ends, network->tcp.count, sizeof(key), by_ends);
	return found ? *found : NULL;
}

static bool is_loopback(const struct target_inet *inet)
{
	struct in6_addr remote = mapped(&inet->remote, inet->family);

	return IN6_IS_ADDR_LOOPBACK(&remote) ||
	       (IN6_IS_ADDR_V4MAPPED(&remote) && remote.s6_addr[12] == 127);
}

static int list_network(void *context, pid_t pid)
{
	struct wait_scan *scan = context;

	/* Those of other users can't be entered anyway. */
	if (namespace_of(pid))
		(void)get(scan, pid);
	return scan->network_count == WAIT_NETWORKS_MAX;
}

const struct target_socket *wait_network_other_end(struct wait_scan *scan,
						   struct wait_network *network,
						   const struct target_socket *socket)
{
	struct target_socket key = *socket;
	const struct target_socket *found;
	size_t i;

	key.inet.local = socket->inet.remote;
	key.inet.remote = socket->inet.local;
	key.inet.local_port = socket->inet.remote_port;
	key.inet.remote_port = socket->inet.local_port;
	found = search(network, &key);
	/* Each namespace has a loopback of its own, with the same numbers. */
	if (found || is_loopback(&socket->inet))
		return found;
	if (!scan->networks_listed) {
		scan->networks_listed = true;
		(void)target_for_each_pid(list_network, scan);
	}
	for (i = 0; i < scan->network_count && !found; i++) {
		if (&scan->networks[i] == network)
			continue;
		load(&scan->networks[i], TARGET_SOCKETS_TCP);
		found = search(&scan->networks[i], &key);
	}
	return found;
}

static const struct wait_network *network_having(const struct wait_scan *scan,
						 const struct target_socket *socket)
{
	size_t i;

	for (i = 0; i < scan->network_count; i++) {
		const struct target_sockets *tcp = &scan->networks[i].tcp;

		if (socket >= tcp->sockets && socket < tcp->sockets + tcp->count)
			return &scan->networks[i];
	}
	return NULL;
}

/* At this address and port, or at any address. */
static bool listens_at(const struct target_socket *listener, const struct target_inet *at)
{
	struct in6_addr own = mapped(&listener->inet.local, listener->inet.family),
			wanted = mapped(&at->local, at->family);
	bool any = IN6_IS_ADDR_UNSPECIFIED(&own) ||
		   (IN6_IS_ADDR_V4MAPPED(&own) && !own.s6_addr32[3]);

	return listener->state == TCP_LISTEN && listener->inet.local_port == at->local_port &&
	       (any || !memcmp(&own, &wanted, sizeof(own)));
}

const struct target_socket *wait_network_listener(const struct wait_scan *scan,
						  const struct target_socket *queued,
						  const struct target_inet *at,
						  const struct target_socket *after)
{
	const struct wait_network *network = network_having(scan, queued);
	size_t i;

	if (!network)
		return NULL;
	for (i = after ? after - network->tcp.sockets + 1 : 0; i < network->tcp.count; i++) {
		if (listens_at(&network->tcp.sockets[i], at))
			return &network->tcp.sockets[i];
	}
	return NULL;
}

void wait_network_release(struct wait_network *network)
{
	target_sockets_release(&network->local);
	target_sockets_release(&network->tcp);
	target_sockets_release(&network->udp);
	free(network->by_ends);
}
