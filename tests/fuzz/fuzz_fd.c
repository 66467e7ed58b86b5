// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text as a link of /proc/PID/fd, a file of fdinfo, or a line of /proc/locks. With
 * -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target/fd.h"
#include "target/locks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct target_epoll_member member;
	struct target_fdinfo info = {};
	struct target_lock lock = {};
	struct target_fd fd = {};

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	target_fd_parse(text, &fd);
	target_fdinfo_parse(text, &info);
	(void)target_epoll_parse(text, &member);
	(void)target_lock_parse(text, &lock);
	free(text);
	return 0;
}
