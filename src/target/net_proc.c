// SPDX-License-Identifier: GPL-2.0-only
/* Sockets from the text files of /proc/PID/net, where sock_diag is refused: see net.h. */
#include "target/net.h"
#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Hex digits in groups of eight: each is a word as the host stores it. */
static bool parse_address(const char *text, uint8_t family, struct in6_addr *ret)
{
	size_t i, words = family == AF_INET ? 1 : 4;
	uint32_t word;

	if (strspn(text, "0123456789ABCDEFabcdef") != words * 8)
		return false;
	for (i = 0; i < words; i++) {
		if (sscanf(text + 8 * i, "%8" SCNx32, &word) != 1)
			return false;
		memcpy(&ret->s6_addr[4 * i], &word, 4);
	}
	return true;
}

bool target_net_parse_inet_line(const char *line, uint8_t family, uint8_t protocol,
				struct target_socket *ret)
{
	struct target_socket socket = { .domain = AF_INET, .protocol = protocol };
	unsigned local_port, remote_port, state, timer, retransmits;
	char local[40], remote[40];

	if (sscanf(line,
		   " %*u: %39[^:]:%x %39[^:]:%x %x %" SCNx32 ":%" SCNx32
		   " %x:%*x %x %*u %*u %" SCNu64,
		   local, &local_port, remote, &remote_port, &state, &socket.send_queue,
		   &socket.receive_queue, &timer, &retransmits, &socket.inode) != 10)
		return false;
	if (!parse_address(local, family, &socket.inet.local) ||
	    !parse_address(remote, family, &socket.inet.remote))
		return false;
	socket.state = state;
	socket.inet.family = family;
	socket.inet.timer = timer;
	socket.inet.retransmits = retransmits;
	socket.inet.local_port = local_port;
	socket.inet.remote_port = remote_port;
	*ret = socket;
	return true;
}

bool target_net_parse_unix_line(const char *line, struct target_socket *ret)
{
	struct target_socket socket = { .domain = AF_UNIX };
	unsigned flags, type, state;
	size_t length;
	int used = 0;

	if (sscanf(line, "%*x: %*x %*x %x %x %x %" SCNu64 "%n", &flags, &type, &state,
		   &socket.inode, &used) != 4)
		return false;
	/* SS_CONNECTED 3; __SO_ACCEPTCON 0x10000 */
	socket.state = flags & 0x10000 ? 10 : state == 3 ? 1 : 7;
	socket.local.type = type;
	if (line[used] == ' ') {
		length = strcspn(line + used + 1, "\n");
		if (length > TARGET_UNIX_NAME)
			length = TARGET_UNIX_NAME;
		memcpy(socket.local.name, line + used + 1, length);
		socket.local.name_length = length;
		if (socket.local.name[0] == '@') /* as printed for NUL */
			socket.local.name[0] = '\0';
	}
	*ret = socket;
	return true;
}

static int read_file(pid_t pid, const char *name, uint8_t family, uint8_t protocol,
		     struct target_sockets *sockets)
{
	_cleanup_fclose_ FILE *file = NULL;
	struct target_socket socket;
	char path[64], line[512];
	bool known;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		known = family == AF_UNIX
				? target_net_parse_unix_line(line, &socket)
				: target_net_parse_inet_line(line, family, protocol, &socket);
		r = known ? target_sockets_add(sockets, &socket) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

int target_net_read_proc(pid_t pid, enum target_socket_set set, struct target_sockets *sockets)
{
	int r, r6;

	if (set == TARGET_SOCKETS_UNIX)
		return read_file(pid, "unix", AF_UNIX, 0, sockets);
	if (set == TARGET_SOCKETS_TCP) {
		r = read_file(pid, "tcp", AF_INET, IPPROTO_TCP, sockets);
		r6 = read_file(pid, "tcp6", AF_INET6, IPPROTO_TCP, sockets);
	} else {
		r = read_file(pid, "udp", AF_INET, IPPROTO_UDP, sockets);
		r6 = read_file(pid, "udp6", AF_INET6, IPPROTO_UDP, sockets);
	}
	return r < 0 ? r : r6 == -ENOENT ? 0 : r6;
}
