// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a process's environment, and as a line of mountinfo. With -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collect/bpf_source.h"
#include "target/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find_variable(const char *text, size_t size)
{
	char value[16];
	ssize_t length = target_find_variable(text, size, "GODEBUG", value, sizeof(value));

	if (length >= 0 && strlen(value) != ((size_t)length < 15 ? (size_t)length : 15))
		__builtin_trap();
}

static void find_cgroup(char *line)
{
	char controller[8];
	uint64_t id;

	if (cgroup_try_mount(line, "/", &id, controller, sizeof(controller)) &&
	    !memchr(controller, '\0', sizeof(controller)))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	find_variable(text, size);
	find_cgroup(text);
	free(text);
	return 0;
}
