// SPDX-License-Identifier: GPL-2.0-only
/* Any text as /proc/PID/cgroup. Built with clang -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "target/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct target_cgroup *of)
{
	size_t length = strlen(of->cgroup.path);

	if (length >= sizeof(of->cgroup.path) || of->container_length > length ||
	    of->pod_length > length || of->unit_length > length)
		__builtin_trap();
	if ((of->container_length != 0) != (of->cgroup.runtime[0] != '\0') ||
	    (of->pod_length != 0) != (of->cgroup.pod_uid[0] != '\0'))
		__builtin_trap();
	if (of->unit_length && of->container_length)
		__builtin_trap();
	(void)target_is_group(of, TARGET_CONTAINER, of->cgroup.container_id);
	(void)target_is_group(of, TARGET_POD, of->cgroup.unit);
	(void)target_is_group(of, TARGET_UNIT, of->cgroup.path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* of this very size: a read past its end is seen */
	struct target_cgroup of;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (target_parse_cgroup(text, &of) == 0)
		check(&of);
	free(text);
	return 0;
}
