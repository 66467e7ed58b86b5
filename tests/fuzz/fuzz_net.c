// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as what the kernel tells of sockets: netlink payloads, lines of /proc/net. With
 * -fsanitize=fuzzer.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "target/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The kernel's payloads are aligned, as malloc's memory is. */
	char *text = malloc(size + 1);
	struct target_sockets pending = {};
	struct target_socket socket = {};

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	(void)target_net_parse_inet(text, size, IPPROTO_TCP, &socket);
	(void)target_net_parse_unix(text, size, &pending, &socket);
	(void)target_net_parse_inet_line(text, AF_INET, IPPROTO_TCP, &socket);
	(void)target_net_parse_inet_line(text, AF_INET6, IPPROTO_UDP, &socket);
	(void)target_net_parse_unix_line(text, &socket);
	target_sockets_release(&pending);
	free(text);
	return 0;
}
